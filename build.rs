//! The migrations and the SQL functions are part of the binary, so a change to one must build it again; and so is the web
//! client, but in a debug build, which reads its folder when it starts. The folder is there even if the client was never
//! built, since cargo would take a missing one for changed at each build.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=sql/functions");
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=web/dist");
    }
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("sql/functions");
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("functions.rs"), functions(&root)?)?;
    Ok(())
}

/// Writes an array of the functions' names and texts: `("podium/touch", include_str!(…))`. Their paths are those of the folder
/// that is compiled, since cargo may reuse what was written here after the folder was moved. Not rust-embed, which would read
/// the folder of a debug build when it runs, so that a binary's functions changed under it.
fn functions(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    for schema in std::fs::read_dir(root)? {
        let schema = schema?.path();
        if schema.is_dir() {
            for file in std::fs::read_dir(schema)? {
                files.push(file?.path());
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut array = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(root)?.with_extension("").display().to_string();
        let path = format!("/sql/functions/{name}.sql");
        writeln!(array, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),")?;
    }
    array.push(']');
    Ok(array)
}

//! Imports run downward only: `main → server → crew → realtime → wire → foundation`.

use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [&str; 5] = ["foundation", "wire", "realtime", "crew", "server"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The layers that a source names after `crate::`.
fn named(source: &str) -> impl Iterator<Item = &str> {
    source.split("crate::").skip(1).filter_map(|rest| {
        let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        LAYERS.contains(&name).then_some(name)
    })
}

#[test]
fn imports_run_downward_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30, "the sources were found");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
        let Some(own) = LAYERS.iter().position(|layer| *layer == first.trim_end_matches(".rs")) else { continue };
        let source = fs::read_to_string(&file).unwrap();
        for name in named(&source) {
            if LAYERS.iter().position(|layer| *layer == name).unwrap() > own {
                wrong.push(format!("{} imports {name}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_layer_is_found_by_its_name() {
    assert_eq!(named("use crate::crew::pods; use crate::other;").collect::<Vec<_>>(), ["crew"]);
}

//! The types of the web client are those of the documents that the server prints of itself.

use std::path::Path;
use std::process::Command;

use crate::support::needs;

#[test]
fn the_generated_types_are_those_of_the_documents() {
    needs::uses("web");
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let checked = Command::new("node")
        .args(["scripts/types.mjs", env!("CARGO_BIN_EXE_podium"), "--check"])
        .current_dir(web)
        .output()
        .expect("running node");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

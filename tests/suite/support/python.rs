//! Programs of Python, from `tests/clients/requirements.txt`.

use std::path::{Path, PathBuf};

use super::needs;

/// Returns where this one is.
pub fn program(name: &str) -> PathBuf {
    needs::uses("python");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/.venv/bin").join(name);
    assert!(path.exists(), "{} is not there: run the tests with `make test`", path.display());
    path
}

//! Reads the sources that the checks of this folder look at.

use std::fs;
use std::path::Path;

/// A text file of the project.
pub struct File {
    /// Its path, with slashes, from the folder that was read.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Returns the files below `root` whose names end in one of `extensions`, in the order of their paths.
pub fn files(root: &Path, extensions: &[&str]) -> Vec<File> {
    fn walk(root: &Path, folder: &Path, extensions: &[&str], found: &mut Vec<File>) {
        for entry in fs::read_dir(folder).expect("read a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, extensions, found);
            } else if path.extension().is_some_and(|end| extensions.iter().any(|wanted| end == *wanted)) {
                let inside = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
                found.push(File { path: inside, text: fs::read_to_string(&path).expect("a source") });
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, extensions, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

//! The secret that signs tokens if none is set: generated once, and kept beside the embedded Postgres.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process;

use super::embedded::{self, PODIUM};

/// The name of its file in the state folder.
const FILE: &str = "jwt-secret";

/// Returns the secret kept in the folder `state`: 32 random bytes in hex, generated at the first call. Concurrent
/// calls, in this process or another one, get the same secret.
///
/// # Errors
///
/// If the folder or the file cannot be created or read, or if the file contains no secret.
pub fn secret(state: &Path) -> io::Result<String> {
    let path = state.join(FILE);
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        known => return known,
    }
    // This may be the first use of the folder, which must get the owner that Postgres's account needs.
    embedded::prepare_state_folder(&PODIUM, state).map_err(io::Error::other)?;
    let fresh: [u8; 32] = rand::random();
    let text: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
    // Written under another name first and then linked: the file appears complete, and never replaces an earlier one.
    let draft = state.join(format!("{FILE}-{}-{:08x}", process::id(), rand::random::<u32>()));
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked =
        writeln!(file, "{text}").and_then(|()| file.sync_all()).and_then(|()| match fs::hard_link(&draft, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&draft)?;
    linked?;
    read(&path)
}

fn read(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let text = text.trim();
    if text.len() < 32 {
        let why = format!("{} contains no secret; remove it to have one generated", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    #[test]
    fn everyone_gets_the_same_and_only_the_owner_may_read_it() {
        let root = tempfile::tempdir().expect("a folder");
        let state = root.path().join("new");
        let asked: Vec<_> = (0..8)
            .map(|_| {
                let state = state.clone();
                thread::spawn(move || secret(&state).expect("a secret"))
            })
            .collect();
        let mut given: Vec<_> = asked.into_iter().map(|asked| asked.join().expect("no panic")).collect();
        given.dedup();
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].len(), 64);
        let mode = fs::metadata(state.join(FILE)).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&state).expect("the folder").count(), 1, "no drafts left");
    }

    #[test]
    fn an_empty_file_is_no_secret() {
        let root = tempfile::tempdir().expect("a folder");
        File::create(root.path().join(FILE)).expect("the file");
        let error = secret(root.path()).expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}

//! The state folder: its location, its content, and the lock that reserves it for one process.
//!
//! ```text
//! the state folder    0700, or 0710 and the group of Postgres's account when its owner is root
//!   <name>.lock       held by the process that uses the folder; contains its process id
//!   postgres/         the cluster
//!   postgres.conf     its settings, written at each start
//!   postgres.log      its log (and postgres.log.1, the earlier part)
//!   socket/           its socket (0700), unless the path would be too long
//!   initdb-…/         an incomplete cluster
//! ```

use std::env;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::account::Account;
use crate::error::EmbeddedError;
use crate::identity::Identity;

/// The folder for the state of root, if Postgres's account may not enter root's own folders. The state is in a
/// subfolder with the owner's name.
const FOR_ROOT: &str = "/var/lib";

/// How long a start waits for another process that is about to release the folder.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// The longest path of a socket, in bytes. The kernels stop at 103 (macOS) and 107 (Linux).
const SOCKET_PATH: usize = 100;

/// The name of the socket's file. Postgres derives it from its port, even if it listens on none.
const SOCKET: &str = ".s.PGSQL.5432";

/// The paths in a state folder.
#[derive(Debug, Clone)]
pub(crate) struct StateFolder {
    pub identity: &'static Identity,
    pub state: PathBuf,
    pub data: PathBuf,
    pub settings: PathBuf,
    pub log: PathBuf,
    pub socket: PathBuf,
}

impl StateFolder {
    pub fn new(identity: &'static Identity, state: PathBuf) -> StateFolder {
        StateFolder {
            identity,
            data: state.join("postgres"),
            settings: state.join("postgres.conf"),
            log: state.join("postgres.log"),
            socket: socket_folder(identity, &state),
            state,
        }
    }

    /// Creates the socket's folder, and checks its owner: below /tmp another account could have created it first.
    pub fn prepare_socket(&self, account: &Account) -> Result<(), EmbeddedError> {
        let doing = "use the socket's folder";
        match DirBuilder::new().mode(0o700).create(&self.socket) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(EmbeddedError::files(doing, &self.socket)(error));
            }
            _ => {}
        }
        let found = fs::symlink_metadata(&self.socket).map_err(EmbeddedError::files(doing, &self.socket))?;
        if !found.is_dir() || !account.owns(&found) {
            let stranger = io::Error::other("it belongs to another account");
            return Err(EmbeddedError::files(doing, &self.socket)(stranger));
        }
        fs::set_permissions(&self.socket, fs::Permissions::from_mode(0o700))
            .and_then(|()| account.own(&self.socket))
            .map_err(EmbeddedError::files(doing, &self.socket))
    }

    /// Removes a socket without a listener.
    pub fn remove_socket(&self) {
        for name in [SOCKET.to_owned(), format!("{SOCKET}.lock")] {
            // If this fails, Postgres reports the problem.
            let _ = fs::remove_file(self.socket.join(name));
        }
        if !self.socket.starts_with(&self.state) {
            let _ = fs::remove_dir(&self.socket);
        }
    }
}

/// Returns the state folder for the value `setting`: that folder, except that the [default](Identity::default_state)
/// moves below `/var/lib/<name>` if this process is root and Postgres's account may not enter it, as in a checkout
/// below `/root`. The folder there is named after the checkout. Nothing is created.
///
/// # Errors
///
/// If a folder other than the default is in a place that the account may not enter, or there is no account to run
/// Postgres.
pub fn state_folder(identity: &'static Identity, setting: &Path) -> Result<PathBuf, EmbeddedError> {
    choose(identity, setting, setting == Path::new(identity.default_state))
}

fn choose(identity: &'static Identity, setting: &Path, may_move: bool) -> Result<PathBuf, EmbeddedError> {
    let state = resolve(setting)?;
    let account = Account::choose(Some(&StateFolder::new(identity, state.clone()).data), identity)?;
    let Some(barrier) = account.barrier(&state) else {
        return Ok(state);
    };
    if !may_move {
        return Err(EmbeddedError::Barred { identity, state, account: account.name, barrier });
    }
    let checkout = state.parent().unwrap_or(&state);
    let name: Vec<_> = checkout.iter().skip(1).map(|part| part.to_string_lossy()).collect();
    Ok(Path::new(FOR_ROOT).join(identity.name).join(name.join("-")))
}

/// Creates the state folder `state` if it is missing, with the owner that Postgres's account needs. For owners that
/// store files of their own there, before Postgres is started.
///
/// # Errors
///
/// If it cannot be created, or there is no account to run Postgres.
pub fn prepare_state_folder(identity: &'static Identity, state: &Path) -> Result<(), EmbeddedError> {
    let account = Account::choose(Some(&StateFolder::new(identity, state.to_owned()).data), identity)?;
    prepare_state(state, &account)
}

/// Creates the state folder if it is missing, and lets `account` pass through it and through the folders created above
/// it.
pub(crate) fn prepare_state(state: &Path, account: &Account) -> Result<(), EmbeddedError> {
    let mut missing: Vec<&Path> = state.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
    missing.reverse();
    for folder in missing {
        fs::create_dir_all(folder)
            .and_then(|()| account.admit(folder))
            .map_err(EmbeddedError::files("make the folder", folder))?;
    }
    make_private(state).and_then(|()| account.admit(state)).map_err(EmbeddedError::files("make the folder", state))
}

/// Creates a folder that only its owner may enter, if it is missing.
fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Locks the state folder for this process. Dropping the file releases the lock, and so does the end of the process.
pub(crate) async fn lock(folder: &StateFolder) -> Result<File, EmbeddedError> {
    let path = folder.state.join(format!("{}.lock", folder.identity.name));
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(EmbeddedError::files("open", &path))?;
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => {
                return Err(EmbeddedError::files("lock", &path)(error));
            }
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text);
                return Err(EmbeddedError::InUse {
                    identity: folder.identity,
                    state: folder.state.clone(),
                    pid: read.ok().and_then(|_| text.trim().parse().ok()),
                });
            }
        }
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", process::id()))
        .map_err(EmbeddedError::files("write", &path))?;
    Ok(file)
}

/// Returns the socket's folder: beside the data if the path is short enough, else a folder named after the state
/// folder, so that the next start finds the same. Root does not use its runtime folder, which Postgres's account may
/// not enter.
fn socket_folder(identity: &Identity, state: &Path) -> PathBuf {
    let beside = state.join("socket");
    if fits(&beside) {
        return beside;
    }
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    let name = format!("{}-{:016x}", identity.name, hasher.finish());
    env::var_os("XDG_RUNTIME_DIR")
        .filter(|_| !nix::unistd::Uid::effective().is_root())
        .map(|runtime| Path::new(&runtime).join(&name))
        .filter(|folder| folder.is_absolute() && fits(folder) && folder.parent().is_some_and(Path::is_dir))
        .unwrap_or_else(|| Path::new("/tmp").join(&name))
}

fn fits(folder: &Path) -> bool {
    folder.join(SOCKET).as_os_str().as_bytes().len() <= SOCKET_PATH
}

/// Returns an absolute path without links, whether or not its last parts exist.
fn resolve(path: &Path) -> Result<PathBuf, EmbeddedError> {
    let path = std::path::absolute(path).map_err(EmbeddedError::files("find", path))?;
    for existing in path.ancestors() {
        match existing.canonicalize() {
            Ok(real) => {
                let rest = path.strip_prefix(existing).unwrap_or(Path::new(""));
                // Joining an empty path would add a slash.
                return Ok(real.iter().chain(rest.iter()).collect());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(EmbeddedError::files("find", existing)(error)),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::EXAMPLE;

    #[test]
    fn a_default_that_postgres_may_not_enter_moves_and_a_wish_is_refused() {
        let root = tempfile::tempdir().expect("a folder");
        let checkout = root.path().join("src/example");
        fs::create_dir_all(&checkout).expect("a folder");
        let default = checkout.join(".example");
        let open = |mode| fs::set_permissions(root.path(), fs::Permissions::from_mode(mode)).expect("a mode");

        open(0o711);
        assert_eq!(choose(&EXAMPLE, &default, true).expect("a folder"), default);
        open(0o700);
        let moved = choose(&EXAMPLE, &default, true).expect("a folder");
        let wished = choose(&EXAMPLE, &default, false);
        if nix::unistd::Uid::effective().is_root() {
            let name = checkout.strip_prefix("/").expect("absolute").to_string_lossy().replace('/', "-");
            assert_eq!(moved, Path::new("/var/lib/example").join(name));
            assert!(matches!(wished, Err(EmbeddedError::Barred { barrier, .. }) if barrier == root.path()));
        } else {
            assert_eq!(moved, default);
            assert_eq!(wished.expect("a folder"), default);
        }
        assert!(!default.exists(), "nothing is made");
    }

    #[test]
    fn a_long_path_moves_the_socket_and_always_to_the_same_folder() {
        let short = Path::new("/srv/example");
        assert_eq!(StateFolder::new(&EXAMPLE, short.to_path_buf()).socket, short.join("socket"));
        let long = Path::new("/srv").join("example".repeat(20));
        let socket = StateFolder::new(&EXAMPLE, long.clone()).socket;
        assert!(fits(&socket) && !socket.starts_with(&long));
        assert_eq!(StateFolder::new(&EXAMPLE, long.clone()).socket, socket);
        assert_ne!(StateFolder::new(&EXAMPLE, long.join("other")).socket, socket);
    }

    #[test]
    fn a_socket_folder_of_another_account_is_refused() {
        let root = tempfile::tempdir().expect("a folder");
        let account = Account::choose(None, &EXAMPLE).expect("an account");
        let mut folder = StateFolder::new(&EXAMPLE, root.path().to_path_buf());
        std::os::unix::fs::symlink("/tmp", root.path().join("link")).expect("a link");
        folder.socket = root.path().join("link");
        assert!(matches!(folder.prepare_socket(&account), Err(EmbeddedError::Files { .. })));
    }
}

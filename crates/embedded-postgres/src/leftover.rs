//! `postmaster.pid`, and the Postgres left behind by a killed process.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use crate::account::Account;
use crate::error::EmbeddedError;
use crate::folder::StateFolder;

/// The three ways to stop Postgres, each with its time limit: a fast shutdown writes what is in memory, an immediate
/// one only stops, and the last is SIGKILL.
pub(crate) const WAYS_OUT: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// The content of `postmaster.pid`.
#[derive(Debug)]
pub(crate) struct PidFile {
    pub pid: i32,
    /// Whether it accepts connections.
    pub ready: bool,
    text: String,
}

impl PidFile {
    /// Reads the file. Returns `None` also while Postgres is writing it.
    pub fn read(data: &Path) -> Option<PidFile> {
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        Some(PidFile {
            pid: text.lines().next()?.trim().parse().ok()?,
            ready: text.lines().nth(7).is_some_and(|status| status.trim() == "ready"),
            text,
        })
    }
}

/// The process that a `postmaster.pid` names.
enum Named {
    /// The Postgres of this cluster.
    Ours,
    /// A process that has ended, or another program: process ids are reused.
    Stranger,
    /// A process that could not be identified.
    Unknown,
}

/// Stops the Postgres that still runs on the cluster of `folder`, and makes its `postmaster.pid` harmless. The caller
/// holds the lock of the state folder, so the process that started that Postgres has ended. Returns `false` if it is
/// unknown whether one runs; Postgres itself then refuses to start.
pub(crate) async fn stop(folder: &StateFolder, account: &Account) -> Result<bool, EmbeddedError> {
    let data = folder.data.as_path();
    let path = data.join("postmaster.pid");
    let clean = |doing| EmbeddedError::files(doing, &path);
    if fs::metadata(&path).is_ok_and(|found| found.len() == 0) {
        // Either being written now, or left by a full disk; Postgres would ask for its removal.
        sleep(Duration::from_secs(1)).await;
        if fs::metadata(&path).is_ok_and(|found| found.len() == 0) {
            fs::remove_file(&path).map_err(clean("remove"))?;
        }
    }
    let Some(file) = PidFile::read(data) else {
        return Ok(true);
    };
    match identify(file.pid, data) {
        Named::Unknown => return Ok(false),
        Named::Stranger => {}
        Named::Ours => {
            tracing::warn!(pid = file.pid, "stopping the Postgres left behind by a killed {}", folder.identity.name);
            end(file.pid, folder).await?;
        }
    }
    // If no process has the id, Postgres ignores the file by itself.
    if let Some(stale) = PidFile::read(data)
        && kill(Pid::from_raw(stale.pid), None) != Err(Errno::ESRCH)
    {
        disown(&stale, &path, account).map_err(clean("clean"))?;
    }
    Ok(true)
}

async fn end(pid: i32, folder: &StateFolder) -> Result<(), EmbeddedError> {
    let data = folder.data.as_path();
    for (signal, patience) in WAYS_OUT {
        // It may have ended meanwhile; the loop below finds out.
        let _ = kill(Pid::from_raw(pid), signal);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            // The file is removed last. A dead process may stay listed for ever where orphans are not reaped.
            let gone = PidFile::read(data).is_none_or(|file| file.pid != pid)
                || matches!(identify(pid, data), Named::Stranger);
            if gone {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
    Err(EmbeddedError::Leftover { identity: folder.identity, pid, data: data.to_path_buf() })
}

/// Makes a stale `postmaster.pid` harmless. Postgres refuses to start while any process with that id runs under its
/// account, whichever program it is. Removing the file would also remove the protection of the data against orphaned
/// backends (the shared memory named in its seventh line). So the id is replaced by that of this process, the next
/// postmaster's parent, which Postgres accepts as stale, and the rest is left for it to check.
fn disown(stale: &PidFile, path: &Path, account: &Account) -> io::Result<()> {
    let rest = stale.text.split_once('\n').map_or("", |(_, rest)| rest);
    // A new file, because the folder belongs to another account, which might have put a link in its place.
    fs::remove_file(path)?;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    write!(file, "{}\n{rest}", process::id())?;
    account.own(path)
}

/// Identifies `pid` as the Postgres of `data` or not, by its command line: `postgres -D <data> …`.
#[cfg(target_os = "linux")]
fn identify(pid: i32, data: &Path) -> Named {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;

    let line = match fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(line) => line,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Named::Stranger,
        // The process ended while its command line was read.
        Err(error) if error.raw_os_error() == Some(nix::libc::ESRCH) => return Named::Stranger,
        Err(_) => return Named::Unknown,
    };
    // A dead process that was not reaped has no command line.
    let mut words = line.split(|byte| *byte == 0).map(|word| Path::new(OsStr::from_bytes(word)));
    let program = words.next().and_then(Path::file_name);
    if !program.is_some_and(|name| name == "postgres" || name == "postmaster") {
        return Named::Stranger;
    }
    let identity = |folder: &Path| fs::metadata(folder).map(|found| (found.dev(), found.ino())).ok();
    let theirs = words.find(|word| *word == Path::new("-D")).and_then(|_| words.next());
    match (theirs.and_then(identity), identity(data)) {
        (Some(theirs), Some(ours)) if theirs == ours => Named::Ours,
        (Some(_), Some(_)) => Named::Stranger,
        // Perhaps this cluster's, started under an earlier name of the folder.
        _ => Named::Unknown,
    }
}

/// Identifies `pid` as the Postgres of `data` or not, by its command line: `postgres -D <data> …`.
#[cfg(not(target_os = "linux"))]
fn identify(pid: i32, data: &Path) -> Named {
    let asked = process::Command::new("ps").args(["-o", "args=", "-p", &pid.to_string()]).output();
    let Ok(answer) = asked else {
        return Named::Unknown;
    };
    let line = String::from_utf8_lossy(&answer.stdout);
    if !line.contains("postgres") {
        Named::Stranger
    } else if line.contains(&format!("-D {}", data.display())) {
        Named::Ours
    } else {
        Named::Unknown
    }
}

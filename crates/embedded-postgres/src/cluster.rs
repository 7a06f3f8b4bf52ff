//! The cluster's files: made once by `initdb`, configured at each start.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::process::{self, Stdio};

use tokio::process::Command;

use crate::account::Account;
use crate::error::EmbeddedError;
use crate::folder::StateFolder;
use crate::programs::Programs;
use crate::server::{clean_environment, connect, last_lines};

/// The beginning of the names of folders with an incomplete cluster.
const DRAFT: &str = "initdb-";

/// The settings, for a machine with two cores and a few gigabytes that Postgres shares with its owner. The log never
/// shows the values of a refused row (`terse`), since people's messages are among them. The file's first line names the
/// owner.
const SETTINGS: &str = "\
# into postgres.local.conf beside this file.

# What initdb found out about the machine.
include = 'postgres/postgresql.conf'

max_connections = 100
shared_buffers = 128MB
effective_cache_size = 512MB
random_page_cost = 1.1
jit = off
max_wal_size = 1GB
min_wal_size = 128MB
logging_collector = off
log_min_messages = warning
log_error_verbosity = terse
log_line_prefix = '%m [%p] '
log_timezone = 'UTC'
timezone = 'UTC'
lc_messages = 'C'
";

/// The file of an operator's own settings, read in addition.
const LOCAL_SETTINGS: &str = "postgres.local.conf";

const DURABLE: &str = "\
fsync = on
synchronous_commit = on
full_page_writes = on
";

/// The settings of tests: commits survive a crash of Postgres, but not of the machine.
const FLEETING: &str = "\
fsync = off
synchronous_commit = on
full_page_writes = off
";

/// Returns the major version that made the cluster, or `None` if there is no cluster yet.
pub(crate) fn made_by(folder: &StateFolder) -> Result<Option<u32>, EmbeddedError> {
    let path = folder.data.join("PG_VERSION");
    if !folder.data.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).map_err(EmbeddedError::files("read", &path))?;
    let unknown = || std::io::Error::other(format!("\"{}\" is not a version", text.trim()));
    let major = text.trim().parse().map_err(|_| unknown());
    major.map(Some).map_err(EmbeddedError::files("read", &path))
}

/// Makes the cluster. It gets its name only when it is complete, so that a crash leaves nothing but a draft, which is
/// removed later. The caller holds the lock of the state folder.
pub(crate) async fn make(
    folder: &StateFolder,
    programs: &Programs,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    throw_away_drafts(&folder.state);
    // A new name each time: the initdb of a killed process may still be writing into its own.
    let draft = folder.state.join(format!("{DRAFT}{}-{:08x}", process::id(), rand::random::<u32>()));
    DirBuilder::new()
        .mode(0o700)
        .create(&draft)
        .and_then(|()| account.own(&draft))
        .map_err(EmbeddedError::files("make the folder", &draft))?;
    let made = fill(&draft, folder.identity.name, programs, account, durable).await.and_then(|()| {
        fs::rename(&draft, &folder.data)
            .and_then(|()| File::open(&folder.state)?.sync_all())
            .map_err(EmbeddedError::files("make the folder", &folder.data))
    });
    if made.is_err() {
        throw_away_drafts(&folder.state);
    }
    made
}

async fn fill(
    draft: &Path,
    owner: &str,
    programs: &Programs,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let mut said = String::new();
    // Not every system has C.UTF-8; C compares the same, and only lacks capitals beyond ASCII.
    for locale in ["C.UTF-8", "C"] {
        let mut command = Command::new(&programs.initdb);
        clean_environment(&mut command);
        command
            .arg("--pgdata")
            .arg(draft)
            .args(["--username", owner, "--encoding=UTF8", "--locale", locale])
            .args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"])
            .args((!durable).then_some("--no-sync"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        account.run(&mut command);
        let done =
            command.output().await.map_err(|source| EmbeddedError::Run { program: programs.initdb.clone(), source })?;
        if done.status.success() {
            return Ok(());
        }
        said = String::from_utf8_lossy(&done.stderr).into_owned();
        if !said.contains("locale") {
            break;
        }
    }
    Err(EmbeddedError::Initdb { data: draft.to_path_buf(), said: last_lines(&said) })
}

/// Makes the database, unless it exists.
pub(crate) async fn make_database(folder: &StateFolder) -> Result<(), EmbeddedError> {
    let name = folder.identity.name;
    let client = connect(folder, "postgres").await?;
    let there = client.query_opt("SELECT FROM pg_database WHERE datname = $1", &[&name]).await?;
    if there.is_none() {
        client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    }
    Ok(())
}

/// Writes the settings of the next start.
pub(crate) fn write_settings(folder: &StateFolder, durable: bool) -> Result<(), EmbeddedError> {
    let safety = if durable { DURABLE } else { FLEETING };
    let mut text = format!(
        "# {} writes this file at each start. To change a setting use ALTER SYSTEM, or write it\n\
         {SETTINGS}cluster_name = '{}'\n{safety}",
        folder.identity.title, folder.identity.name
    );
    if folder.state.join(LOCAL_SETTINGS).exists() {
        // `include_if_exists` would do the same, but logs a missing file.
        text.push_str(&format!("include = '{LOCAL_SETTINGS}'\n"));
    }
    // Readable for Postgres's account, whatever root's umask is.
    fs::write(&folder.settings, text)
        .and_then(|()| fs::set_permissions(&folder.settings, fs::Permissions::from_mode(0o644)))
        .map_err(EmbeddedError::files("write", &folder.settings))
}

/// Removes drafts. One that cannot be removed now (an orphaned initdb is still writing) is removed the next time.
fn throw_away_drafts(state: &Path) {
    let entries = fs::read_dir(state).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::debug!(folder = %entry.path().display(), %error, "incomplete cluster not removed");
        }
    }
}

//! The errors of the embedded Postgres, each in one line that says what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::identity::Identity;

/// The reasons why the embedded Postgres could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The machine has no usable Postgres.
    #[error(
        "no Postgres {} or later found: install it (Debian, Ubuntu: `apt-get install postgresql`; \
         Fedora, RHEL: `dnf install postgresql-server`; macOS: `brew install postgresql@17`), \
         or name the folder of `initdb` and `postgres` in {}, or set {}{}",
        .identity.oldest, .identity.bin_setting, .identity.url_setting, seen(.passed_over)
    )]
    NoPostgres {
        /// The program that embeds Postgres.
        identity: &'static Identity,
        /// The folders that were rejected, each with the reason.
        passed_over: Vec<String>,
    },

    /// The folder in the setting is not usable.
    #[error(
        "{} is {}: {why}; expected a folder with `initdb` and `postgres`, version {} or later",
        .identity.bin_setting, .folder.display(), .identity.oldest
    )]
    WrongBin {
        /// The program that embeds Postgres.
        identity: &'static Identity,
        /// The value of the setting.
        folder: PathBuf,
        /// The reason.
        why: String,
    },

    /// The cluster was made by another major version than any that is installed.
    #[error(
        "the data in {} was made by Postgres {made_by}, which is not installed: install that version, \
         or move the folder away to start with an empty database",
        .data.display()
    )]
    OtherVersion {
        /// The folder of the cluster.
        data: PathBuf,
        /// The major version.
        made_by: u32,
    },

    /// The account has no entry in the password file, without which Postgres refuses to run.
    #[error(
        "Postgres needs an account with an entry in /etc/passwd, and {who} has none: \
         run {} as another account, or set {}",
        .identity.title, .identity.url_setting
    )]
    NoAccount {
        /// The program that embeds Postgres.
        identity: &'static Identity,
        /// The account.
        who: String,
    },

    /// The account that runs Postgres may not enter the state folder.
    #[error(
        "{} is {}: Postgres runs as the account `{account}`, which may not enter {}; \
         expected a folder that it may enter, such as /var/lib/{}",
        .identity.state_setting, .state.display(), .barrier.display(), .identity.name
    )]
    Barred {
        /// The program that embeds Postgres.
        identity: &'static Identity,
        /// The state folder.
        state: PathBuf,
        /// The account that may not enter.
        account: String,
        /// The folder that it may not enter.
        barrier: PathBuf,
    },

    /// The state folder is locked by another process.
    #[error(
        "another {}{} uses the state folder {}: stop it, or set {} to another folder",
        .identity.name, holder(.pid), .state.display(), .identity.state_setting
    )]
    InUse {
        /// The program that embeds Postgres.
        identity: &'static Identity,
        /// The state folder.
        state: PathBuf,
        /// The other process's id, if it is known.
        pid: Option<i32>,
    },

    /// A file or folder could not be read or written.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Files {
        /// The operation, as a verb.
        doing: &'static str,
        /// The path.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },

    /// A program of Postgres could not be started.
    #[error("cannot run {}: {source}", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The error of the system.
        source: io::Error,
    },

    /// `initdb` failed.
    #[error("initdb could not make a cluster in {}: {said}", .data.display())]
    Initdb {
        /// The folder of the cluster.
        data: PathBuf,
        /// The end of its output.
        said: String,
    },

    /// Postgres ended before it was ready.
    #[error("Postgres did not start: {said} (its log: {})", .log.display())]
    Start {
        /// The last lines of its log.
        said: String,
        /// The file with the whole log.
        log: PathBuf,
    },

    /// Postgres runs but did not become ready in time.
    #[error("Postgres was not ready after {seconds} s: {said} (its log: {})", .log.display())]
    Slow {
        /// The time that it was given, in seconds.
        seconds: u64,
        /// The last lines of its log.
        said: String,
        /// The file with the whole log.
        log: PathBuf,
    },

    /// A Postgres left behind by a killed process does not stop.
    #[error("a Postgres left behind by another {} (pid {pid}) uses {} and does not stop", .identity.name, .data.display())]
    Leftover {
        /// The program that started it.
        identity: &'static Identity,
        /// The process id.
        pid: i32,
        /// The folder of its cluster.
        data: PathBuf,
    },

    /// Postgres is ready, but the database could not be reached or made.
    #[error("cannot reach the embedded Postgres: {}", chain(.0))]
    Connect(#[from] tokio_postgres::Error),

    /// Postgres did not stop in time and was killed; nothing that was committed is lost.
    #[error("Postgres did not stop in time and was killed; it recovers at the next start")]
    Killed,

    /// The task that monitors Postgres has panicked.
    #[error("the task that monitors the embedded Postgres failed: {0}")]
    Keeper(String),
}

impl EmbeddedError {
    /// Returns a closure for `map_err` on a file operation.
    pub(crate) fn files<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> EmbeddedError + 'a {
        move |source| EmbeddedError::Files { doing, path: path.to_path_buf(), source }
    }
}

fn seen(passed_over: &[String]) -> String {
    if passed_over.is_empty() { String::new() } else { format!(" (passed over: {})", passed_over.join("; ")) }
}

fn holder(pid: &Option<i32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}

/// Formats an error with its causes, since tokio-postgres alone shows only the kind ("db error").
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

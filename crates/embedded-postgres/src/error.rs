//! What can go wrong with the embedded Postgres, each in one line that says what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::identity::Identity;

/// Why the embedded Postgres could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No usable Postgres on this machine.
    #[error(
        "no Postgres {} or later found: install it (Debian, Ubuntu: `apt-get install postgresql`; \
         Fedora, RHEL: `dnf install postgresql-server`; macOS: `brew install postgresql@17`), \
         or name the folder of `initdb` and `postgres` in {}, or set {}{}",
        .identity.oldest, .identity.bin_setting, .identity.url_setting, seen(.passed_over)
    )]
    NoPostgres {
        /// Whom it was for.
        identity: &'static Identity,
        /// Folders that looked right and were not, each with the reason.
        passed_over: Vec<String>,
    },

    /// The folder that the setting names does not serve.
    #[error(
        "{} is {}: {why}; expected a folder with `initdb` and `postgres`, version {} or later",
        .identity.bin_setting, .folder.display(), .identity.oldest
    )]
    WrongBin {
        /// Whose setting it is.
        identity: &'static Identity,
        /// What the setting says.
        folder: PathBuf,
        /// What is wrong with it.
        why: String,
    },

    /// The cluster on disk was made by another major version than any that is installed.
    #[error(
        "the data in {} was made by Postgres {made_by}, which is not installed: install that version, \
         or move the folder away to begin afresh",
        .data.display()
    )]
    OtherVersion {
        /// The cluster's folder.
        data: PathBuf,
        /// Its major version.
        made_by: u32,
    },

    /// Postgres refuses to run without an entry in the password file.
    #[error(
        "Postgres needs an account with an entry in /etc/passwd, and {who} has none: \
         run {} as another account, or set {}",
        .identity.title, .identity.url_setting
    )]
    NoAccount {
        /// Who embeds Postgres.
        identity: &'static Identity,
        /// The account that was looked for.
        who: String,
    },

    /// The account that Postgres runs as cannot reach the state folder.
    #[error(
        "{} is {}: Postgres runs as the account `{account}`, which may not enter {}; \
         expected a folder that it may enter, such as /var/lib/{}",
        .identity.state_setting, .state.display(), .barrier.display(), .identity.name
    )]
    Barred {
        /// Whose state it is.
        identity: &'static Identity,
        /// The state folder.
        state: PathBuf,
        /// Who may not enter.
        account: String,
        /// The folder that stands in the way.
        barrier: PathBuf,
    },

    /// Another process holds the state folder.
    #[error(
        "another {}{} uses the state folder {}: stop it, or set {} to another folder",
        .identity.name, holder(.pid), .state.display(), .identity.state_setting
    )]
    InUse {
        /// Whose state it is.
        identity: &'static Identity,
        /// The state folder.
        state: PathBuf,
        /// The other one's process id, where it is known.
        pid: Option<i32>,
    },

    /// A file or folder could not be read or written.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Files {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// `initdb` or `postgres` could not be run at all.
    #[error("cannot run {}: {source}", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// `initdb` failed.
    #[error("initdb could not make a cluster in {}: {said}", .data.display())]
    Initdb {
        /// The folder it was to fill.
        data: PathBuf,
        /// Its last words.
        said: String,
    },

    /// Postgres ended before it was ready.
    #[error("Postgres did not start: {said} (its log: {})", .log.display())]
    Start {
        /// The last lines of its log.
        said: String,
        /// Where all of it is.
        log: PathBuf,
    },

    /// Postgres runs and does not get ready.
    #[error("Postgres was not ready after {seconds} s: {said} (its log: {})", .log.display())]
    Slow {
        /// How long it was waited for.
        seconds: u64,
        /// The last lines of its log.
        said: String,
        /// Where all of it is.
        log: PathBuf,
    },

    /// A Postgres that a killed process left behind does not go away.
    #[error("a Postgres left behind by another {} (pid {pid}) uses {} and does not stop", .identity.name, .data.display())]
    Leftover {
        /// Who started it.
        identity: &'static Identity,
        /// Its process id.
        pid: i32,
        /// Its cluster.
        data: PathBuf,
    },

    /// Postgres is ready, but the database could not be reached or made.
    #[error("cannot reach the embedded Postgres: {}", chain(.0))]
    Connect(#[from] tokio_postgres::Error),

    /// Postgres did not stop in time and had to be killed; nothing that was committed is lost.
    #[error("Postgres did not stop when told to and was killed; it recovers at the next start")]
    Killed,

    /// The task that looks after Postgres has died.
    #[error("the keeper of the embedded Postgres has died: {0}")]
    Keeper(String),
}

impl EmbeddedError {
    /// A closure for `map_err` on a file operation.
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

/// An error with its causes, since tokio-postgres tells the kind only ("db error").
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

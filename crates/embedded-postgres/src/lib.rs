//! A private Postgres for a server that was given no database.
//!
//! It is a real Postgres, the one installed on the machine, with a cluster of its own in the state folder. It listens on a
//! unix socket that nobody else may reach, and lives as long as the [`Embedded`] that started it: stopped with it, and
//! started again when it dies before. What holds:
//!
//! - One process a state folder: a lock is held from before the first look at it until Postgres has ended. Whoever comes
//!   second waits a few seconds and then says so.
//! - The Postgres that answers is always this process's child. One that a killed process left behind is stopped first
//!   (`leftover`), and its data are taken over.
//! - A cluster is either whole or not there (`cluster`).
//! - As root, Postgres runs as another account (`account`), and the state folder lies where that account may enter
//!   ([`state_folder`]).
//!
//! It knows nothing of its owner but the [`Identity`]: the database, which has the owner's name, is made empty, and its user is
//! the cluster's superuser.

mod account;
mod cluster;
mod error;
mod folder;
mod identity;
mod keeper;
mod leftover;
mod programs;
mod server;

use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use account::Account;
use folder::StateFolder;
use programs::Programs;
use server::Launch;

pub use error::EmbeddedError;
pub use folder::{prepare_state_folder, state_folder};
pub use identity::Identity;

/// How the embedded Postgres is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who embeds it.
    pub identity: &'static Identity,
    /// The state folder; its default may move, see [`state_folder`].
    pub state: PathBuf,
    /// Where `initdb` and `postgres` are; found without.
    pub postgres_bin: Option<PathBuf>,
    /// Commits survive a crash of the machine. Off for tests only.
    pub durable: bool,
}

/// How the embedded Postgres is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It takes connections.
    Running,
    /// It ended by itself, for this reason, and is being started again.
    Down(String),
}

/// A running private Postgres. Dropped, it is shut down in the background, as far as the runtime still runs; use
/// [`Embedded::stop`].
#[derive(Debug)]
pub struct Embedded {
    folder: StateFolder,
    health: watch::Receiver<Health>,
    stop: oneshot::Sender<()>,
    keeper: JoinHandle<Result<(), EmbeddedError>>,
}

/// Returns where the one that another process runs in this state folder takes connections.
///
/// # Errors
///
/// If the state folder cannot be told.
pub fn url_of_running(identity: &'static Identity, state: &Path) -> Result<String, EmbeddedError> {
    Ok(address(&StateFolder::new(identity, state_folder(identity, state)?)))
}

fn address(folder: &StateFolder) -> String {
    let socket = folder.socket.to_string_lossy();
    let host = utf8_percent_encode(&socket, NON_ALPHANUMERIC);
    format!("postgres://{owner}@{host}/{owner}", owner = folder.identity.name)
}

impl Embedded {
    /// Starts it, and returns when it takes connections. The first start makes the cluster, which takes a second or two.
    ///
    /// # Errors
    ///
    /// One line that says what to do; see [`EmbeddedError`].
    pub async fn start(options: &Options) -> Result<Embedded, EmbeddedError> {
        let identity = options.identity;
        let folder = StateFolder::new(identity, state_folder(identity, &options.state)?);
        let account = Account::choose(Some(&folder.data), identity)?;
        folder::prepare_state(&folder.state, &account)?;
        let lock = folder::lock(&folder).await?;

        let made_by = cluster::made_by(&folder)?;
        let known = made_by.map(|major| (major, folder.data.as_path()));
        let programs = Programs::find(identity, options.postgres_bin.as_deref(), known, &account).await?;
        tracing::info!(
            state = %folder.state.display(),
            version = programs.major,
            account = account.name,
            "starting the embedded Postgres"
        );
        if made_by.is_none() {
            cluster::make(&folder, &programs, &account, options.durable).await?;
        }
        cluster::write_settings(&folder, options.durable)?;

        let launch = Launch { folder: folder.clone(), programs, account };
        let server = launch.start().await?;
        if let Err(error) = cluster::make_database(&folder).await {
            // The reason is worth more than a second one.
            let _ = server.stop().await;
            return Err(error);
        }
        let (stop, stopped) = oneshot::channel();
        let (reporter, health) = watch::channel(Health::Running);
        let keeper = tokio::spawn(keeper::keep(launch, server, lock, stopped, reporter));
        Ok(Embedded { folder, health, stop, keeper })
    }

    /// Returns where to connect: the database of the owner's name, as its superuser of the same name, over the private socket.
    pub fn url(&self) -> String {
        address(&self.folder)
    }

    /// Returns the state folder in use.
    pub fn state(&self) -> &Path {
        &self.folder.state
    }

    /// Returns whether it runs, now and from now on. It is started again by itself.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Shuts it down and waits until it has ended: open transactions are rolled back, the data are on disk. After 20 s it
    /// is ended harder.
    ///
    /// # Errors
    ///
    /// If it had to be killed. Nothing that was committed is lost by that.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        // It has stopped already if nobody listens.
        let _ = self.stop.send(());
        self.keeper.await.unwrap_or_else(|died| Err(EmbeddedError::Keeper(died.to_string())))
    }
}

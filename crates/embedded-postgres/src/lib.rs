//! A private Postgres for a server without a database.
//!
//! It is a real Postgres, the one installed on the machine, with a cluster of its own in the state folder. It listens
//! on a private unix socket, and lives as long as the [`Embedded`] that started it: it is stopped with it, and
//! restarted if it ends before. It guarantees:
//!
//! - One process per state folder: a lock is held from before the folder is first read until Postgres has ended. A
//!   second process waits a few seconds and then fails.
//! - The Postgres that answers is always this process's child. One left behind by a killed process is stopped first
//!   (`leftover`), and its data are used.
//! - A cluster is either complete or absent (`cluster`).
//! - As root, Postgres runs as another account (`account`), and the state folder is where that account may enter
//!   ([`state_folder`]).
//!
//! It knows nothing of its owner but the [`Identity`]: the database, which has the owner's name, is empty at first, and
//! its user is the cluster's superuser.

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

/// The options of the embedded Postgres.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program that embeds it.
    pub identity: &'static Identity,
    /// The state folder; its default may move, see [`state_folder`].
    pub state: PathBuf,
    /// The folder of `initdb` and `postgres`; searched for if `None`.
    pub postgres_bin: Option<PathBuf>,
    /// Whether commits survive a crash of the machine. Must be `true` outside of tests.
    pub durable: bool,
}

/// The state of the embedded Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It accepts connections.
    Running,
    /// It ended, for this reason, and is being restarted.
    Down(String),
}

/// A running private Postgres. Dropping it shuts it down in the background, as long as the runtime runs; prefer
/// [`Embedded::stop`].
#[derive(Debug)]
pub struct Embedded {
    folder: StateFolder,
    health: watch::Receiver<Health>,
    stop: oneshot::Sender<()>,
    keeper: JoinHandle<Result<(), EmbeddedError>>,
}

/// Returns the URL of the Postgres that another process runs in this state folder.
///
/// # Errors
///
/// If the state folder cannot be determined.
pub fn url_of_running(identity: &'static Identity, state: &Path) -> Result<String, EmbeddedError> {
    Ok(address(&StateFolder::new(identity, state_folder(identity, state)?)))
}

fn address(folder: &StateFolder) -> String {
    let socket = folder.socket.to_string_lossy();
    let host = utf8_percent_encode(&socket, NON_ALPHANUMERIC);
    format!("postgres://{owner}@{host}/{owner}", owner = folder.identity.name)
}

impl Embedded {
    /// Starts Postgres, and returns when it accepts connections. The first start makes the cluster, which takes a
    /// second or two.
    ///
    /// # Errors
    ///
    /// See [`EmbeddedError`]; each is one line that says what to do.
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
            "starting embedded Postgres"
        );
        if made_by.is_none() {
            cluster::make(&folder, &programs, &account, options.durable).await?;
        }
        cluster::write_settings(&folder, options.durable)?;

        let launch = Launch { folder: folder.clone(), programs, account };
        let server = launch.start().await?;
        if let Err(error) = cluster::make_database(&folder).await {
            // This error matters more than one of the stop.
            let _ = server.stop().await;
            return Err(error);
        }
        let (stop, stopped) = oneshot::channel();
        let (sender, health) = watch::channel(Health::Running);
        let keeper = tokio::spawn(keeper::keep(launch, server, lock, stopped, sender));
        Ok(Embedded { folder, health, stop, keeper })
    }

    /// Returns the URL of the database of the owner's name, as its superuser of the same name, over the private socket.
    pub fn url(&self) -> String {
        address(&self.folder)
    }

    /// Returns the state folder in use.
    pub fn state(&self) -> &Path {
        &self.folder.state
    }

    /// Returns the current state, and its changes. A restart needs no action.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Shuts Postgres down and waits until it has ended: open transactions are rolled back, the data are on disk. After
    /// 20 s it is stopped immediately.
    ///
    /// # Errors
    ///
    /// If it had to be killed. Nothing that was committed is lost.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        // If the receiver is gone, it has stopped already.
        let _ = self.stop.send(());
        self.keeper.await.unwrap_or_else(|died| Err(EmbeddedError::Keeper(died.to_string())))
    }
}

//! The way to Postgres: two pools, and the scope in which a request runs.
//!
//! Nobody runs as the tables' owner. A connection of the **request** pool has taken the role `podium_user`, and every
//! use of it is a transaction that says on whose behalf it runs ([`Database::scope`]); row level security does the
//! rest, even where a handler forgot to check. A connection of the **service** pool has taken `podium_service`, which
//! reads across people: repairs, inboxes and the sweep use it, and never a handler on a caller's behalf.
//!
//! A future that is dropped amid a transaction leaves a connection with a transaction open; the pool sees that when
//! the connection comes back, and throws it away.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bb8::PooledConnection;
use diesel::ConnectionError;
use diesel::connection::InstrumentationEvent;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use uuid::Uuid;

use super::errors::{Code, Error, Result};

/// A connection taken from a pool; it goes back when dropped.
pub type Connection<'a> = PooledConnection<'a, AsyncDieselConnectionManager<AsyncPgConnection>>;

type Pool = bb8::Pool<AsyncDieselConnectionManager<AsyncPgConnection>>;

/// How long a request waits for a connection before it is told [`Code::Unavailable`].
const PATIENCE: Duration = Duration::from_secs(5);

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

/// How many statements this process has sent through the pools. Tests hold it against the length of lists.
pub fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

/// On whose behalf a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caller {
    /// The profile; nobody when `None`, as for public reads.
    pub user_id: Option<Uuid>,
    /// Whether the token carries the role of a moderator.
    pub moderator: bool,
}

impl Caller {
    /// One who has not signed in.
    pub const NOBODY: Caller = Caller { user_id: None, moderator: false };

    /// The person with this profile, without a role.
    pub fn user(user_id: Uuid) -> Self {
        Caller { user_id: Some(user_id), moderator: false }
    }
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes, each statement seeing what was committed before it.
    Write,
    /// Reads alone, all statements in one snapshot.
    Snapshot,
}

/// The two pools. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    requests: Pool,
    service: Pool,
}

impl Database {
    /// Opens both pools on `url`, with `size` connections for requests and a third of that for the service.
    /// Connections are made when they are first needed, so this does not fail when Postgres is away. They live on
    /// the runtime that this is called on.
    pub fn new(url: &str, size: u32) -> Self {
        Database {
            requests: pool(url, "podium_user", size.max(1)),
            service: pool(url, "podium_service", (size / 3).max(2)),
        }
    }

    /// Runs `work` in a transaction on behalf of `caller`, and commits it if `work` succeeds.
    ///
    /// # Errors
    /// What `work` answers; [`Code::Unavailable`] when no connection is to be had, or when the commit's outcome is unknown.
    pub async fn scope<R, F>(&self, caller: &Caller, access: Access, work: F) -> Result<R>
    where
        F: AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
    {
        let mut connection = get(&self.requests).await?;
        let connection: &mut AsyncPgConnection = &mut connection;
        AnsiTransactionManager::begin_transaction_sql(connection, &opening(caller, access)).await?;
        match work(connection).await {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(connection).await?;
                Ok(value)
            }
            Err(error) => {
                // A rollback that fails has lost its connection, and with it the transaction; `error` says more.
                if let Err(cause) = AnsiTransactionManager::rollback_transaction(connection).await {
                    tracing::debug!(%cause, "rollback failed");
                }
                Err(error)
            }
        }
    }

    /// A connection as `podium_service`, outside a transaction.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when none is to be had.
    pub async fn service(&self) -> Result<Connection<'_>> {
        get(&self.service).await
    }

    /// Whether Postgres answers now.
    pub async fn ping(&self) -> bool {
        match tokio::time::timeout(Duration::from_secs(1), self.service.get()).await {
            Ok(Ok(mut connection)) => connection.batch_execute("SELECT 1").await.is_ok(),
            _ => false,
        }
    }
}

/// One round trip opens the transaction and says on whose behalf it runs. The values are safe to put into the text:
/// a UUID and a constant.
fn opening(caller: &Caller, access: Access) -> String {
    let mode = match access {
        Access::Write => "READ COMMITTED",
        Access::Snapshot => "REPEATABLE READ READ ONLY",
    };
    let mut sql = format!("BEGIN ISOLATION LEVEL {mode}; SET LOCAL ROLE podium_user");
    if let Some(user_id) = caller.user_id {
        sql.push_str(&format!("; SET LOCAL podium.user_id = '{user_id}'"));
    }
    if caller.moderator {
        sql.push_str("; SET LOCAL podium.role = 'moderator'");
    }
    sql
}

fn pool(url: &str, role: &'static str, size: u32) -> Pool {
    let mut config = ManagerConfig::default();
    // A look without a round trip: what Postgres has closed in the meantime is not handed out.
    config.recycling_method = RecyclingMethod::CustomFunction(Box::new(|connection: &mut AsyncPgConnection| {
        let broken = connection.is_broken();
        async move { if broken { Err(diesel::result::Error::BrokenTransactionManager) } else { Ok(()) } }.boxed()
    }));
    // Whoever asks first makes the connection, but its task must outlive that worker's thread.
    let runtime = Handle::current();
    config.custom_setup = Box::new(move |url| {
        let url = url.to_owned();
        let making = runtime.spawn(async move {
            let mut connection = AsyncPgConnection::establish(&url).await?;
            connection
                .batch_execute(&format!("SET ROLE {role}; SET statement_timeout = '10s'; SET lock_timeout = '4s'"))
                .await
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            connection.set_instrumentation(|event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    STATEMENTS.fetch_add(1, Ordering::Relaxed);
                }
            });
            Ok(connection)
        });
        making.map(|made| made.unwrap_or_else(|cause| Err(ConnectionError::BadConnection(cause.to_string())))).boxed()
    });
    Pool::builder()
        .max_size(size)
        .connection_timeout(PATIENCE)
        .build_unchecked(AsyncDieselConnectionManager::new_with_config(url, config))
}

async fn get(pool: &Pool) -> Result<Connection<'_>> {
    pool.get().await.map_err(|cause| {
        tracing::warn!(%cause, "no database connection");
        Error::new(Code::Unavailable)
    })
}

//! Access to Postgres: three pools, and the scope in which a request runs.
//!
//! No request runs as the tables' owner. A connection of the **request** pool has taken the role `podium_user`, and
//! every use of it is a transaction that names the caller on whose behalf it runs ([`Database::scope`]); row level
//! security applies even where a handler forgot to check. A connection of the **service** pool has taken
//! `podium_service`, which reads the data of all people: repairs, inboxes and the sweep use it, and never a handler on
//! a caller's behalf. A connection of the **search** pool is like one for requests, with less time for a statement.
//! What may cost much at anybody's wish runs there ([`Database::search`]), so that it holds no connection that others
//! need.
//!
//! A Postgres that hangs, or is out of reach, sends no error; so every use has a time limit on this side. A connection
//! whose use timed out, or whose future was dropped, is discarded when it returns to its pool: it may have a
//! transaction open, or never answer again.

mod pool;
mod turns;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bb8::PooledConnection;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use tokio::time::timeout;
use uuid::Uuid;

pub use self::pool::config;
use self::pool::{Manager, Pool, REQUESTS, SEARCH, SERVICE, pool};
use self::turns::{Turns, refused};
use super::errors::{Code, Error, Result};

/// How long a transaction, or a statement outside one, may take before its connection is discarded. Longer than
/// Postgres's own limit for one statement.
const ANSWER: Duration = Duration::from_secs(5);

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

/// Returns how many statements this process has sent through the pools. Tests compare it with the length of lists.
pub fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

/// The caller on whose behalf a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caller {
    /// The profile; `None` for public reads.
    pub user_id: Option<Uuid>,
    /// Whether the token carries the role of a moderator.
    pub moderator: bool,
}

impl Caller {
    /// The caller without a sign-in.
    pub const NOBODY: Caller = Caller { user_id: None, moderator: false };

    /// Returns the caller with this profile and no role.
    pub fn user(user_id: Uuid) -> Self {
        Caller { user_id: Some(user_id), moderator: false }
    }
}

/// The purpose of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes; each statement sees what was committed before it.
    Write,
    /// Only reads; all statements see one snapshot.
    Snapshot,
}

/// The three pools. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    requests: Pool,
    service: Pool,
    searches: Pool,
    turns: Arc<Turns>,
}

impl Database {
    /// Opens the pools on `url`, with `size` connections for requests, a third of that for the service, and as many for
    /// searches as given, or a quarter of `size`. Connections are made when they are first needed, so this does not
    /// fail while Postgres is unavailable. They run on the current runtime.
    pub fn new(url: &str, size: u32, searches: Option<u32>) -> Self {
        let searches = searches.unwrap_or(size / 4).max(if searches.is_some() { 1 } else { 2 });
        Database {
            requests: pool(url, REQUESTS, size.max(1)),
            service: pool(url, SERVICE, (size / 3).max(2)),
            searches: pool(url, SEARCH, searches),
            turns: Arc::new(Turns::new(searches)),
        }
    }

    /// Runs `work` in a transaction on behalf of `caller`, and commits it if `work` succeeds.
    ///
    /// # Errors
    /// Those of `work`; [`Code::Unavailable`] if no connection is available, or if the outcome of the commit is
    /// unknown.
    pub async fn scope<R, F>(&self, caller: &Caller, access: Access, work: F) -> Result<R>
    where
        F: AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
    {
        let transaction =
            async |connection: &mut AsyncPgConnection| in_transaction(connection, &opening(caller, access), work).await;
        run(&self.requests, transaction).await
    }

    /// Runs `work`, which only reads and may cost much, on behalf of `caller`: like [`Database::scope`] in a snapshot,
    /// on a connection for searches.
    ///
    /// # Errors
    /// Those of `work`; [`Code::Overloaded`] if too many searches are under way, or this one takes too long;
    /// [`Code::Unavailable`] if Postgres does not answer.
    pub async fn search<R, F>(&self, caller: &Caller, work: F) -> Result<R>
    where
        F: AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
    {
        let mut turn = self.turns.take().await?;
        let mut slot = connection(&self.searches).await?;
        let began = Instant::now();
        turn.begin(slot.connection.cancel_token());
        let transaction = async |connection: &mut AsyncPgConnection| {
            in_transaction(connection, &opening(caller, Access::Snapshot), work).await
        };
        let Some(outcome) = answered(&mut slot, transaction).await else {
            return Err(Code::Unavailable.into());
        };
        turn.end();
        // A read that Postgres has cancelled has done nothing, so its outcome is known.
        match outcome {
            Err(error) if error.code == Code::Unavailable && began.elapsed() >= SEARCH.statement => {
                Err(refused("the search takes too long; ask for longer words"))
            }
            outcome => outcome,
        }
    }

    /// Runs `work` as `podium_service`, outside a transaction.
    ///
    /// # Errors
    /// Those of `work`; [`Code::Unavailable`] if no connection is available, or Postgres does not answer in time.
    pub async fn service<R, F>(&self, work: F) -> Result<R>
    where
        F: AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
    {
        run(&self.service, work).await
    }

    /// Runs `work` like [`Database::service`], in a read-only transaction whose statements all see one snapshot.
    ///
    /// # Errors
    /// Those of [`Database::service`].
    pub async fn service_snapshot<R, F>(&self, work: F) -> Result<R>
    where
        F: AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
    {
        let transaction = async |connection: &mut AsyncPgConnection| in_transaction(connection, SNAPSHOT, work).await;
        run(&self.service, transaction).await
    }

    /// Returns `true` if Postgres answers now.
    pub async fn ping(&self) -> bool {
        let asking = self.service(async |connection| Ok(connection.batch_execute("SELECT 1").await?));
        matches!(timeout(Duration::from_secs(1), asking).await, Ok(Ok(())))
    }
}

async fn in_transaction<R>(
    connection: &mut AsyncPgConnection,
    opening: &str,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
) -> Result<R> {
    AnsiTransactionManager::begin_transaction_sql(connection, opening).await?;
    match work(connection).await {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(connection).await?;
            Ok(value)
        }
        Err(error) => {
            // A rollback fails only with its connection, and so with the transaction; `error` says more.
            if let Err(cause) = AnsiTransactionManager::rollback_transaction(connection).await {
                tracing::debug!(%cause, "rollback failed");
            }
            Err(error)
        }
    }
}

/// Opens a transaction of the service with one snapshot.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Returns the text that opens the transaction and names the caller, in one round trip. Its values need no escaping: a
/// UUID and a constant.
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

async fn run<R>(pool: &Pool, work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>) -> Result<R> {
    let mut slot = connection(pool).await?;
    answered(&mut slot, work).await.unwrap_or_else(|| Err(Code::Unavailable.into()))
}

async fn connection(pool: &Pool) -> Result<PooledConnection<'_, Manager>> {
    pool.get().await.map_err(|cause| {
        tracing::warn!(%cause, "no database connection available");
        Error::new(Code::Unavailable)
    })
}

/// Runs `work` on a connection, and returns its outcome; `None` if Postgres has not answered in time.
async fn answered<R>(
    slot: &mut PooledConnection<'_, Manager>,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<R>,
) -> Option<Result<R>> {
    slot.begin();
    let Ok(outcome) = timeout(ANSWER, work(&mut slot.connection)).await else {
        tracing::warn!("database did not answer in time; connection discarded");
        slot.doubt();
        return None;
    };
    slot.end();
    Some(outcome)
}

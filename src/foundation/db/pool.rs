//! The connections of a pool: how they are made, and when they are discarded.
//!
//! When the network to Postgres fails silently, every idle connection is as dead as the first one found dead. After one
//! connection has not answered, the others are tested before use ([`Doubts`]), and the first one that fails the test
//! marks all that are as old as dead. So an outage costs one caller a timeout, and not one caller for each connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bb8::ManageConnection;
use diesel::ConnectionError;
use diesel::connection::InstrumentationEvent;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError, PoolableConnection, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

use super::STATEMENTS;

pub type Pool = bb8::Pool<Manager>;

/// The role of a pool's connections, and their limits.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// The role of the database.
    pub name: &'static str,
    /// The longest time for one statement. Shorter than this side's limit, so that Postgres cancels first and says so.
    pub statement: Duration,
    /// Further settings of the connection.
    settings: &'static str,
}

/// Requests, on behalf of their callers.
pub const REQUESTS: Role = Role { name: "podium_user", statement: STATEMENT, settings: "" };

/// The service.
pub const SERVICE: Role = Role { name: "podium_service", statement: STATEMENT, settings: "" };

/// Searches, on behalf of their callers. How common the words are decides about the plan, so each has its own. What is
/// searched is in memory, where a look-up costs about as much as reading on.
pub const SEARCH: Role = Role {
    name: "podium_user",
    statement: Duration::from_secs(2),
    settings: "; SET plan_cache_mode = force_custom_plan; SET random_page_cost = 1.1; SET jit = off",
};

const STATEMENT: Duration = Duration::from_millis(4_500);

/// How long a request waits for a connection before it is answered `unavailable`.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);

/// How long a suspect connection may take to answer the test.
const PROOF: Duration = Duration::from_millis(500);

/// How long sent data may remain unacknowledged before the kernel closes the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// When the kernel first probes an idle connection, and how often and how many times it repeats that.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(5), 3);

/// Returns how to connect to Postgres. A vanished host sends nothing, so the kernel probes the connection; settings in
/// the URL take precedence.
///
/// # Errors
/// If the URL is not the address of a Postgres.
pub fn config(url: &str) -> Result<Config, tokio_postgres::Error> {
    let mut config: Config = url.parse()?;
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED);
    }
    if !url.contains("keepalives_idle") {
        config.keepalives_idle(KEEPALIVE.0);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(KEEPALIVE.1);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(KEEPALIVE.2);
    }
    Ok(config)
}

/// Makes a pool of `size` connections that have taken this role. Connections are made when they are needed.
pub fn pool(url: &str, role: Role, size: u32) -> Pool {
    let mut config = ManagerConfig::default();
    // A check without a round trip: connections that Postgres has closed are not handed out.
    config.recycling_method = RecyclingMethod::CustomFunction(Box::new(|connection: &mut AsyncPgConnection| {
        let broken = connection.is_broken();
        async move { if broken { Err(diesel::result::Error::BrokenTransactionManager) } else { Ok(()) } }.boxed()
    }));
    // The first caller makes the connection, but the connection's task must outlive that worker's thread.
    let runtime = Handle::current();
    config.custom_setup = Box::new(move |url| {
        let url = url.to_owned();
        let making = runtime.spawn(async move {
            match timeout(CONNECT, establish(&url, role)).await {
                Ok(made) => made,
                Err(_) => Err(ConnectionError::BadConnection("no connection available in time".to_owned())),
            }
        });
        making.map(|made| made.unwrap_or_else(|cause| Err(ConnectionError::BadConnection(cause.to_string())))).boxed()
    });
    let inner = AsyncDieselConnectionManager::new_with_config(url, config);
    Pool::builder()
        .max_size(size)
        .connection_timeout(PATIENCE)
        .build_unchecked(Manager { inner, doubts: Arc::default() })
}

async fn establish(url: &str, role: Role) -> Result<AsyncPgConnection, ConnectionError> {
    let bad = |cause: tokio_postgres::Error| ConnectionError::BadConnection(cause.to_string());
    let (client, driver) = config(url).map_err(bad)?.connect(NoTls).await.map_err(bad)?;
    let mut connection = AsyncPgConnection::try_from_client_and_connection(client, driver).await?;
    // A transaction whose end got lost would keep its locks for as long as Postgres believes that the client is
    // connected.
    let limits = "SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '5s'";
    let Role { name, statement, settings } = role;
    connection
        .batch_execute(&format!(
            "SET ROLE {name}; SET statement_timeout = {}; {limits}{settings}",
            statement.as_millis()
        ))
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    connection.set_instrumentation(|event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
        }
    });
    Ok(connection)
}

/// The failures of a pool's connections to answer.
#[derive(Debug, Default)]
struct Doubts {
    /// The number of failures. A connection that has not answered since the last one must be tested.
    raised: AtomicU64,
    /// The number at which a second failure confirmed the loss: connections that have not answered since are dead.
    confirmed: AtomicU64,
}

/// A pooled connection with its state.
pub struct Slot {
    pub connection: AsyncPgConnection,
    /// Whether a use is in progress.
    busy: bool,
    doubts: Arc<Doubts>,
    /// The number of failures before the last use that was answered.
    proved: u64,
    /// The number of failures before the current use.
    began: u64,
}

impl Slot {
    /// Marks the beginning of a use.
    pub fn begin(&mut self) {
        self.busy = true;
        self.began = self.doubts.raised.load(Ordering::Acquire);
    }

    /// Marks the end of a use, with everything answered.
    pub fn end(&mut self) {
        self.busy = false;
        self.proved = self.began;
    }

    /// Records that the connection did not answer: it is discarded, and the others become suspect.
    pub fn doubt(&self) {
        self.doubts.raised.fetch_add(1, Ordering::AcqRel);
    }
}

/// Makes the connections of a pool, and discards those that return in the middle of a use.
pub struct Manager {
    inner: AsyncDieselConnectionManager<AsyncPgConnection>,
    doubts: Arc<Doubts>,
}

impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = PoolError;

    async fn connect(&self) -> Result<Slot, PoolError> {
        let proved = self.doubts.raised.load(Ordering::Acquire);
        let connection = self.inner.connect().await?;
        Ok(Slot { connection, busy: false, doubts: Arc::clone(&self.doubts), proved, began: proved })
    }

    async fn is_valid(&self, slot: &mut Slot) -> Result<(), PoolError> {
        self.inner.is_valid(&mut slot.connection).await?;
        let raised = self.doubts.raised.load(Ordering::Acquire);
        if slot.proved == raised {
            return Ok(());
        }
        let dead = || PoolError::QueryError(diesel::result::Error::BrokenTransactionManager);
        if slot.proved < self.doubts.confirmed.load(Ordering::Acquire) {
            return Err(dead());
        }
        slot.begin();
        if !matches!(timeout(PROOF, slot.connection.batch_execute("SELECT 1")).await, Ok(Ok(()))) {
            self.doubts.confirmed.fetch_max(raised, Ordering::AcqRel);
            return Err(dead());
        }
        slot.end();
        Ok(())
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.busy || self.inner.has_broken(&mut slot.connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_watched_by_the_kernel_unless_the_url_says_how() {
        let watched = config("postgres://ann@db/podium").unwrap();
        assert_eq!(watched.get_tcp_user_timeout(), Some(&UNACKNOWLEDGED));
        assert_eq!(watched.get_keepalives_idle(), KEEPALIVE.0);
        let url = "postgres://ann@db/podium?keepalives_idle=99&tcp_user_timeout=7&keepalives_retries=1";
        let config = config(url).unwrap();
        assert_eq!(config.get_keepalives_idle(), Duration::from_secs(99));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(config.get_keepalives_retries(), Some(1));
    }
}

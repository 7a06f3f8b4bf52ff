//! The connections of a pool: how they are made, and when one is not to be used any more.
//!
//! Where the way to Postgres was cut without a word, every idle connection is as dead as the one that was found to be so.
//! After one that did not answer, the others are asked before they are used ([`Doubts`]), and the first that does not answer
//! either condemns all that are as old: so an outage costs one caller its patience, and not one caller a connection.

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

/// How long a request waits for a connection before it is told `unavailable`.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);

/// How long a connection that is in doubt may take to answer.
const PROOF: Duration = Duration::from_millis(500);

/// How long what was sent may remain unacknowledged before the kernel gives the connection up.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// How soon an idle connection is asked by the kernel whether its other end is there, and how often and how many times again.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(5), 3);

/// How Postgres is connected to. A host that has vanished says nothing, so the kernel is to ask; what the URL says of that
/// goes before.
///
/// # Errors
/// If it is no address of a Postgres.
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

/// A pool of so many connections, which have taken this role. They are made when they are needed.
pub fn pool(url: &str, role: &'static str, size: u32) -> Pool {
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
            match timeout(CONNECT, establish(&url, role)).await {
                Ok(made) => made,
                Err(_) => Err(ConnectionError::BadConnection("no connection in time".to_owned())),
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

async fn establish(url: &str, role: &str) -> Result<AsyncPgConnection, ConnectionError> {
    let bad = |cause: tokio_postgres::Error| ConnectionError::BadConnection(cause.to_string());
    let (client, driver) = config(url).map_err(bad)?.connect(NoTls).await.map_err(bad)?;
    let mut connection = AsyncPgConnection::try_from_client_and_connection(client, driver).await?;
    // Shorter than what is waited here, so that Postgres gives up first and says so. A transaction whose end got lost on its
    // way would keep its locks for as long as Postgres believes that somebody is there.
    let limits = "SET statement_timeout = '4500ms'; SET lock_timeout = '4s'; \
                  SET idle_in_transaction_session_timeout = '5s'";
    connection
        .batch_execute(&format!("SET ROLE {role}; {limits}"))
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    connection.set_instrumentation(|event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
        }
    });
    Ok(connection)
}

/// How often a connection of the pool has not answered.
#[derive(Debug, Default)]
struct Doubts {
    /// How often in all. A connection that has not answered since the last time is to be asked.
    raised: AtomicU64,
    /// Connections that have not answered since this one are dead.
    confirmed: AtomicU64,
}

/// A pooled connection, and what is known of it.
pub struct Slot {
    pub connection: AsyncPgConnection,
    /// Whether something is under way on it.
    busy: bool,
    doubts: Arc<Doubts>,
    /// How many doubts there were when it last began what was then answered.
    proved: u64,
    /// How many there were when it began what is under way.
    began: u64,
}

impl Slot {
    /// Something is asked on it.
    pub fn begin(&mut self) {
        self.busy = true;
        self.began = self.doubts.raised.load(Ordering::Acquire);
    }

    /// All that was asked has been answered.
    pub fn end(&mut self) {
        self.busy = false;
        self.proved = self.began;
    }

    /// What was asked is not answered: this connection is not used any more, and the others are in doubt.
    pub fn doubt(&self) {
        self.doubts.raised.fetch_add(1, Ordering::AcqRel);
    }
}

/// Makes the connections of a pool, and throws away those that come back busy.
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
        let tuned = config(url).unwrap();
        assert_eq!(tuned.get_keepalives_idle(), Duration::from_secs(99));
        assert_eq!(tuned.get_tcp_user_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(tuned.get_keepalives_retries(), Some(1));
    }
}

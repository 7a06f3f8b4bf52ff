//! A writer's connection, and what its failures mean.
//!
//! This is tokio-postgres itself, below diesel-async: what to do after a failure depends on its SQLSTATE, and diesel
//! does not tell it.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::foundation::db;

/// How long a connection may take to be made.
pub(super) const CONNECT: Duration = Duration::from_secs(2);

/// How long a statement may take before its connection is given up. Above the server's own limits.
const ANSWER: Duration = Duration::from_secs(5);

/// What to do about a failure.
#[derive(Debug)]
pub enum Failure {
    /// Something in the group is at fault (SQLSTATE 22 and 23): halve it.
    Refused(String),
    /// The server or the connection is: send the same again on a new connection. The outcome is unknown.
    Lost(String),
    /// Nobody foresaw it (XX000 internal error, 58030 I/O error, 0A000 after a migration, 54000 limit exceeded, …): it may
    /// be the server, the connection's statements, or an entry. Send it again on a new connection, then halve it.
    Unforeseen(String),
}

impl Failure {
    fn of(state: &str, cause: String) -> Self {
        match state.get(..2) {
            Some("22" | "23") => Failure::Refused(cause),
            Some("08" | "40" | "53" | "55" | "57") => Failure::Lost(cause),
            // A server that was the primary one, and only reads now.
            _ if state == "25006" => Failure::Lost(cause),
            _ => Failure::Unforeseen(cause),
        }
    }

    /// Returns what Postgres or the driver said.
    pub(super) fn cause(self) -> String {
        match self {
            Failure::Refused(cause) | Failure::Lost(cause) | Failure::Unforeseen(cause) => cause,
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(state) = error.code().map(SqlState::code) else { return Failure::Lost(error.to_string()) };
        let text = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
        Failure::of(state, format!("{state}: {text}"))
    }
}

/// A process of Postgres that serves one connection. Its number alone may be another's later, or on another server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backend {
    pid: i32,
    since: DateTime<Utc>,
}

/// A writer's connection, as `podium_service`.
pub struct Connection {
    client: Client,
    backend: Backend,
    /// The database's line of history.
    epoch: String,
    /// What is prepared here, by its name.
    statements: HashMap<&'static str, Statement>,
}

impl Connection {
    /// Connects and takes the service's role. First ends `lost`, which served a connection that was given up: what was
    /// sent there may still be on its way, and must not be stored once nobody looks for it any more.
    pub(super) async fn open(name: &'static str, url: &str, lost: Option<Backend>) -> Result<Self, Failure> {
        let mut config = db::config(url)?;
        config.application_name(name);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
                tracing::debug!(name, %cause, "a writer's connection ended");
            }
        });
        // As who has logged in, who sees and may end the connections of the same login.
        if let Some(lost) = lost {
            end(&client, lost).await?;
        }
        let sql = "SELECT pid, backend_start, podium.epoch() FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        let row = client.query_one(sql, &[]).await?;
        let backend = Backend { pid: row.try_get(0)?, since: row.try_get(1)? };
        let epoch = row.try_get(2)?;
        // Shorter than ANSWER, so that Postgres gives up first and says so.
        let limits = "SET ROLE podium_service; SET statement_timeout = '4500ms'; SET lock_timeout = '4s'; \
             SET idle_in_transaction_session_timeout = '5s'";
        client.batch_execute(limits).await?;
        Ok(Connection { client, backend, epoch, statements: HashMap::new() })
    }

    /// Returns who serves it.
    pub(super) fn backend(&self) -> Backend {
        self.backend
    }

    /// Returns the line of history of the database that it leads to.
    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Returns whether it is known to be dead.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Prepares a statement, if it is not prepared here yet.
    ///
    /// # Errors
    /// What Postgres says of it.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.statement(sql, || sql.to_owned()).await.map(drop)
    }

    /// Runs a statement outside an explicit transaction, and reads to the end of the answer, which Postgres sends after the
    /// commit. It is prepared once a connection.
    ///
    /// # Errors
    /// What Postgres says, or that it says nothing in time.
    pub async fn query(&mut self, sql: &'static str, arguments: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        self.query_as(sql, || sql.to_owned(), arguments).await
    }

    /// The same for a statement that is put together at its first use, and has this name on the connection. The name
    /// alone decides what the text is: there is no end of statements that hold values.
    ///
    /// # Errors
    /// Those of [`Connection::query`].
    pub async fn query_as(
        &mut self,
        name: &'static str,
        sql: impl FnOnce() -> String,
        arguments: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Failure> {
        in_time(ANSWER, async {
            let statement = self.statement(name, sql).await?;
            Ok(self.client.query(&statement, arguments).await?)
        })
        .await
    }

    async fn statement(&mut self, name: &'static str, sql: impl FnOnce() -> String) -> Result<Statement, Failure> {
        if let Some(statement) = self.statements.get(name) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&sql()).await?;
        self.statements.insert(name, statement.clone());
        Ok(statement)
    }
}

/// Ends a process of Postgres if it is still there, and waits a second for that. What it has committed is there after that, and
/// nothing more comes of it.
async fn end(client: &Client, lost: Backend) -> Result<(), Failure> {
    let sql = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2";
    match client.query_opt(sql, &[&lost.pid, &lost.since]).await?.map(|row| row.try_get(0)).transpose()? {
        Some(false) => Err(Failure::Lost("the lost connection's process does not end".into())),
        Some(true) => {
            tracing::info!(pid = lost.pid, "the lost connection's process was still there, and is ended");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Opens a connection by `opening`, in time. Whatever is in the way, it is nothing about an entry.
pub(super) async fn opened<T>(opening: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    in_time(CONNECT, opening).await.map_err(|failure| Failure::Lost(failure.cause()))
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(Failure::Lost("no answer in time".into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_an_entrys_the_servers_or_nobodys() {
        let of = |state| Failure::of(state, String::new());
        for state in ["22021", "22P05", "23502", "23514"] {
            assert!(matches!(of(state), Failure::Refused(_)), "{state}");
        }
        for state in ["08006", "40001", "40P01", "53300", "55P03", "57014", "57P01", "25006"] {
            assert!(matches!(of(state), Failure::Lost(_)), "{state}");
        }
        for state in ["XX000", "58030", "0A000", "54000", "42883", "25001", "P0001", "", "2"] {
            assert!(matches!(of(state), Failure::Unforeseen(_)), "{state}");
        }
    }
}

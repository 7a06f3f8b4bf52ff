//! A writer's connection, and the classification of its failures.
//!
//! Uses tokio-postgres directly, below diesel-async: the handling of a failure depends on its SQLSTATE, which diesel
//! does not report.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::foundation::db;

/// The time limit of connecting.
pub(super) const CONNECT: Duration = Duration::from_secs(2);

/// How long a statement may take before its connection is discarded. Longer than the server's own limits.
const ANSWER: Duration = Duration::from_secs(5);

/// A failure, by how it is handled.
#[derive(Debug)]
pub enum Failure {
    /// An entry of the group is at fault (SQLSTATE 22 and 23): halve the group.
    Refused(String),
    /// The server or the connection is at fault: send the same group again on a new connection. The outcome is unknown.
    Lost(String),
    /// The cause is unexpected (XX000 internal error, 58030 I/O error, 0A000 after a migration, 54000 limit exceeded,
    /// …): it may be the server, the connection's statements, or an entry. Send the group again on a new connection,
    /// then halve it.
    Unforeseen(String),
}

impl Failure {
    fn of(state: &str, cause: String) -> Self {
        match state.get(..2) {
            Some("22" | "23") => Failure::Refused(cause),
            Some("08" | "40" | "53" | "55" | "57") => Failure::Lost(cause),
            // A former primary server that is now read-only.
            _ if state == "25006" => Failure::Lost(cause),
            _ => Failure::Unforeseen(cause),
        }
    }

    /// Returns the message of Postgres or the driver.
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

/// A backend process of Postgres. Its process id alone may belong to another one later, or on another server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backend {
    pid: i32,
    since: DateTime<Utc>,
}

/// A writer's connection, as `podium_service`.
pub struct Connection {
    client: Client,
    backend: Backend,
    /// The database's epoch.
    epoch: String,
    /// The prepared statements, by name.
    statements: HashMap<&'static str, Statement>,
}

impl Connection {
    /// Connects and takes the service's role. First ends `lost`, the backend of a discarded connection: statements sent
    /// to it may still be running, and must not be stored once their outcome is no longer checked.
    pub(super) async fn open(name: &'static str, url: &str, lost: Option<Backend>) -> Result<Self, Failure> {
        let mut config = db::config(url)?;
        config.application_name(name);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
                tracing::debug!(name, %cause, "writer's connection ended");
            }
        });
        // As the login role, which may see and end connections of the same login.
        if let Some(lost) = lost {
            end(&client, lost).await?;
        }
        let sql = "SELECT pid, backend_start, podium.epoch() FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        let row = client.query_one(sql, &[]).await?;
        let backend = Backend { pid: row.try_get(0)?, since: row.try_get(1)? };
        let epoch = row.try_get(2)?;
        // Shorter than ANSWER, so that Postgres cancels first and says so.
        let limits = "SET ROLE podium_service; SET statement_timeout = '4500ms'; SET lock_timeout = '4s'; \
             SET idle_in_transaction_session_timeout = '5s'";
        client.batch_execute(limits).await?;
        Ok(Connection { client, backend, epoch, statements: HashMap::new() })
    }

    /// Returns the backend process of this connection.
    pub(super) fn backend(&self) -> Backend {
        self.backend
    }

    /// Returns the epoch of the database.
    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Returns `true` if the connection is known to be closed.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Prepares a statement, unless it is prepared already.
    ///
    /// # Errors
    /// Those of Postgres.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.statement(sql, || sql.to_owned()).await.map(drop)
    }

    /// Runs a statement outside an explicit transaction, and reads to the end of the answer, which Postgres sends after
    /// the commit. The statement is prepared once a connection.
    ///
    /// # Errors
    /// Those of Postgres, or that it did not answer in time.
    pub async fn query(&mut self, sql: &'static str, arguments: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        self.query_as(sql, || sql.to_owned(), arguments).await
    }

    /// Runs, like [`Connection::query`], a statement whose text is built at its first use, and which has this name on the
    /// connection. The name must determine the text: a text must not contain values, which would prepare without end.
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

/// Ends a backend process if it is still there, and waits up to a second for that. Afterwards, what it has committed is
/// visible, and nothing more will be committed.
async fn end(client: &Client, lost: Backend) -> Result<(), Failure> {
    let sql = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2";
    match client.query_opt(sql, &[&lost.pid, &lost.since]).await?.map(|row| row.try_get(0)).transpose()? {
        Some(false) => Err(Failure::Lost("the lost connection's backend did not end".into())),
        Some(true) => {
            tracing::info!(pid = lost.pid, "backend of the lost connection ended");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Opens a connection by `opening`, within a time limit. No failure counts against an entry.
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

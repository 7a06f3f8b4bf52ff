//! The journal's statements, on a connection of its own.
//!
//! This is tokio-postgres itself, below diesel-async: what to do after a failure depends on its SQLSTATE, and diesel
//! does not tell it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

use super::{Amend, Append, Call};
use crate::crew::messages::{self, Kind, Message};
use crate::foundation::db;
use crate::foundation::errors::Error;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);

/// How long a statement may take before its connection is given up. Above the server's own limits.
const ANSWER: Duration = Duration::from_secs(5);

/// What to do about a failure.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something in the group is at fault (SQLSTATE 22 and 23): halve it.
    Group(String),
    /// The server or the connection is: send the same again on a new connection. The outcome is unknown.
    Again(String),
    /// Nobody foresaw it (XX000 internal error, 58030 I/O error, 0A000 after a migration, 54000 limit exceeded, …): it may
    /// be the server, the connection's statements, or an entry. Send it again on a new connection, then halve it.
    Odd(String),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(state) = error.code().map(SqlState::code) else { return Failure::Again(error.to_string()) };
        let text = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
        let text = format!("{state}: {text}");
        match state.get(..2) {
            Some("22" | "23") => Failure::Group(text),
            Some("08" | "40" | "53" | "55" | "57") => Failure::Again(text),
            _ if state == "25006" => Failure::Again(text),
            _ => Failure::Odd(text),
        }
    }
}

/// A row of `podium.append`.
pub(super) struct Verdict {
    pub code: String,
    pub seq: Option<i64>,
    pub at: Option<DateTime<Utc>>,
    pub fresh: bool,
}

/// A row of `podium.amend`.
pub(super) struct Amendation {
    pub code: String,
    pub seq: Option<i64>,
    pub message: Option<Message>,
}

/// The rows of a membership function.
pub(super) struct Outcome {
    pub code: String,
    pub seat: Option<i16>,
    /// From when on it is worth asking again.
    pub again: Option<DateTime<Utc>>,
    /// The event of its pods; not of one that the call has made.
    pub event_id: Option<Uuid>,
    /// New lines, each with its pod, ascending in each pod.
    pub lines: Vec<(Uuid, Message)>,
    /// The pods that the call names without a line.
    pub pods: Vec<Uuid>,
}

/// A process of Postgres that serves one connection. Its number alone may be another's later, or on another server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backend {
    pid: i32,
    since: DateTime<Utc>,
}

/// A connection as `podium_service`.
pub(super) struct Connection {
    client: Client,
    backend: Backend,
    /// The database's line of history.
    epoch: String,
    append: Statement,
    /// The same for groups in which something answers a message or names somebody.
    append_more: Statement,
    amend: Statement,
}

impl Connection {
    /// Connects, takes the service's role and prepares. First ends `lost`, which served a connection that was given up:
    /// what was sent there may still be on its way, and must not be stored once nobody looks for it any more.
    pub(super) async fn open(url: &str, lost: Option<Backend>) -> Result<Self, Failure> {
        let opening = async {
            let mut config = db::config(url)?;
            config.application_name("podium journal");
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(async move {
                if let Err(cause) = connection.await {
                    tracing::debug!(%cause, "the journal's connection ended");
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
            client
                .batch_execute("SET ROLE podium_service; SET statement_timeout = '4500ms'; SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '5s'")
                .await?;
            let append =
                client.prepare("SELECT code, seq, at, fresh FROM podium.append($1, $2, $3, $4) ORDER BY ord").await?;
            let append_more = client
                .prepare("SELECT code, seq, at, fresh FROM podium.append($1, $2, $3, $4, $5, $6) ORDER BY ord")
                .await?;
            let amend = client
                .prepare("SELECT code, seq, message FROM podium.amend($1, $2, $3, $4, $5, $6, $7) ORDER BY ord")
                .await?;
            Ok(Connection { client, backend, epoch, append, append_more, amend })
        };
        // Whatever is in the way here, it is nothing about an entry.
        in_time(CONNECT, opening).await.map_err(|failure| match failure {
            Failure::Group(cause) | Failure::Again(cause) | Failure::Odd(cause) => Failure::Again(cause),
        })
    }

    /// Who serves it.
    pub(super) fn backend(&self) -> Backend {
        self.backend
    }

    /// The line of history of the database that it leads to.
    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether it is known to be dead.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Appends a group outside an explicit transaction. Answers a verdict for each, in order, once it is committed.
    pub(super) async fn append<'a>(
        &self,
        group: impl Iterator<Item = &'a Append> + Clone,
    ) -> Result<Vec<Verdict>, Failure> {
        let is_plain = group.clone().all(Append::is_plain);
        let (mut replies, mut mentions) = (Vec::new(), Vec::new());
        let (mut pods, mut ids, mut users, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for append in group {
            pods.push(append.pod_id);
            ids.push(append.id);
            users.push(append.user_id);
            texts.push(append.text.as_str());
            if !is_plain {
                replies.push(append.reply_to);
                mentions.push(
                    Some(&append.mentions).filter(|mentions| !mentions.is_empty()).map(|mentions| array(mentions)),
                );
            }
        }
        // `query` reads to the end of the answer, which Postgres sends after the commit.
        let rows = in_time(ANSWER, async {
            Ok(match is_plain {
                true => self.client.query(&self.append, &[&pods, &ids, &users, &texts]).await?,
                false => {
                    let arguments: [&(dyn ToSql + Sync); 6] = [&pods, &ids, &users, &texts, &replies, &mentions];
                    self.client.query(&self.append_more, &arguments).await?
                }
            })
        })
        .await?;
        let verdicts = rows.iter().map(|row| {
            Ok(Verdict { code: row.try_get(0)?, seq: row.try_get(1)?, at: row.try_get(2)?, fresh: row.try_get(3)? })
        });
        verdicts.collect::<Result<Vec<_>, tokio_postgres::Error>>().map_err(Failure::from)
    }

    /// Changes messages, likewise.
    pub(super) async fn amend<'a>(&self, group: impl Iterator<Item = &'a Amend>) -> Result<Vec<Amendation>, Failure> {
        let (mut pods, mut ids, mut users, mut ops) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut changes, mut values, mut mentions) = (Vec::new(), Vec::new(), Vec::new());
        for amend in group {
            pods.push(amend.pod_id);
            ids.push(amend.id);
            users.push(amend.user_id);
            ops.push(amend.op);
            let (change, value) = amend.change.as_sql();
            changes.push(change);
            values.push(value);
            mentions.push(amend.change.mentions().map(array));
        }
        let rows = in_time(ANSWER, async {
            let arguments: [&(dyn ToSql + Sync); 7] = [&pods, &ids, &users, &changes, &values, &ops, &mentions];
            Ok(self.client.query(&self.amend, &arguments).await?)
        })
        .await?;
        let verdicts = rows.iter().map(|row| {
            let message: Option<serde_json::Value> = row.try_get(2)?;
            let message = message.map(messages::store::of_json).transpose();
            // It is committed, and cannot be read back.
            let message = message.map_err(|error: Error| Failure::Odd(error.reason.into_owned()))?;
            Ok(Amendation { code: row.try_get(0)?, seq: row.try_get(1)?, message })
        });
        verdicts.collect()
    }

    /// Runs a membership function.
    pub(super) async fn call(&self, call: &Call) -> Result<Outcome, Failure> {
        let rows = in_time(ANSWER, async { Ok(self.rows(call).await?) }).await?;
        let mut outcome = Outcome {
            code: "not_found".into(),
            seat: None,
            again: None,
            event_id: None,
            lines: Vec::new(),
            pods: Vec::new(),
        };
        for row in &rows {
            read_line(row, &mut outcome).map_err(Failure::from)?;
        }
        Ok(outcome)
    }

    async fn rows(&self, call: &Call) -> Result<Vec<Row>, tokio_postgres::Error> {
        const COLUMNS: &str = "SELECT code, seat, pod_id, id, seq, user_id, kind, text, at, \
             (SELECT event_id FROM pods WHERE pods.id = called.pod_id) FROM podium.";
        macro_rules! run {
            ($function:literal, $($argument:expr),+) => {
                self.client.query(&format!("{COLUMNS}{} called", $function), &[$(&$argument),+]).await
            };
        }
        match call {
            Call::Open { pod_id, event_id, by, name, join_policy, limit: None } => {
                run!("pod_open($1, $2, $3, $4, $5)", pod_id, event_id, by, name, join_policy.as_str())
            }
            Call::Open { pod_id, event_id, by, name, join_policy, limit: Some(limit) } => {
                let (policy, [count, seconds]) = (join_policy.as_str(), limit.as_sql());
                run!("pod_open($1, $2, $3, $4, $5, $6, $7)", pod_id, event_id, by, name, policy, count, seconds)
            }
            Call::Join { pod_id, user_id } => run!("pod_join($1, $2)", pod_id, user_id),
            Call::Accept { user_id, code, .. } => run!("invite_accept($1, $2)", code, user_id),
            Call::Leave { pod_id, user_id } => run!("pod_leave($1, $2)", pod_id, user_id),
            Call::Remove { pod_id, by, user_id } => run!("pod_remove($1, $2, $3)", pod_id, by, user_id),
            Call::Admit { pod_id, by, user_id } => run!("pod_admit($1, $2, $3)", pod_id, by, user_id),
            Call::Change { pod_id, by, name, join_policy } => {
                run!("pod_change($1, $2, $3, $4)", pod_id, by, name, join_policy.map(|policy| policy.as_str()))
            }
            Call::HandOver { pod_id, by, user_id } => run!("pod_hand_over($1, $2, $3)", pod_id, by, user_id),
            Call::Close { pod_id, by } => run!("pod_close($1, $2)", pod_id, by),
            Call::LeaveEvent { event_id, user_id } => run!("leave_event($1, $2)", event_id, user_id),
            Call::DeleteEvent { event_id, by } => run!("event_delete($1, $2)", event_id, by),
        }
    }
}

/// Ends a process of Postgres if it is still there, and waits a second for that. What it has committed is there after that, and
/// nothing more comes of it.
async fn end(client: &Client, lost: Backend) -> Result<(), Failure> {
    let sql = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2";
    match client.query_opt(sql, &[&lost.pid, &lost.since]).await?.map(|row| row.try_get(0)).transpose()? {
        Some(false) => Err(Failure::Again("the lost connection's process does not end".into())),
        Some(true) => {
            tracing::info!(pid = lost.pid, "the lost connection's process was still there, and is ended");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Ids as the text of an array.
fn array(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    format!("{{{}}}", ids.join(","))
}

fn read_line(row: &Row, outcome: &mut Outcome) -> Result<(), tokio_postgres::Error> {
    outcome.code = row.try_get(0)?;
    outcome.seat = row.try_get(1)?;
    outcome.event_id = outcome.event_id.or(row.try_get(9)?);
    let pod_id: Option<Uuid> = row.try_get(2)?;
    let id: Option<Uuid> = row.try_get(3)?;
    match (pod_id, id) {
        (Some(pod_id), Some(id)) => {
            let kind: &str = row.try_get(6)?;
            let kind = Kind::read(kind).unwrap_or(Kind::Text);
            let line = Message::fresh(id, row.try_get(4)?, row.try_get(5)?, kind, row.try_get(7)?, row.try_get(8)?);
            outcome.lines.push((pod_id, line));
        }
        (Some(pod_id), None) => {
            outcome.again = row.try_get(8)?;
            outcome.pods.push(pod_id);
        }
        (None, _) => {}
    }
    Ok(())
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(Failure::Again("no answer in time".into())))
}

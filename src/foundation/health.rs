//! The health of this node: whether it should get traffic, as `/readyz` answers.
//!
//! Each part reports its own state, and the worst one counts. Only a failure that makes this node useless takes it out
//! of the balancer: without a bus it is `degraded` and stays 200, since the other nodes would be no better.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::timeout;

use super::{db, metrics};

/// How often Postgres is queried.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long one query may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long Postgres may be unavailable before the node is no longer ready. During shorter absences, such as a
/// failover, sends wait.
const LONG: Duration = Duration::from_secs(10);

/// The state of a part, from best to worst.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartState {
    /// The part works.
    Ok,
    /// The node serves with restrictions, for this reason.
    Degraded(String),
    /// The node cannot serve, for this reason.
    Unavailable(String),
}

/// The node's state. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<NodeState>>);

#[derive(Debug, Default)]
struct NodeState {
    states: BTreeMap<&'static str, PartState>,
    draining: bool,
}

/// The answer of `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The overall state: `ok`, `degraded`, `draining` or `unavailable`.
    pub status: &'static str,
    /// The parts, each `ok` or with its reason.
    pub parts: BTreeMap<&'static str, String>,
    /// Whether the node should get traffic.
    #[serde(skip)]
    pub ready: bool,
}

impl Health {
    /// Returns the state of a node without parts, which is `ok`.
    pub fn new() -> Self {
        Health::default()
    }

    /// Sets the state of a part. Logs a change.
    pub fn report(&self, part: &'static str, state: PartState) {
        let mut parts = self.0.lock();
        if parts.states.get(part) == Some(&state) {
            return;
        }
        match &state {
            PartState::Ok => tracing::info!(part, "part is healthy"),
            PartState::Degraded(why) => tracing::warn!(part, why, "part is degraded"),
            PartState::Unavailable(why) => tracing::error!(part, why, "part is unavailable"),
        }
        parts.states.insert(part, state);
    }

    /// Marks the node as draining.
    pub fn drain(&self) {
        self.0.lock().draining = true;
    }

    /// Returns `true` if the node is draining.
    pub fn is_draining(&self) -> bool {
        self.0.lock().draining
    }

    /// Returns the overall state with all parts.
    pub fn summary(&self) -> Report {
        let parts = self.0.lock();
        let (status, ready) = match parts.states.values().max() {
            _ if parts.draining => ("draining", false),
            Some(PartState::Unavailable(_)) => ("unavailable", false),
            Some(PartState::Degraded(_)) => ("degraded", true),
            Some(PartState::Ok) | None => ("ok", true),
        };
        let shown = parts.states.iter().map(|(part, state)| {
            let state = match state {
                PartState::Ok => "ok".to_owned(),
                PartState::Degraded(why) | PartState::Unavailable(why) => why.clone(),
            };
            (*part, state)
        });
        Report { status, parts: shown.collect(), ready }
    }
}

/// Queries Postgres every second over a connection of its own, so that busy pools do not look like an unavailable
/// database. Never returns.
pub async fn watch_database(health: Health, url: String) {
    let mut last_answer = Instant::now();
    let mut client = None;
    let up = metrics::DB_UP.gauge(metrics::NONE);
    loop {
        let answered = timeout(PATIENCE, ask(&mut client, &url)).await;
        let state = match answered {
            Ok(Ok(())) => {
                last_answer = Instant::now();
                PartState::Ok
            }
            trouble => {
                client = None;
                let why = match trouble {
                    Ok(Err(cause)) => cause,
                    _ => "does not answer".to_owned(),
                };
                judge(last_answer.elapsed(), why)
            }
        };
        up.set(if state == PartState::Ok { 1.0 } else { 0.0 });
        health.report("database", state);
        tokio::time::sleep(INTERVAL).await;
    }
}

fn judge(away: Duration, why: String) -> PartState {
    if away < LONG { PartState::Degraded(why) } else { PartState::Unavailable(why) }
}

async fn ask(client: &mut Option<tokio_postgres::Client>, url: &str) -> Result<(), String> {
    // The driver's messages contain neither user nor password.
    let shown = |cause: tokio_postgres::Error| match cause.as_db_error() {
        Some(answer) => answer.message().to_owned(),
        None => std::error::Error::source(&cause).map_or_else(|| cause.to_string(), |source| source.to_string()),
    };
    if client.is_none() {
        let config = db::config(url).map_err(shown)?;
        let (fresh, connection) = config.connect(tokio_postgres::NoTls).await.map_err(shown)?;
        tokio::spawn(connection);
        *client = Some(fresh);
    }
    match client {
        Some(client) => client.simple_query("SELECT 1").await.map(drop).map_err(shown),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_part_counts_unless_the_node_drains() {
        let health = Health::new();
        assert_eq!(health.summary().status, "ok");
        health.report("database", PartState::Ok);
        health.report("bus", PartState::Degraded("not heard for 2 s".into()));
        let report = health.summary();
        assert_eq!((report.status, report.ready), ("degraded", true));
        assert_eq!(report.parts["bus"], "not heard for 2 s");
        health.report("database", PartState::Unavailable("refused".into()));
        assert_eq!((health.summary().status, health.summary().ready), ("unavailable", false));
        health.report("database", PartState::Ok);
        health.report("bus", PartState::Ok);
        assert_eq!(health.summary().status, "ok");
        health.drain();
        assert_eq!((health.summary().status, health.summary().ready), ("draining", false));
    }

    #[test]
    fn a_short_absence_only_degrades() {
        assert!(matches!(judge(Duration::from_secs(9), String::new()), PartState::Degraded(_)));
        assert!(matches!(judge(Duration::from_secs(10), String::new()), PartState::Unavailable(_)));
    }

    #[tokio::test]
    async fn the_reason_contains_no_password() {
        let mut client = None;
        let why = ask(&mut client, "postgres://ann:hunter2@127.0.0.1:1/podium").await.unwrap_err();
        assert!(why.contains("refused") && !why.contains("hunter2"), "{why}");
    }
}

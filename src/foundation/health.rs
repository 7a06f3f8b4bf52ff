//! Whether this node should be sent traffic: what `/readyz` answers, and who finds out.
//!
//! Each part reports its own state; the node is as well as the worst of them. Only what makes the node useless takes
//! it out of the balancer: a bus that is away is `degraded` and stays 200, since another node would fare no better.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::timeout;

use super::{db, metrics};

/// How often Postgres is asked.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// For how long Postgres may be away before the node is no longer ready. Shorter absences, such as a failover, are ridden
/// out: sends wait.
const LONG: Duration = Duration::from_secs(10);

/// How a part of the node is. Ordered from well to ill.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartState {
    /// As it should be.
    Ok,
    /// The node serves, but not as it should; why.
    Degraded(String),
    /// The node cannot serve; why.
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

/// What `/readyz` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `ok`, `degraded`, `draining` or `unavailable`.
    pub status: &'static str,
    /// Each part, `ok` or what is wrong with it.
    pub parts: BTreeMap<&'static str, String>,
    /// Whether to send traffic here.
    #[serde(skip)]
    pub ready: bool,
}

impl Health {
    /// All well, no part known.
    pub fn new() -> Self {
        Health::default()
    }

    /// How a part is from now on. Logs when that changes.
    pub fn report(&self, part: &'static str, state: PartState) {
        let mut parts = self.0.lock();
        if parts.states.get(part) == Some(&state) {
            return;
        }
        match &state {
            PartState::Ok => tracing::info!(part, "well"),
            PartState::Degraded(why) => tracing::warn!(part, why, "degraded"),
            PartState::Unavailable(why) => tracing::error!(part, why, "unavailable"),
        }
        parts.states.insert(part, state);
    }

    /// From now on the node is about to stop.
    pub fn drain(&self) {
        self.0.lock().draining = true;
    }

    /// Whether the node is about to stop.
    pub fn is_draining(&self) -> bool {
        self.0.lock().draining
    }

    /// The whole.
    pub fn summary(&self) -> Report {
        let parts = self.0.lock();
        let (status, ready) = match parts.states.values().max() {
            _ if parts.draining => ("draining", false),
            Some(PartState::Unavailable(_)) => ("unavailable", false),
            Some(PartState::Degraded(_)) => ("degraded", true),
            Some(PartState::Ok) | None => ("ok", true),
        };
        let named = parts.states.iter().map(|(part, state)| {
            let state = match state {
                PartState::Ok => "ok".to_owned(),
                PartState::Degraded(why) | PartState::Unavailable(why) => why.clone(),
            };
            (*part, state)
        });
        Report { status, parts: named.collect(), ready }
    }
}

/// Asks Postgres every second over a connection of its own, so that busy pools are not taken for a database that is
/// away; for ever.
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
    // The driver's own words name neither user nor password.
    let describe = |cause: tokio_postgres::Error| match cause.as_db_error() {
        Some(answer) => answer.message().to_owned(),
        None => std::error::Error::source(&cause).map_or_else(|| cause.to_string(), |source| source.to_string()),
    };
    if client.is_none() {
        let config = db::config(url).map_err(describe)?;
        let (fresh, connection) = config.connect(tokio_postgres::NoTls).await.map_err(describe)?;
        tokio::spawn(connection);
        *client = Some(fresh);
    }
    match client {
        Some(client) => client.simple_query("SELECT 1").await.map(drop).map_err(describe),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_part_speaks_for_the_node_and_draining_for_all() {
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
    fn a_short_absence_is_ridden_out() {
        assert!(matches!(judge(Duration::from_secs(9), String::new()), PartState::Degraded(_)));
        assert!(matches!(judge(Duration::from_secs(10), String::new()), PartState::Unavailable(_)));
    }

    #[tokio::test]
    async fn a_missing_database_is_reported_without_its_password() {
        let mut client = None;
        let why = ask(&mut client, "postgres://ann:hunter2@127.0.0.1:1/podium").await.unwrap_err();
        assert!(why.contains("refused") && !why.contains("hunter2"), "{why}");
    }
}

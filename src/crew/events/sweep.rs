//! The sweep of events: compares the heads of the live events' walls with Postgres, and so finds whatever the bus has lost.
//!
//! Heads are compared in one statement, which answers only those that differ, at the pace of the pods' sweep. Members are
//! counted likewise, at most once a second, and so seldom that it keeps Postgres busy for a fiftieth of the time at most.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use super::hub::{Due, EventHub};
use super::store::live;
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::foundation::metrics;
use crate::realtime::nodes::Status;
use crate::realtime::pace::Pace;

/// Between two counts, at least.
const COUNTS: Duration = Duration::from_secs(1);

/// And at least so many times what the last one took.
pub(super) const SHARE: u32 = 50;

/// The sweep of one node.
pub struct Sweep {
    database: Database,
    live: Arc<EventHub>,
    pace: Pace,
    /// When members may be counted again.
    count_at: Instant,
}

impl Sweep {
    /// Over these events, at the pace that `status` calls for.
    pub fn new(database: Database, live: Arc<EventHub>, status: watch::Receiver<Status>) -> Self {
        Sweep { database, live, pace: Pace::new(status), count_at: Instant::now() }
    }

    /// Sweeps, for ever.
    pub async fn run(mut self) {
        loop {
            let looked = self.look().await;
            if let Err(cause) = &looked {
                // What was not found this time is found the next, as soon as Postgres answers.
                tracing::debug!(%cause, "the sweep of events could not read");
            }
            self.pace.next(looked.is_ok(), std::future::pending()).await;
        }
    }

    async fn look(&mut self) -> Result<()> {
        let known = self.live.known();
        if known.is_empty() {
            return Ok(());
        }
        let heads: Vec<(Uuid, i64)> = known.iter().map(|known| (known.event_id, known.position)).collect();
        let began = Instant::now();
        let found = self.database.service(async |conn| live::sweep(conn, &heads).await).await?;
        metrics::SWEEP_SECONDS.spread(&[("of", "walls")]).record(began.elapsed());
        metrics::SWEEP_FOUND.count(&[("of", "walls")]).increment(found.len() as u64);
        for found in found {
            self.live.note(found.event_id, Due { wall: true, count: false });
        }
        if began < self.count_at {
            return Ok(());
        }
        let began = Instant::now();
        let members: HashMap<Uuid, i64> = known.iter().map(|known| (known.event_id, known.members)).collect();
        let events = members.keys().copied().collect();
        let counted = self.database.service(async |conn| live::counts(conn, events).await).await;
        self.count_at = Instant::now() + COUNTS.max(began.elapsed() * SHARE);
        metrics::SWEEP_SECONDS.spread(&[("of", "members")]).record(began.elapsed());
        for (event_id, count) in counted? {
            if members.get(&event_id) != Some(&count) {
                metrics::SWEEP_FOUND.count(&[("of", "members")]).increment(1);
                self.live.note(event_id, Due { wall: false, count: true });
            }
        }
        Ok(())
    }
}

//! The sweep of feeds: compares the heads of the live events' feeds with Postgres, and so finds what the bus has lost.
//!
//! Heads are compared in one statement, which returns only those that differ, at the pace of the pods' sweep. Each
//! tally is compared likewise, at most four times a second, and so seldom that it takes at most a fiftieth of Postgres's
//! time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use super::hub::EventHub;
use super::kinds::AnyTally;
use super::marks::{Due, SentMarks};
use super::{SHARE, store};
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::foundation::metrics;
use crate::realtime::nodes::Status;
use crate::realtime::pace::Pace;

/// Minimum interval between two comparisons of a tally.
const COUNTS: Duration = Duration::from_millis(250);

/// The sweep of one node.
pub struct Sweep {
    database: Database,
    hub: Arc<EventHub>,
    pace: Pace,
    /// When each tally may be compared again.
    count_at: HashMap<usize, Instant>,
}

impl Sweep {
    /// Creates a sweep of these events, at the pace of `status`.
    pub fn new(database: Database, hub: Arc<EventHub>, status: watch::Receiver<Status>) -> Self {
        Sweep { database, hub, pace: Pace::new(status), count_at: HashMap::new() }
    }

    /// Sweeps, for ever.
    pub async fn run(mut self) {
        loop {
            let compared = self.compare().await;
            if let Err(cause) = &compared {
                // The next comparison finds what this one missed, once Postgres answers.
                tracing::debug!(%cause, "sweep of events could not read");
            }
            self.pace.next(compared.is_ok(), std::future::pending()).await;
        }
    }

    async fn compare(&mut self) -> Result<()> {
        let all = self.hub.sent();
        if all.is_empty() {
            return Ok(());
        }
        let heads: Vec<(Uuid, i64)> = all.iter().map(|event| (event.event_id, event.position)).collect();
        let began = Instant::now();
        let found = self.database.service(async |conn| store::different(conn, &heads).await).await?;
        metrics::SWEEP_SECONDS.histogram(&[("of", "walls")]).record(began.elapsed());
        metrics::SWEEP_FOUND.counter(&[("of", "walls")]).increment(found.len() as u64);
        found.into_iter().for_each(|event_id| self.hub.note(event_id, Due::ITEMS));
        for (place, tally) in self.hub.kinds().tallies().iter().enumerate() {
            if self.count_at.get(&place).is_none_or(|at| began >= *at) {
                self.compare_tally(place, tally, &all).await?;
            }
        }
        Ok(())
    }

    async fn compare_tally(&mut self, place: usize, tally: &AnyTally, all: &[SentMarks]) -> Result<()> {
        let began = Instant::now();
        let sent: HashMap<Uuid, i64> = all.iter().map(|event| (event.event_id, event.revisions[place])).collect();
        let events = sent.keys().copied().collect();
        let revisions = self.database.service(async |conn: &mut _| tally.revisions(conn, events).await).await;
        self.count_at.insert(place, Instant::now() + COUNTS.max(began.elapsed() * SHARE));
        let of = [("of", tally.field())];
        metrics::SWEEP_SECONDS.histogram(&of).record(began.elapsed());
        for (event_id, revision) in revisions? {
            if sent.get(&event_id) != Some(&revision) {
                metrics::SWEEP_FOUND.counter(&of).increment(1);
                self.hub.note(event_id, Due::tally(place));
            }
        }
        Ok(())
    }
}

//! The sweep: compares the state of this node's live pods with Postgres, and so finds what the bus has lost.
//!
//! The heads of all live pods are compared in one statement, which returns only those that differ, at the pace of
//! [`Pace`]. Read marks and inboxes, which may come later, are compared at most once per `MARKS`. The sweep delivers
//! nothing: actors learn how far their log reaches, and read what they miss.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use super::hub::PodHub;
use super::store::realtime::{self, Mark};
use crate::crew::journal::Deliver;
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::foundation::metrics;
use crate::realtime::nodes::Status;
use crate::realtime::pace::Pace;

/// Minimum interval between two comparisons of read marks and inboxes.
const MARKS: Duration = Duration::from_secs(1);

/// The sweep of one node.
pub struct Sweep {
    database: Database,
    live: Arc<PodHub>,
    pace: Pace,
    /// The sum of each pod's read marks at the last comparison.
    sums: HashMap<Uuid, i64>,
    marks_compared_at: Option<Instant>,
}

impl Sweep {
    /// Creates a sweep of these pods, at the pace of `status`.
    pub fn new(database: Database, live: Arc<PodHub>, status: watch::Receiver<Status>) -> Self {
        Sweep { database, live, pace: Pace::new(status), sums: HashMap::new(), marks_compared_at: None }
    }

    /// Sweeps, for ever.
    pub async fn run(mut self) {
        loop {
            let compared = self.compare().await;
            if let Err(cause) = &compared {
                // The next comparison finds what this one missed, once Postgres answers.
                tracing::debug!(%cause, "sweep of pods could not read");
            }
            self.pace.next(compared.is_ok(), self.live.sweep_now.notified()).await;
        }
    }

    async fn compare(&mut self) -> Result<()> {
        let began = Instant::now();
        let known = self.live.heads();
        let read = async |conn: &mut _| Ok((realtime::epoch(conn).await?, realtime::sweep(conn, &known).await?));
        let (epoch, found) = self.database.service(read).await?;
        metrics::SWEEP_SECONDS.histogram(&[("of", "heads")]).record(began.elapsed());
        self.live.epoch(&epoch);
        metrics::SWEEP_FOUND.counter(&[("of", "heads")]).increment(found.len() as u64);
        found.into_iter().for_each(|found| self.live.found(&found));
        if self.marks_compared_at.is_none_or(|at| at.elapsed() >= MARKS) {
            self.marks_compared_at = Some(began);
            self.live.observed(|observer| observer.compare());
            self.compare_marks(known.into_iter().map(|(pod_id, ..)| pod_id).collect()).await?;
        }
        Ok(())
    }

    async fn compare_marks(&mut self, pods: Vec<Uuid>) -> Result<()> {
        let began = Instant::now();
        let sums = self.database.service(async |conn| realtime::sums_of_marks(conn, pods).await).await?;
        let sums: HashMap<Uuid, i64> = sums.into_iter().collect();
        let moved = sums.iter().filter(|(pod_id, sum)| self.sums.get(*pod_id) != Some(*sum));
        let moved: Vec<Uuid> = moved.map(|(pod_id, _)| *pod_id).collect();
        let marks = match moved.is_empty() {
            true => Vec::new(),
            false => self.database.service(async |conn| realtime::marks(conn, moved).await).await?,
        };
        self.sums = sums;
        metrics::SWEEP_SECONDS.histogram(&[("of", "marks")]).record(began.elapsed());
        let mut by_pod: HashMap<Uuid, Vec<Mark>> = HashMap::new();
        for (pod_id, mark) in marks {
            by_pod.entry(pod_id).or_default().push(mark);
        }
        // Actors send only marks that they have not sent.
        by_pod.into_iter().for_each(|(pod_id, marks)| self.live.read_here(pod_id, marks));
        Ok(())
    }
}

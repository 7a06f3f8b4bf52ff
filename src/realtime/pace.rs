//! The pace at which a node compares its state with Postgres: seldom while all nodes hear each other on the bus, often
//! while they do not or Postgres does not answer, and at once when that changes or on request.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::nodes::Status;

/// Interval between comparisons while the bus works.
const CALM: Duration = Duration::from_secs(5);

/// Interval between comparisons otherwise.
const BUSY: Duration = Duration::from_millis(250);

/// Minimum pause between comparisons.
const PAUSE: Duration = Duration::from_millis(50);

/// The pace of a periodic comparison.
pub struct Pace {
    status: watch::Receiver<Status>,
    is_well: bool,
    began: Instant,
}

impl Pace {
    /// Creates a pace that follows `status`. The first comparison is due now.
    pub fn new(mut status: watch::Receiver<Status>) -> Self {
        let is_well = status.borrow_and_update().well;
        Pace { status, is_well, began: Instant::now() }
    }

    /// Waits until the next comparison is due, counted from the start of the last one. `seen` says whether the last one
    /// succeeded. The wait ends early when `sooner` completes.
    pub async fn next(&mut self, seen: bool, sooner: impl Future<Output = ()>) {
        sleep(PAUSE).await;
        let pace = between(self.is_well, seen);
        let sooner = async {
            tokio::select! {
                _ = self.status.changed() => {}
                () = sooner => {}
            }
        };
        let _ = timeout(pace.saturating_sub(self.began.elapsed()), sooner).await;
        self.is_well = self.status.borrow_and_update().well;
        self.began = Instant::now();
    }
}

fn between(is_well: bool, seen: bool) -> Duration {
    if is_well && seen { CALM } else { BUSY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_calm_only_while_bus_and_postgres_both_answer() {
        assert_eq!(between(true, true), CALM);
        for (is_well, seen) in [(true, false), (false, true), (false, false)] {
            assert_eq!(between(is_well, seen), BUSY);
        }
    }
}

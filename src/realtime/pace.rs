//! How often to compare what a node knows with Postgres: seldom while every node hears every other on the bus, often while
//! not or while Postgres does not answer, and at once when that changes or somebody asks.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::nodes::Status;

/// Between two looks while the bus is well.
const CALM: Duration = Duration::from_secs(5);

/// The same while it is not.
const BUSY: Duration = Duration::from_millis(250);

/// Between two looks that were asked for.
const PAUSE: Duration = Duration::from_millis(50);

/// The pace of one who looks again and again.
pub struct Pace {
    status: watch::Receiver<Status>,
    is_well: bool,
    began: Instant,
}

impl Pace {
    /// As this status calls for. The first look is now.
    pub fn new(mut status: watch::Receiver<Status>) -> Self {
        let is_well = status.borrow_and_update().well;
        Pace { status, is_well, began: Instant::now() }
    }

    /// Waits until the next look is due, counted from where the last one began, which has `seen` what it looked for or not.
    /// `sooner` is when it is due before.
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

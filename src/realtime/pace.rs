//! How often to compare what a node knows with Postgres: seldom while every node hears every other on the bus, often while
//! not, and at once when that changes or somebody asks.

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

    /// Waits until the next look is due, counted from where the last one began.
    /// `sooner` is when it is due before.
    pub async fn next(&mut self, sooner: impl Future<Output = ()>) {
        sleep(PAUSE).await;
        let pace = if self.is_well { CALM } else { BUSY };
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

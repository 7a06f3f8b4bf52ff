//! The line of calls before a writer.
//!
//! Texts and calls share a writer's queue, which keeps the order of a pod. A call takes a statement of its own, so many
//! of them would delay every text behind them, and fill the queue. So only a few calls are in the queue at once, and
//! the rest waits here, in the order of coming.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::foundation::errors::{Code, Error, Result};

/// The calls that are in a writer's queue at once. A call takes a millisecond or two, so a text waits for them some
/// dozens of milliseconds at most.
const IN_QUEUE: usize = 16;

/// The calls of one writer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Line {
    queue: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    wait: Duration,
}

impl Line {
    /// Makes the line before a queue of `capacity` entries, in which a call waits for `wait` at most.
    pub(super) fn new(capacity: usize, wait: Duration) -> Self {
        let queue = Semaphore::new(IN_QUEUE.min(capacity / 2).max(1));
        Line { queue: Arc::new(queue), waiting: Arc::new(Semaphore::new((capacity / 4).max(1))), wait }
    }

    /// Waits for a place in the queue.
    ///
    /// # Errors
    /// `overloaded` if too many wait already, or no place is free in time. Nothing was done.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        let full = || Error::new(Code::Overloaded);
        if let Ok(place) = Arc::clone(&self.queue).try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| full())?;
        let place = tokio::time::timeout(self.wait, Arc::clone(&self.queue).acquire_owned()).await;
        place.map_err(|_| full())?.map_err(|_| full())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_wait_in_order_and_no_longer_than_allowed() {
        let line = Line::new(8, Duration::from_millis(200));
        let mut queued = Vec::new();
        for _ in 0..4 {
            queued.push(line.enter().await.unwrap());
        }
        let waits = || {
            let line = line.clone();
            tokio::spawn(async move { line.enter().await })
        };
        let (first, second) = (waits(), waits());
        while line.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(line.enter().await.unwrap_err().code, Code::Overloaded, "as many wait as may");
        queued.pop();
        let _place = first.await.unwrap().expect("the first gets the place that is free");
        assert_eq!(second.await.unwrap().unwrap_err().code, Code::Overloaded, "no other is free in time");
        queued.pop();
        assert!(line.enter().await.is_ok());
    }
}

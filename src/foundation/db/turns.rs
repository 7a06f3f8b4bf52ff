//! The short queue before the connections for searches.
//!
//! A search takes a turn before it takes a connection, so no more run at once than there are connections. Those that
//! come while all are busy wait for a moment, and only so many of them: a flood of searches is refused without a
//! question to Postgres. A client that hangs up does not free its turn while Postgres still works for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::{CancelToken, NoTls};

use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::metrics::{NONE, SEARCHES_REFUSED};

/// How many searches may wait for each connection.
const WAITING: usize = 4;

/// How long a search waits before it is refused.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long Postgres may take to hear that a search is not wanted any more.
const CANCEL: Duration = Duration::from_secs(1);

/// The queue before a number of connections.
pub struct Turns {
    room: Arc<Semaphore>,
    waiting: AtomicUsize,
    most: usize,
    runtime: Handle,
}

impl Turns {
    /// Makes the queue before `connections`. What is left behind is cancelled on the current runtime.
    pub fn new(connections: u32) -> Self {
        let connections = connections as usize;
        Turns {
            room: Arc::new(Semaphore::new(connections)),
            waiting: AtomicUsize::new(0),
            most: connections * WAITING,
            runtime: Handle::current(),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait already, or none is free in time.
    pub async fn take(&self) -> Result<Turn> {
        let turn = |permit| Turn { permit: Some(permit), cancel: None, runtime: self.runtime.clone() };
        if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
            return Ok(turn(permit));
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(refused("too many searches are under way; nothing was done"));
        }
        let waits = Waits(&self.waiting);
        let permit = timeout(PATIENCE, Arc::clone(&self.room).acquire_owned()).await;
        drop(waits);
        match permit {
            Ok(Ok(permit)) => Ok(turn(permit)),
            _ => Err(refused("other searches take too long; nothing was done")),
        }
    }
}

/// Counts a refusal, and returns it.
pub fn refused(reason: &'static str) -> Error {
    SEARCHES_REFUSED.counter(NONE).increment(1);
    Error::because(Code::Overloaded, reason)
}

/// One that waits, until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to run one search. If it is dropped while Postgres works, Postgres is asked to stop, and the turn is free
/// after that.
pub struct Turn {
    permit: Option<OwnedSemaphorePermit>,
    cancel: Option<CancelToken>,
    runtime: Handle,
}

impl Turn {
    /// Records that Postgres works from now on; `cancel` stops it.
    pub fn begin(&mut self, cancel: CancelToken) {
        self.cancel = Some(cancel);
    }

    /// Records that Postgres has answered.
    pub fn end(&mut self) {
        self.cancel = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (Some(cancel), Some(permit)) = (self.cancel.take(), self.permit.take()) else { return };
        self.runtime.spawn(async move {
            // Without an answer the statement's own limit ends it.
            if !matches!(timeout(CANCEL, cancel.cancel_query(NoTls)).await, Ok(Ok(()))) {
                tokio::time::sleep(super::pool::SEARCH.statement).await;
            }
            drop(permit);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_few_wait_for_a_moment_and_others_are_refused_at_once() {
        let turns = Arc::new(Turns::new(2));
        let (first, _second) = (turns.take().await.unwrap(), turns.take().await.unwrap());
        let waiting: Vec<_> = (0..2 * WAITING)
            .map(|_| {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move { turns.take().await.is_ok() })
            })
            .collect();
        while turns.waiting.load(Ordering::Relaxed) < 2 * WAITING {
            tokio::task::yield_now().await;
        }
        let code = |turn: Result<Turn>| turn.err().map(|error| (error.code, error.retry_after.is_some()));
        assert_eq!(code(turns.take().await), Some((Code::Overloaded, true)), "one more than may wait");
        assert_eq!(turns.waiting.load(Ordering::Relaxed), 2 * WAITING, "and it has waited for nobody");
        drop(first);
        for waits in waiting {
            assert!(waits.await.unwrap(), "each that has its turn leaves it to the next");
        }
        let _third = turns.take().await.unwrap();
        assert_eq!(code(turns.take().await), Some((Code::Overloaded, true)), "after a moment");
        assert_eq!(turns.waiting.load(Ordering::Relaxed), 0);
    }
}

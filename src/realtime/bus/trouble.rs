//! The reason why a connection to Redis is down: kept for `/readyz`, and logged when it changes.

use parking_lot::Mutex;

use crate::foundation::metrics;

/// The state of one connection.
pub struct Trouble {
    /// The purpose of the connection: `subscribe` or `publish`.
    purpose: &'static str,
    cause: Mutex<Option<String>>,
}

impl Trouble {
    /// Creates the state of a connection that has not failed.
    pub fn new(purpose: &'static str) -> Self {
        Trouble { purpose, cause: Mutex::default() }
    }

    /// Records that the connection was lost or could not be made.
    pub fn lost(&self, cause: String) {
        metrics::BUS_LOST.counter(&[("connection", self.purpose)]).increment(1);
        let mut known = self.cause.lock();
        if known.as_ref() != Some(&cause) {
            tracing::warn!(cause, connection = self.purpose, "no connection to Redis; retrying");
            *known = Some(cause);
        }
    }

    /// Records that the connection is up and answers.
    pub fn over(&self) {
        *self.cause.lock() = None;
    }

    /// Returns why the connection is down.
    pub fn cause(&self) -> Option<String> {
        self.cause.lock().clone()
    }
}

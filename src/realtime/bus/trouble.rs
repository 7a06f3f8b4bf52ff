//! Why a connection to Redis does not stand: kept for `/readyz`, and told in the log when it changes.

use parking_lot::Mutex;

use crate::foundation::metrics;

/// The trouble of one connection.
pub struct Trouble {
    /// What the connection is for: `subscribe` or `publish`.
    purpose: &'static str,
    cause: Mutex<Option<String>>,
}

impl Trouble {
    /// None so far.
    pub fn new(purpose: &'static str) -> Self {
        Trouble { purpose, cause: Mutex::default() }
    }

    /// The connection was lost, or could not be made.
    pub fn lost(&self, cause: String) {
        metrics::BUS_LOST.counter(&[("connection", self.purpose)]).increment(1);
        let mut known = self.cause.lock();
        if known.as_ref() != Some(&cause) {
            tracing::warn!(cause, connection = self.purpose, "the bus has no connection to Redis; it tries again");
            *known = Some(cause);
        }
    }

    /// It stands, and what was asked on it is answered.
    pub fn over(&self) {
        *self.cause.lock() = None;
    }

    /// What the trouble is.
    pub fn cause(&self) -> Option<String> {
        self.cause.lock().clone()
    }
}

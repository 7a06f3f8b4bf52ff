//! The relays of a node's workers, for what ends sockets on all of them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use uuid::Uuid;

use super::outbox::Ending;
use super::relay::{Relay, RelayHandle};

/// The relays that have entered. Cheap to clone.
#[derive(Clone, Default)]
pub struct Relays(Arc<Mutex<Vec<RelayHandle>>>);

impl Relays {
    /// Enters the relay of the calling worker, once.
    pub fn enter(&self) {
        let relay = Relay::current().handle();
        let mut relays = self.0.lock();
        if relays.iter().all(|known| known.id() != relay.id()) {
            relays.push(relay);
        }
    }

    /// Ends this node's sockets of sign-ins that have ended.
    pub fn end_sign_ins(&self, sign_ins: &[Uuid]) {
        let sign_ins: Arc<HashSet<Uuid>> = Arc::new(sign_ins.iter().copied().collect());
        self.0.lock().iter().for_each(|relay| relay.end_sign_ins(&sign_ins));
    }

    /// Ends all sockets, spread evenly over a time.
    pub fn close_all(&self, ending: Ending, over: Duration) {
        self.0.lock().iter().for_each(|relay| relay.close_all(ending, over));
    }
}

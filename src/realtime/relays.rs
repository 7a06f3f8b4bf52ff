//! The relays of all worker threads of a node, to end sockets on each of them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use uuid::Uuid;

use super::outbox::Ending;
use super::relay::{Relay, RelayHandle};

/// The registered relays. Cheap to clone.
#[derive(Clone, Default)]
pub struct Relays(Arc<Mutex<Vec<RelayHandle>>>);

impl Relays {
    /// Registers the relay of the calling worker, once.
    pub fn enter(&self) {
        let relay = Relay::current().handle();
        let mut relays = self.0.lock();
        if relays.iter().all(|known| known.id() != relay.id()) {
            relays.push(relay);
        }
    }

    /// Ends this node's sockets of these sign-ins, which were revoked.
    pub fn end_sign_ins(&self, sign_ins: &[Uuid]) {
        let sign_ins: Arc<HashSet<Uuid>> = Arc::new(sign_ins.iter().copied().collect());
        self.0.lock().iter().for_each(|relay| relay.end_sign_ins(&sign_ins));
    }

    /// Ends all sockets, spread evenly over a time.
    pub fn close_all(&self, ending: Ending, over: Duration) {
        self.0.lock().iter().for_each(|relay| relay.close_all(ending, over));
    }
}

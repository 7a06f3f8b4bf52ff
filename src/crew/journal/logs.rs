//! The pods' logs, as the target of the group commit.

use std::sync::{Arc, OnceLock};

use super::Deliver;

/// The receiver of commits, once it is set.
pub(super) type Delivery = Arc<OnceLock<Arc<dyn Deliver>>>;

/// The pods' logs, to which entries are written.
pub struct Logs {
    pub(super) deliver: Delivery,
}

impl Logs {
    pub(super) fn tell(&self, tell: impl FnOnce(&dyn Deliver)) {
        match self.deliver.get() {
            Some(deliver) => tell(&**deliver),
            None => tracing::error!("a commit could not be delivered: no receiver is set"),
        }
    }
}

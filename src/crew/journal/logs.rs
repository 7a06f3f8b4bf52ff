//! The pods' logs, as what entries are written to.

use std::sync::{Arc, OnceLock};

use super::Deliver;

/// To whom it is told, once that is known.
pub(super) type Delivery = Arc<OnceLock<Arc<dyn Deliver>>>;

/// The pods' logs, which entries are written to.
pub struct Logs {
    pub(super) deliver: Delivery,
}

impl Logs {
    pub(super) fn tell(&self, tell: impl FnOnce(&dyn Deliver)) {
        match self.deliver.get() {
            Some(deliver) => tell(&**deliver),
            None => tracing::error!("something was committed, and it is not known to whom to tell it"),
        }
    }
}

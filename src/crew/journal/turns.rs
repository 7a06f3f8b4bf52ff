//! Turns: how often, and how many at once, a person may change memberships, pods and events.
//!
//! Such a change waits in the same queues as messages, and locks a pod. So it begins with a [`Turn`], which costs the
//! database nothing. Next the feature reads whether the change would be refused anyway, without a lock. Only then it
//! submits the call, which keeps its turn until it is answered.

use uuid::Uuid;

use super::settings::ChangeLimits;
use crate::foundation::errors::Result;
use crate::foundation::limits::{Admitted, AtOnce, Rates};

/// The remaining turns of each person on this node.
pub(super) struct Turns {
    rates: Rates<Uuid>,
    at_once: AtOnce<Uuid>,
}

/// A person's turn to change something. Held until the change is done or refused.
#[must_use = "a turn is passed to `Journal::call`, or held until the change is done"]
pub struct Turn {
    _place: Admitted<Uuid>,
}

impl Turns {
    /// Gives everybody all their turns.
    pub(super) fn new(limits: &ChangeLimits) -> Self {
        let reason = "as many changes of this person as are allowed at once are under way";
        Turns { rates: Rates::new("changes", limits.rate), at_once: AtOnce::new(limits.at_once, reason) }
    }

    /// Takes a turn of a person.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn take(&self, by: Uuid) -> Result<Turn> {
        let place = self.at_once.enter(by)?;
        self.rates.take(&by)?;
        Ok(Turn { _place: place })
    }
}

//! The pace of sending changes that may come in masses: at once while it is calm, and gathered over a moment while it is
//! not. Pure state.

use std::time::{Duration, Instant};

/// The time over which changes are gathered.
const MOMENT: Duration = Duration::from_millis(100);

/// The time to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Send now.
    Now,
    /// Send after this time, together with what changes until then.
    After(Duration),
    /// An earlier change is waiting to be sent, and this one with it.
    Waiting,
}

/// The times of one kind of sending.
#[derive(Debug, Default)]
pub struct Gather {
    last: Option<Instant>,
    is_waiting: bool,
}

impl Gather {
    /// Notes a change at the time of `now`, and returns when to send it.
    pub fn changed(&mut self, now: Instant) -> When {
        if self.is_waiting {
            return When::Waiting;
        }
        match self.last.map(|last| now.saturating_duration_since(last)) {
            Some(since) if since < MOMENT => {
                self.is_waiting = true;
                When::After(MOMENT - since)
            }
            _ => When::Now,
        }
    }

    /// Notes that all changes are sent at the time of `now`.
    pub fn sent(&mut self, now: Instant) {
        *self = Gather { last: Some(now), is_waiting: false };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_change_is_sent_at_once_and_masses_once_a_moment() {
        let (mut gather, began) = (Gather::default(), Instant::now());
        assert_eq!(gather.changed(began), When::Now);
        gather.sent(began);
        let soon = began + MOMENT / 4;
        assert_eq!(gather.changed(soon), When::After(MOMENT * 3 / 4));
        assert_eq!(gather.changed(soon), When::Waiting);
        gather.sent(began + MOMENT);
        assert_eq!(gather.changed(began + MOMENT * 2), When::Now);
    }
}

//! The sign-ins that ended while tokens of theirs may still be about.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use uuid::Uuid;

/// How many are kept before those that are over are looked for: what has ended within the life of a token, and not more
/// than as much again.
const TIDY: usize = 1_024;

/// Sign-ins whose tokens are refused, each until its last token has expired.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Spares every request the lock, as long as nothing has ever ended.
    any: AtomicBool,
    state: RwLock<Expiries>,
}

#[derive(Debug, Default)]
struct Expiries {
    until: HashMap<Uuid, Instant>,
    tidy_at: usize,
}

impl Ended {
    pub fn add(&self, sign_ins: &[Uuid], lifetime: Duration) {
        if sign_ins.is_empty() {
            return;
        }
        let mut state = self.state.write();
        let now = Instant::now();
        // A second more: a token's `exp` is rounded up.
        let until = now + lifetime + Duration::from_secs(1);
        for sign_in in sign_ins {
            // What is told again, since the nodes ask again and again, lives no longer for it.
            state.until.entry(*sign_in).or_insert(until);
        }
        if state.until.len() > state.tidy_at.max(TIDY) {
            state.until.retain(|_, until| *until > now);
            state.tidy_at = state.until.len() * 2;
        }
        self.any.store(true, Ordering::Release);
    }

    pub fn has(&self, sign_in: Uuid) -> bool {
        self.any.load(Ordering::Acquire) && self.state.read().until.contains_key(&sign_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_known_and_forgotten_in_time() {
        let ended = Ended::default();
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        ended.add(&[one], Duration::from_secs(60));
        assert!(ended.has(one) && !ended.has(other));
        // A hundred thousand of which the tokens are long over leave nothing.
        let past = Instant::now();
        for _ in 0..100_000 {
            ended.state.write().until.insert(Uuid::now_v7(), past);
        }
        ended.add(&[other], Duration::from_secs(60));
        assert!(ended.has(one) && ended.has(other));
        assert_eq!(ended.state.read().until.len(), 2);
    }
}

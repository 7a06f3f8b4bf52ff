//! The sign-ins that ended while some of their tokens may still be valid.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use uuid::Uuid;

/// The number of entries at which expired ones are removed first; after that, it is twice the number that remained.
const TIDY: usize = 1_024;

/// Sign-ins whose tokens are refused, each until its last token has expired.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Set once a sign-in has ended; until then requests need not take the lock.
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
        // One second more, since a token's `exp` is rounded up.
        let until = now + lifetime + Duration::from_secs(1);
        for sign_in in sign_ins {
            // The nodes report the same sign-ins repeatedly, which must not extend their time.
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
    fn ended_sign_ins_are_known_and_expire() {
        let ended = Ended::default();
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        ended.add(&[one], Duration::from_secs(60));
        assert!(ended.has(one) && !ended.has(other));
        // A hundred thousand expired entries are removed.
        let past = Instant::now();
        for _ in 0..100_000 {
            ended.state.write().until.insert(Uuid::now_v7(), past);
        }
        ended.add(&[other], Duration::from_secs(60));
        assert!(ended.has(one) && ended.has(other));
        assert_eq!(ended.state.read().until.len(), 2);
    }
}

//! The tallies that a node answers its voters with: counted once for a group of votes, and then so seldom that it takes at
//! most a fiftieth of Postgres's time.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use uuid::Uuid;

use crate::crew::feed::SHARE;
use crate::crew::posts::Tally;
use crate::crew::posts::body::Results;

/// The most polls of which a tally is kept.
const POLLS: usize = 1000;

/// How long a tally is kept, at most, if nobody votes.
const AGE: Duration = Duration::from_secs(60);

/// A tally with all its counts, as it was a moment ago.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The tally.
    pub tally: Tally,
    /// The time from which the counts can be seen.
    pub results: Results,
    counted_at: Instant,
    /// When it is counted again.
    again_at: Instant,
}

/// The tallies of polls with votes on this node.
#[derive(Debug, Default)]
pub struct KeptTallies(Mutex<HashMap<Uuid, Kept>>);

impl KeptTallies {
    /// Returns the polls that must be counted for an answer.
    pub fn due(&self, polls: HashSet<Uuid>, now: Instant) -> Vec<Uuid> {
        let kept = self.0.lock();
        polls.into_iter().filter(|poll| kept.get(poll).is_none_or(|kept| kept.again_at <= now)).collect()
    }

    /// Keeps tallies that were counted together in this time.
    pub fn put(&self, counted: impl IntoIterator<Item = (Uuid, Tally, Results)>, took: Duration, now: Instant) {
        let mut all = self.0.lock();
        for (poll, tally, results) in counted {
            // Two writers never count the same poll, and the revision only ascends.
            all.insert(poll, Kept { tally, results, counted_at: now, again_at: now + took * SHARE });
        }
        if all.len() > POLLS {
            all.retain(|_, kept| now.duration_since(kept.counted_at) < AGE);
        }
        if all.len() > POLLS {
            all.clear();
        }
    }

    /// Returns the tally of a poll as it was counted last.
    pub fn get(&self, poll: Uuid) -> Option<Kept> {
        self.0.lock().get(&poll).cloned()
    }

    /// Forgets all, for a new epoch of the database.
    pub fn clear(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(rev: i64) -> Tally {
        Tally { rev, voters: rev, counts: Some(vec![rev, 0]) }
    }

    #[test]
    fn a_poll_is_counted_at_most_a_fiftieth_of_the_time() {
        let (kept, poll, now) = (KeptTallies::default(), Uuid::from_u128(1), Instant::now());
        let due = |at| kept.due(HashSet::from([poll]), at) == [poll];
        assert!(due(now), "it was never counted");
        kept.put([(poll, tally(7), Results::Always)], Duration::from_millis(10), now);
        assert!(!due(now + Duration::from_millis(499)));
        assert!(due(now + Duration::from_millis(500)));
        assert_eq!(kept.get(poll).expect("a tally").tally.rev, 7);
        kept.clear();
        assert!(due(now));
    }

    #[test]
    fn only_so_many_are_kept() {
        let (kept, now) = (KeptTallies::default(), Instant::now());
        for number in 0..=POLLS as u128 {
            let old = if number < 10 { AGE } else { Duration::ZERO };
            let at = now + AGE - old;
            kept.put([(Uuid::from_u128(number), tally(1), Results::Always)], Duration::ZERO, at);
        }
        assert!(kept.get(Uuid::from_u128(0)).is_none(), "the old ones have gone first");
        assert!(kept.get(Uuid::from_u128(POLLS as u128)).is_some());
    }
}

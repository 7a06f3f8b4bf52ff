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
    /// Returns the tallies of these polls that may be answered, and the polls that must be counted.
    pub fn look_up(&self, polls: HashSet<Uuid>, now: Instant) -> (HashMap<Uuid, Kept>, Vec<Uuid>) {
        let all = self.0.lock();
        let (mut kept, mut due) = (HashMap::new(), Vec::new());
        for poll in polls {
            match all.get(&poll).filter(|kept| kept.again_at > now) {
                Some(found) => drop(kept.insert(poll, found.clone())),
                None => due.push(poll),
            }
        }
        (kept, due)
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
        let due = |at| kept.look_up(HashSet::from([poll]), at).1 == [poll];
        assert!(due(now), "it was never counted");
        kept.put([(poll, tally(7), Results::Always)], Duration::from_millis(10), now);
        assert!(!due(now + Duration::from_millis(499)));
        assert!(due(now + Duration::from_millis(500)));
        assert_eq!(kept.look_up(HashSet::from([poll]), now).0[&poll].tally.rev, 7);
        kept.clear();
        assert!(due(now));
    }

    #[test]
    fn only_so_many_are_kept() {
        let (kept, now) = (KeptTallies::default(), Instant::now());
        for number in 0..=POLLS as u128 {
            let old = if number < 10 { AGE } else { Duration::ZERO };
            let at = now + AGE - old;
            kept.put([(Uuid::from_u128(number), tally(1), Results::Always)], Duration::from_secs(10), at);
        }
        let is_kept = |number: usize| kept.0.lock().contains_key(&Uuid::from_u128(number as u128));
        assert!(!is_kept(0), "the old ones have gone first");
        assert!(is_kept(POLLS));
    }
}

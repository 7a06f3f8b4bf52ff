//! How many people are on a topic, where nobody needs to know who: pure state.
//!
//! Each node counts the people of its own sessions, one with two devices there once, and tells the others the number, with a
//! version, at every change and now and then. So a person on two nodes counts twice: to know better, nodes would have to tell
//! each other thousands of ids, which is what a number is for to avoid.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

/// The people on one topic.
#[derive(Debug, Default)]
pub struct Headcount {
    /// How many sessions each person has here.
    own: HashMap<Uuid, usize>,
    others: HashMap<Uuid, Told>,
}

/// What another node has told.
#[derive(Debug)]
struct Told {
    version: u64,
    people: u64,
    at: Instant,
}

impl Headcount {
    /// A session of this person has come.
    pub fn track(&mut self, user_id: Uuid) {
        *self.own.entry(user_id).or_default() += 1;
    }

    /// One has gone.
    pub fn untrack(&mut self, user_id: Uuid) {
        if let Some(sessions) = self.own.get_mut(&user_id) {
            *sessions -= 1;
            if *sessions == 0 {
                self.own.remove(&user_id);
            }
        }
    }

    /// Whether the person has a session here.
    pub fn has(&self, user_id: Uuid) -> bool {
        self.own.contains_key(&user_id)
    }

    /// The people here.
    pub fn own(&self) -> u64 {
        self.own.len() as u64
    }

    /// All people.
    pub fn total(&self) -> u64 {
        self.own() + self.others.values().map(|told| told.people).sum::<u64>()
    }

    /// Another node tells how many are there. What is older than what is known of it changes nothing.
    pub fn told(&mut self, node: Uuid, version: u64, people: u64, now: Instant) {
        let told = self.others.entry(node).or_insert(Told { version: 0, people: 0, at: now });
        if version >= told.version {
            *told = Told { version, people, at: now };
        }
    }

    /// Another node is gone, and its people with it.
    pub fn forget(&mut self, node: Uuid) {
        self.others.remove(&node);
    }

    /// The nodes with people here that have told nothing for so long.
    pub fn silent(&self, longer_than: Duration, now: Instant) -> Vec<Uuid> {
        let silent = |told: &Told| told.people > 0 && now.saturating_duration_since(told.at) >= longer_than;
        self.others.iter().filter(|(_, told)| silent(told)).map(|(node, _)| *node).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Uuid = Uuid::from_u128(1);
    const THERE: Uuid = Uuid::from_u128(10);
    const LIMIT: Duration = Duration::from_secs(15);

    #[test]
    fn a_person_with_two_devices_counts_once() {
        let mut count = Headcount::default();
        count.track(ADA);
        count.track(ADA);
        assert_eq!(count.total(), 1);
        count.untrack(ADA);
        assert!(count.has(ADA));
        count.untrack(ADA);
        count.untrack(ADA);
        assert_eq!((count.total(), count.has(ADA)), (0, false));
    }

    #[test]
    fn what_is_told_late_changes_nothing_and_who_is_gone_takes_theirs() {
        let (mut count, now) = (Headcount::default(), Instant::now());
        count.track(ADA);
        count.told(THERE, 5, 7, now);
        count.told(THERE, 4, 9, now);
        assert_eq!((count.total(), count.own()), (8, 1));
        count.told(THERE, 6, 0, now);
        assert_eq!(count.total(), 1);
        count.told(THERE, 7, 3, now);
        count.forget(THERE);
        assert_eq!(count.total(), 1);
    }

    #[test]
    fn one_who_has_people_here_and_tells_nothing_is_silent() {
        let (mut count, start) = (Headcount::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        count.told(THERE, 1, 7, start);
        assert!(count.silent(LIMIT, at(10)).is_empty());
        assert_eq!(count.silent(LIMIT, at(15)), [THERE]);
        count.told(THERE, 2, 6, at(16));
        assert!(count.silent(LIMIT, at(20)).is_empty());
        count.told(THERE, 3, 0, at(21));
        assert!(count.silent(LIMIT, at(90)).is_empty());
    }
}

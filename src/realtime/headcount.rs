//! How many people are on a topic, where nobody needs to know who: pure state.
//!
//! Each node counts the people of its own sessions, one with two devices there once, and announces the number ([`Gossip`]). So a
//! person on two nodes counts twice: to know better, nodes would have to tell each other thousands of ids, which is what a
//! number is for to avoid.

use std::collections::HashMap;
use std::time::Instant;

use uuid::Uuid;

use super::gossip::Gossip;

/// The people on one topic.
#[derive(Debug, Default)]
pub struct Headcount {
    /// How many sessions each person has here.
    sessions: HashMap<Uuid, usize>,
    gossip: Gossip<u64>,
    /// What the other nodes were told last.
    sent: u64,
}

impl Headcount {
    /// Counts a session of this person that has come.
    pub fn track(&mut self, user_id: Uuid) {
        *self.sessions.entry(user_id).or_default() += 1;
        self.count();
    }

    /// Counts a session of this person no more.
    pub fn untrack(&mut self, user_id: Uuid) {
        if let Some(sessions) = self.sessions.get_mut(&user_id) {
            *sessions -= 1;
            if *sessions == 0 {
                self.sessions.remove(&user_id);
                self.count();
            }
        }
    }

    fn count(&mut self) {
        *self.gossip.own_mut() = self.sessions.len() as u64;
    }

    /// Returns whether the person has a session here.
    pub fn has(&self, user_id: Uuid) -> bool {
        self.sessions.contains_key(&user_id)
    }

    /// Returns how many people there are on all nodes.
    pub fn total(&self) -> u64 {
        self.gossip.own() + self.gossip.others().map(|(_, people)| people).sum::<u64>()
    }

    /// Returns what the nodes have said to each other.
    pub fn gossip(&self) -> &Gossip<u64> {
        &self.gossip
    }

    /// Takes what another node announces: how many are there.
    pub fn announced(&mut self, node: Uuid, version: u64, people: u64, now: Instant) {
        self.gossip.announced(node, version, people, now);
    }

    /// Forgets another node that is gone, and its people with it.
    pub fn forget(&mut self, node: Uuid) {
        self.gossip.forget(node);
    }

    /// Returns whether the other nodes were told another number than there is here.
    pub fn is_unsent(&self) -> bool {
        *self.gossip.own() != self.sent
    }

    /// Returns the people here, to be told to the other nodes now.
    pub fn send(&mut self) -> u64 {
        self.sent = *self.gossip.own();
        self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Uuid = Uuid::from_u128(1);
    const THERE: Uuid = Uuid::from_u128(10);

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
    fn a_late_announcement_changes_nothing_and_a_node_that_is_gone_counts_no_more() {
        let (mut count, now) = (Headcount::default(), Instant::now());
        count.track(ADA);
        count.announced(THERE, 5, 7, now);
        count.announced(THERE, 4, 9, now);
        assert_eq!((count.total(), *count.gossip().own()), (8, 1));
        count.announced(THERE, 6, 0, now);
        assert_eq!(count.total(), 1);
        count.announced(THERE, 7, 3, now);
        count.forget(THERE);
        assert_eq!(count.total(), 1);
    }

    #[test]
    fn a_number_is_sent_when_it_has_changed_since() {
        let mut count = Headcount::default();
        assert!(!count.is_unsent());
        count.track(ADA);
        assert!(count.is_unsent());
        assert_eq!(count.send(), 1);
        count.track(ADA);
        assert!(!count.is_unsent(), "it is the same person");
        count.untrack(ADA);
        count.untrack(ADA);
        assert!(count.is_unsent());
    }
}

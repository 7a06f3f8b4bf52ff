//! The number of people on a topic, for topics that do not show who is there: pure state.
//!
//! Each node counts the people of its own sessions, a person with two devices once, and announces the number
//! ([`Gossip`]). A person on two nodes counts twice: to avoid that, nodes would have to send each other thousands of
//! ids, which the number is there to save.

use std::collections::HashMap;
use std::time::Instant;

use uuid::Uuid;

use super::gossip::Gossip;

/// The people on a topic.
#[derive(Debug, Default)]
pub struct Headcount {
    /// The number of sessions of each person on this node.
    sessions: HashMap<Uuid, usize>,
    gossip: Gossip<u64>,
    /// The number that was announced last.
    sent: u64,
}

impl Headcount {
    /// Counts a new session of a person.
    pub fn track(&mut self, user_id: Uuid) {
        *self.sessions.entry(user_id).or_default() += 1;
        self.count();
    }

    /// Removes a session of a person.
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

    /// Returns whether the person has a session on this node.
    pub fn has(&self, user_id: Uuid) -> bool {
        self.sessions.contains_key(&user_id)
    }

    /// Returns the number of people on all nodes.
    pub fn total(&self) -> u64 {
        self.gossip.own() + self.gossip.others().map(|(_, people)| people).sum::<u64>()
    }

    /// Returns the announcements of the nodes.
    pub fn gossip(&self) -> &Gossip<u64> {
        &self.gossip
    }

    /// Records another node's announced number.
    pub fn announced(&mut self, node: Uuid, version: u64, people: u64, now: Instant) {
        self.gossip.announced(node, version, people, now);
    }

    /// Removes a node that is gone, and its people.
    pub fn forget(&mut self, node: Uuid) {
        self.gossip.forget(node);
    }

    /// Returns whether the number on this node differs from the announced one.
    pub fn is_unsent(&self) -> bool {
        *self.gossip.own() != self.sent
    }

    /// Returns the number of people on this node, and notes that it is announced.
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

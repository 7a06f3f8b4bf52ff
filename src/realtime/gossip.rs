//! Announcements between nodes of their sessions on a topic, as pure state.
//!
//! Each node announces only its own sessions, and always all of them: at every change, every [`DIGEST`] while it has
//! any, on request, and when the bus works again. So whatever was lost, the next announcement is complete. An
//! announcement has a version; one with a lower version than the last of its node is dropped, so order does not matter.
//!
//! A node that had sessions in its last announcement and has been silent for [`SILENCE`] is queried, so a lost final
//! announcement is found out. A dead node announces nothing; it is removed ([`Gossip::forget`]).
//!
//! An announcement is a `T`: the sessions themselves ([`Presence`](super::presence::Presence)), or only the number of
//! people ([`Headcount`](super::headcount::Headcount)).

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use rand::Rng;
use uuid::Uuid;

/// Interval at which a node announces its sessions without a change.
pub const DIGEST: Duration = Duration::from_secs(10);

/// Silence after which a node is queried.
pub const SILENCE: Duration = Duration::from_secs(15);

/// Maximum time until nodes that receive the bus have heard from each other.
pub const HEARD: Duration = Duration::from_secs(2);

/// Time over which a node's topics spread their announcements when all of them are due.
const SPREAD: Duration = Duration::from_millis(500);

/// Returns the delay until a new topic's first announcement. It is random, so that topics that started together do not
/// announce together for ever.
pub fn first_digest() -> Duration {
    DIGEST.mul_f64(rand::rng().random_range(0.1..1.0))
}

/// Returns the delay of a topic's announcement when all topics of its node are due.
pub fn spread() -> Duration {
    SPREAD.mul_f64(rand::rng().random_range(0.0..1.0))
}

/// The content of a node's announcement of its sessions on a topic.
pub trait Said: Default {
    /// Returns whether there are no sessions.
    fn is_nobody(&self) -> bool;
}

impl<T: Ord> Said for BTreeSet<T> {
    fn is_nobody(&self) -> bool {
        self.is_empty()
    }
}

impl Said for u64 {
    fn is_nobody(&self) -> bool {
        *self == 0
    }
}

/// The announcement of this node about its sessions on a topic, and the last announcements of the others.
#[derive(Debug, Default)]
pub struct Gossip<T> {
    own: T,
    others: HashMap<Uuid, LastAnnouncement<T>>,
}

/// The last announcement of another node.
#[derive(Debug)]
struct LastAnnouncement<T> {
    version: u64,
    said: T,
    at: Instant,
}

impl<T: Said> Gossip<T> {
    /// Returns this node's announcement.
    pub fn own(&self) -> &T {
        &self.own
    }

    /// Returns this node's announcement, to change it.
    pub fn own_mut(&mut self) -> &mut T {
        &mut self.own
    }

    /// Returns the other nodes, each with its last announcement.
    pub fn others(&self) -> impl Iterator<Item = (Uuid, &T)> {
        self.others.iter().map(|(node, known)| (*node, &known.said))
    }

    /// Records another node's announcement of all its sessions. Returns the previous and the new one, or `None` if the
    /// version is lower than the last.
    pub fn announced(&mut self, node: Uuid, version: u64, said: T, now: Instant) -> Option<(T, &T)> {
        let known =
            self.others.entry(node).or_insert_with(|| LastAnnouncement { version: 0, said: T::default(), at: now });
        if version < known.version {
            return None;
        }
        let before = std::mem::replace(known, LastAnnouncement { version, said, at: now });
        Some((before.said, &known.said))
    }

    /// Removes a node that is gone. Returns its last announcement.
    pub fn forget(&mut self, node: Uuid) -> Option<T> {
        self.others.remove(&node).map(|known| known.said)
    }

    /// Returns the nodes that had sessions in their last announcement, and have announced nothing for `longer_than`.
    pub fn silent(&self, longer_than: Duration, now: Instant) -> Vec<Uuid> {
        let is_silent = |known: &LastAnnouncement<T>| {
            !known.said.is_nobody() && now.saturating_duration_since(known.at) >= longer_than
        };
        self.others.iter().filter(|(_, known)| is_silent(known)).map(|(node, _)| *node).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const THERE: Uuid = Uuid::from_u128(10);

    #[test]
    fn an_older_word_changes_nothing_and_a_repeat_is_taken() {
        let (mut gossip, now) = (Gossip::<u64>::default(), Instant::now());
        assert_eq!(gossip.announced(THERE, 5, 7, now), Some((0, &7)));
        assert_eq!(gossip.announced(THERE, 5, 7, now), Some((7, &7)));
        assert_eq!(gossip.announced(THERE, 4, 9, now), None);
        assert_eq!(gossip.others().collect::<Vec<_>>(), [(THERE, &7)]);
        assert_eq!((gossip.forget(THERE), gossip.forget(THERE)), (Some(7), None));
    }

    #[test]
    fn a_node_that_has_nobody_may_be_silent() {
        let (mut gossip, start) = (Gossip::<u64>::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        gossip.announced(THERE, 1, 7, start);
        assert!(gossip.silent(SILENCE, at(14)).is_empty());
        assert_eq!(gossip.silent(SILENCE, at(15)), [THERE]);
        gossip.announced(THERE, 2, 6, at(16));
        assert!(gossip.silent(SILENCE, at(20)).is_empty());
        gossip.announced(THERE, 3, 0, at(21));
        assert!(gossip.silent(SILENCE, at(90)).is_empty());
    }

    /// A node of the random schedule.
    struct Node {
        id: Uuid,
        versions: u64,
        gossip: Gossip<BTreeSet<u8>>,
    }

    /// An announcement on its way to one node.
    #[derive(Clone)]
    struct Flying {
        to: usize,
        from: Uuid,
        version: u64,
        said: BTreeSet<u8>,
    }

    struct World {
        nodes: Vec<Node>,
        bus: Vec<Flying>,
        /// The number of nodes so far.
        boots: u128,
        now: Instant,
    }

    fn node(boot: u128) -> Node {
        Node { id: Uuid::from_u128(boot), versions: 0, gossip: Gossip::default() }
    }

    impl World {
        fn new() -> Self {
            World { nodes: (1..=3).map(node).collect(), bus: Vec::new(), boots: 3, now: Instant::now() }
        }

        fn speak(&mut self, speaker: usize) {
            self.nodes[speaker].versions += 1;
            let Node { id, versions, gossip } = &self.nodes[speaker];
            let (from, version, said) = (*id, *versions, gossip.own().clone());
            let others = (0..self.nodes.len()).filter(|to| *to != speaker);
            self.bus.extend(others.map(|to| Flying { to, from, version, said: said.clone() }));
        }

        fn deliver(&mut self, Flying { to, from, version, said }: Flying) {
            self.nodes[to].gossip.announced(from, version, said, self.now);
        }

        /// Takes one random step: `what` chooses the step, `which` the node.
        fn step(&mut self, what: u8, which: usize) {
            let node = which % self.nodes.len();
            match what {
                // A session joins or leaves, and its node announces it.
                0..=3 => {
                    let own = self.nodes[node].gossip.own_mut();
                    if !own.remove(&what) {
                        own.insert(what);
                    }
                    self.speak(node);
                }
                // A packet arrives, arrives and will arrive again, or is lost.
                4..=9 if !self.bus.is_empty() => {
                    let flying = self.bus.swap_remove(which % self.bus.len());
                    if what == 8 {
                        self.bus.push(flying.clone());
                    }
                    if what != 9 {
                        self.deliver(flying);
                    }
                }
                10 => self.now += Duration::from_secs(which as u64 % 10),
                // A node dies and another takes its place. The others remove it, and its packets are lost.
                11 if which.is_multiple_of(5) => {
                    self.boots += 1;
                    let gone = std::mem::replace(&mut self.nodes[node], self::node(self.boots)).id;
                    self.bus.retain(|flying| flying.from != gone && flying.to != node);
                    self.nodes.iter_mut().for_each(|other| drop(other.gossip.forget(gone)));
                }
                _ => {}
            }
        }

        /// Settles: nothing changes and nothing is lost. Nodes announce their digests, and silent nodes are queried.
        fn settle(&mut self) {
            for node in 0..self.nodes.len() {
                if !self.nodes[node].gossip.own().is_nobody() {
                    self.speak(node);
                }
            }
            // In the wrong order.
            while let Some(flying) = self.bus.pop() {
                self.deliver(flying);
            }
            self.now += SILENCE;
            for node in 0..self.nodes.len() {
                for asked in self.nodes[node].gossip.silent(SILENCE, self.now) {
                    let asked = self.nodes.iter().position(|node| node.id == asked).expect("a node");
                    self.speak(asked);
                }
            }
            while let Some(flying) = self.bus.pop() {
                self.deliver(flying);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_lost_late_or_repeated_all_know_of_all_in_the_end(
            steps in prop::collection::vec((0u8..12, any::<usize>()), 0..300)
        ) {
            let mut world = World::new();
            steps.into_iter().for_each(|(what, which)| world.step(what, which));
            world.settle();
            for node in &world.nodes {
                let mut known: Vec<_> = node.gossip.others().filter(|(_, said)| !said.is_empty()).collect();
                let others = world.nodes.iter().filter(|other| other.id != node.id);
                let mut there: Vec<_> = others.map(|other| (other.id, other.gossip.own())).collect();
                there.retain(|(_, said)| !said.is_empty());
                known.sort();
                there.sort();
                prop_assert_eq!(known, there);
            }
        }
    }
}

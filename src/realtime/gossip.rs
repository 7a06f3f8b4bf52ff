//! What the nodes say to each other of the sessions on one topic: pure state.
//!
//! Each node speaks for its own sessions alone: all of them at every change, every [`DIGEST`] as long as it has any, when it
//! is asked, and when it hears the bus again. So whatever was lost, the next announcement is whole. An announcement has a
//! version, and one that is older than what is known of its node is dropped, in whatever order they come.
//!
//! A node that has sessions by what it said last, and has said nothing for [`SILENCE`], is asked: so its last word is found
//! out also if that was lost. A node that is dead says nothing any more; it is forgotten ([`Gossip::forget`]).
//!
//! What is said is a `T`: the sessions themselves ([`Presence`](super::presence::Presence)) or only how many people there are
//! ([`Headcount`](super::headcount::Headcount)).

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use rand::Rng;
use uuid::Uuid;

/// How often a node speaks for its own sessions though nothing has changed.
pub const DIGEST: Duration = Duration::from_secs(10);

/// How long a node may say nothing before it is asked.
pub const SILENCE: Duration = Duration::from_secs(15);

/// How long it takes at most until nodes that hear the bus have heard each other on it.
pub const HEARD: Duration = Duration::from_secs(2);

/// Over how long the topics of a node are spread when all of them have something to say.
const SPREAD: Duration = Duration::from_millis(500);

/// Returns when a topic that has just started speaks for the first time: at random, so that topics that started together do
/// not speak together for ever.
pub fn first_digest() -> Duration {
    DIGEST.mul_f64(rand::rng().random_range(0.1..1.0))
}

/// Returns when a topic speaks that has something to say together with all others of its node.
pub fn spread() -> Duration {
    SPREAD.mul_f64(rand::rng().random_range(0.0..1.0))
}

/// What a node can say of its sessions on a topic.
pub trait Said: Default {
    /// Returns whether it says that there are none.
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

/// What this node says of its own sessions on a topic, and what it knows of the others'.
#[derive(Debug, Default)]
pub struct Gossip<T> {
    own: T,
    others: HashMap<Uuid, LastAnnouncement<T>>,
}

/// The last word of another node.
#[derive(Debug)]
struct LastAnnouncement<T> {
    version: u64,
    said: T,
    at: Instant,
}

impl<T: Said> Gossip<T> {
    /// Returns what this node says of its own sessions.
    pub fn own(&self) -> &T {
        &self.own
    }

    /// Returns the same, to be changed.
    pub fn own_mut(&mut self) -> &mut T {
        &mut self.own
    }

    /// Returns the other nodes, with what each said last.
    pub fn others(&self) -> impl Iterator<Item = (Uuid, &T)> {
        self.others.iter().map(|(node, known)| (*node, &known.said))
    }

    /// Takes what another node says of all its sessions. Returns what was known of it before, and what is known now; `None`
    /// if this is older than that.
    pub fn announced(&mut self, node: Uuid, version: u64, said: T, now: Instant) -> Option<(T, &T)> {
        let known =
            self.others.entry(node).or_insert_with(|| LastAnnouncement { version: 0, said: T::default(), at: now });
        if version < known.version {
            return None;
        }
        let before = std::mem::replace(known, LastAnnouncement { version, said, at: now });
        Some((before.said, &known.said))
    }

    /// Forgets a node that is gone, and its sessions with it. Returns what was known of it.
    pub fn forget(&mut self, node: Uuid) -> Option<T> {
        self.others.remove(&node).map(|known| known.said)
    }

    /// Returns the nodes that have sessions here by what they said last, and have said nothing for so long.
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

    /// One announcement, on its way to one node.
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
        /// How many nodes there have been.
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

        /// One thing happens: `what` says which, and `which` to whom.
        fn step(&mut self, what: u8, which: usize) {
            let node = which % self.nodes.len();
            match what {
                // A session comes or goes, and its node says so.
                0..=3 => {
                    let own = self.nodes[node].gossip.own_mut();
                    if !own.remove(&what) {
                        own.insert(what);
                    }
                    self.speak(node);
                }
                // Something comes, comes and will come again, or is lost.
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
                // One dies and comes again, as another. The others are told so, and nothing of it comes any more.
                11 if which.is_multiple_of(5) => {
                    self.boots += 1;
                    let gone = std::mem::replace(&mut self.nodes[node], self::node(self.boots)).id;
                    self.bus.retain(|flying| flying.from != gone && flying.to != node);
                    self.nodes.iter_mut().for_each(|other| drop(other.gossip.forget(gone)));
                }
                _ => {}
            }
        }

        /// Nothing changes any more, and nothing is lost: the digests are said, and those who have been silent are asked.
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

//! A deterministic simulation of several nodes that serve one pod. [`PodState`], [`Subscription`] and [`Packet`] are
//! real; around them are a simulated Postgres that commits in order, a bus that loses, repeats and reorders, nodes that
//! crash, and clients that reconnect to any node and resume. A seeded generator chooses each step, so a seed that fails
//! can be replayed alone, with every step printed:
//!
//! ```sh
//! PODIUM_SIMULATE_SEED=4711 cargo nextest run --no-capture simulation
//! ```
//!
//! After every step, what clients have received is checked against the log: I1 (it is committed), I2 (ascending,
//! nothing skipped but what was superseded), I3 (once), I6 (the person was a member at the commit); actors hold at most
//! five members (I4). At the end every client is caught up and has the log as it is.

mod clients;
mod nodes;
mod settled;
mod store;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Instant;

use bytestring::ByteString;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use self::store::{Entry, Store};
use super::state::PodState;
use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;
use crate::realtime::outbox::Outbox;
use crate::realtime::subscription::Subscription;

const NODES: usize = 3;
const PEOPLE: usize = 7;
const SEATS: usize = 5;
const STEPS: usize = 300;

fn id(person: usize) -> Uuid {
    Uuid::from_u128(person as u128)
}

fn change(entry: &Entry, known: i64) -> Change {
    let is_new = entry.seq > known;
    let text = format!("{} {} {}", entry.position, entry.seq, u8::from(is_new));
    Change::encoded(entry.position, entry.seq, entry.kind, id(entry.person), is_new, ByteString::from(text).into())
}

/// The pod's actor on one node.
struct Actor {
    phase: Phase,
    heard: i64,
    /// A reading in progress: its start position, what clients knew then, and the head that it saw.
    reading: Option<(i64, i64, i64)>,
    /// A comparison of the sweep in progress: the head that it saw.
    swept: Option<i64>,
}

enum Phase {
    /// Holds what arrived meanwhile, and the head of the first reading once that is done.
    Starting {
        waiting: Vec<Vec<Change>>,
        head: Option<i64>,
    },
    Running(Box<PodState>),
}

#[derive(Default)]
struct Node {
    boot: u64,
    actor: Option<Actor>,
    /// Committed entries that are not delivered yet.
    unannounced: VecDeque<Entry>,
}

/// A socket.
struct Session {
    node: usize,
    client: usize,
    subscription: Subscription,
    outbox: Rc<Outbox>,
    attached: bool,
    /// What the join has read: head, floor and rows.
    read: Option<(i64, i64, Vec<Entry>)>,
    /// The last position and the floor, once the join is answered.
    live: Option<(i64, i64)>,
}

#[derive(Default)]
struct Client {
    /// The newest form of each message, by seq.
    log: BTreeMap<i64, i64>,
    position: Option<i64>,
}

struct Flying {
    node: usize,
    boot: u64,
    bytes: Vec<u8>,
}

struct World {
    rng: StdRng,
    loud: bool,
    store: Store,
    nodes: Vec<Node>,
    sessions: BTreeMap<u64, Session>,
    clients: Vec<Client>,
    bus: Vec<Flying>,
    next: u64,
    start: Instant,
}

impl World {
    fn new(seed: u64, loud: bool) -> Self {
        let mut store = Store::default();
        for person in 0..3 {
            store.write(Kind::Joined, person, None);
        }
        World {
            rng: StdRng::seed_from_u64(seed),
            loud,
            store,
            nodes: (0..NODES).map(|_| Node::default()).collect(),
            sessions: BTreeMap::new(),
            clients: (0..PEOPLE * 2).map(|_| Client::default()).collect(),
            bus: Vec::new(),
            next: 1,
            start: Instant::now(),
        }
    }

    fn tell(&self, what: impl FnOnce() -> String) {
        if self.loud {
            eprintln!("{}", what());
        }
    }

    fn any_node(&mut self) -> usize {
        self.rng.random_range(0..NODES)
    }

    fn any_session(&mut self) -> Option<u64> {
        let keys: Vec<u64> = self.sessions.keys().copied().collect();
        keys.choose(&mut self.rng).copied()
    }

    /// Commits a person's change in a node's journal, to be delivered later.
    fn commit(&mut self, node: usize, kind: Kind, person: usize, of: Option<Entry>) {
        let entry = self.store.write(kind, person, of);
        self.tell(|| format!("node {node} commits {entry:?}"));
        self.nodes[node].unannounced.push_back(entry);
    }

    fn step(&mut self) {
        let node = self.any_node();
        match self.rng.random_range(0..100) {
            0..14 => self.send(node),
            14..20 => self.edit(node),
            20..24 => self.membership(node),
            24..38 => self.tell_committed(node),
            38..58 => self.fly(),
            58..64 => self.connect(node),
            64..76 => {
                if let Some(key) = self.any_session() {
                    self.advance(key);
                }
            }
            76..80 => self.start_actor(node),
            80..86 => self.repair(node),
            86..90 => self.sweep(node),
            90..97 => {
                if let Some(key) = self.any_session() {
                    self.drain(key);
                }
            }
            97..98 => self.crash(node),
            98..99 => self.stop_idle(node),
            _ => {
                if let Some(key) = self.any_session() {
                    self.tell(|| format!("socket {key} breaks"));
                    self.sessions.remove(&key);
                }
            }
        }
        self.check();
    }

    fn send(&mut self, node: usize) {
        let person = self.rng.random_range(0..PEOPLE);
        // Sometimes repeats an earlier id, perhaps on another node.
        let again = !self.store.ids.is_empty() && self.rng.random_bool(0.2);
        let id = if again { self.rng.random_range(0..self.next) } else { self.next };
        self.next += u64::from(!again);
        match self.store.ids.get(&id).copied() {
            Some(seq) => self.hear(node, seq),
            None if self.store.members.contains_key(&person) => {
                self.store.ids.insert(id, self.store.head() + 1);
                self.commit(node, Kind::Text, person, None);
            }
            None => {}
        }
    }

    fn edit(&mut self, node: usize) {
        let texts: Vec<Entry> = self.store.log.iter().filter(|entry| entry.kind == Kind::Text).copied().collect();
        if let Some(entry) = texts.choose(&mut self.rng).copied()
            && self.store.members.contains_key(&entry.person)
        {
            self.commit(node, entry.kind, entry.person, Some(entry));
        }
    }

    fn membership(&mut self, node: usize) {
        let person = self.rng.random_range(0..PEOPLE);
        match self.store.members.contains_key(&person) {
            true if self.store.members.len() > 1 => {
                let kind = if self.rng.random_bool(0.5) { Kind::Left } else { Kind::Removed };
                self.commit(node, kind, person, None);
            }
            false if self.store.members.len() < SEATS => self.commit(node, Kind::Joined, person, None),
            _ => {}
        }
    }
}

fn run(seed: u64, loud: bool) {
    let mut world = World::new(seed, loud);
    (0..STEPS).for_each(|_| world.step());
    world.finish();
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn whatever_bus_and_nodes_do_everyone_has_the_log() {
    if let Some(seed) = setting("PODIUM_SIMULATE_SEED") {
        return run(seed, true);
    }
    let seeds = setting("PODIUM_SIMULATE").unwrap_or(1000);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || {
                for seed in (first..seeds).step_by(threads as usize) {
                    if std::panic::catch_unwind(|| run(seed, false)).is_err() {
                        panic!("seed {seed} fails: replay it with PODIUM_SIMULATE_SEED={seed}");
                    }
                }
            });
        }
    });
}

//! A deterministic simulation of several nodes that serve one pod: real [`State`]s, [`Subscription`]s and [`Packet`]s, and
//! around them a simulated Postgres that commits in order, a bus that loses, repeats and reorders, nodes that crash, and
//! clients that come back elsewhere and resume. What happens next is chosen by a seeded generator, so that a seed that
//! fails can be replayed, alone and told step by step:
//!
//! ```sh
//! PODIUM_SIMULATE_SEED=4711 cargo nextest run --no-capture simulation
//! ```
//!
//! After every step a client that was told anything holds it against the log: I1 (it is committed), I2 (ascending, nothing
//! skipped but what was superseded), I3 (once), I6 (a member when it was committed); actors hold five at most (I4).
//! In the end everyone is caught up, and has the log as it is.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use bytestring::ByteString;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use super::change::{Change, KIND};
use super::packet::{Packet, encode_changes};
use super::state::State;
use crate::crew::messages::Kind;
use crate::realtime::outbox::{Drained, Outbox, OutboxLimits};
use crate::realtime::subscription::Subscription;
use crate::wire::topic::Topic;

const NODES: usize = 3;
const PEOPLE: usize = 7;
const SEATS: usize = 5;
const STEPS: usize = 300;

/// One change of the log: which message it is of, and what.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    position: i64,
    seq: i64,
    kind: Kind,
    person: usize,
}

/// Postgres: one thing after the other.
#[derive(Default)]
struct Store {
    log: Vec<Entry>,
    /// Where each send's own id was stored first.
    ids: BTreeMap<u64, i64>,
    /// Who sits in the pod, and since which line.
    members: BTreeMap<usize, i64>,
}

impl Store {
    fn head(&self) -> i64 {
        self.log.len() as i64
    }

    fn write(&mut self, kind: Kind, person: usize, of: Option<Entry>) -> Entry {
        let position = self.head() + 1;
        let entry = match of {
            Some(changed) => Entry { position, ..changed },
            None => Entry { position, seq: position, kind, person },
        };
        match kind {
            Kind::Joined if of.is_none() => drop(self.members.insert(person, position)),
            Kind::Left | Kind::Removed if of.is_none() => drop(self.members.remove(&person)),
            _ => {}
        }
        self.log.push(entry);
        entry
    }

    /// Each message once, in its newest form as of a head, if that is above `after`; ascending.
    fn rows(&self, after: i64, head: i64, floor: i64) -> Vec<Entry> {
        let mut newest: BTreeMap<i64, Entry> = BTreeMap::new();
        for entry in &self.log[..head as usize] {
            newest.insert(entry.seq, *entry);
        }
        let mut rows: Vec<Entry> =
            newest.into_values().filter(|entry| entry.position > after && entry.seq >= floor).collect();
        rows.sort_by_key(|entry| entry.position);
        rows
    }

    /// Who sat in the pod when the log had this head.
    fn members_at(&self, head: i64) -> Vec<usize> {
        let mut members = Vec::new();
        for entry in self.log[..head as usize].iter().filter(|entry| entry.position == entry.seq) {
            match entry.kind {
                Kind::Joined => members.push(entry.person),
                Kind::Left | Kind::Removed => members.retain(|person| *person != entry.person),
                _ => {}
            }
        }
        members
    }
}

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
    /// A reading under way: after which position, what clients knew then, and the head that it saw.
    reading: Option<(i64, i64, i64)>,
    /// A look of the sweep under way: the head that it saw.
    swept: Option<i64>,
}

enum Phase {
    /// What came meanwhile waits; the head that it has read, if it has.
    Starting {
        waiting: Vec<Vec<Change>>,
        head: Option<i64>,
    },
    Running(Box<State>),
}

#[derive(Default)]
struct Node {
    boot: u64,
    actor: Option<Actor>,
    /// Committed, and told to nobody yet.
    untold: VecDeque<Entry>,
}

/// One socket.
struct Session {
    node: usize,
    client: usize,
    subscription: Subscription,
    outbox: Rc<Outbox>,
    attached: bool,
    /// What the join has read: head, floor and rows.
    read: Option<(i64, i64, Vec<Entry>)>,
    /// Once the join is answered: the last position, and the floor.
    live: Option<(i64, i64)>,
}

#[derive(Default)]
struct Client {
    /// Each message's newest form by its seq.
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

    /// What one person asks of a node's journal is committed, and waits to be told.
    fn commit(&mut self, node: usize, kind: Kind, person: usize, of: Option<Entry>) {
        let entry = self.store.write(kind, person, of);
        self.tell(|| format!("node {node} commits {entry:?}"));
        self.nodes[node].untold.push_back(entry);
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
        // Now and then again with an id of before, perhaps on another node.
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

    /// The journal tells of the oldest that it has committed: its own node's actor, and the bus.
    fn tell_committed(&mut self, node: usize) {
        let Some(entry) = self.nodes[node].untold.pop_front() else { return };
        let change = change(&entry, entry.position - 1);
        let bytes = encode_changes("1-1", std::slice::from_ref(&change));
        for (other, listener) in self.nodes.iter().enumerate() {
            if other != node && listener.actor.is_some() {
                self.bus.push(Flying { node: other, boot: listener.boot, bytes: bytes.clone() });
            }
        }
        self.committed(node, vec![change]);
    }

    /// Something on the bus comes, comes and will come again, or is lost.
    fn fly(&mut self) {
        if self.bus.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..self.bus.len());
        let fate = self.rng.random_range(0..10);
        let flying = self.bus.swap_remove(at);
        if fate < 2 || self.nodes[flying.node].boot != flying.boot {
            return self.tell(|| "the bus loses something".to_owned());
        }
        let Some(Packet::Changes { changes, .. }) = Packet::decode(&flying.bytes) else { panic!("a packet") };
        let node = flying.node;
        if fate == 2 {
            self.bus.push(flying);
        }
        self.committed(node, changes);
    }

    fn committed(&mut self, node: usize, changes: Vec<Change>) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        let Some(actor) = &mut self.nodes[node].actor else { return };
        actor.heard = actor.heard.max(last);
        match &mut actor.phase {
            Phase::Starting { waiting, .. } => waiting.push(changes),
            Phase::Running(state) => {
                let out = changes.into_iter().flat_map(|change| state.arrived(change)).collect();
                self.deliver(node, out);
            }
        }
    }

    fn hear(&mut self, node: usize, position: i64) {
        if let Some(actor) = &mut self.nodes[node].actor {
            actor.heard = actor.heard.max(position);
        }
    }

    fn deliver(&mut self, node: usize, changes: Vec<Change>) {
        for change in changes {
            self.tell(|| format!("node {node} delivers {}", change.frame.text.v2()));
            for session in self.sessions.values().filter(|session| session.node == node && session.attached) {
                session.subscription.offer(&change.frame);
            }
        }
    }

    /// A client without a socket opens one.
    fn connect(&mut self, node: usize) {
        let client = self.rng.random_range(0..self.clients.len());
        if self.sessions.values().any(|session| session.client == client) {
            return;
        }
        let limits = OutboxLimits { frames: 100_000, bytes: usize::MAX, idle: Duration::from_secs(3600) };
        let outbox = Rc::new(Outbox::new(limits, None, self.start + Duration::from_secs(36_000)));
        let topic = Topic::of(KIND, Uuid::nil());
        let subscription = Subscription::joining(topic, id(client % PEOPLE), None, Rc::clone(&outbox));
        let key = self.next;
        self.next += 1;
        self.tell(|| format!("client {client} comes to node {node} as socket {key}"));
        let session = Session { node, client, subscription, outbox, attached: false, read: None, live: None };
        self.sessions.insert(key, session);
        // Listened to from here on; read later.
        self.nodes[node].actor.get_or_insert_with(|| Actor {
            phase: Phase::Starting { waiting: Vec::new(), head: None },
            heard: 0,
            reading: None,
            swept: None,
        });
    }

    /// The actor's first reading, in two steps: it is read, and what was read comes.
    fn start_actor(&mut self, node: usize) {
        let seen = self.store.head();
        let Some(actor) = &mut self.nodes[node].actor else { return };
        let Phase::Starting { waiting, head } = &mut actor.phase else { return };
        let Some(read) = *head else { return *head = Some(seen) };
        let waiting = std::mem::take(waiting);
        let members = self.store.members_at(read).into_iter().map(id);
        actor.phase = Phase::Running(Box::new(State::new(read, members, SEATS, false)));
        actor.heard = actor.heard.max(read);
        self.tell(|| format!("node {node} has started at {read}"));
        waiting.into_iter().for_each(|changes| self.committed(node, changes));
    }

    /// A repair, in two steps, a few rows a page.
    fn repair(&mut self, node: usize) {
        let head = self.store.head();
        let Some(actor) = &mut self.nodes[node].actor else { return };
        let Phase::Running(state) = &mut actor.phase else { return };
        state.heard_of(actor.heard);
        let Some((after, known, head)) = actor.reading.take() else {
            actor.reading = state.wants().map(|after| (after, state.known(), head));
            return;
        };
        let limit = self.rng.random_range(1..5);
        let mut rows = self.store.rows(after, head, 0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let upto = if more { rows[limit - 1].position } else { head.max(after) };
        let rows = rows.iter().map(|entry| change(entry, known)).collect();
        let out = state.repaired(after, rows, upto, more);
        self.tell(|| format!("node {node} has repaired up to {upto}"));
        self.deliver(node, out);
    }

    /// A look of the sweep, in two steps.
    fn sweep(&mut self, node: usize) {
        let head = self.store.head();
        let Some(actor) = &mut self.nodes[node].actor else { return };
        match actor.swept.take() {
            Some(head) => actor.heard = actor.heard.max(head),
            None => actor.swept = Some(head),
        }
    }

    fn crash(&mut self, node: usize) {
        self.tell(|| format!("node {node} crashes"));
        let boot = self.nodes[node].boot + 1;
        self.nodes[node] = Node { boot, ..Node::default() };
        self.sessions.retain(|_, session| session.node != node);
    }

    fn stop_idle(&mut self, node: usize) {
        if !self.sessions.values().any(|session| session.node == node) {
            // What still comes for it is not listened to any more.
            self.nodes[node].actor = None;
        }
    }

    /// The next thing that a join does: enters, reads, is answered.
    fn advance(&mut self, key: u64) {
        let Some(session) = self.sessions.get_mut(&key) else { return };
        let client = session.client;
        if session.live.is_some() {
            return;
        }
        if !session.attached {
            let actor = self.nodes[session.node].actor.as_ref();
            session.attached = actor.is_some_and(|actor| matches!(actor.phase, Phase::Running(_)));
            return;
        }
        let Some((head, floor, rows)) = session.read.take() else {
            let Some(since) = self.store.members.get(&(client % PEOPLE)).copied() else {
                self.tell(|| format!("client {client} is refused"));
                self.sessions.remove(&key);
                return;
            };
            let (head, after) = (self.store.head(), self.clients[client].position.unwrap_or(0));
            session.read = Some((head, since, self.store.rows(after, head, since)));
            return;
        };
        self.tell(|| format!("client {client} has joined at {head}"));
        let holder = &mut self.clients[client];
        for row in &rows {
            let held = holder.log.entry(row.seq).or_insert(row.position);
            *held = (*held).max(row.position);
        }
        holder.position = Some(head);
        if let Some(session) = self.sessions.get_mut(&key) {
            session.live = Some((head, floor));
            session.subscription.activate(head, floor);
        }
    }

    /// The client reads what its socket holds.
    fn drain(&mut self, key: u64) {
        let Some(session) = self.sessions.get(&key) else { return };
        let (outbox, client) = (Rc::clone(&session.outbox), session.client);
        let cx = Context::from_waker(Waker::noop());
        while let Drained::Frame(text) = outbox.take(&cx) {
            if text.starts_with('[') {
                self.tell(|| format!("client {client} is told that it is over"));
                self.sessions.remove(&key);
                return;
            }
            let numbers: Vec<i64> = text.split(' ').map(|number| number.parse().expect("a number")).collect();
            let [position, seq, is_new] = numbers[..] else { panic!("{text}") };
            self.hears(key, client, position, seq, is_new == 1);
        }
    }

    fn hears(&mut self, key: u64, client: usize, position: i64, seq: i64, is_new: bool) {
        self.tell(|| format!("client {client} hears {position} of {seq}"));
        let session = self.sessions.get_mut(&key).expect("a session");
        let (last, floor) = session.live.expect("live before the join's answer");
        session.live = Some((position, floor));
        assert!(position <= self.store.head(), "I1: {position} is not committed");
        assert!(position > last, "I2, I3: {position} after {last}");
        for entry in &self.store.log[last as usize..position as usize - 1] {
            let later = &self.store.log[entry.position as usize..];
            let superseded = later.iter().any(|other| other.seq == entry.seq);
            assert!(superseded || entry.seq < floor, "I2: client {client} was not told of {entry:?}");
        }
        for head in [position - 1, position] {
            let members = self.store.members_at(head);
            assert!(members.contains(&(client % PEOPLE)), "I6: client {client} was told of {position}");
        }
        let holder = &mut self.clients[client];
        assert!(is_new || holder.log.contains_key(&seq), "{seq} was changed before it was new");
        holder.log.insert(seq, position);
        holder.position = Some(position);
    }

    fn check(&self) {
        assert!(self.store.members.len() <= SEATS, "I4");
        for node in &self.nodes {
            if let Some(Actor { phase: Phase::Running(state), .. }) = &node.actor {
                let members = (0..PEOPLE).filter(|person| state.has(id(*person))).count();
                assert!(members <= SEATS, "I4: an actor with {members}");
                assert!(state.delivered() <= self.store.head(), "I1: an actor ahead of Postgres");
            }
        }
    }

    /// Everyone comes back, nothing more comes by the bus, and the sweep does the rest.
    fn finish(mut self) {
        self.bus.clear();
        for round in 0.. {
            for node in 0..NODES {
                while !self.nodes[node].untold.is_empty() {
                    self.tell_committed(node);
                }
                self.bus.clear();
                for _ in 0..2 {
                    self.start_actor(node);
                    self.sweep(node);
                }
                for _ in 0..200 {
                    self.repair(node);
                }
            }
            for client in 0..self.clients.len() {
                let node = self.any_node();
                let has_socket = self.sessions.values().any(|session| session.client == client);
                if !has_socket && self.store.members.contains_key(&(client % PEOPLE)) {
                    // `connect` chooses by itself; so until it chooses this one.
                    while !self.sessions.values().any(|session| session.client == client) {
                        self.connect(node);
                    }
                }
            }
            let keys: Vec<u64> = self.sessions.keys().copied().collect();
            for key in keys {
                self.drain(key);
                (0..3).for_each(|_| self.advance(key));
                self.drain(key);
            }
            self.check();
            if self.is_settled() {
                break;
            }
            assert!(round < 50, "it does not settle");
        }
        for (key, session) in &self.sessions {
            let person = session.client % PEOPLE;
            let since = self.store.members[&person];
            let want: Vec<(i64, i64)> =
                self.store.rows(0, self.store.head(), since).iter().map(|row| (row.seq, row.position)).collect();
            let have = &self.clients[session.client].log;
            let have: Vec<(i64, i64)> =
                have.iter().filter(|(seq, _)| **seq >= since).map(|(seq, at)| (*seq, *at)).collect();
            let mut want = want;
            want.sort();
            assert_eq!(have, want, "I3: client {} on socket {key}", session.client);
        }
        let mut seqs: Vec<i64> = self.store.ids.values().copied().collect();
        seqs.sort();
        seqs.dedup();
        assert_eq!(seqs.len(), self.store.ids.len(), "I5: two ids in one place");
    }

    fn is_settled(&self) -> bool {
        let members = &self.store.members;
        let everyone = (0..self.clients.len()).filter(|client| members.contains_key(&(client % PEOPLE))).count();
        let all_live = self
            .sessions
            .values()
            .all(|session| session.live.is_some() && members.contains_key(&(session.client % PEOPLE)));
        let all_current = self.nodes.iter().filter_map(|node| node.actor.as_ref()).all(|actor| match &actor.phase {
            Phase::Running(state) => state.is_current() && state.delivered() == self.store.head(),
            Phase::Starting { .. } => false,
        });
        self.sessions.len() == everyone && all_live && all_current
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

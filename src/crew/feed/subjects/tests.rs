//! Random schedules of votes, lost marks, readings, joins and dying nodes, and what sessions receive of keyed tallies.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::*;
use crate::crew::feed::KIND;
use crate::realtime::outbox::{Outbox, OutboxLimits};
use crate::realtime::subscription::{KnownRevision, Subscription};

const EVENT: Event<Value> = Event::declare("", KIND, "poll:tally");

fn id(number: u128) -> Uuid {
    Uuid::from_u128((number << 64) | (number * 77))
}

fn count(subject: Uuid, revision: i64) -> SubjectCount {
    SubjectCount::new(subject, revision, EVENT, &json!({"id": subject, "rev": revision})).expect("a count")
}

/// The committed state.
#[derive(Default)]
struct Store {
    revisions: HashMap<Uuid, i64>,
    open: HashSet<Uuid>,
    /// Those that have no tally any more.
    closed: HashSet<Uuid>,
}

impl Store {
    fn read(&self, asked: &Subjects) -> Vec<SubjectCount> {
        let mut found: HashSet<Uuid> = asked.ids.iter().copied().collect();
        if asked.live {
            found.extend(&self.open);
        }
        let found = found.difference(&self.closed);
        found.map(|id| count(*id, self.revisions[id])).collect()
    }

    fn check(&self) -> i64 {
        self.open.iter().map(|id| check(*id, self.revisions[id])).sum()
    }
}

/// A client, which keeps what it knows when it joins again.
#[derive(Default)]
struct Client {
    seen: HashMap<Uuid, i64>,
    join: Option<Join>,
}

struct Join {
    node: usize,
    outbox: Rc<Outbox>,
    subscription: Subscription,
    /// What its reply will contain, once it is read.
    known: Option<Vec<KnownRevision>>,
    asked: bool,
    answered: bool,
}

#[derive(Default)]
struct Node {
    sent: SentSubjects,
    marked: Subjects,
    reading: Option<(Subjects, Vec<SubjectCount>)>,
    /// What is on the way to its sessions.
    relay: VecDeque<Vec<Arc<Frame>>>,
}

struct World {
    random: StdRng,
    topic: Topic,
    store: Store,
    nodes: [Node; 2],
    clients: Vec<Client>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut store = Store::default();
        for number in 1..=6 {
            store.revisions.insert(id(number), 0);
            // The last one is too old to be live.
            if number < 6 {
                store.open.insert(id(number));
            }
        }
        let clients = (0..5).map(|_| Client::default()).collect();
        let topic = Topic::of(KIND, Uuid::nil());
        World { random: StdRng::seed_from_u64(seed), topic, store, nodes: Default::default(), clients }
    }

    fn step(&mut self) {
        let (client, node) = (self.random.random_range(0..5), self.random.random_range(0..2));
        match self.random.random_range(0..100) {
            0..30 => self.vote(),
            30..45 => self.begin(node),
            45..60 => self.finish(node),
            60..72 => self.relay(node),
            72..92 => self.join(client, node),
            92..95 => self.sweep(node),
            95..97 => self.close(),
            97..99 => self.leave(client),
            _ => self.die(node),
        }
    }

    fn vote(&mut self) {
        let open: Vec<Uuid> =
            self.store.revisions.keys().filter(|id| !self.store.closed.contains(id)).copied().collect();
        let mut open = open;
        open.sort_unstable();
        let Some(subject) = open.choose(&mut self.random).copied() else { return };
        *self.store.revisions.get_mut(&subject).expect("it is there") += self.random.random_range(1..3);
        for node in &mut self.nodes {
            if self.random.random_bool(0.7) {
                node.marked.ids.push(subject);
            }
        }
    }

    fn begin(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        if node.reading.is_none() && node.marked != Subjects::default() {
            let asked = std::mem::take(&mut node.marked);
            let counts = self.store.read(&asked);
            node.reading = Some((asked, counts));
        }
    }

    fn finish(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        let Some((asked, counts)) = node.reading.take() else { return };
        let unsent = node.sent.take(&asked, counts);
        node.relay.push_back(unsent.iter().map(|count| count.frame(&self.topic)).collect());
    }

    fn relay(&mut self, node: usize) {
        for frame in self.nodes[node].relay.pop_front().into_iter().flatten() {
            for join in self.clients.iter().filter_map(|client| client.join.as_ref()).filter(|join| join.node == node) {
                join.subscription.offer(&frame);
            }
        }
        self.clients.iter_mut().for_each(Client::receive);
    }

    /// Takes the next step of a client's join.
    fn join(&mut self, client: usize, node: usize) {
        let client = &mut self.clients[client];
        let Some(join) = &mut client.join else {
            let limits = OutboxLimits { frames: 10_000, bytes: 10_000_000, idle: Duration::from_secs(60) };
            let outbox = Rc::new(Outbox::new(limits, None, Instant::now() + Duration::from_secs(60)));
            let subscription = Subscription::joining(self.topic.clone(), Uuid::nil(), None, Rc::clone(&outbox));
            client.join = Some(Join { node, outbox, subscription, known: None, asked: false, answered: false });
            return;
        };
        let Some(known) = &join.known else {
            let known = self.store.revisions.iter().filter(|(_, revision)| **revision > 0);
            let key = |id: &Uuid| StateKey { event: EVENT.name, id: *id };
            join.known =
                Some(known.map(|(id, revision)| KnownRevision { key: key(id), revision: *revision }).collect());
            return;
        };
        if !join.asked {
            join.asked = true;
            let node = &mut self.nodes[join.node];
            let behind = known.iter().filter(|known| node.sent.is_behind(known.key.id, known.revision));
            node.marked.ids.extend(behind.map(|known| known.key.id));
        } else if !join.answered {
            join.answered = true;
            for known in known {
                let seen = client.seen.insert(known.key.id, known.revision);
                assert!(seen.is_none_or(|seen| seen <= known.revision), "the reply is older than {seen:?}");
            }
            join.subscription.activate_knowing(0, 0, known.clone());
            client.receive();
        }
    }

    fn sweep(&mut self, node: usize) {
        self.nodes[node].marked.live |= self.nodes[node].sent.check() != self.store.check();
    }

    fn close(&mut self) {
        let subject = id(self.random.random_range(1..=6));
        self.store.open.remove(&subject);
        self.store.closed.insert(subject);
    }

    fn leave(&mut self, client: usize) {
        self.clients[client].join = None;
    }

    /// A node dies, and another starts in its place.
    fn die(&mut self, node: usize) {
        self.nodes[node] = Node::default();
        let asked = Subjects { live: true, ids: Vec::new() };
        let counts = self.store.read(&asked);
        self.nodes[node].sent.take(&asked, counts);
        let on = |client: &&mut Client| client.join.as_ref().is_some_and(|join| join.node == node);
        self.clients.iter_mut().filter(on).for_each(|client| client.join = None);
    }

    /// Nothing more is committed or lost.
    fn settle(&mut self) {
        for client in 0..5 {
            (0..4).for_each(|_| self.join(client, client % 2));
        }
        for node in 0..2 {
            for _ in 0..3 {
                self.finish(node);
                self.sweep(node);
                self.begin(node);
            }
            self.finish(node);
            (0..100).for_each(|_| self.relay(node));
            assert_eq!(self.nodes[node].sent.check(), self.store.check(), "the sweep has nothing to repair");
        }
        for client in &self.clients {
            for subject in &self.store.open {
                let revision = self.store.revisions[subject];
                assert_eq!(client.seen.get(subject).copied().unwrap_or(0), revision, "the last one is always sent");
            }
        }
    }
}

impl Client {
    /// Takes what its session was sent: each revision is above the one before.
    fn receive(&mut self) {
        let Some(join) = &self.join else { return };
        while let Some(frame) = join.outbox.pop() {
            let frame: Value = serde_json::from_str(&frame).expect("JSON");
            let subject: Uuid = frame[4]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
            let revision = frame[4]["rev"].as_i64().expect("a revision");
            let seen = self.seen.insert(subject, revision);
            assert!(seen.is_none_or(|seen| seen < revision), "{revision} after {seen:?}");
        }
    }
}

#[test]
fn revisions_ascend_and_the_last_one_arrives_whatever_is_lost() {
    for seed in 0..2_000 {
        let mut world = World::new(seed);
        (0..300).for_each(|_| world.step());
        world.settle();
    }
}

#[test]
fn what_is_not_live_is_forgotten_first() {
    let mut sent = SentSubjects::default();
    let live: Vec<SubjectCount> = (0..200).map(|number| count(id(number), 1)).collect();
    sent.take(&Subjects { live: true, ids: Vec::new() }, live.clone());
    for number in 1_000..2_000 {
        let asked = Subjects { live: false, ids: vec![id(number)] };
        assert_eq!(sent.take(&asked, vec![count(id(number), 1)]).len(), 1);
        if number % 100 == 0 {
            assert!(sent.take(&Subjects { live: true, ids: Vec::new() }, live.clone()).is_empty(), "all are known");
        }
    }
    assert!(sent.known.len() <= KNOWN);
    assert!((0..200).all(|number| sent.is_behind(id(number), 2)), "the live ones are still known");
    assert!(!sent.is_behind(id(1_000), 2), "the oldest of the others is not");
}

#[test]
fn the_check_differs_when_one_moves_or_is_no_longer_live() {
    let (a, b) = (id(3), id(4));
    assert_ne!(check(a, 5) + check(b, 0), check(a, 0) + check(b, 5));
    assert_ne!(check(a, 5), check(a, 6));
    assert_eq!(check(a, 0), 0);
    assert!(check(Uuid::max(), i64::MAX) >= 0);
}

//! The clients: they connect to any node, join, and check what they receive against the log.

use std::task::{Context, Waker};
use std::time::Duration;

use super::*;
use crate::crew::journal::change::KIND;
use crate::realtime::outbox::{Drained, OutboxLimits};
use crate::wire::topic::Topic;

impl World {
    /// Opens a socket for a client that has none.
    pub fn connect(&mut self, node: usize) {
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
        // Listens from here on; reads later.
        self.nodes[node].actor.get_or_insert_with(|| Actor {
            phase: Phase::Starting { waiting: Vec::new(), head: None },
            heard: 0,
            reading: None,
            swept: None,
        });
    }

    /// Takes the next step of a join: attach, read, answer.
    pub fn advance(&mut self, key: u64) {
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

    /// Reads what the client's socket holds.
    pub fn drain(&mut self, key: u64) {
        let Some(session) = self.sessions.get(&key) else { return };
        let (outbox, client) = (Rc::clone(&session.outbox), session.client);
        let cx = Context::from_waker(Waker::noop());
        while let Drained::Frame(text) = outbox.take(&cx) {
            if text.starts_with('[') {
                self.tell(|| format!("client {client} receives the close"));
                self.sessions.remove(&key);
                return;
            }
            let numbers: Vec<i64> = text.split(' ').map(|number| number.parse().expect("a number")).collect();
            let [position, seq, is_new] = numbers[..] else { panic!("{text}") };
            self.hears(key, client, position, seq, is_new == 1);
        }
    }

    pub fn hears(&mut self, key: u64, client: usize, position: i64, seq: i64, is_new: bool) {
        self.tell(|| format!("client {client} hears {position} of {seq}"));
        let session = self.sessions.get_mut(&key).expect("a session");
        let (last, floor) = session.live.expect("live before the join's answer");
        session.live = Some((position, floor));
        assert!(position <= self.store.head(), "I1: {position} is not committed");
        assert!(position > last, "I2, I3: {position} after {last}");
        for entry in &self.store.log[last as usize..position as usize - 1] {
            let later = &self.store.log[entry.position as usize..];
            let superseded = later.iter().any(|other| other.seq == entry.seq);
            assert!(superseded || entry.seq < floor, "I2: client {client} did not receive {entry:?}");
        }
        for head in [position - 1, position] {
            let members = self.store.members_at(head);
            assert!(members.contains(&(client % PEOPLE)), "I6: client {client} received {position}");
        }
        let holder = &mut self.clients[client];
        assert!(is_new || holder.log.contains_key(&seq), "{seq} was changed before it was new");
        holder.log.insert(seq, position);
        holder.position = Some(position);
    }
}

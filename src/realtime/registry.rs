//! Which topics have an actor on this node.
//!
//! The registry listens to the bus for its actors. Each actor has a generation: one that stops takes only its own
//! entry away, so that it can never silence a successor that started in the meantime.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix::{Actor, Addr};
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use uuid::Uuid;

use super::bus::{Bus, Listening};
use crate::wire::topic::Topic;

/// The highest position that this node has heard of for a topic, set before the actor is told. An actor whose mailbox
/// was full finds here what it missed. Beside it, which revision the actor knows of what is no entry of the topic's log.
#[derive(Debug, Clone, Default)]
pub struct Head(Arc<HeadState>);

#[derive(Debug, Default)]
struct HeadState {
    position: AtomicI64,
    revision: AtomicI64,
}

impl Head {
    /// Raises the head.
    pub fn raise(&self, position: i64) {
        self.0.position.fetch_max(position, Ordering::AcqRel);
    }

    /// What was heard of is of another history: the one that is read next has a head of its own.
    pub fn fall(&self) {
        self.0.position.store(0, Ordering::Release);
    }

    /// The highest position heard of.
    pub fn get(&self) -> i64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// The actor has told everyone of this revision, or has read it before anyone could ask.
    pub fn revise(&self, revision: i64) {
        self.0.revision.store(revision, Ordering::Release);
    }

    /// The revision that the actor knows.
    pub fn revision(&self) -> i64 {
        self.0.revision.load(Ordering::Acquire)
    }
}

/// One live topic. `H` is what its actor shares with those who tell it something.
pub struct Live<A: Actor, H = Head> {
    /// Its actor.
    pub address: Addr<A>,
    /// What the actor must reach.
    pub head: H,
    generation: u64,
}

impl<A: Actor, H: Clone> Clone for Live<A, H> {
    fn clone(&self) -> Self {
        Live { address: self.address.clone(), head: self.head.clone(), generation: self.generation }
    }
}

/// The live topics of one kind.
pub struct Registry<A: Actor, H = Head> {
    kind: &'static str,
    bus: Arc<dyn Bus>,
    live: RwLock<Topics<A, H>>,
}

struct Entry<A: Actor, H> {
    live: Live<A, H>,
    _listening: Listening,
}

/// What a starting actor is given.
pub struct Start<H = Head> {
    /// Which start of the topic's actor this is.
    pub generation: Generation,
    /// What it must reach.
    pub head: H,
    /// When it may read: what is published after that will reach it.
    pub ready: BoxFuture<'static, ()>,
}

struct Topics<A: Actor, H> {
    entries: HashMap<Uuid, Entry<A, H>>,
    generations: u64,
}

impl<A: Actor, H: Clone + Default> Registry<A, H> {
    /// An empty registry for topics of this kind.
    pub fn new(kind: &'static str, bus: Arc<dyn Bus>) -> Self {
        Registry { kind, bus, live: RwLock::new(Topics { entries: HashMap::new(), generations: 0 }) }
    }

    /// The actor of a topic, if it has one here.
    pub fn find(&self, id: Uuid) -> Option<Live<A, H>> {
        self.live.read().entries.get(&id).map(|entry| entry.live.clone())
    }

    /// The actor of a topic; `start` makes one where there is none. The bus is asked first, so that nothing falls
    /// between its answer ([`Start::ready`]) and the actor's first read.
    pub fn find_or_start(&self, id: Uuid, start: impl FnOnce(Start<H>) -> Addr<A>) -> Live<A, H> {
        if let Some(live) = self.find(id).filter(|live| live.address.connected()) {
            return live;
        }
        let mut map = self.live.write();
        if let Some(entry) = map.entries.get(&id).filter(|entry| entry.live.address.connected()) {
            return entry.live.clone();
        }
        let listening = self.bus.listen(&Topic::of(self.kind, id));
        map.generations += 1;
        let generation = map.generations;
        let head = H::default();
        let ready = Box::pin(listening.ready());
        let address = start(Start { generation: Generation(generation), head: head.clone(), ready });
        let live = Live { address, head, generation };
        map.entries.insert(id, Entry { live: live.clone(), _listening: listening });
        live
    }

    /// Takes a stopping actor's entry away, unless a successor has it already.
    pub fn remove(&self, id: Uuid, generation: Generation) {
        let mut map = self.live.write();
        if map.entries.get(&id).is_some_and(|entry| entry.live.generation == generation.0) {
            map.entries.remove(&id);
        }
    }

    /// Does something with every live topic.
    pub fn for_each(&self, mut each: impl FnMut(Uuid, &Live<A, H>)) {
        self.live.read().entries.iter().for_each(|(id, entry)| each(*id, &entry.live));
    }

    /// How many topics are live.
    pub fn len(&self) -> usize {
        self.live.read().entries.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Which start of a topic's actor this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

//! Which topics have an actor on this node.
//!
//! The registry alone owns the bus's subscriptions. Each actor has a generation: one that stops takes only its own
//! entry away, so that it can never silence a successor that started in the meantime.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix::{Actor, Addr};
use parking_lot::RwLock;
use uuid::Uuid;

use super::bus::Bus;
use crate::wire::topic::Topic;

/// The highest position that this node has heard of for a topic, set before the actor is told. An actor whose mailbox
/// was full finds here what it missed.
#[derive(Debug, Clone, Default)]
pub struct Head(Arc<AtomicI64>);

impl Head {
    /// Raises the head; it never falls.
    pub fn raise(&self, position: i64) {
        self.0.fetch_max(position, Ordering::AcqRel);
    }

    /// The highest position heard of.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Acquire)
    }
}

/// One live topic.
pub struct Live<A: Actor> {
    /// Its actor.
    pub address: Addr<A>,
    /// What the actor must reach.
    pub head: Head,
    generation: u64,
}

impl<A: Actor> Clone for Live<A> {
    fn clone(&self) -> Self {
        Live { address: self.address.clone(), head: self.head.clone(), generation: self.generation }
    }
}

/// The live topics of one kind.
pub struct Registry<A: Actor> {
    kind: &'static str,
    bus: Arc<dyn Bus>,
    live: RwLock<Map<A>>,
}

struct Map<A: Actor> {
    entries: HashMap<Uuid, Live<A>>,
    generations: u64,
}

impl<A: Actor> Registry<A> {
    /// An empty registry for topics of this kind.
    pub fn new(kind: &'static str, bus: Arc<dyn Bus>) -> Self {
        Registry { kind, bus, live: RwLock::new(Map { entries: HashMap::new(), generations: 0 }) }
    }

    /// The actor of a topic, if it has one here.
    pub fn find(&self, id: Uuid) -> Option<Live<A>> {
        self.live.read().entries.get(&id).cloned()
    }

    /// The actor of a topic; `start` makes one where there is none. The bus is subscribed first, so that nothing falls
    /// between the subscription and the actor's first read.
    pub fn find_or_start(&self, id: Uuid, start: impl FnOnce(Generation, Head) -> Addr<A>) -> Live<A> {
        if let Some(live) = self.find(id).filter(|live| live.address.connected()) {
            return live;
        }
        let mut map = self.live.write();
        if let Some(live) = map.entries.get(&id).filter(|live| live.address.connected()) {
            return live.clone();
        }
        self.bus.subscribe(&Topic::of(self.kind, id));
        map.generations += 1;
        let generation = map.generations;
        let head = Head::default();
        let address = start(Generation(generation), head.clone());
        let live = Live { address, head, generation };
        map.entries.insert(id, live.clone());
        live
    }

    /// Takes a stopping actor's entry away, unless a successor has it already.
    pub fn remove(&self, id: Uuid, generation: Generation) {
        let mut map = self.live.write();
        if map.entries.get(&id).is_some_and(|live| live.generation == generation.0) {
            map.entries.remove(&id);
            self.bus.unsubscribe(&Topic::of(self.kind, id));
        }
    }

    /// Does something with every live topic.
    pub fn for_each(&self, each: impl FnMut(&Live<A>)) {
        self.live.read().entries.values().for_each(each);
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

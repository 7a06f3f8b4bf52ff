//! The registry of the topics that have an actor on this node.
//!
//! The registry owns the bus subscriptions of its actors. Each actor has a generation: a stopping actor removes only
//! its own entry, so it cannot cut off a successor that has started in the meantime.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix::{Actor, Addr};
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use uuid::Uuid;

use super::bus::{Bus, Listening};
use crate::wire::topic::Topic;

/// The highest position that this node has heard of for a topic, raised before the actor is notified. An actor whose
/// mailbox was full finds here what it missed. It also holds the revision of what the actor has sent beside the topic's
/// log.
#[derive(Debug, Clone, Default)]
pub struct Head(Arc<HeadState>);

#[derive(Debug, Default)]
struct HeadState {
    position: AtomicI64,
    revision: AtomicI64,
}

impl Head {
    /// Raises the head to a position.
    pub fn raise(&self, position: i64) {
        self.0.position.fetch_max(position, Ordering::AcqRel);
    }

    /// Resets the head to 0: the positions heard of belong to another epoch.
    pub fn fall(&self) {
        self.0.position.store(0, Ordering::Release);
    }

    /// Returns the highest position heard of.
    pub fn get(&self) -> i64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// Sets the revision that the actor has sent to all sessions, or has read before any session could join.
    pub fn revise(&self, revision: i64) {
        self.0.revision.store(revision, Ordering::Release);
    }

    /// Returns the revision that the actor knows.
    pub fn revision(&self) -> i64 {
        self.0.revision.load(Ordering::Acquire)
    }
}

/// A live topic. `H` is the value that its actor shares with its callers.
pub struct Live<A: Actor, H = Head> {
    /// The actor.
    pub address: Addr<A>,
    /// The value shared with the actor, such as the position that it must reach.
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

/// The arguments of a starting actor.
pub struct Start<H = Head> {
    /// The generation of this start.
    pub generation: Generation,
    /// The value shared with callers.
    pub head: H,
    /// Completes when the actor may read: what is published after that reaches it.
    pub ready: BoxFuture<'static, ()>,
}

struct Topics<A: Actor, H> {
    entries: HashMap<Uuid, Entry<A, H>>,
    generations: u64,
}

impl<A: Actor, H: Clone + Default> Registry<A, H> {
    /// Creates an empty registry for topics of a kind.
    pub fn new(kind: &'static str, bus: Arc<dyn Bus>) -> Self {
        Registry { kind, bus, live: RwLock::new(Topics { entries: HashMap::new(), generations: 0 }) }
    }

    /// Returns the actor of a topic, if it has one on this node.
    pub fn find(&self, id: Uuid) -> Option<Live<A, H>> {
        self.live.read().entries.get(&id).map(|entry| entry.live.clone())
    }

    /// Returns the actor of a topic, starting one with `start` if there is none. The bus subscription comes first, so
    /// nothing is lost between its confirmation ([`Start::ready`]) and the actor's first reading.
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

    /// Removes a stopping actor's entry, unless a successor has taken its place.
    pub fn remove(&self, id: Uuid, generation: Generation) {
        let mut map = self.live.write();
        if map.entries.get(&id).is_some_and(|entry| entry.live.generation == generation.0) {
            map.entries.remove(&id);
        }
    }

    /// Calls `each` with every live topic.
    pub fn for_each(&self, mut each: impl FnMut(Uuid, &Live<A, H>)) {
        self.live.read().entries.iter().for_each(|(id, entry)| each(*id, &entry.live));
    }

    /// Returns the number of live topics.
    pub fn len(&self) -> usize {
        self.live.read().entries.len()
    }

    /// Returns whether there is no live topic.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The number of a start of a topic's actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

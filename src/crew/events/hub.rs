//! The events whose topics are open on this node, and how they hear that something has changed: from this node's journal and
//! handlers, from the other nodes over the bus, and from the sweep. All of them only say that there is something to read.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use actix::{Actor, Addr, Handler, Message};
use uuid::Uuid;

use super::actor::{Announced, EpochChanged, EventActor, Look, Parts};
use super::packet::Packet;
use super::sweep::Sweep;
use crate::foundation::db::Database;
use crate::foundation::settings::Limits;
use crate::realtime::attendance::{Asked, NodeGone, SpeakUp};
use crate::realtime::bus::{Bus, Listening, Receive};
use crate::realtime::nodes::{Neighbours, Nodes};
use crate::realtime::registry::{Generation, Live, Registry};
use crate::realtime::threads::Threads;
use crate::wire::topic::Topic;

/// The kind of an event's topic.
pub const KIND: &str = "event";

/// The kind of the topics on which single nodes are asked.
const NODE: &str = "event-node";

/// What an event's actor shares with those who tell it something. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Marks(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Up to where the wall was told; below zero until it is known.
    position: AtomicI64,
    /// How many members were told; likewise.
    members: AtomicI64,
    /// The wall is to be read.
    wall: AtomicBool,
    /// The members are to be counted.
    count: AtomicBool,
}

impl Default for Marks {
    fn default() -> Self {
        Marks(Arc::new(Shared {
            position: AtomicI64::new(-1),
            members: AtomicI64::new(-1),
            wall: AtomicBool::new(false),
            count: AtomicBool::new(false),
        }))
    }
}

/// What there is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// The wall has moved.
    pub wall: bool,
    /// Members have come or gone.
    pub count: bool,
}

/// What was told of a live event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// The event.
    pub event_id: Uuid,
    /// Up to where its wall was told.
    pub position: i64,
    /// How many members were told.
    pub members: i64,
}

impl Marks {
    /// Notes that there is something to read. Answers whether that is new, so that the actor must be told.
    fn note(&self, due: Due) -> bool {
        let mut is_new = false;
        if due.wall {
            is_new |= !self.0.wall.swap(true, Ordering::AcqRel);
        }
        if due.count {
            is_new |= !self.0.count.swap(true, Ordering::AcqRel);
        }
        is_new
    }

    /// What there is to read.
    pub fn due(&self) -> Due {
        Due { wall: self.0.wall.load(Ordering::Acquire), count: self.0.count.load(Ordering::Acquire) }
    }

    /// That is going to be read now: what is noted from here on is new.
    pub fn take(&self, due: Due) {
        if due.wall {
            self.0.wall.store(false, Ordering::Release);
        }
        if due.count {
            self.0.count.store(false, Ordering::Release);
        }
    }

    /// It could not be read.
    pub fn put_back(&self, due: Due) {
        self.note(due);
    }

    /// It was told up to here.
    pub fn told(&self, position: i64, members: i64) {
        self.0.position.store(position, Ordering::Release);
        self.0.members.store(members, Ordering::Release);
    }

    /// Nothing is known any more.
    pub fn forget(&self) {
        self.told(-1, -1);
    }
}

/// The live events of this node.
pub struct EventHub {
    database: Database,
    registry: Registry<EventActor, Marks>,
    bus: Arc<dyn Bus>,
    nodes: Option<Nodes>,
    threads: Threads,
    limits: Limits,
    versions: AtomicU64,
    _listening: Listening,
}

impl EventHub {
    /// None yet. With `nodes`, the sweep finds what the bus has lost.
    pub fn start(
        database: &Database,
        bus: Arc<dyn Bus>,
        nodes: Option<Nodes>,
        limits: &Limits,
        threads: Threads,
    ) -> Arc<Self> {
        let listening = bus.listen(&Topic::of(NODE, bus.boot_id()));
        let live = Arc::new(EventHub {
            database: database.clone(),
            registry: Registry::new(KIND, Arc::clone(&bus)),
            bus,
            nodes,
            threads,
            limits: limits.clone(),
            versions: AtomicU64::new(1),
            _listening: listening,
        });
        if let Some(nodes) = &live.nodes {
            let told: Arc<dyn Neighbours> = live.clone();
            nodes.tell(Arc::downgrade(&told));
            let sweep = Sweep::new(database.clone(), Arc::clone(&live), nodes.status());
            live.threads.spare().spawn(sweep.run());
        }
        live
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What clients are told of the limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many are live.
    pub fn count(&self) -> usize {
        self.registry.len()
    }

    /// The actor of an event, if it has one.
    pub fn find(&self, event_id: Uuid) -> Option<Live<EventActor, Marks>> {
        self.registry.find(event_id)
    }

    /// The actor of an event, started if it has none.
    pub fn find_or_start(self: &Arc<Self>, event_id: Uuid) -> Addr<EventActor> {
        let live = self.registry.find_or_start(event_id, |start| {
            let parts = Parts { database: self.database.clone(), live: Arc::clone(self) };
            // The last bits of an id are as good as random.
            let thread = self.threads.handle(event_id.as_u128() as usize % 1024);
            EventActor::start_in_arbiter(&thread, move |ctx| EventActor::new(event_id, start, parts, ctx))
        });
        live.address
    }

    /// An actor stops.
    pub fn remove(&self, event_id: Uuid, generation: Generation) {
        self.registry.remove(event_id, generation);
    }

    /// Something that the event's members see was committed by this node: a pod's card, or that somebody has left.
    pub fn moved(&self, event_id: Uuid) {
        self.tell(event_id, &Packet::Wall);
        self.note(event_id, Due { wall: true, count: false });
    }

    /// Somebody has joined the event, by this node.
    pub fn joined(&self, event_id: Uuid) {
        self.tell(event_id, &Packet::Members);
        self.note(event_id, Due { wall: false, count: true });
    }

    /// Nobody knows whether something was committed: all that is live here looks.
    pub fn recheck(&self) {
        self.registry.for_each(|_, live| wake(live, Due { wall: true, count: true }));
    }

    /// A reading has seen that the event's wall reaches up to here.
    pub fn reaches(&self, event_id: Uuid, head: i64) {
        if let Some(live) = self.find(event_id)
            && live.head.0.position.load(Ordering::Acquire) < head
        {
            wake(&live, Due { wall: true, count: true });
        }
    }

    /// The database has another line of history.
    pub fn start_afresh(&self) {
        self.registry.for_each(|_, live| live.address.do_send(EpochChanged));
    }

    /// Whether what this node knows of an event is all there is.
    pub fn is_alone(&self) -> bool {
        self.bus.is_alone()
    }

    /// Tells the other nodes with sessions on the topic.
    pub fn tell(&self, event_id: Uuid, packet: &Packet) {
        if !self.is_alone() {
            self.bus.publish(&Topic::of(KIND, event_id), &packet.encode());
        }
    }

    /// Asks one node how many people it has at the event, if it was heard lately, so that it would answer.
    pub fn ask(&self, boot_id: Uuid, event_id: Uuid) {
        if self.nodes.as_ref().is_some_and(|nodes| nodes.is_heard(boot_id)) {
            self.bus.publish(&Topic::of(NODE, boot_id), &Packet::AskAbout(event_id).encode());
        }
    }

    /// Who takes what the bus brings of events, by kind of topic.
    pub fn receivers(self: &Arc<Self>) -> [(&'static str, Weak<dyn Receive>); 2] {
        let taker: Arc<dyn Receive> = self.clone();
        [(KIND, Arc::downgrade(&taker)), (NODE, Arc::downgrade(&taker))]
    }

    /// A number above all that were given before, for what is said next.
    pub fn version(&self) -> u64 {
        self.versions.fetch_add(1, Ordering::AcqRel)
    }

    /// The live events, with what was told of them.
    pub(super) fn known(&self) -> Vec<Known> {
        let mut all = Vec::with_capacity(self.count());
        self.registry.for_each(|event_id, live| {
            let position = live.head.0.position.load(Ordering::Acquire);
            if position >= 0 {
                all.push(Known { event_id, position, members: live.head.0.members.load(Ordering::Acquire) });
            }
        });
        all
    }

    /// There is something to read of an event, if it is live here.
    pub(super) fn note(&self, event_id: Uuid, due: Due) {
        if let Some(live) = self.find(event_id) {
            wake(&live, due);
        }
    }

    /// Tells an actor something of the moment. If it has no room, it is told again by and by.
    fn offer<M: Message + Send + 'static>(&self, event_id: Uuid, message: M)
    where
        M::Result: Send,
        EventActor: Handler<M>,
    {
        if let Some(live) = self.find(event_id) {
            let _ = live.address.try_send(message);
        }
    }
}

fn wake(live: &Live<EventActor, Marks>, due: Due) {
    if live.head.note(due) {
        // Where the mailbox is full, the actor looks at its marks with whatever it takes from there.
        let _ = live.address.try_send(Look);
    }
}

impl Receive for EventHub {
    fn received(&self, event_id: Uuid, from: Uuid, payload: &[u8]) {
        match Packet::decode(payload) {
            Some(Packet::Wall) => self.note(event_id, Due { wall: true, count: false }),
            Some(Packet::Members) => self.note(event_id, Due { wall: false, count: true }),
            Some(Packet::Present { version, people }) => {
                if let Some(nodes) = &self.nodes {
                    nodes.met(from);
                }
                self.offer(event_id, Announced { from, version, people });
            }
            Some(Packet::Ask) => self.offer(event_id, Asked),
            Some(Packet::AskAbout(event_id)) => {
                // Before the event is looked for: an actor that starts meanwhile speaks with a higher number.
                let version = self.version();
                match self.find(event_id) {
                    Some(live) => drop(live.address.try_send(Asked)),
                    None => self.tell(event_id, &Packet::Present { version, people: 0 }),
                }
            }
            None => tracing::debug!(%from, "a packet of the bus makes no sense"),
        }
    }
}

impl Neighbours for EventHub {
    fn gone(&self, boot_id: Uuid) {
        self.registry.for_each(|_, live| live.address.do_send(NodeGone(boot_id)));
    }

    fn back(&self) {
        self.registry.for_each(|_, live| live.address.do_send(SpeakUp));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_new_until_it_is_taken() {
        let marks = Marks::default();
        let (wall, both) = (Due { wall: true, count: false }, Due { wall: true, count: true });
        assert!(marks.note(wall));
        assert!(!marks.note(wall), "one is on its way");
        assert!(marks.note(both), "the count is not");
        assert_eq!(marks.due(), both);
        marks.take(wall);
        assert_eq!(marks.due(), Due { wall: false, count: true });
        assert!(marks.note(wall), "it may have come after the reading");
    }
}

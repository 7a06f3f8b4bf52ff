//! The events whose topics are open on this node, and how they hear that something has changed: from this node's journal and
//! handlers, from the other nodes over the bus, and from the sweep. All of them only say that there is something to read.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Weak};

use actix::{Actor, Addr};
use uuid::Uuid;

use super::actor::{EventActor, Look, Parts};
use super::packet::Packet;
use super::sweep::Sweep;
use crate::foundation::db::Database;
use crate::foundation::settings::Limits;
use crate::realtime::attendance::{Asked, EpochChanged};
use crate::realtime::bus::{Bus, Receive};
use crate::realtime::hub::{Hub, Receivers};
use crate::realtime::nodes::Nodes;
use crate::realtime::registry::Live;
use crate::realtime::threads::Threads;

/// The kind of an event's topic.
pub const KIND: &str = "event";

/// The kind of the topics on which single nodes are asked of events.
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

    /// Notes what the sessions were sent.
    pub fn sent(&self, position: i64, members: i64) {
        self.0.position.store(position, Ordering::Release);
        self.0.members.store(members, Ordering::Release);
    }

    /// Nothing is known any more.
    pub fn forget(&self) {
        self.sent(-1, -1);
    }
}

/// The live events of this node.
pub struct EventHub {
    topics: Arc<Hub<EventActor>>,
    database: Database,
    limits: Limits,
    /// What comes from other nodes.
    receivers: Receivers,
}

impl EventHub {
    /// Starts a hub without live events, whose actors will live on `threads`. With `nodes`, the sweep finds what the bus has
    /// lost.
    pub fn start(
        database: &Database,
        bus: Arc<dyn Bus>,
        nodes: Option<Nodes>,
        limits: &Limits,
        threads: Threads,
    ) -> Arc<Self> {
        let topics = Hub::start(KIND, NODE, bus, nodes.clone(), threads.clone());
        let receivers = [KIND, NODE].into_iter().fold(Receivers::default(), |receivers, kind| {
            let topics = Arc::clone(&topics);
            receivers.with(kind, move |id, from, packet| received(&topics, id, from, packet))
        });
        let hub = Arc::new(EventHub { topics, database: database.clone(), limits: limits.clone(), receivers });
        if let Some(nodes) = &nodes {
            let sweep = Sweep::new(database.clone(), Arc::clone(&hub), nodes.status());
            threads.spare().spawn(sweep.run());
        }
        hub
    }

    /// Returns the live topics `event:<id>`.
    pub fn topics(&self) -> &Arc<Hub<EventActor>> {
        &self.topics
    }

    /// Returns the database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the limits that clients are told of.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the actor of an event, started if it has none.
    pub fn find_or_start(&self, event_id: Uuid) -> Addr<EventActor> {
        // The last bits of an id are as good as random.
        let number = event_id.as_u128() as usize % 1024;
        let live = self.topics.find_or_start(event_id, number, |thread, start| {
            let parts = Parts { database: self.database.clone(), hub: Arc::clone(&self.topics) };
            EventActor::start_in_arbiter(thread, move |ctx| EventActor::new(event_id, start, parts, ctx))
        });
        live.address
    }

    /// Something that the event's members see was committed by this node: a pod's card, or that somebody has left.
    pub fn moved(&self, event_id: Uuid) {
        self.topics.tell(event_id, &Packet::Wall);
        self.note(event_id, Due { wall: true, count: false });
    }

    /// Somebody has joined the event, by this node.
    pub fn joined(&self, event_id: Uuid) {
        self.topics.tell(event_id, &Packet::Members);
        self.note(event_id, Due { wall: false, count: true });
    }

    /// Nobody knows whether something was committed: all that is live here looks.
    pub fn recheck(&self) {
        self.topics.for_each(|_, live| wake(live, Due { wall: true, count: true }));
    }

    /// A reading has seen that the event's wall reaches up to here.
    pub fn reaches(&self, event_id: Uuid, head: i64) {
        if let Some(live) = self.topics.find(event_id)
            && live.head.0.position.load(Ordering::Acquire) < head
        {
            wake(&live, Due { wall: true, count: true });
        }
    }

    /// The database has another line of history.
    pub fn change_epoch(&self) {
        self.topics.tell_all(EpochChanged);
    }

    /// Returns who takes what the bus brings of events, by kind of topic.
    pub fn receivers(&self) -> impl Iterator<Item = (&'static str, Weak<dyn Receive>)> {
        self.receivers.by_kind()
    }

    /// Returns the live events, with what their sessions were sent.
    pub(super) fn known(&self) -> Vec<Known> {
        let mut all = Vec::with_capacity(self.topics.count());
        self.topics.for_each(|event_id, live| {
            let position = live.head.0.position.load(Ordering::Acquire);
            if position >= 0 {
                all.push(Known { event_id, position, members: live.head.0.members.load(Ordering::Acquire) });
            }
        });
        all
    }

    /// There is something to read of an event, if it is live here.
    pub(super) fn note(&self, event_id: Uuid, due: Due) {
        note(&self.topics, event_id, due);
    }
}

fn note(topics: &Hub<EventActor>, event_id: Uuid, due: Due) {
    if let Some(live) = topics.find(event_id) {
        wake(&live, due);
    }
}

fn wake(live: &Live<EventActor, Marks>, due: Due) {
    if live.head.note(due) {
        // Where the mailbox is full, the actor looks at its marks with whatever it takes from there.
        let _ = live.address.try_send(Look);
    }
}

fn received(topics: &Hub<EventActor>, event_id: Uuid, from: Uuid, packet: Packet) {
    match packet {
        Packet::Wall => note(topics, event_id, Due { wall: true, count: false }),
        Packet::Members => note(topics, event_id, Due { wall: false, count: true }),
        Packet::Present { version, people } => topics.announced(event_id, from, version, people),
        Packet::Ask => topics.offer(event_id, Asked),
        Packet::AskAbout(event_id) => {
            topics.asked_about(event_id, |version| Packet::Present { version, people: 0 });
        }
        Packet::Event(text) => topics.event(event_id, text.into()),
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

//! The events whose topics are open on this node. They learn of changes from this node's journal and handlers, from
//! other nodes over the bus, and from the sweep. All of these only mark what must be read.

use std::sync::{Arc, Weak};

use actix::{Actor, Addr};
use uuid::Uuid;

use super::KIND;
use super::actor::{EventActor, EventActorParts, HistoryIs, Wake};
use super::kinds::{KeyedTallyId, Kinds, TallyId};
use super::marks::{Due, Marks, SUBJECTS, SentMarks};
use super::packet::Packet;
use crate::foundation::db::Database;
use crate::foundation::settings::Limits;
use crate::realtime::attendance::Asked;
use crate::realtime::bus::{Bus, Receive};
use crate::realtime::hub::{Hub, Receivers};
use crate::realtime::join_data::Joins;
use crate::realtime::nodes::Nodes;
use crate::realtime::registry::Live;
use crate::realtime::threads::Threads;

/// The kind of the topics on which single nodes are queried about events.
const NODE: &str = "event-node";

/// The live events of this node.
pub struct EventHub {
    topics: Arc<Hub<EventActor>>,
    database: Database,
    limits: Limits,
    kinds: Kinds,
    joins: Joins,
    /// The receivers of packets from other nodes.
    receivers: Receivers,
}

impl EventHub {
    /// Starts an empty hub whose actors will run on `threads`.
    pub fn start(
        database: &Database,
        bus: Arc<dyn Bus>,
        nodes: Option<Nodes>,
        limits: &Limits,
        threads: Threads,
    ) -> Arc<Self> {
        let (topics, kinds) = (Hub::start(KIND, NODE, bus, nodes.clone(), threads.clone()), Kinds::default());
        let receivers = [KIND, NODE].into_iter().fold(Receivers::default(), |receivers, kind| {
            let (topics, kinds) = (Arc::clone(&topics), kinds.clone());
            receivers.with(kind, move |id, from, packet| received(&topics, &kinds, id, from, packet))
        });
        Arc::new(EventHub {
            topics,
            database: database.clone(),
            limits: limits.clone(),
            kinds,
            joins: Joins::default(),
            receivers,
        })
    }

    /// Returns the live topics `event:<id>`.
    pub fn topics(&self) -> &Arc<Hub<EventActor>> {
        &self.topics
    }

    /// Returns the database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the limits, which join replies contain.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the kinds of items and the tallies, to which features add their own.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Returns the sources of fields that features add to join replies.
    pub fn joins(&self) -> &Joins {
        &self.joins
    }

    /// Returns the actor of an event, starting it if there is none.
    pub fn find_or_start(&self, event_id: Uuid) -> Addr<EventActor> {
        // The last bits of an id are as good as random.
        let number = event_id.as_u128() as usize % 1024;
        let live = self.topics.find_or_start(event_id, number, |thread, start| {
            let parts = EventActorParts {
                database: self.database.clone(),
                hub: Arc::clone(&self.topics),
                kinds: self.kinds.clone(),
            };
            EventActor::start_in_arbiter(thread, move |ctx| EventActor::new(event_id, start, parts, ctx))
        });
        live.address
    }

    /// Announces that this node has committed a change with a new number of the event's feed.
    pub fn moved(&self, event_id: Uuid) {
        self.topics.tell(event_id, &Packet::Feed);
        self.note(event_id, Due::ITEMS);
    }

    /// Announces that this node has committed something that a tally counts.
    pub fn counted(&self, event_id: Uuid, tally: TallyId) {
        if let Some(known) = self.kinds.tallies().get(tally.0) {
            self.topics.tell(event_id, &Packet::Tally(known.event().to_owned()));
        }
        self.note(event_id, tally.due());
    }

    /// Announces that this node has committed something that a tally counts for these subjects of the event.
    pub fn counted_of(&self, event_id: Uuid, tally: KeyedTallyId, subjects: &[Uuid]) {
        if let Some(known) = self.kinds.tallies().get(tally.0) {
            let event = known.event().to_owned();
            self.topics.tell(
                event_id,
                &match subjects.len() <= SUBJECTS {
                    true => Packet::Subjects(event, subjects.to_vec()),
                    false => Packet::Tally(event),
                },
            );
        }
        note_subjects(&self.topics, event_id, tally.0, subjects);
    }

    /// Makes all live subjects of these tallies read in all live events, after an outcome that is unknown.
    pub fn recheck_tallies(&self, tallies: &[KeyedTallyId]) {
        for tally in tallies {
            self.topics.for_each(|_, live| wake(live, Due::tally(tally.0)));
        }
    }

    /// Makes all live events read, after an outcome that is unknown.
    pub fn recheck(&self) {
        self.topics.for_each(|_, live| wake(live, Due::ALL));
    }

    /// Notes that a reading has seen this head of the event's feed.
    pub fn reaches(&self, event_id: Uuid, head: i64) {
        if let Some(live) = self.topics.find(event_id)
            && live.head.position() < head
        {
            wake(&live, Due::ALL);
        }
    }

    /// Notifies all events of the database's current epoch.
    pub fn change_epoch(&self, epoch: &str) {
        self.topics.tell_all(HistoryIs(epoch.into()));
    }

    /// Returns the receivers of packets about events, by kind of topic.
    pub fn receivers(&self) -> impl Iterator<Item = (&'static str, Weak<dyn Receive>)> {
        self.receivers.by_kind()
    }

    /// Returns the live events, each with what its sessions were sent.
    pub(super) fn sent(&self) -> Vec<SentMarks> {
        let mut all = Vec::with_capacity(self.topics.count());
        self.topics.for_each(|event_id, live| all.extend(live.head.snapshot(event_id)));
        all
    }

    /// Marks what must be read of an event, if it is live here.
    pub(super) fn note(&self, event_id: Uuid, due: Due) {
        note(&self.topics, event_id, due);
    }
}

fn note(topics: &Hub<EventActor>, event_id: Uuid, due: Due) {
    if let Some(live) = topics.find(event_id) {
        wake(&live, due);
    }
}

fn note_subjects(topics: &Hub<EventActor>, event_id: Uuid, place: usize, subjects: &[Uuid]) {
    if let Some(live) = topics.find(event_id)
        && live.head.note_subjects(place, subjects.iter().copied())
    {
        let _ = live.address.try_send(Wake);
    }
}

fn wake(live: &Live<EventActor, Marks>, due: Due) {
    if live.head.note(due) {
        // If the mailbox is full, the actor checks its marks with the messages that it takes from there.
        let _ = live.address.try_send(Wake);
    }
}

fn received(topics: &Hub<EventActor>, kinds: &Kinds, event_id: Uuid, from: Uuid, packet: Packet) {
    match packet {
        Packet::Feed => note(topics, event_id, Due::ITEMS),
        // A tally that this release does not know comes from a newer node.
        Packet::Tally(event) => {
            if let Some(place) = kinds.find_tally(&event) {
                note(topics, event_id, Due::tally(place));
            }
        }
        Packet::Subjects(event, subjects) => {
            if let Some(place) = kinds.find_tally(&event) {
                note_subjects(topics, event_id, place, &subjects);
            }
        }
        Packet::Present { version, people } => topics.announced(event_id, from, version, people),
        Packet::Ask => topics.offer(event_id, Asked),
        Packet::AskAbout(event_id) => {
            topics.asked_about(event_id, |version| Packet::Present { version, people: 0 });
        }
        Packet::Event(text) => topics.event(event_id, text.into()),
    }
}

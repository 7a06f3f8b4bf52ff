//! The pods that have sessions on this node. Commits of this node's journal and packets of other nodes meet here: the
//! code behind it does not depend on where a change came from.

mod bus_receiver;

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Notify;
use uuid::Uuid;

use super::actor::{Committed, Gone, HeardOf, PodActor, PodChanged, Read, Recheck};
use super::metrics::EPOCHS;
use super::observer::{Observer, Origin};
use super::packet::{self, Packet};
use super::store::realtime::{KnownPod, Mark, PodDifference};
use crate::crew::events::service::Events;
use crate::crew::feed::hub::EventHub;
use crate::crew::journal::Deliver;
use crate::crew::journal::change::{Change, KIND};
use crate::foundation::metrics;
use crate::realtime::attendance::EpochChanged;
use crate::realtime::bus::Bus;
use crate::realtime::hub::Hub;
use crate::realtime::join_data::Joins;
use crate::realtime::nodes::Nodes;
use crate::realtime::threads::Threads;

/// The kind of the topics on which single nodes are queried about pods.
const NODE: &str = "node";

/// The live pods of this node.
pub struct PodHub {
    topics: Arc<Hub<PodActor>>,
    observers: RwLock<Vec<Arc<dyn Observer>>>,
    joins: Joins,
    /// The events' feeds, which carry the pods' cards.
    feed: Arc<EventHub>,
    /// The events, whose members change with what the journal commits.
    events: Events,
    /// The database's epoch; empty until it is known.
    epoch: RwLock<Arc<str>>,
    /// Notified when a sweep is needed now.
    pub(super) sweep_now: Notify,
}

impl PodHub {
    /// Creates an empty hub whose actors will run on `threads`.
    pub fn new(bus: Arc<dyn Bus>, nodes: Option<Nodes>, feed: Arc<EventHub>, events: Events, threads: Threads) -> Self {
        PodHub {
            topics: Hub::start(KIND, NODE, bus, nodes, threads),
            observers: RwLock::default(),
            joins: Joins::default(),
            feed,
            events,
            epoch: RwLock::new("".into()),
            sweep_now: Notify::new(),
        }
    }

    /// Returns the live topics `pod:<id>`.
    pub fn topics(&self) -> &Arc<Hub<PodActor>> {
        &self.topics
    }

    /// Announces that a pod has changed in something that is not a line of its log.
    pub fn changed(&self, pod_id: Uuid) {
        self.topics.tell(pod_id, &Packet::PodChanged);
        self.changed_here(pod_id);
    }

    pub(super) fn changed_here(&self, pod_id: Uuid) {
        if let Some(live) = self.topics.find(pod_id) {
            live.address.do_send(PodChanged);
        }
    }

    /// Announces read marks that this node has written, at most twice a second a person.
    pub fn read(&self, pod_id: Uuid, marks: Vec<Mark>) {
        if !self.topics.is_alone() {
            self.topics.tell(pod_id, &Packet::Marks(marks.clone()));
        }
        for mark in &marks {
            self.observed(|observer| observer.read(pod_id, mark));
        }
        self.read_here(pod_id, marks);
    }

    /// Sends read marks to the pod's sessions on this node alone.
    pub(super) fn read_here(&self, pod_id: Uuid, marks: Vec<Mark>) {
        if let Some(live) = self.topics.find(pod_id) {
            if let Some(head) = marks.iter().map(|mark| mark.head).max() {
                live.head.raise(head);
            }
            // Bounded by its pace. A lost mark would not be sent again before the next one.
            live.address.do_send(Read(marks));
        }
    }

    /// Returns the sources of fields that features add to join replies.
    pub fn joins(&self) -> &Joins {
        &self.joins
    }

    /// Adds an observer of pods.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.observers.write().push(observer);
    }

    pub(super) fn observed(&self, tell: impl Fn(&dyn Observer)) {
        self.observers.read().iter().for_each(|observer| tell(&**observer));
    }

    /// Returns the live pods, each with its known head and revision.
    pub(super) fn heads(&self) -> Vec<KnownPod> {
        let mut heads = Vec::with_capacity(self.topics.count());
        self.topics.for_each(|pod_id, live| heads.push((pod_id, live.head.get(), live.head.revision())));
        heads
    }

    /// Makes all pods start again from the database, which has a new epoch.
    fn change_epoch(&self, epoch: &str) {
        self.topics.tell_all(EpochChanged);
        self.observed(|observer| observer.epoch_changed());
        self.feed.change_epoch(epoch);
    }

    /// Notes that a reading has seen this head of the pod's log.
    pub fn reaches(&self, pod_id: Uuid, head: i64) {
        if !self.topics.is_alone() && self.topics.find(pod_id).is_some_and(|live| live.head.get() < head) {
            self.heard_of_here(pod_id, head);
        }
    }

    fn committed_here(&self, pod_id: Uuid, changes: Vec<Change>, origin: Origin) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        self.observed(|observer| observer.committed(pod_id, &changes, origin));
        if let Some(live) = self.topics.find(pod_id) {
            // Raised first: if the mailbox is full, the actor learns from the head what it must read.
            live.head.raise(last);
            let _ = live.address.try_send(Committed(changes));
        }
    }

    fn heard_of_here(&self, pod_id: Uuid, position: i64) {
        if let Some(live) = self.topics.find(pod_id) {
            live.head.raise(position);
            let _ = live.address.try_send(HeardOf);
        }
    }

    fn gone_here(&self, pod_id: Uuid) {
        self.observed(|observer| observer.gone(pod_id));
        if let Some(live) = self.topics.find(pod_id) {
            live.address.do_send(Gone);
        }
    }

    /// Handles a difference that the sweep has found: a higher head, another revision, or a pod that is gone.
    pub(super) fn found(&self, found: &PodDifference) {
        let Some(head) = found.head else { return self.gone_here(found.pod_id) };
        self.heard_of_here(found.pod_id, head);
        if self.topics.find(found.pod_id).is_some_and(|live| live.head.revision() != found.revision) {
            self.changed_here(found.pod_id);
        }
    }
}

impl Deliver for PodHub {
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>) {
        if !self.topics.is_alone() {
            let epoch = Arc::clone(&self.epoch.read());
            self.topics.publish(pod_id, &packet::encode_changes(&epoch, &changes));
        }
        self.committed_here(pod_id, changes, Origin::Here);
    }

    fn heard_of(&self, pod_id: Uuid, position: i64) {
        self.topics.tell(pod_id, &Packet::Head(position));
        self.heard_of_here(pod_id, position);
    }

    fn recheck(&self, pod_id: Option<Uuid>) {
        // The unknown change may have changed a card.
        self.feed.recheck();
        match pod_id {
            Some(pod_id) => {
                if let Some(live) = self.topics.find(pod_id) {
                    // Not `try_send`: a recheck is sent once after a failure, and nothing makes up for a lost one.
                    live.address.do_send(Recheck);
                }
            }
            None => self.topics.tell_all(Recheck),
        }
    }

    fn gone(&self, pod_id: Uuid) {
        self.topics.tell(pod_id, &Packet::Gone);
        self.gone_here(pod_id);
    }

    fn feed_moved(&self, event_id: Uuid, members: bool) {
        self.feed.moved(event_id);
        if members {
            self.events.members_changed(event_id);
        }
    }

    fn epoch(&self, epoch: &str) {
        if *epoch == **self.epoch.read() {
            return;
        }
        let before = std::mem::replace(&mut *self.epoch.write(), epoch.into());
        if !before.is_empty() && *before != *epoch {
            tracing::warn!(%before, epoch, "the database has a new epoch; all pods start again from it");
            EPOCHS.counter(metrics::NONE).increment(1);
            self.change_epoch(epoch);
        }
    }
}

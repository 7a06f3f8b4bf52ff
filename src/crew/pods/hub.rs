//! The pods that have sessions on this node, and how they are told of what was committed: by this node's journal, and by
//! the other nodes over the bus. Here the two meet; behind it nobody knows where a change came from.

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

/// The kind of the topics on which single nodes are asked of pods.
const NODE: &str = "node";

/// The live pods of this node.
pub struct PodHub {
    topics: Arc<Hub<PodActor>>,
    observers: RwLock<Vec<Arc<dyn Observer>>>,
    joins: Joins,
    /// The events' feeds, which tell of the pods' cards.
    feed: Arc<EventHub>,
    /// Whose members come and go with what the journal commits.
    events: Events,
    /// The database's line of history, once it is known.
    epoch: RwLock<Arc<str>>,
    /// Somebody wants the sweep now.
    pub(super) sweep_now: Notify,
}

impl PodHub {
    /// Returns a hub without live pods, whose actors will live on `threads`.
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

    /// Something about a pod has changed that is no line of its log.
    pub fn changed(&self, pod_id: Uuid) {
        self.topics.tell(pod_id, &Packet::PodChanged);
        self.changed_here(pod_id);
    }

    pub(super) fn changed_here(&self, pod_id: Uuid) {
        if let Some(live) = self.topics.find(pod_id) {
            live.address.do_send(PodChanged);
        }
    }

    /// These people have read further; written by this node, at most twice a second a person.
    pub fn read(&self, pod_id: Uuid, marks: Vec<Mark>) {
        if !self.topics.is_alone() {
            self.topics.tell(pod_id, &Packet::Marks(marks.clone()));
        }
        for mark in &marks {
            self.observed(|observer| observer.read(pod_id, mark));
        }
        self.read_here(pod_id, marks);
    }

    /// The same for a pod's sessions on this node alone.
    pub(super) fn read_here(&self, pod_id: Uuid, marks: Vec<Mark>) {
        if let Some(live) = self.topics.find(pod_id) {
            if let Some(head) = marks.iter().map(|mark| mark.head).max() {
                live.head.raise(head);
            }
            // Bounded by its pace; and a mark that is lost is not told again before the next.
            live.address.do_send(Read(marks));
        }
    }

    /// Returns what features add to the answers of joins.
    pub fn joins(&self) -> &Joins {
        &self.joins
    }

    /// Tells of what happens to pods, from now on.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.observers.write().push(observer);
    }

    pub(super) fn observed(&self, tell: impl Fn(&dyn Observer)) {
        self.observers.read().iter().for_each(|observer| tell(&**observer));
    }

    /// Returns the live pods with what they have heard of.
    pub(super) fn heads(&self) -> Vec<KnownPod> {
        let mut heads = Vec::with_capacity(self.topics.count());
        self.topics.for_each(|pod_id, live| heads.push((pod_id, live.head.get(), live.head.revision())));
        heads
    }

    /// The database has another line of history than the one that all here was read from: nothing of it holds any more.
    fn change_epoch(&self, epoch: &str) {
        self.topics.tell_all(EpochChanged);
        self.observed(|observer| observer.epoch_changed());
        self.feed.change_epoch(epoch);
    }

    /// A reading has seen that the pod's log reaches up to here.
    pub fn reaches(&self, pod_id: Uuid, head: i64) {
        if !self.topics.is_alone() && self.topics.find(pod_id).is_some_and(|live| live.head.get() < head) {
            self.heard_of_here(pod_id, head);
        }
    }

    fn committed_here(&self, pod_id: Uuid, changes: Vec<Change>, origin: Origin) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        self.observed(|observer| observer.committed(pod_id, &changes, origin));
        if let Some(live) = self.topics.find(pod_id) {
            // Raised first: where the mailbox is full, the actor finds here what it must read.
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

    /// What the sweep has found of a pod: how far its log reaches and how often else it has changed, or that it is gone.
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
        // Whatever it was may have changed a card.
        self.feed.recheck();
        match pod_id {
            Some(pod_id) => {
                if let Some(live) = self.topics.find(pod_id) {
                    // Not `try_send`: a recheck comes once after a failure, and nothing makes up for a lost one.
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
            tracing::warn!(%before, epoch, "the database has another line of history; all pods are read afresh");
            EPOCHS.counter(metrics::NONE).increment(1);
            self.change_epoch(epoch);
        }
    }
}

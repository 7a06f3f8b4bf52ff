//! The pods that have sessions on this node, and how they are told of what was committed: by this node's journal, and by
//! the other nodes over the bus. Here the two meet; behind it nobody knows where a change came from.

mod bus_receiver;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix::Addr;
use parking_lot::RwLock;
use tokio::sync::Notify;
use uuid::Uuid;

use super::actor::{Committed, EpochChanged, Gone, HeardOf, PodActor, PodChanged, Read, Recheck};
use super::change::{Change, KIND};
use super::flags::Flags;
use super::inbox::{self, InboxHandle};
use super::journal::Deliver;
use super::packet::{self, Packet};
use super::store::live::{Found, Known, Mark};
use crate::crew::events::hub::EventHub;
use crate::crew::messages::Kind;
use crate::foundation::metrics;
use crate::realtime::bus::Bus;
use crate::realtime::nodes::Nodes;
use crate::realtime::registry::{Generation, Live, Registry, Start};
use crate::wire::topic::Topic;

pub use self::bus_receiver::BusReceiver;
use self::bus_receiver::NODE;

/// The live pods of this node.
pub struct PodHub {
    registry: Registry<PodActor>,
    bus: Arc<dyn Bus>,
    /// The other nodes, where there may be some.
    nodes: Option<Nodes>,
    inbox: InboxHandle,
    /// The events' topics, which tell of the pods' cards.
    events: Arc<EventHub>,
    versions: AtomicU64,
    /// The database's line of history, once it is known.
    epoch: RwLock<Arc<str>>,
    /// Somebody wants the sweep now.
    pub(super) sweep_now: Notify,
}

impl PodHub {
    /// None yet.
    pub fn new(bus: Arc<dyn Bus>, nodes: Option<Nodes>, inbox: InboxHandle, events: Arc<EventHub>) -> Self {
        PodHub {
            registry: Registry::new(KIND, Arc::clone(&bus)),
            bus,
            nodes,
            inbox,
            events,
            versions: AtomicU64::new(1),
            epoch: RwLock::new("".into()),
            sweep_now: Notify::new(),
        }
    }

    /// The actor of a pod, if it has one.
    pub fn find(&self, pod_id: Uuid) -> Option<Live<PodActor>> {
        self.registry.find(pod_id)
    }

    /// The actor of a pod, started by `start` if it has none.
    pub fn find_or_start(&self, pod_id: Uuid, start: impl FnOnce(Start) -> Addr<PodActor>) -> Live<PodActor> {
        self.registry.find_or_start(pod_id, start)
    }

    /// An actor stops.
    pub fn remove(&self, pod_id: Uuid, generation: Generation) {
        self.registry.remove(pod_id, generation);
    }

    /// Something about a pod has changed that is no line of its log.
    pub fn changed(&self, pod_id: Uuid) {
        self.tell(pod_id, &Packet::PodChanged);
        self.changed_here(pod_id);
    }

    pub(super) fn changed_here(&self, pod_id: Uuid) {
        if let Some(live) = self.find(pod_id) {
            live.address.do_send(PodChanged);
        }
    }

    /// These people have read further; written by this node, at most twice a second a person.
    pub fn read(&self, pod_id: Uuid, marks: Vec<Mark>) {
        if !self.is_alone() {
            self.tell(pod_id, &Packet::Marks(marks.clone()));
        }
        for mark in &marks {
            self.inbox.read(pod_id, mark);
        }
        self.read_here(pod_id, marks);
    }

    /// A person has marked a pod for themselves: their devices on all nodes hear of it.
    pub fn marked(&self, pod_id: Uuid, user_id: Uuid, flags: Flags) {
        if !self.is_alone() {
            self.bus.publish(&Topic::of(inbox::KIND, user_id), &Packet::Marked { pod_id, flags }.encode());
        }
        self.inbox.marked(pod_id, user_id, flags);
    }

    /// The same for a pod's sessions on this node alone.
    pub(super) fn read_here(&self, pod_id: Uuid, marks: Vec<Mark>) {
        if let Some(live) = self.find(pod_id) {
            if let Some(head) = marks.iter().map(|mark| mark.head).max() {
                live.head.raise(head);
            }
            // Bounded by its pace; and a mark that is lost is not told again before the next.
            live.address.do_send(Read(marks));
        }
    }

    /// Whether what this node knows of a pod is all there is.
    pub fn is_alone(&self) -> bool {
        self.bus.is_alone()
    }

    /// Who this node is to the others.
    pub fn boot_id(&self) -> Uuid {
        self.bus.boot_id()
    }

    /// Where this node's inboxes are.
    pub fn inbox(&self) -> &InboxHandle {
        &self.inbox
    }

    /// How many are live.
    pub fn count(&self) -> usize {
        self.registry.len()
    }

    /// Tells the other nodes with sessions in the pod.
    pub fn tell(&self, pod_id: Uuid, packet: &Packet) {
        if !self.is_alone() {
            self.bus.publish(&Topic::of(KIND, pod_id), &packet.encode());
        }
    }

    /// Asks one node which sessions it has in the pod.
    pub fn ask(&self, boot_id: Uuid, pod_id: Uuid) {
        self.bus.publish(&Topic::of(NODE, boot_id), &Packet::AskAbout(pod_id).encode());
    }

    /// Whether that node was heard lately, so that it would answer.
    pub fn is_heard(&self, boot_id: Uuid) -> bool {
        self.nodes.as_ref().is_some_and(|nodes| nodes.is_heard(boot_id))
    }

    /// A number above all that were given before, for what is said next.
    pub fn version(&self) -> u64 {
        self.versions.fetch_add(1, Ordering::AcqRel)
    }

    /// The live pods with what they have heard of.
    pub(super) fn heads(&self) -> Vec<Known> {
        let mut heads = Vec::with_capacity(self.count());
        self.registry.for_each(|pod_id, live| heads.push((pod_id, live.head.get(), live.head.revision())));
        heads
    }

    /// The database has another line of history than the one that all here was read from: nothing of it holds any more.
    fn start_afresh(&self) {
        self.registry.for_each(|_, live| live.address.do_send(EpochChanged));
        self.inbox.afresh();
        self.events.start_afresh();
    }

    /// A reading has seen that the pod's log reaches up to here.
    pub fn reaches(&self, pod_id: Uuid, head: i64) {
        if !self.is_alone() && self.find(pod_id).is_some_and(|live| live.head.get() < head) {
            self.heard_of_here(pod_id, head);
        }
    }

    fn committed_here(&self, pod_id: Uuid, changes: Vec<Change>) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        self.inbox.notice(pod_id, &changes);
        if let Some(live) = self.find(pod_id) {
            // Raised first: where the mailbox is full, the actor finds here what it must read.
            live.head.raise(last);
            let _ = live.address.try_send(Committed(changes));
        }
    }

    fn heard_of_here(&self, pod_id: Uuid, position: i64) {
        if let Some(live) = self.find(pod_id) {
            live.head.raise(position);
            let _ = live.address.try_send(HeardOf);
        }
    }

    fn gone_here(&self, pod_id: Uuid) {
        self.inbox.gone(pod_id);
        if let Some(live) = self.find(pod_id) {
            live.address.do_send(Gone);
        }
    }

    /// What the sweep has found of a pod: how far its log reaches and how often else it has changed, or that it is gone.
    pub(super) fn found(&self, found: &Found) {
        let Some(head) = found.head else { return self.gone_here(found.pod_id) };
        self.heard_of_here(found.pod_id, head);
        if self.find(found.pod_id).is_some_and(|live| live.head.revision() != found.revision) {
            self.changed_here(found.pod_id);
        }
    }
}

impl Deliver for PodHub {
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>) {
        if !self.is_alone() {
            let epoch = Arc::clone(&self.epoch.read());
            self.bus.publish(&Topic::of(KIND, pod_id), &packet::encode_changes(&epoch, &changes));
            // Whoever comes in is not listened to by their inboxes elsewhere: they hear of it on their own topic.
            for change in changes.iter().filter(|change| change.kind == Kind::Joined) {
                let joined = Packet::Joined { pod_id, position: change.position };
                self.bus.publish(&Topic::of(inbox::KIND, change.user_id), &joined.encode());
            }
        }
        self.committed_here(pod_id, changes);
    }

    fn heard_of(&self, pod_id: Uuid, position: i64) {
        self.tell(pod_id, &Packet::Head(position));
        self.heard_of_here(pod_id, position);
    }

    fn recheck(&self, pod_id: Option<Uuid>) {
        // Whatever it was may have changed a card.
        self.events.recheck();
        match pod_id {
            Some(pod_id) => {
                if let Some(live) = self.find(pod_id) {
                    // Not `try_send`: a recheck comes once after a failure, and nothing makes up for a lost one.
                    live.address.do_send(Recheck);
                }
            }
            None => self.registry.for_each(|_, live| live.address.do_send(Recheck)),
        }
    }

    fn gone(&self, pod_id: Uuid) {
        self.tell(pod_id, &Packet::Gone);
        self.gone_here(pod_id);
    }

    fn wall_moved(&self, event_id: Uuid, members: bool) {
        self.events.moved(event_id);
        if members {
            self.events.joined(event_id);
        }
    }

    fn epoch(&self, epoch: &str) {
        if *epoch == **self.epoch.read() {
            return;
        }
        let before = std::mem::replace(&mut *self.epoch.write(), epoch.into());
        if !before.is_empty() && *before != *epoch {
            tracing::warn!(%before, epoch, "the database has another line of history; all pods are read afresh");
            metrics::EPOCHS.count(metrics::NONE).increment(1);
            self.start_afresh();
        }
    }
}

//! The pods that have sessions on this node, and how they are told of what was committed.

use std::sync::Arc;

use actix::Addr;
use uuid::Uuid;

use super::actor::{Committed, Gone, HeardOf, PodActor, PodChanged, Read, Recheck};
use super::change::{Change, KIND};
use super::inbox::InboxHandle;
use super::journal::Deliver;
use super::store::live::Mark;
use crate::realtime::bus::Bus;
use crate::realtime::registry::{Generation, Head, Live, Registry};
use crate::wire::topic::Topic;

/// The live pods of this node.
pub struct LivePods {
    registry: Registry<PodActor>,
    bus: Arc<dyn Bus>,
    inbox: InboxHandle,
}

impl LivePods {
    /// None yet.
    pub fn new(bus: Arc<dyn Bus>, inbox: InboxHandle) -> Self {
        LivePods { registry: Registry::new(KIND, Arc::clone(&bus)), bus, inbox }
    }

    /// The actor of a pod, if it has one.
    pub fn find(&self, pod_id: Uuid) -> Option<Live<PodActor>> {
        self.registry.find(pod_id)
    }

    /// The actor of a pod, started by `start` if it has none.
    pub fn find_or_start(
        &self,
        pod_id: Uuid,
        start: impl FnOnce(Generation, Head) -> Addr<PodActor>,
    ) -> Live<PodActor> {
        self.registry.find_or_start(pod_id, start)
    }

    /// An actor stops.
    pub fn remove(&self, pod_id: Uuid, generation: Generation) {
        self.registry.remove(pod_id, generation);
    }

    /// Something about a pod has changed that is no line of its log.
    pub fn changed(&self, pod_id: Uuid) {
        if let Some(live) = self.find(pod_id) {
            live.address.do_send(PodChanged);
        }
    }

    /// These people have read further; written by this node, at most twice a second a person.
    pub fn read(&self, pod_id: Uuid, marks: Vec<Mark>) {
        for mark in &marks {
            self.inbox.read(pod_id, mark);
        }
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

    /// Where this node's inboxes are.
    pub fn inbox(&self) -> &InboxHandle {
        &self.inbox
    }

    /// How many are live.
    pub fn count(&self) -> usize {
        self.registry.len()
    }
}

impl Deliver for LivePods {
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        let topic = Topic::of(KIND, pod_id);
        for change in &changes {
            self.bus.publish(&topic, change.position, change.frame.text.v2());
        }
        self.inbox.notice(pod_id, &changes);
        if let Some(live) = self.find(pod_id) {
            // Raised first: where the mailbox is full, the actor finds here what it must read.
            live.head.raise(last);
            let _ = live.address.try_send(Committed(changes));
        }
    }

    fn heard_of(&self, pod_id: Uuid, position: i64) {
        if let Some(live) = self.find(pod_id) {
            live.head.raise(position);
            let _ = live.address.try_send(HeardOf);
        }
    }

    fn recheck(&self, pod_id: Option<Uuid>) {
        match pod_id {
            Some(pod_id) => {
                if let Some(live) = self.find(pod_id) {
                    // Not `try_send`: a recheck comes once after a failure, and nothing makes up for a lost one.
                    live.address.do_send(Recheck);
                }
            }
            None => self.registry.for_each(|live| live.address.do_send(Recheck)),
        }
    }

    fn gone(&self, pod_id: Uuid) {
        self.inbox.gone(pod_id);
        if let Some(live) = self.find(pod_id) {
            live.address.do_send(Gone);
        }
    }
}

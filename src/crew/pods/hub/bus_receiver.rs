//! What comes from the other nodes.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use actix::{Handler, Message};
use uuid::Uuid;

use super::PodHub;
use crate::crew::pods::actor::{Announced, PodActor, TypesRemotely};
use crate::crew::pods::change::KIND;
use crate::crew::pods::inbox;
use crate::crew::pods::packet::Packet;
use crate::realtime::attendance::{Asked, NodeGone, SpeakUp};
use crate::realtime::bus::{Listening, Receive};
use crate::realtime::nodes::Neighbours;
use crate::wire::topic::Topic;

/// The kind of the topics on which single nodes are asked.
pub const NODE: &str = "node";

/// Takes what comes on one kind of topic.
struct Taker<F>(F);

impl<F: Fn(Uuid, Uuid, Packet) + Send + Sync + 'static> Receive for Taker<F> {
    fn received(&self, id: Uuid, from: Uuid, payload: &[u8]) {
        match Packet::decode(payload) {
            Some(packet) => (self.0)(id, from, packet),
            None => tracing::debug!(%from, "a packet of the bus makes no sense"),
        }
    }
}

/// Who takes what comes of pods, and what must be kept for it to come.
pub struct BusReceiver {
    takers: Vec<(&'static str, Arc<dyn Receive>)>,
    _listening: Listening,
}

impl BusReceiver {
    /// For these pods.
    pub fn new(live: &Arc<PodHub>) -> Self {
        let (pods, people, node) = (Arc::clone(live), Arc::clone(live), Arc::clone(live));
        let takers: Vec<(&'static str, Arc<dyn Receive>)> = vec![
            (KIND, Arc::new(Taker(move |id, from, packet| pods.of_pod(id, from, packet)))),
            (inbox::KIND, Arc::new(Taker(move |id, _, packet| people.of_person(id, packet)))),
            (NODE, Arc::new(Taker(move |_, _, packet| node.of_node(packet)))),
        ];
        BusReceiver { takers, _listening: live.bus.listen(&Topic::of(NODE, live.boot_id())) }
    }

    /// By kind of topic.
    pub fn receivers(&self) -> HashMap<&'static str, Weak<dyn Receive>> {
        self.takers.iter().map(|(kind, taker)| (*kind, Arc::downgrade(taker))).collect()
    }
}

impl PodHub {
    fn of_pod(&self, pod_id: Uuid, from: Uuid, packet: Packet) {
        match packet {
            Packet::Changes { epoch, changes } => {
                let known = Arc::clone(&self.epoch.read());
                // Committed in a line of history that this node has not seen, or not any more. Postgres says which.
                if !epoch.is_empty() && !known.is_empty() && *known != *epoch {
                    return self.sweep_now.notify_one();
                }
                self.committed_here(pod_id, changes);
            }
            Packet::Head(position) => self.heard_of_here(pod_id, position),
            Packet::Marks(marks) => {
                marks.iter().for_each(|mark| self.inbox.read(pod_id, mark));
                self.read_here(pod_id, marks);
            }
            Packet::PodChanged => self.changed_here(pod_id),
            // Whether it is so, Postgres says.
            Packet::Gone => self.sweep_now.notify_one(),
            Packet::Presence { version, entries } => {
                if let Some(nodes) = &self.nodes {
                    nodes.met(from);
                }
                self.offer(pod_id, Announced { from, version, entries });
            }
            Packet::Ask => self.offer(pod_id, Asked),
            Packet::Typing { user_id, on } => self.offer(pod_id, TypesRemotely { user_id, on }),
            Packet::AskAbout(_) | Packet::Joined { .. } | Packet::Marked { .. } => {}
        }
    }

    fn of_person(&self, user_id: Uuid, packet: Packet) {
        match packet {
            Packet::Joined { pod_id, position } => self.inbox.joined(pod_id, user_id, position),
            Packet::Marked { pod_id, flags } => self.inbox.marked(pod_id, user_id, flags),
            _ => {}
        }
    }

    fn of_node(&self, packet: Packet) {
        let Packet::AskAbout(pod_id) = packet else { return };
        // Before the pod is looked for: an actor that starts meanwhile speaks with a higher number.
        let version = self.version();
        match self.find(pod_id) {
            Some(live) => drop(live.address.try_send(Asked)),
            None => self.tell(pod_id, &Packet::Presence { version, entries: Vec::new() }),
        }
    }

    /// Tells a pod's actor something of the moment. If it has no room, it is told again by and by.
    fn offer<M: Message + Send + 'static>(&self, pod_id: Uuid, message: M)
    where
        M::Result: Send,
        PodActor: Handler<M>,
    {
        if let Some(live) = self.find(pod_id) {
            let _ = live.address.try_send(message);
        }
    }
}

impl Neighbours for PodHub {
    fn gone(&self, boot_id: Uuid) {
        self.registry.for_each(|_, live| live.address.do_send(NodeGone(boot_id)));
    }

    fn back(&self) {
        self.registry.for_each(|_, live| live.address.do_send(SpeakUp));
    }
}

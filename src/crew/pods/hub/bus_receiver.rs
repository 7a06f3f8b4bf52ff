//! Handling of packets from other nodes.

use std::sync::Arc;

use uuid::Uuid;

use super::{NODE, PodHub};
use crate::crew::journal::change::KIND;
use crate::crew::pods::actor::RemoteTyping;
use crate::crew::pods::observer::Origin;
use crate::crew::pods::packet::Packet;
use crate::realtime::attendance::Asked;
use crate::realtime::hub::Receivers;

impl PodHub {
    /// Returns the receivers of packets about pods.
    pub fn receivers(self: &Arc<Self>) -> Receivers {
        let (pods, node) = (Arc::clone(self), Arc::clone(self));
        Receivers::default()
            .with(KIND, move |id, from, packet| pods.of_pod(id, from, packet))
            .with(NODE, move |_, _, packet| node.of_node(packet))
    }

    fn of_pod(&self, pod_id: Uuid, from: Uuid, packet: Packet) {
        match packet {
            Packet::Changes { epoch, changes } => {
                let known = Arc::clone(&self.epoch.read());
                // Committed in an epoch that this node does not know yet, or any more. Postgres says which.
                if !epoch.is_empty() && !known.is_empty() && *known != *epoch {
                    return self.sweep_now.notify_one();
                }
                self.committed_here(pod_id, changes, Origin::Remote);
            }
            Packet::Head(position) => self.heard_of_here(pod_id, position),
            Packet::Marks(marks) => {
                marks.iter().for_each(|mark| self.observed(|observer| observer.read(pod_id, mark)));
                self.read_here(pod_id, marks);
            }
            Packet::PodChanged => self.changed_here(pod_id),
            // Postgres says whether that is so.
            Packet::Gone => self.sweep_now.notify_one(),
            Packet::Presence { version, entries } => self.topics.announced(pod_id, from, version, entries),
            Packet::Ask => self.topics.offer(pod_id, Asked),
            Packet::Typing { user_id, on } => self.topics.offer(pod_id, RemoteTyping { user_id, on }),
            Packet::Event(text) => self.topics.event(pod_id, text.into()),
            Packet::AskAbout(_) => {}
        }
    }

    fn of_node(&self, packet: Packet) {
        if let Packet::AskAbout(pod_id) = packet {
            let nobody = |version| Packet::Presence { version, entries: Vec::new() };
            self.topics.asked_about(pod_id, nobody);
        }
    }
}

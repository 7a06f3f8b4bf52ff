//! What a group has brought to pods' logs, until it is told.

use std::collections::HashMap;

use uuid::Uuid;

use super::Deliver;
use super::change::{Change, KIND};
use crate::crew::messages::Message;
use crate::wire::topic::Topic;

/// What is new in which pods.
#[derive(Default)]
pub struct News {
    changes: HashMap<Uuid, (Topic, Vec<Change>)>,
    /// Pods with nothing new, and up to where their logs reach at least.
    repeated: Vec<(Uuid, i64)>,
}

impl News {
    /// The log has got this change of a message. It is encoded here, once.
    pub(super) fn changed(&mut self, pod_id: Uuid, message: &Message) {
        let (topic, changes) = self.changes.entry(pod_id).or_insert_with(|| (Topic::of(KIND, pod_id), Vec::new()));
        changes.push(Change::of(topic, message, message.changed_seq - 1));
    }

    /// Nothing new; the log reaches at least up to here.
    pub(super) fn repeated(&mut self, pod_id: Uuid, position: i64) {
        self.repeated.push((pod_id, position));
    }

    /// Tells all of it.
    pub(super) fn tell(self, deliver: &dyn Deliver) {
        for (pod_id, position) in self.repeated {
            deliver.heard_of(pod_id, position);
        }
        for (pod_id, (_, changes)) in self.changes {
            deliver.committed(pod_id, changes);
        }
    }
}

//! The changes that a group has committed, until they are delivered.

use std::collections::HashMap;

use uuid::Uuid;

use super::Deliver;
use super::change::{Change, KIND};
use crate::crew::messages::Message;
use crate::wire::topic::Topic;

/// New changes, by pod.
#[derive(Default)]
pub struct News {
    changes: HashMap<Uuid, (Topic, Vec<Change>)>,
    /// Pods without a new change, each with a position that its log has reached.
    repeated: Vec<(Uuid, i64)>,
}

impl News {
    /// Adds a committed change of a message. It is encoded here, once.
    pub(super) fn changed(&mut self, pod_id: Uuid, message: &Message) {
        let (topic, changes) = self.changes.entry(pod_id).or_insert_with(|| (Topic::of(KIND, pod_id), Vec::new()));
        changes.push(Change::of(topic, message, message.changed_seq - 1));
    }

    /// Adds a pod whose log reaches at least this position, without a new change.
    pub(super) fn repeated(&mut self, pod_id: Uuid, position: i64) {
        self.repeated.push((pod_id, position));
    }

    /// Delivers everything.
    pub(super) fn tell(self, deliver: &dyn Deliver) {
        for (pod_id, position) in self.repeated {
            deliver.heard_of(pod_id, position);
        }
        for (pod_id, (_, changes)) in self.changes {
            deliver.committed(pod_id, changes);
        }
    }
}

//! The number of each person's messages on their way to each pod's log from this node.
//!
//! It serves to tell typing that led to a message from typing that began later ([`actor`](super::actor)), and need not
//! be exact.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use uuid::Uuid;

/// The counts. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<HashMap<(Uuid, Uuid), u32>>>);

impl UnderWay {
    /// Counts a message until the returned value is dropped.
    pub fn begin(&self, pod_id: Uuid, user_id: Uuid) -> Message {
        *self.0.lock().entry((pod_id, user_id)).or_default() += 1;
        Message { counts: self.clone(), of: (pod_id, user_id) }
    }

    /// Returns the number of messages of a person on their way to a pod.
    pub fn count(&self, pod_id: Uuid, user_id: Uuid) -> u32 {
        self.0.lock().get(&(pod_id, user_id)).copied().unwrap_or_default()
    }
}

/// A message on its way.
pub(super) struct Message {
    counts: UnderWay,
    of: (Uuid, Uuid),
}

impl Drop for Message {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock();
        if let Some(count) = counts.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_arrived_is_not_under_way_and_leaves_nothing() {
        let (counts, [pod, other, ana]) = (UnderWay::default(), [1, 2, 3].map(Uuid::from_u128));
        let messages = [counts.begin(pod, ana), counts.begin(pod, ana), counts.begin(other, ana)];
        assert_eq!((counts.count(pod, ana), counts.count(other, ana), counts.count(ana, pod)), (2, 1, 0));
        drop(messages);
        assert!(counts.0.lock().is_empty());
    }
}

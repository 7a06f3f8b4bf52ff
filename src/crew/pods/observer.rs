//! Observers of pods: features that react to what happens to pods, such as the inboxes.

use uuid::Uuid;

use super::store::realtime::Mark;
use crate::crew::journal::change::Change;

/// The node that has committed a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This node.
    Here,
    /// Another node, which has sent a packet.
    Remote,
}

/// An observer of pods. [`Observer::compare`] makes up for what the bus has lost. Methods must not block: they run
/// where changes are delivered.
pub trait Observer: Send + Sync + 'static {
    /// Handles committed changes of one pod, in ascending order.
    fn committed(&self, pod_id: Uuid, changes: &[Change], origin: Origin);

    /// Handles a read mark that has moved.
    fn read(&self, pod_id: Uuid, mark: &Mark);

    /// Handles that the pod was deleted with its event.
    fn gone(&self, pod_id: Uuid);

    /// Compares the observer's state with Postgres, since the bus may have lost something.
    fn compare(&self);

    /// Handles a new epoch of the database.
    fn epoch_changed(&self);
}

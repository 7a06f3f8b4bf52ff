//! Who else wants to know what happens to pods: features above, such as the inboxes.

use uuid::Uuid;

use super::store::realtime::Mark;
use crate::crew::journal::change::Change;

/// Where something was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// By this node's journal.
    Here,
    /// By another node, which told this one.
    Remote,
}

/// Is told what happens to pods. What the bus loses is found by [`Observer::compare`]. Nothing here may block: it runs where
/// changes are handed out.
pub trait Observer: Send + Sync + 'static {
    /// These changes of one pod, ascending, have been committed.
    fn committed(&self, pod_id: Uuid, changes: &[Change], origin: Origin);

    /// A person has read further.
    fn read(&self, pod_id: Uuid, mark: &Mark);

    /// The pod is gone with its event.
    fn gone(&self, pod_id: Uuid);

    /// The bus may have lost something: a good moment to compare what is known with Postgres.
    fn compare(&self);

    /// The database has another line of history.
    fn epoch_changed(&self);
}

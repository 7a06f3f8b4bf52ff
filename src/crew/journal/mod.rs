//! The journal: the only writer of pods' logs.
//!
//! It is a [group commit](crate::foundation::group_commit) over pods: whatever that promises of order, repeats, bounds
//! and lost connections holds here. Added to it are the sorts of entries, and who is told of what was committed.
//!
//! **Sorts.** Texts ([`append`]) and changes to messages ([`amend`]) are committed in groups, one group after the other
//! (`batch`). Changes of membership and of pods or events themselves ([`call`]) are committed one by one, each in its
//! place. Calls are data that the feature which owns them builds: the journal knows none of them.
//!
//! **Order.** The entries of a pod never overtake each other. A [call] about an event has its order among those of
//! that event, and none among the entries of its pods.
//!
//! **Durable before visible.** Only what Postgres has committed is answered and delivered, each change encoded once.
//!
//! **Safe retry.** Texts are known by the client's id, changes to messages by their `op`, calls by what they come to:
//! [`done_if`](call::Call::done_if) names the refusals that an earlier attempt explains. Pods whose outcome was lost are read again
//! ([`Deliver::recheck`]).
//!
//! **Imports** messages, and what is below the crew. It knows topics of the kind `pod`, and no feature that writes.

pub mod amend;
pub mod append;
mod batch;
pub mod call;
pub mod change;
mod logs;
pub mod metrics;
pub mod mount;
mod news;
pub mod service;

use std::time::Duration;

use uuid::Uuid;

use self::change::Change;
use crate::crew::messages;
use crate::foundation::errors::{Code, Error};

/// To whom the journal tells what was committed.
pub trait Deliver: Send + Sync + 'static {
    /// These changes of one pod, ascending, have been committed by this node.
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>);

    /// The pod's log reaches up to here; the changes themselves are not at hand.
    fn heard_of(&self, pod_id: Uuid, position: i64);

    /// The outcome of something about this pod was lost (`None`: about any pod): look at Postgres.
    fn recheck(&self, pod_id: Option<Uuid>);

    /// The pod is gone with its event.
    fn gone(&self, pod_id: Uuid);

    /// This node has committed what the members of this event see of a pod, or `members` of it have come or gone.
    fn feed_moved(&self, event_id: Uuid, members: bool);

    /// The database that the journal is connected to has this line of history.
    fn epoch(&self, epoch: &str);
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// This pod alone.
    Pod(Uuid),
    /// This event, and any of its pods.
    Event(Uuid),
}

/// How a journal is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where Postgres is.
    pub url: String,
    /// Writers.
    pub writers: usize,
    /// Entries that may wait, over all writers.
    pub entries: usize,
    /// How long an entry waits for its outcome.
    pub wait: Duration,
}

/// Returns the refusal that a function of the database answers with this code, where many functions have it in common.
/// The codes are those of the protocol. Those that one feature alone has are read by that feature.
pub fn refusal(code: &str) -> Error {
    match code {
        "conflict" => Code::Conflict.into(),
        "not_found" => Code::NotFound.into(),
        "not_member" => Code::NotMember.into(),
        "forbidden" => Code::Forbidden.into(),
        "invalid" => Code::Invalid.into(),
        other => Error::internal(format!("the database answered {other}")),
    }
}

/// Returns the refusal of a text, or of a change to a message.
fn refusal_of_message(code: &str) -> Error {
    messages::refusal(code).unwrap_or_else(|| refusal(code))
}

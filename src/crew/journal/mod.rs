//! The journal: the only writer of pods' logs.
//!
//! It is a [group commit](crate::foundation::group_commit) over pods, with all its guarantees of order, repeats, bounds
//! and lost connections. The journal adds the kinds of entries, and the delivery of what was committed.
//!
//! **Entries.** Texts ([`append`]) and changes to messages ([`amend`]) are committed in groups, one group after the
//! other (`batch`). Changes of membership, and of pods or events themselves, are calls ([`call`]), committed one by
//! one, each in its place. Calls are data that the features owning them build: the journal knows none of them.
//!
//! **Order.** The entries of a pod never overtake each other. A [call] about an event is ordered among those of that
//! event, but not among the entries of its pods.
//!
//! **Calls wait in a line of their own** (`line`) before they come into the queue, a few at once, so that they neither fill
//! it nor delay the texts in it for long. Each is made in a person's [`Turn`], of which a person has so many.
//!
//! **Durable before visible.** Only what Postgres has committed is answered and delivered, each change encoded once.
//!
//! **Safe retry.** A repeat is recognized by the client's id for texts, by `op` for changes to messages, and by the
//! result for calls: [`done_if`](call::Call::done_if) names the refusals that an earlier attempt explains. Pods whose
//! outcome was lost are read again ([`Deliver::recheck`]).
//!
//! **Concurrency.** [`Journal`](service::Journal) is cheap to clone and may be used from any thread. Each writer has
//! one connection, and runs on the worker thread of its number.
//!
//! **Imports.** `messages`, and the layers below the crew. The journal knows topics of the kind `pod`, and no feature
//! that writes.

pub mod amend;
pub mod append;
mod batch;
pub mod call;
pub mod change;
mod line;
mod logs;
pub mod metrics;
pub mod mount;
mod news;
pub mod service;
pub mod settings;
mod turns;

use std::time::Duration;

use uuid::Uuid;

use self::change::Change;
use self::settings::ChangeLimits;
pub use self::turns::Turn;
use crate::crew::messages;
use crate::foundation::errors::{Code, Error};

/// The receiver of what the journal has committed.
pub trait Deliver: Send + Sync + 'static {
    /// Delivers changes of one pod that this node has committed, in ascending order.
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>);

    /// Notes that the pod's log reaches this position. The changes themselves are not available.
    fn heard_of(&self, pod_id: Uuid, position: i64);

    /// Makes the pod (`None`: every pod) read Postgres again, since the outcome of an entry was lost.
    fn recheck(&self, pod_id: Option<Uuid>);

    /// Notes that the pod was deleted with its event.
    fn gone(&self, pod_id: Uuid);

    /// Notes that this node has committed a change that the event's members see. `members` says whether members of the
    /// event have joined or left.
    fn feed_moved(&self, event_id: Uuid, members: bool);

    /// Notes the epoch of the database that the journal is connected to.
    fn epoch(&self, epoch: &str);
}

/// The subject of an entry, among whose entries it is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One pod.
    Pod(Uuid),
    /// One event, and any of its pods.
    Event(Uuid),
}

/// The settings of a journal.
#[derive(Debug, Clone)]
pub struct Options {
    /// The URL of Postgres.
    pub url: String,
    /// Number of writers.
    pub writers: usize,
    /// Entries that may be queued, over all writers.
    pub entries: usize,
    /// Time that an entry waits for its outcome.
    pub wait: Duration,
    /// The limits of the calls of a person.
    pub changes: ChangeLimits,
}

/// Returns the error for a code that several functions of the database return. The codes are those of the protocol.
/// Each feature maps the codes that are its own.
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

/// Returns the error for a text or a change to a message.
fn refusal_of_message(code: &str) -> Error {
    messages::refusal(code).unwrap_or_else(|| refusal(code))
}

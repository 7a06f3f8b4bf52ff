//! The messages of the inbox actor, and the state that is read without asking it.

use std::sync::atomic::{AtomicBool, AtomicUsize};

use actix::Message;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Flags;
use crate::crew::messages::Kind;
use crate::crew::pods::store::realtime::Mark;
use crate::foundation::errors::Result;
use crate::realtime::relay::RelayHandle;
use crate::realtime::subscription::SubscriptionId;

/// State that is read without asking the actor.
#[derive(Default)]
pub struct Shared {
    /// The number of sessions that watch. While it is 0, the journal's notices cost nothing.
    pub watching: AtomicUsize,
    /// Whether notices were lost. Then all inboxes are read again.
    pub lost: AtomicBool,
}

/// Lines of a pod's log were committed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Notice {
    pub pod_id: Uuid,
    pub head: i64,
    /// Each line's kind, person and position.
    pub lines: Vec<(Kind, Uuid, i64)>,
}

/// Compares the actor's state with Postgres.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Compare {
    pub epoch_changed: bool,
}

/// A session begins to watch its person's pods. The answer is when they were read, by the database's clock.
#[derive(Message)]
#[rtype(result = "Result<DateTime<Utc>>")]
pub struct Watch {
    pub user_id: Uuid,
    pub subscription: SubscriptionId,
    pub relay: RelayHandle,
}

/// A session has ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Unwatch {
    pub user_id: Uuid,
    pub subscription: SubscriptionId,
}

/// A person has read further, on this node or another.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Read {
    pub pod_id: Uuid,
    pub mark: Mark,
}

/// A person has changed their flags of a pod, on this node or another.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Marked {
    pub pod_id: Uuid,
    pub user_id: Uuid,
    pub flags: Flags,
}

/// Sends an event that is not stored to a person's devices.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Announce {
    pub user_id: Uuid,
    pub event: String,
    pub payload: Box<serde_json::value::RawValue>,
}

//! What the inboxes are told, and what is known without asking them.

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

/// What is known without asking the actor.
#[derive(Default)]
pub struct Shared {
    /// How many sessions watch. While none does, the journal's notices cost nothing.
    pub watching: AtomicUsize,
    /// Notices were lost: anything may have happened.
    pub lost: AtomicBool,
}

/// These lines of a pod's log were committed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Notice {
    pub pod_id: Uuid,
    pub head: i64,
    /// What, about whom, and at which position.
    pub lines: Vec<(Kind, Uuid, i64)>,
}

/// What is known is to be compared with Postgres.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Compare {
    pub epoch_changed: bool,
}

/// A session wants to hear of its person's pods. Answers when they were read, by the database's clock.
#[derive(Message)]
#[rtype(result = "Result<DateTime<Utc>>")]
pub struct Watch {
    pub user_id: Uuid,
    pub subscription: SubscriptionId,
    pub relay: RelayHandle,
}

/// A session has gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Unwatch {
    pub user_id: Uuid,
    pub subscription: SubscriptionId,
}

/// A person has read further, here or elsewhere.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Read {
    pub pod_id: Uuid,
    pub mark: Mark,
}

/// A person has marked a pod, on this node or another.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Marked {
    pub pod_id: Uuid,
    pub user_id: Uuid,
    pub flags: Flags,
}

/// A person's devices are to be told something that is not stored.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Tell {
    pub user_id: Uuid,
    pub event: String,
    pub payload: Box<serde_json::value::RawValue>,
}

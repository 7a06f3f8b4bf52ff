//! Inboxes: a person's pods, what is new in them, the person's flags (pinned, marked as unread), and the topic
//! `user:<id>`.
//!
//! Only the person sees the flags, and neither changes `read_seq`, which never decreases. A pod that is marked as
//! unread stays so until its member removes the mark or reads on: the mark stores the `read_seq` at which it was made,
//! and holds as long as that has not changed.
//!
//! Other features send events to a person's own topic by [`Inboxes::announce`](service::Inboxes::announce).

pub mod actor;
pub mod channel;
pub mod declared;
mod messages;
pub mod mount;
pub mod packet;
mod routes;
pub mod service;
pub mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::crew::messages::Message;
use crate::crew::pods::Member;
use crate::crew::pods::dto::PodView;

/// The kind of a person's own topic.
pub const KIND: &str = "user";

/// A pod of the caller's, as an inbox shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InboxEntry {
    /// The pod and its free seats.
    #[serde(flatten)]
    pub view: PodView,
    /// The highest seq of its log.
    pub head: i64,
    /// The highest seq that the caller has read.
    pub read_seq: i64,
    /// The number of others' texts above `read_seq`, up to 99.
    pub unread: i32,
    /// The newest entry of the log.
    pub last_message: Message,
    /// When that was written. The list is in this order.
    pub active_at: DateTime<Utc>,
    /// All members, by seat.
    pub members: Vec<Member>,
    /// The caller's flags.
    #[serde(flatten)]
    pub flags: Flags,
}

/// The caller's flags of a pod.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flags {
    /// When the caller pinned the pod; null if it is not pinned.
    #[schema(required)]
    pub pinned_at: Option<DateTime<Utc>>,
    /// Whether the caller marked the pod as unread and has read nothing new since.
    pub marked_unread: bool,
}

/// A change to the caller's flags of a pod. Absent fields stay as they are.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub struct FlagsChange {
    /// Whether the pod is pinned.
    pub pinned: Option<bool>,
    /// Whether the pod is marked as unread. `read_seq` does not change.
    pub marked_unread: Option<bool>,
}

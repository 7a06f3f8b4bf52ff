//! Inboxes: a person's pods, what is new in them, what the person marks them with, and the topic `user:<id>`.
//!
//! People mark a pod for themselves: pinned, and unread. Nobody else sees it, and neither moves `read_seq`, which never goes back.
//! A pod that is marked as unread is so until its member takes the mark away, or reads on: the mark remembers the `read_seq` at
//! which it was made, and counts only as long as that has not moved.
//!
//! Other features tell people something on their own topic by [`Inboxes::announce`](service::Inboxes::announce).

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

/// One of the caller's pods, as an inbox shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InboxEntry {
    /// The pod and its free seats.
    #[serde(flatten)]
    pub view: PodView,
    /// The highest seq of its log.
    pub head: i64,
    /// Up to where the caller has read.
    pub read_seq: i64,
    /// Others' texts above `read_seq`, up to 99.
    pub unread: i32,
    /// The newest entry of the log.
    pub last_message: Message,
    /// When that was; the list is in its order.
    pub active_at: DateTime<Utc>,
    /// All members, by seat.
    pub members: Vec<Member>,
    /// What the caller marked it with.
    #[serde(flatten)]
    pub flags: Flags,
}

/// A member's own marks of a pod.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flags {
    /// When the caller pinned the pod; null if it is not pinned.
    #[schema(required)]
    pub pinned_at: Option<DateTime<Utc>>,
    /// Whether the caller marked the pod as unread, and has read nothing new since.
    pub marked_unread: bool,
}

/// A change to one's own marks of a pod. What is absent stays.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub struct FlagsChange {
    /// Whether the pod is pinned.
    pub pinned: Option<bool>,
    /// Whether the pod is marked as unread. `read_seq` stays where it is.
    pub marked_unread: Option<bool>,
}

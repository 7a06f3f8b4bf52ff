//! Declarations of a person's own topic.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Flags, KIND};
use crate::crew::events::hosts::Role;
use crate::crew::messages::Message;
use crate::crew::pods::{Member, Pod};
use crate::declare;
use crate::realtime::declared::{Event, Extra, Nothing, Push, TopicKind};

/// The reply to a join of the caller's own topic.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct UserJoined {
    /// The caller.
    pub user_id: Uuid,
    /// The time of the reading, by the database's clock.
    pub server_time: DateTime<Utc>,
    /// The time when the socket's token expires.
    pub expires_at: DateTime<Utc>,
}

/// A newer token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AccessTokenPush {
    /// The token, of the same person.
    pub token: String,
}

/// The reply to a newer token.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct TokenTaken {
    /// The time when the token expires.
    pub expires_at: DateTime<Utc>,
}

/// A pod that the person has joined.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnPodJoined {
    /// The pod.
    pub pod_id: Uuid,
    /// The pod in full; absent if it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<Pod>,
    /// The members, by seat; absent if they could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
}

/// The reason why a person is no longer a member of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemovalReason {
    /// The person left.
    Left,
    /// The owner removed the person.
    Removed,
    /// The pod was closed.
    Closed,
}

impl RemovalReason {
    /// Reads the database's name of the line that ended a membership.
    pub fn read(name: &str) -> Self {
        match name {
            "left" => RemovalReason::Left,
            "removed" => RemovalReason::Removed,
            _ => RemovalReason::Closed,
        }
    }
}

/// A pod of which the person is no longer a member.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct OwnPodRemoved {
    /// The pod.
    pub pod_id: Uuid,
    /// The reason.
    pub reason: RemovalReason,
}

/// The person's own read mark in a pod.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct OwnRead {
    /// The pod.
    pub pod_id: Uuid,
    /// The `seq` up to which the person has read.
    pub seq: i64,
    /// The number of other members' texts above it, up to 99.
    pub unread: i32,
}

/// The person's own marks of a pod.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct OwnPodMarked {
    /// The pod.
    pub pod_id: Uuid,
    /// The marks.
    #[serde(flatten)]
    pub flags: Flags,
}

/// The newest state of one of the person's pods.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PodActivity {
    /// The pod.
    pub pod_id: Uuid,
    /// The head of its log.
    pub head: i64,
    /// The number of other members' texts above the read mark, up to 99.
    pub unread: i32,
    /// The newest entry that the person can see.
    pub last_message: Message,
}

/// The person's role in an event.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct OwnEventRole {
    /// The event.
    pub event_id: Uuid,
    /// The role.
    pub role: Role,
}

declare! {
    /// The caller's own topic: changes in all of the caller's pods, and newer tokens for the socket. `id` is the caller's; any
    /// other is refused with `forbidden`.
    USER: TopicKind<Nothing, UserJoined> = (KIND);
    /// Replaces the socket's token by a newer one of the same person.
    RENEW_TOKEN: Push<AccessTokenPush, TokenTaken> = (KIND, "access_token", Extra::Ignored);
    /// The person has joined a pod, on any device.
    POD_JOINED: Event<OwnPodJoined> = (KIND, "pod:joined");
    /// The person is no longer a member of a pod.
    POD_REMOVED: Event<OwnPodRemoved> = (KIND, "pod:removed");
    /// The person has read further, on any device.
    OWN_READ: Event<OwnRead> = (KIND, "read");
    /// The person has pinned a pod or marked it as unread, on any device (`PATCH /v1/me/pods/{id}`). A mark as unread ends
    /// when it is removed, and when the person reads something new: then only `read` is sent.
    POD_MARKED: Event<OwnPodMarked> = (KIND, "pod:marked");
    /// An event's maker has made the person a host, or a plain member again. It is not stored: the reply to a join of the
    /// event's topic has the role, too.
    EVENT_ROLE: Event<OwnEventRole> = (KIND, "event:role");
    /// A pod of the person has a new state. Sent at most once a second a pod; the last state is always sent.
    POD_ACTIVITY: Event<PodActivity> = (KIND, "pod:activity");
}

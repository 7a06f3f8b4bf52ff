//! An event's members: the types.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Event;
use super::badges::{Badge, BadgeName};

/// How one goes to an event; the whole of it, so what is absent is as for a newcomer.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct Joining {
    /// At most five badges of `GET /v1/badges`, as keys or as objects with a `key`.
    #[serde(default)]
    pub vibe_badges: Vec<BadgeName>,
    /// True keeps one out of the lists that others see.
    #[serde(default)]
    pub hidden: bool,
}

/// One's own membership.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Membership {
    /// The event.
    pub event_id: Uuid,
    /// The caller.
    pub user_id: Uuid,
    /// The badges one wears.
    #[schema(value_type = Vec<Badge>)]
    pub vibe_badges: Vec<Value>,
    /// Whether one stays out of the lists that others see.
    pub hidden: bool,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// A member as the others see them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventMember {
    /// The member's profile.
    pub user_id: Uuid,
    /// Their name.
    pub display_name: String,
    /// Where their picture is.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// Their Instagram page, if they reveal it.
    #[schema(required)]
    pub ig_url: Option<String>,
    /// The badges they wear.
    #[schema(value_type = Vec<Badge>)]
    pub vibe_badges: Vec<Value>,
    /// True for oneself alone: those who hide are seen by nobody else.
    pub hidden: bool,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// An event of the caller's, and how they go there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MyEvent {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// The badges one wears there.
    #[schema(value_type = Vec<Badge>)]
    pub vibe_badges: Vec<Value>,
    /// Whether one stays out of the lists that others see.
    pub hidden: bool,
    /// Since when one is a member.
    pub joined_at: DateTime<Utc>,
}

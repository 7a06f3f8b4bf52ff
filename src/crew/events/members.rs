//! The types of an event's members.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Event;
use super::badges::{Badge, BadgeName};
use super::hosts::Role;

/// The caller's membership of an event, as a whole: absent fields have their defaults.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct Joining {
    /// The member's badges: at most five of `GET /v1/badges`, as keys or as objects with a `key`.
    #[serde(default)]
    pub vibe_badges: Vec<BadgeName>,
    /// True hides the member from the lists that others see.
    #[serde(default)]
    pub hidden: bool,
}

/// The caller's membership.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Membership {
    /// The event.
    pub event_id: Uuid,
    /// The caller.
    pub user_id: Uuid,
    /// The caller's badges.
    #[schema(value_type = Vec<Badge>)]
    pub vibe_badges: Vec<Value>,
    /// Whether the caller is hidden from the lists that others see.
    pub hidden: bool,
    /// The caller's role: `host` if the event's maker has named them. The maker is `created_by` of the event.
    pub role: Role,
    /// When the caller joined.
    pub joined_at: DateTime<Utc>,
}

/// A member as other members see them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventMember {
    /// The member's profile.
    pub user_id: Uuid,
    /// Their name.
    pub display_name: String,
    /// The address of their picture.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// Their Instagram page, if they reveal it.
    #[schema(required)]
    pub ig_url: Option<String>,
    /// Their badges.
    #[schema(value_type = Vec<Badge>)]
    pub vibe_badges: Vec<Value>,
    /// Whether the member is hidden: true for the caller alone, since nobody sees other hidden members.
    pub hidden: bool,
    /// The member's role: `host` if the event's maker has named them.
    pub role: Role,
    /// When they joined.
    pub joined_at: DateTime<Utc>,
}

/// An event of which the caller is a member.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MyEvent {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// The caller's badges there.
    #[schema(value_type = Vec<Badge>)]
    pub vibe_badges: Vec<Value>,
    /// Whether the caller is hidden from the lists that others see.
    pub hidden: bool,
    /// The caller's role: `host` if the event's maker has named them. The maker is `created_by` of the event.
    pub role: Role,
    /// When the caller joined.
    pub joined_at: DateTime<Utc>,
}

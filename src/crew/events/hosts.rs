//! The types of an event's hosts: members whom the event's maker has named. They set the meet point and remove what
//! members post.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The role of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A member like others.
    Member,
    /// A member whom the event's maker has named.
    Host,
}

impl Role {
    /// Reads the database's name of a role.
    pub fn read(name: &str) -> Role {
        if name == "host" { Role::Host } else { Role::Member }
    }
}

/// The standing of a person in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The person who made the event, a member or not.
    Maker,
    /// A host.
    Host,
    /// A member without that role.
    Member,
    /// Anybody else.
    Outsider,
}

/// A host of an event.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, Serialize, ToSchema)]
pub struct Host {
    /// The host's profile.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub user_id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub display_name: String,
    /// The address of their picture.
    #[diesel(sql_type = Nullable<Text>)]
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// When they joined the event.
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
}

/// An observer of roles in events. A host who leaves the event is not announced.
pub trait RoleObserver: Send + Sync + 'static {
    /// Handles that this node has given a member another role. Must not block.
    fn role_changed(&self, event_id: Uuid, user_id: Uuid, role: Role);
}

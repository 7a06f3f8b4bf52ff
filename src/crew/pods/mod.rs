//! Pods: crews of at most five inside an event, who chat in private.
//!
//! [`Pods`](service::Pods) is what handlers call, over HTTP and on sockets alike. It gives what is to be written to the
//! [journal](crate::crew::journal), and the journal tells the pods' [actors](actor) what was committed.

pub mod actor;
mod amend_routes;
pub mod calls;
pub mod channel;
pub mod dto;
mod feed;
pub mod hub;
mod member_routes;
mod message_routes;
pub mod metrics;
pub mod mount;
pub mod observer;
pub mod packet;
mod read_marks;
mod repairs;
mod routes;
pub mod service;
#[cfg(test)]
mod simulation;
pub mod state;
pub mod store;
pub mod sweep;
mod under_way;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::foundation::address;

/// Who may take a free seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JoinPolicy {
    /// Every member of the event.
    #[default]
    Open,
    /// Whom the owner let in.
    Invite,
}

impl JoinPolicy {
    /// The database's name.
    pub fn as_str(self) -> &'static str {
        match self {
            JoinPolicy::Open => "open",
            JoinPolicy::Invite => "invite",
        }
    }

    /// Reads the database's name.
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "open" => Some(JoinPolicy::Open),
            "invite" => Some(JoinPolicy::Invite),
            _ => None,
        }
    }
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Pod {
    /// Its id.
    pub id: Uuid,
    /// The event inside which it is.
    pub event_id: Uuid,
    /// Its name.
    pub name: String,
    /// `crew`; other kinds come later.
    pub kind: String,
    /// How many may be in it.
    pub seats: i16,
    /// Who may join.
    pub join_policy: JoinPolicy,
    /// Who opened it.
    pub created_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
}

/// One who sits in a pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// The profile.
    pub user_id: Uuid,
    /// What they are called.
    pub display_name: String,
    /// Their picture.
    #[serde(serialize_with = "address::show_picture")]
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// `owner` or `member`.
    pub role: String,
    /// From 1.
    pub seat: i16,
    /// Up to where they have read.
    pub read_seq: i64,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// A pod to be opened.
#[derive(Debug, Clone)]
pub struct NewPod {
    /// The client's own id, by which a retry is known.
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// 1 to 80 characters.
    pub name: String,
    /// Who may join.
    pub join_policy: JoinPolicy,
}

//! Pods: crews of at most five people inside an event, who chat in private.
//!
//! Handlers of HTTP and of sockets call [`Pods`](service::Pods). It submits changes to the
//! [journal](crate::crew::journal), and the journal delivers what it has committed to the pods' [actors](actor).

pub mod actor;
mod amend_routes;
pub mod calls;
pub mod channel;
pub mod declared;
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
pub mod settings;
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

/// The people who may take a free seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JoinPolicy {
    /// Every member of the event.
    #[default]
    Open,
    /// People whom the owner has admitted.
    Invite,
}

impl JoinPolicy {
    /// Returns the database's name.
    pub fn as_str(self) -> &'static str {
        match self {
            JoinPolicy::Open => "open",
            JoinPolicy::Invite => "invite",
        }
    }

    /// Parses the database's name.
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
    /// The pod's id.
    pub id: Uuid,
    /// The event to which it belongs.
    pub event_id: Uuid,
    /// The name.
    pub name: String,
    /// `crew`; other kinds come later.
    pub kind: String,
    /// Number of seats.
    pub seats: i16,
    /// The people who may take a free seat.
    pub join_policy: JoinPolicy,
    /// The person who opened it.
    pub created_by: Uuid,
    /// Time of its opening.
    pub created_at: DateTime<Utc>,
    /// Time of its closing.
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A member of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// The profile's id.
    pub user_id: Uuid,
    /// The person's name.
    pub display_name: String,
    /// The address of the person's picture.
    #[serde(serialize_with = "address::show_picture")]
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// `owner` or `member`.
    pub role: String,
    /// The seat's number, from 1.
    pub seat: i16,
    /// The position up to which the person has read.
    pub read_seq: i64,
    /// Time at which the person took the seat.
    pub joined_at: DateTime<Utc>,
}

/// A pod to open.
#[derive(Debug, Clone)]
pub struct NewPod {
    /// The client's own id, by which a repeat is recognized.
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The name, 1 to 80 characters.
    pub name: String,
    /// The people who may take a free seat.
    pub join_policy: JoinPolicy,
}

//! The shapes of pods in HTTP requests and responses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{JoinPolicy, Member, Pod};
use crate::foundation::errors::Result;
use crate::foundation::fields::Fields;
use crate::foundation::http::PagePosition;

/// The order of a list of pods.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// In order of opening.
    #[default]
    Opened,
    /// Newest first.
    Newest,
}

/// Maximum length of a pod's name, in characters.
pub const MAX_NAME: usize = 80;

/// A pod as the members of its event see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PodView {
    /// The pod itself.
    #[serde(flatten)]
    pub pod: Pod,
    /// Number of free seats.
    pub free_seats: i16,
}

impl PodView {
    /// Returns the pod's position in the lists of its event.
    pub fn place(&self) -> PagePosition {
        PagePosition { time: self.pod.created_at, id: self.pod.id }
    }
}

/// A pod, with its members if the caller is one of them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PodDetail {
    /// The pod and its free seats.
    #[serde(flatten)]
    pub view: PodView,
    /// The members by seat; absent if the caller is not a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
}

/// A pod to open.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PodBody {
    /// The client's own id, which makes the request idempotent.
    pub id: Option<Uuid>,
    /// A line of 1 to 80 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub name: String,
    /// `open` if absent.
    #[serde(default)]
    pub join_policy: JoinPolicy,
}

/// A change to a pod. Absent fields stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct PodChange {
    /// A line of 1 to 80 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub name: Option<String>,
    /// The people who may take a free seat.
    pub join_policy: Option<JoinPolicy>,
}

/// The member to whom a pod is handed over.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub struct NewOwner {
    /// Another member of the pod.
    pub user_id: Uuid,
}

/// A person's seat in a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Seat {
    /// The seat's number, from 1.
    pub seat: i16,
}

/// Validates a pod's name, and returns it trimmed.
///
/// # Errors
/// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) if it is not one line of 1 to 80 characters.
pub fn name(name: &str) -> Result<String> {
    let mut fields = Fields::new();
    let name = fields.line("/name", name, MAX_NAME);
    fields.done()?;
    Ok(name)
}

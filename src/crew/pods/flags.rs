//! What people mark a pod with for themselves: pinned, and unread. Nobody else sees it.
//!
//! Neither moves `read_seq`, which never goes back. A pod that is marked as unread is so until its member takes the mark away,
//! or reads on: the mark remembers the `read_seq` at which it was made, and counts only as long as that has not moved.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member's own marks of a pod.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flags {
    /// When the caller pinned the pod; null if it is not pinned.
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

//! Refusals that several routes of messages share, for the OpenAPI document.

use utoipa::IntoResponses;

use crate::foundation::http::Problem;

/// Refusals of every route that changes a message.
#[derive(IntoResponses)]
pub enum ChangeRefused {
    /// `not_member`: the caller is not a member of the pod; `forbidden`: the message is another person's, or a line of
    /// the log
    #[response(status = 403)]
    Forbidden(#[to_schema] Problem),
    /// `not_found`: no such message that the caller can see; no such pod, or it is closed, or its event is not joined
    #[response(status = 404)]
    NotFound(#[to_schema] Problem),
    /// `conflict`: the message has been deleted, or the `op` was used for another change
    #[response(status = 409)]
    Conflict(#[to_schema] Problem),
    /// `rate_limited`: retry after `Retry-After`
    #[response(status = 429)]
    RateLimited(#[to_schema] Problem),
}

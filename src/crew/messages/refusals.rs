//! The refusals that several routes of messages have in common, for the OpenAPI document.

use utoipa::IntoResponses;

use crate::foundation::http::Problem;

/// What every route that changes a message may answer.
#[derive(IntoResponses)]
pub enum ChangeRefused {
    /// `not_member`: not of the pod; `forbidden`: the message is another's, or a line of the log
    #[response(status = 403)]
    Forbidden(#[to_schema] Problem),
    /// `not_found`: no such message that the caller may see; no such pod, closed, or of an event that the caller has not joined
    #[response(status = 404)]
    NotFound(#[to_schema] Problem),
    /// `conflict`: the message has been deleted, or the `op` is taken
    #[response(status = 409)]
    Conflict(#[to_schema] Problem),
    /// `rate_limited`: come back after `Retry-After`
    #[response(status = 429)]
    RateLimited(#[to_schema] Problem),
}

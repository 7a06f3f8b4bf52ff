//! The refusals that many routes have in common, for the OpenAPI document. Each is an
//! [`Error`](crate::foundation::errors::Error), told as a problem document with a `code`.

use utoipa::IntoResponses;

use super::Problem;

/// What every route may answer.
#[derive(IntoResponses)]
pub enum Any {
    /// `unavailable`: Postgres could not be asked, and the outcome is unknown; come back after `Retry-After`
    #[response(status = 503)]
    Unavailable(#[to_schema] Problem),
}

/// What every route that needs a token may answer.
#[derive(IntoResponses)]
pub enum Token {
    /// `unauthorized`: no token, or one that is forged or expired
    #[response(status = 401)]
    Unauthorized(#[to_schema] Problem),
    /// `unavailable`: Postgres could not be asked, and the outcome is unknown; come back after `Retry-After`
    #[response(status = 503)]
    Unavailable(#[to_schema] Problem),
}

/// What every route answers whose answers may be kept for a while, instead of what is known already.
#[derive(IntoResponses)]
pub enum Public {
    /// What the caller has by the `ETag` that it names in `If-None-Match` still holds
    #[response(status = 304)]
    NotModified,
}

/// What every route that takes a body may answer.
#[derive(IntoResponses)]
pub enum Body {
    /// `malformed`: not JSON, or not UTF-8
    #[response(status = 400)]
    Malformed(#[to_schema] Problem),
    /// `too_large`: more bytes than the limit
    #[response(status = 413)]
    TooLarge(#[to_schema] Problem),
    /// `unsupported_type`: not `application/json`
    #[response(status = 415)]
    UnsupportedType(#[to_schema] Problem),
    /// `invalid`: a value is of the wrong type or out of its bounds; `errors` says which
    #[response(status = 422)]
    Invalid(#[to_schema] Problem),
}

/// What every route that takes a query may answer.
#[derive(IntoResponses)]
pub enum Query {
    /// `invalid`: a parameter or the cursor cannot be read, or is out of its bounds; `errors` says which
    #[response(status = 422)]
    Invalid(#[to_schema] Problem),
}

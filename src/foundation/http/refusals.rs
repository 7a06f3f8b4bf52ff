//! The refusals that many routes share, for the OpenAPI document. Each is an
//! [`Error`](crate::foundation::errors::Error), sent as a problem document with a `code`.

use utoipa::IntoResponses;

use super::Problem;

/// The refusals of every route.
#[derive(IntoResponses)]
pub enum Any {
    /// `unavailable`: Postgres did not answer, and the outcome is unknown; try again after `Retry-After`
    #[response(status = 503)]
    Unavailable(#[to_schema] Problem),
}

/// The refusals of every route that searches and takes no token.
#[derive(IntoResponses)]
pub enum Search {
    /// `overloaded`: too many searches are under way, or this one takes too long; `unavailable`: Postgres did not
    /// answer; try again after `Retry-After`
    #[response(status = 503)]
    Overloaded(#[to_schema] Problem),
}

/// The refusals of every route that requires a token and searches.
#[derive(IntoResponses)]
pub enum TokenSearch {
    /// `unauthorized`: the token is missing, forged or expired
    #[response(status = 401)]
    Unauthorized(#[to_schema] Problem),
    /// `overloaded`: too many searches are under way, or this one takes too long; `unavailable`: Postgres did not
    /// answer; try again after `Retry-After`
    #[response(status = 503)]
    Overloaded(#[to_schema] Problem),
}

/// The refusals of every route that requires a token.
#[derive(IntoResponses)]
pub enum Token {
    /// `unauthorized`: the token is missing, forged or expired
    #[response(status = 401)]
    Unauthorized(#[to_schema] Problem),
    /// `unavailable`: Postgres did not answer, and the outcome is unknown; try again after `Retry-After`
    #[response(status = 503)]
    Unavailable(#[to_schema] Problem),
}

/// The refusals of every route that takes a token, and does not require it.
#[derive(IntoResponses)]
pub enum OptionalToken {
    /// `unauthorized`: there is a token, and it is forged or expired
    #[response(status = 401)]
    Unauthorized(#[to_schema] Problem),
    /// `unavailable`: Postgres did not answer, and the outcome is unknown; try again after `Retry-After`
    #[response(status = 503)]
    Unavailable(#[to_schema] Problem),
}

/// The answer of every cacheable route to a client that has the current content.
#[derive(IntoResponses)]
pub enum Public {
    /// The content with the `ETag` in `If-None-Match` is still current
    #[response(status = 304)]
    NotModified,
}

/// The refusals of every route that takes a body.
#[derive(IntoResponses)]
pub enum Body {
    /// `malformed`: the body is not JSON or not UTF-8
    #[response(status = 400)]
    Malformed(#[to_schema] Problem),
    /// `too_large`: the body exceeds the size limit
    #[response(status = 413)]
    TooLarge(#[to_schema] Problem),
    /// `unsupported_type`: the content type is not `application/json`
    #[response(status = 415)]
    UnsupportedType(#[to_schema] Problem),
    /// `invalid`: a value has the wrong type or is not valid; `errors` says which
    #[response(status = 422)]
    Invalid(#[to_schema] Problem),
}

/// The refusals of every route that takes a query.
#[derive(IntoResponses)]
pub enum Query {
    /// `invalid`: a parameter or the cursor is not valid; `errors` says which
    #[response(status = 422)]
    Invalid(#[to_schema] Problem),
}

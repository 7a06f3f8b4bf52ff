//! The refusals, and the one place that maps them to statuses and texts.
//!
//! Every refusal that a client sees, over HTTP or on a socket, is an [`Error`] with a [`Code`]. HTTP answers it as
//! `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); a socket answers the same code
//! and reason in the `response` of a `phx_reply`. An unexpected failure is [`Code::Internal`]: the caller gets an id,
//! and the log has the cause under that id.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The result of an operation that may be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The machine-readable reason of a refusal. Clients depend on these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request is not JSON, not UTF-8, or does not have the protocol's form.
    Malformed,
    /// The token is missing, forged or expired.
    Unauthorized,
    /// The caller is signed in, but not allowed to do this.
    Forbidden,
    /// The e-mail address of the caller's account must be confirmed first.
    Unconfirmed,
    /// The caller must be a member of the event or pod.
    NotMember,
    /// The object does not exist, or the caller may not know of it.
    NotFound,
    /// The address does not support the method; `Allow` lists those that it supports.
    MethodNotAllowed,
    /// The topic of a socket does not exist.
    UnmatchedTopic,
    /// The topic has no such event to push.
    UnknownEvent,
    /// The id is already used for something else, or the state does not allow the request.
    Conflict,
    /// All seats of the pod are taken.
    PodFull,
    /// The poll is closed; `tally` is its final tally.
    PollClosed,
    /// The condition of `If-Match` does not hold.
    PreconditionFailed,
    /// The change must name the version that it replaces, with `If-Match`.
    PreconditionRequired,
    /// The size exceeds the limit.
    TooLarge,
    /// The content type is not supported.
    UnsupportedType,
    /// A value is not valid, though the request is well-formed; `errors` says which.
    Invalid,
    /// The rate limit is exceeded; `Retry-After` says when to try again.
    RateLimited,
    /// The node is at its limit; nothing was done.
    Overloaded,
    /// The outcome is unknown: repeat the request with the same id.
    Unavailable,
    /// The server failed; its log has the cause.
    Internal,
}

impl Code {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::Malformed => "malformed",
            Code::Unauthorized => "unauthorized",
            Code::Forbidden => "forbidden",
            Code::Unconfirmed => "unconfirmed",
            Code::NotMember => "not_member",
            Code::NotFound => "not_found",
            Code::MethodNotAllowed => "method_not_allowed",
            Code::UnmatchedTopic => "unmatched_topic",
            Code::UnknownEvent => "unknown_event",
            Code::Conflict => "conflict",
            Code::PodFull => "pod_full",
            Code::PollClosed => "poll_closed",
            Code::PreconditionFailed => "precondition_failed",
            Code::PreconditionRequired => "precondition_required",
            Code::TooLarge => "too_large",
            Code::UnsupportedType => "unsupported_type",
            Code::Invalid => "invalid",
            Code::RateLimited => "rate_limited",
            Code::Overloaded => "overloaded",
            Code::Unavailable => "unavailable",
            Code::Internal => "internal",
        }
    }

    /// Returns the HTTP status of the code.
    pub fn status(self) -> StatusCode {
        match self {
            Code::Malformed => StatusCode::BAD_REQUEST,
            Code::Unauthorized => StatusCode::UNAUTHORIZED,
            Code::Forbidden | Code::Unconfirmed | Code::NotMember => StatusCode::FORBIDDEN,
            Code::NotFound | Code::UnmatchedTopic | Code::UnknownEvent => StatusCode::NOT_FOUND,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::Conflict | Code::PodFull | Code::PollClosed => StatusCode::CONFLICT,
            Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Code::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::Overloaded | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the reason of a refusal that has none of its own.
    fn default_reason(self) -> &'static str {
        match self {
            Code::Malformed => "the message is malformed",
            Code::Unauthorized => "a valid token is required",
            Code::Forbidden => "the caller is not allowed to do this",
            Code::Unconfirmed => "the e-mail address must be confirmed first: follow the link that was mailed",
            Code::NotMember => "the caller must be a member",
            Code::NotFound => "not found",
            Code::MethodNotAllowed => "this address does not support the method",
            Code::UnmatchedTopic => "unmatched topic",
            Code::UnknownEvent => "the topic has no such event",
            Code::Conflict => "the id is already in use",
            Code::PodFull => "every seat of the pod is taken",
            Code::PollClosed => "the poll is closed",
            Code::PreconditionFailed => "it has changed since it was read",
            Code::PreconditionRequired => "there is one already: send its ETag as If-Match to replace it",
            Code::TooLarge => "the size exceeds the limit",
            Code::UnsupportedType => "the content type is not supported",
            Code::Invalid => "a value is not valid",
            Code::RateLimited => "too many requests in a short time; try again later",
            Code::Overloaded => "the node is at its limit; nothing was done",
            Code::Unavailable => "the outcome is unknown; repeat the request with the same id",
            Code::Internal => "internal error; the server's log has the cause",
        }
    }
}

/// A value that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: Cow<'static, str>,
    /// The condition that the value must meet.
    pub detail: Cow<'static, str>,
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Error {
    /// The code, for programs.
    pub code: Code,
    /// The reason, for people.
    pub reason: Cow<'static, str>,
    /// Each value that is not valid, for [`Code::Invalid`].
    pub errors: Vec<FieldError>,
    /// The time after which to try again, for [`Code::RateLimited`], [`Code::Overloaded`] and [`Code::Unavailable`].
    pub retry_after: Option<Duration>,
    /// Further members of the problem document, such as the `id` that is in conflict.
    pub details: Map<String, Value>,
}

impl Error {
    /// Returns a refusal with the code's default reason.
    pub fn new(code: Code) -> Self {
        let retry_after = match code {
            Code::RateLimited | Code::Overloaded | Code::Unavailable => Some(Duration::from_secs(1)),
            _ => None,
        };
        Error {
            code,
            reason: Cow::Borrowed(code.default_reason()),
            errors: Vec::new(),
            retry_after,
            details: Map::new(),
        }
    }

    /// Returns a refusal with this reason.
    pub fn because(code: Code, reason: impl Into<Cow<'static, str>>) -> Self {
        Error { reason: reason.into(), ..Error::new(code) }
    }

    /// Returns the refusal of one value.
    pub fn invalid(pointer: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Error::invalid_fields(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Returns the refusal of several values. `errors` must not be empty.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Error { errors, ..Error::new(Code::Invalid) }
    }

    /// Returns a refusal that asks to try again after `wait`.
    pub fn rate_limited(wait: Duration) -> Self {
        Error { retry_after: Some(wait), ..Error::new(Code::RateLimited) }
    }

    /// Returns a refusal that asks to try again at `then`.
    pub fn rate_limited_until(then: Option<DateTime<Utc>>) -> Self {
        let wait = then.and_then(|then| (then - Utc::now()).to_std().ok()).unwrap_or_default();
        Error::rate_limited(wait.max(Duration::from_secs(1)))
    }

    /// Returns an unexpected failure. Logs the cause under a new id, and reveals only that id to the caller.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let incident = Uuid::now_v7();
        tracing::error!(%incident, %cause, "internal error");
        let mut error = Error::new(Code::Internal);
        error.details.insert("incident".into(), json!(incident));
        error
    }

    /// Adds a member to the problem document.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.details.insert(name.to_owned(), json!(value));
        self
    }

    /// Returns the `response` of a socket's error reply: `{"code", "reason", …}`.
    pub fn response(&self) -> Value {
        let mut body = self.details.clone();
        body.insert("code".into(), json!(self.code));
        body.insert("reason".into(), json!(self.reason));
        if !self.errors.is_empty() {
            body.insert("errors".into(), json!(self.errors));
        }
        if let Some(wait) = self.retry_after {
            body.insert("retry_after_ms".into(), json!(wait.as_millis().max(1) as u64));
        }
        Value::Object(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.reason)
    }
}

impl std::error::Error for Error {}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Error::new(code)
    }
}

/// Converts the failures of the database that no handler has handled.
///
/// A lost connection is [`Code::Unavailable`], and so is a serialization failure or a deadlock, since repeating the
/// request is right after both. A missing row is [`Code::NotFound`]. Everything else is an internal error.
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind as Kind;
        use diesel::result::Error as Diesel;
        match &error {
            Diesel::NotFound => Error::new(Code::NotFound),
            Diesel::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _)
            | Diesel::DatabaseError(Kind::SerializationFailure | Kind::ReadOnlyTransaction, _)
            | Diesel::BrokenTransactionManager => {
                tracing::warn!(cause = %error, "database could not answer");
                Error::new(Code::Unavailable)
            }
            // Cancelled, in a deadlock, or out of time for a lock or the disk: nothing was done, and the request may be
            // repeated.
            Diesel::DatabaseError(Kind::Unknown, info)
                if ["terminating connection", "canceling statement", "deadlock detected"]
                    .iter()
                    .any(|said| info.message().starts_with(said)) =>
            {
                tracing::warn!(cause = %error, "database could not answer");
                Error::new(Code::Unavailable)
            }
            // A right that was there when it was checked, and went meanwhile: a member who has left, a host no longer.
            Diesel::DatabaseError(Kind::Unknown, info)
                if info.message().starts_with("new row violates row-level security policy") =>
            {
                tracing::warn!(cause = %error, "row level security refused a write");
                Error::new(Code::Forbidden)
            }
            _ => Error::internal(error),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut body = self.details.clone();
        body.insert("type".into(), json!("about:blank"));
        body.insert("title".into(), json!(self.code.status().canonical_reason()));
        body.insert("status".into(), json!(self.code.status().as_u16()));
        body.insert("code".into(), json!(self.code));
        body.insert("detail".into(), json!(self.reason));
        if !self.errors.is_empty() {
            body.insert("errors".into(), json!(self.errors));
        }
        let mut response = HttpResponse::build(self.code.status());
        if let Some(wait) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, wait.as_secs_f64().ceil().max(1.0) as u64));
        }
        if self.code == Code::Unauthorized {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.content_type("application/problem+json").json(Value::Object(body))
    }
}

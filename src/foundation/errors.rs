//! What can go wrong, and the one place that says how it is told.
//!
//! Every refusal that a client sees, over HTTP or on a socket, is an [`Error`] with a [`Code`]. HTTP answers it as
//! `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); a socket answers the same code
//! and reason in the `response` of a `phx_reply`. What nobody foresaw is [`Code::Internal`]: the caller gets an id,
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

/// The result of what may be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The machine-readable reason of a refusal. Clients are written against these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not JSON, not UTF-8, or not of the protocol's shape.
    Malformed,
    /// No token, or one that is forged or expired.
    Unauthorized,
    /// Signed in, but this is not theirs to do.
    Forbidden,
    /// Would be allowed to a member of the event or pod.
    NotMember,
    /// There is no such thing, or nothing that the caller may know of.
    NotFound,
    /// There is such a thing, but it does not know the method; `Allow` says which it knows.
    MethodNotAllowed,
    /// A socket's topic that names nothing.
    UnmatchedTopic,
    /// A pushed event that its topic does not know.
    UnknownEvent,
    /// The id is taken by something else, or the state does not allow it.
    Conflict,
    /// All seats of the pod are taken.
    PodFull,
    /// An `If-Match` that no longer holds.
    PreconditionFailed,
    /// More bytes than the limit.
    TooLarge,
    /// A content type that is not served.
    UnsupportedType,
    /// Well-formed, but a value is out of its bounds; `errors` says which.
    Invalid,
    /// Too many in too short a time; `Retry-After` says when to come back.
    RateLimited,
    /// The node has as much as it can hold; nothing was done.
    Overloaded,
    /// The outcome is unknown: ask again with the same id.
    Unavailable,
    /// A fault of the server; the log has its cause.
    Internal,
}

impl Code {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Malformed => "malformed",
            Code::Unauthorized => "unauthorized",
            Code::Forbidden => "forbidden",
            Code::NotMember => "not_member",
            Code::NotFound => "not_found",
            Code::MethodNotAllowed => "method_not_allowed",
            Code::UnmatchedTopic => "unmatched_topic",
            Code::UnknownEvent => "unknown_event",
            Code::Conflict => "conflict",
            Code::PodFull => "pod_full",
            Code::PreconditionFailed => "precondition_failed",
            Code::TooLarge => "too_large",
            Code::UnsupportedType => "unsupported_type",
            Code::Invalid => "invalid",
            Code::RateLimited => "rate_limited",
            Code::Overloaded => "overloaded",
            Code::Unavailable => "unavailable",
            Code::Internal => "internal",
        }
    }

    /// The HTTP status that carries the code.
    pub fn status(self) -> StatusCode {
        match self {
            Code::Malformed => StatusCode::BAD_REQUEST,
            Code::Unauthorized => StatusCode::UNAUTHORIZED,
            Code::Forbidden | Code::NotMember => StatusCode::FORBIDDEN,
            Code::NotFound | Code::UnmatchedTopic | Code::UnknownEvent => StatusCode::NOT_FOUND,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::Conflict | Code::PodFull => StatusCode::CONFLICT,
            Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::Overloaded | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The reason given when the place that refused has nothing more to say.
    fn default_reason(self) -> &'static str {
        match self {
            Code::Malformed => "the message is not of the expected form",
            Code::Unauthorized => "a valid token is needed",
            Code::Forbidden => "this is not yours to do",
            Code::NotMember => "only members may do this",
            Code::NotFound => "there is no such thing",
            Code::MethodNotAllowed => "this method is not served here",
            Code::UnmatchedTopic => "unmatched topic",
            Code::UnknownEvent => "this topic does not know that event",
            Code::Conflict => "the id is already taken",
            Code::PodFull => "every seat of the pod is taken",
            Code::PreconditionFailed => "it has changed in the meantime",
            Code::TooLarge => "more bytes than the limit allows",
            Code::UnsupportedType => "this content type is not served",
            Code::Invalid => "a value is out of its bounds",
            Code::RateLimited => "too many in too short a time",
            Code::Overloaded => "the node is full; nothing was done",
            Code::Unavailable => "the outcome is unknown; ask again with the same id",
            Code::Internal => "the server failed; its log has the cause",
        }
    }
}

/// One value that is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: Cow<'static, str>,
    /// What is wrong with it.
    pub detail: Cow<'static, str>,
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Error {
    /// What clients act on.
    pub code: Code,
    /// What people read.
    pub reason: Cow<'static, str>,
    /// For [`Code::Invalid`]: each value that is wrong.
    pub errors: Vec<FieldError>,
    /// For [`Code::RateLimited`], [`Code::Overloaded`] and [`Code::Unavailable`]: when to come back.
    pub retry_after: Option<Duration>,
    /// Further members of the problem document, such as the `id` that is in the way.
    pub details: Map<String, Value>,
}

impl Error {
    /// A refusal in the code's own words.
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

    /// The same with a reason of its own.
    pub fn because(code: Code, reason: impl Into<Cow<'static, str>>) -> Self {
        Error { reason: reason.into(), ..Error::new(code) }
    }

    /// One value is out of its bounds.
    pub fn invalid(pointer: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Error::invalid_fields(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Several values are out of their bounds. `errors` is not empty.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Error { errors, ..Error::new(Code::Invalid) }
    }

    /// Too many; come back after `wait`.
    pub fn rate_limited(wait: Duration) -> Self {
        Error { retry_after: Some(wait), ..Error::new(Code::RateLimited) }
    }

    /// Too many; come back then.
    pub fn rate_limited_until(then: Option<DateTime<Utc>>) -> Self {
        let wait = then.and_then(|then| (then - Utc::now()).to_std().ok()).unwrap_or_default();
        Error::rate_limited(wait.max(Duration::from_secs(1)))
    }

    /// A fault that nobody foresaw. Logs the cause under a new id, and tells the caller that id alone.
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

    /// The `response` of a socket's error reply: `{"code", "reason", …}`.
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

/// What the database refuses without a handler having foreseen it.
///
/// A lost connection is [`Code::Unavailable`]; that a transaction was chosen as a victim likewise, since asking again
/// is the right answer to both. A missing row is [`Code::NotFound`]. All else is a fault.
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind as Kind;
        use diesel::result::Error as Diesel;
        match &error {
            Diesel::NotFound => Error::new(Code::NotFound),
            Diesel::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _)
            | Diesel::DatabaseError(Kind::SerializationFailure | Kind::ReadOnlyTransaction, _)
            | Diesel::BrokenTransactionManager => {
                tracing::warn!(cause = %error, "the database could not answer");
                Error::new(Code::Unavailable)
            }
            // It was ended, or waited too long for a lock or for the disk: nothing was done, and it may be asked again.
            Diesel::DatabaseError(Kind::Unknown, info)
                if ["terminating connection", "canceling statement"]
                    .iter()
                    .any(|said| info.message().starts_with(said)) =>
            {
                tracing::warn!(cause = %error, "the database could not answer");
                Error::new(Code::Unavailable)
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

//! Declarations of what Phoenix has on every topic, and of the socket's own topic.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Declaration, Event, Extra, Nothing, Push};
use crate::declare;
use crate::foundation::errors::{Code, FieldError};

/// The topic of the socket itself. It is not joined, and has no id.
pub const SOCKET: &str = "phoenix";

/// A kind that stands for every topic that is joined.
pub const EVERY: &str = "*";

/// Names of Phoenix's own.
pub mod names {
    /// Joins a topic.
    pub const JOIN: &str = "phx_join";
    /// Leaves a topic.
    pub const LEAVE: &str = "phx_leave";
    /// Keeps the socket open.
    pub const HEARTBEAT: &str = "heartbeat";
    /// Ends a join, after which clients join again.
    pub const ERROR: &str = "phx_error";
    /// Answers a push.
    pub const REPLY: &str = "phx_reply";
}

/// A refusal: the `response` of a reply whose status is `error`. Some refusals have further fields.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// The code to act on.
    #[schema(value_type = Code)]
    pub code: String,
    /// The reason, for people.
    pub reason: String,
    /// Milliseconds to wait before asking again, with `rate_limited`, `overloaded` and `unavailable`.
    pub retry_after_ms: Option<u64>,
    /// The values that are wrong, with `invalid`.
    #[schema(value_type = Option<Vec<FieldError>>)]
    pub errors: Option<Vec<serde_json::Value>>,
    /// The id under which the server's log has the cause, with `internal`.
    pub incident: Option<Uuid>,
}

declare! {
    /// Keeps the socket open. Send it every 30 s: a socket that is silent for 60 s is closed with 1001.
    HEARTBEAT: Push<Nothing, Nothing> = (SOCKET, names::HEARTBEAT, Extra::Ignored);
    /// A frame could not be read, so no push can be answered. The socket stays open.
    UNREADABLE: Event<Refusal> = (SOCKET, "error");
    /// Leaves the topic. The reply comes first, then `phx_close`.
    LEAVE: Push<Nothing, Nothing> = (EVERY, names::LEAVE, Extra::Ignored);
    /// The join has ended: the client has left, has joined again, or is no longer a member. Do not join again by yourself.
    CLOSE: Event<Nothing> = (EVERY, "phx_close");
}

/// Returns `true` if the declaration is for this kind of topic.
pub fn is_of(declaration: &Declaration, kind: &str) -> bool {
    declaration.topic == kind || declaration.topic == EVERY && kind != SOCKET
}

/// The codes of refusals on a socket, and what to do about each.
pub const CODES: [(&str, &str); 13] = [
    (
        Code::Malformed.as_str(),
        "The push or the frame is not of the protocol's form. Mend it: the same again fails again.",
    ),
    (Code::Invalid.as_str(), "A value is out of its bounds, or a field is unknown; `errors` says which. Mend it."),
    (
        Code::Unauthorized.as_str(),
        "The token of `access_token` is forged or expired. The socket lives on with the one that it has.",
    ),
    (
        Code::Forbidden.as_str(),
        "Not the caller's to do. After a join: leave the topic, or the client joins again for ever.",
    ),
    (Code::NotMember.as_str(), "Only for members. Leave the topic."),
    (
        Code::NotFound.as_str(),
        "There is no such thing, or nothing that the caller may know of. After a join: leave the topic.",
    ),
    (Code::UnmatchedTopic.as_str(), "The topic is not joined, or does not exist."),
    (Code::UnknownEvent.as_str(), "The topic does not know this event."),
    (Code::Conflict.as_str(), "The id is taken by something else, or the state does not allow the change."),
    (Code::RateLimited.as_str(), "Too many. Nothing was done; the same again after `retry_after_ms`."),
    (
        Code::Overloaded.as_str(),
        "The node, or this socket, has as much as it can hold. Nothing was done; the same again after `retry_after_ms`.",
    ),
    (Code::Unavailable.as_str(), "The outcome is **unknown**: the same again, with the same id."),
    (Code::Internal.as_str(), "A fault of the server; `incident` finds its cause in the log."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::{Status, Version};

    #[test]
    fn frames_have_the_names_that_are_declared() {
        let v2 =
            |text: bytestring::ByteString| serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap()[3].clone();
        assert_eq!(v2(Version::V2.close(None, "pod:1")), CLOSE.name);
        assert_eq!(v2(Version::V2.error(None, "pod:1")), names::ERROR);
        assert_eq!(v2(Version::V2.reply(None, None, "pod:1", Status::Ok, &Nothing {})), names::REPLY);
    }

    #[test]
    fn a_refusal_has_the_fields_that_are_declared() {
        use crate::foundation::errors::Error;
        for error in [Error::new(Code::Unavailable), Error::invalid("/a", "b"), Error::internal("cause")] {
            let refusal: Refusal = serde_json::from_value(error.response()).unwrap();
            let mut again = serde_json::to_value(&refusal).unwrap();
            again.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            assert_eq!(again, error.response());
        }
    }
}

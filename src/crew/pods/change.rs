//! A committed change of a pod's log, encoded once.

use std::sync::Arc;

use uuid::Uuid;

use crate::crew::messages::{Kind, Message};
use crate::realtime::subscription::{Ends, Frame, Reach};
use crate::wire::frame;
use crate::wire::topic::Topic;

/// The kind of a pod's topic.
pub const KIND: &str = "pod";

/// One committed change. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where in the log it stands.
    pub position: i64,
    /// What the message is.
    pub kind: Kind,
    /// Whom it is about.
    pub user_id: Uuid,
    /// Whether the message is new to clients, and not an old one that has changed.
    pub is_new: bool,
    /// As every session gets it.
    pub frame: Arc<Frame>,
}

impl Change {
    /// Encodes a message. `known_up_to` is what sessions were told before: a message above it is new to them, one
    /// below has changed.
    pub fn of(topic: &Topic, message: &Message, known_up_to: i64) -> Self {
        let is_new = message.seq > known_up_to;
        let event = if is_new { "message:new" } else { "message:changed" };
        let ends = match message.kind {
            Kind::Left | Kind::Removed => Ends::User(message.user_id),
            Kind::Closed => Ends::Everybody,
            Kind::Text | Kind::Joined | Kind::Renamed | Kind::OwnerChanged => Ends::Nobody,
        };
        Change {
            position: message.changed_seq,
            kind: message.kind,
            user_id: message.user_id,
            is_new,
            frame: Arc::new(Frame {
                text: frame::push(topic.as_str(), event, message),
                reach: Reach::Log { position: message.changed_seq, origin: message.seq, ends },
            }),
        }
    }
}

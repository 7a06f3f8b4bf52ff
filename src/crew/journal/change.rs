//! A committed change of a pod's log, encoded once.

use std::sync::Arc;

use uuid::Uuid;

use crate::crew::messages::{Kind, Message};
use crate::declare;
use crate::realtime::declared::Event;
use crate::realtime::subscription::{Ends, Frame, Reach};
use crate::wire::frame::Encoded;
use crate::wire::topic::Topic;

/// The kind of a pod's topic.
pub const KIND: &str = "pod";

declare! {
    /// A message or a line of the log is new. The events of a log ascend by `changed_seq`, with gaps. A message ends the
    /// typing of its author.
    MESSAGE_NEW: Event<Message> = (KIND, "message:new");
    /// A message has changed: its text, mentions or reactions, or it was deleted. The payload is the whole message: it
    /// replaces the one with the same `id` and a lower `changed_seq`.
    MESSAGE_CHANGED: Event<Message> = (KIND, "message:changed");
}

/// A committed change. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Change {
    /// The change's position in the log.
    pub position: i64,
    /// The kind of the message.
    pub kind: Kind,
    /// The author, or the person that a line is about.
    pub user_id: Uuid,
    /// Whether the message is new to clients, rather than changed.
    pub is_new: bool,
    /// The frame for every session.
    pub frame: Arc<Frame>,
}

impl Change {
    /// Encodes a message. Sessions know messages up to `known_up_to`: a message above it is new to them, one below has
    /// changed.
    pub fn of(topic: &Topic, message: &Message, known_up_to: i64) -> Self {
        let is_new = message.seq > known_up_to;
        let event = if is_new { MESSAGE_NEW } else { MESSAGE_CHANGED };
        let text = event.frame(topic, message);
        Change::encoded(message.changed_seq, message.seq, message.kind, message.user_id, is_new, text)
    }

    /// Creates a change from an encoded frame. `origin` is the message's own seq.
    pub fn encoded(position: i64, origin: i64, kind: Kind, user_id: Uuid, is_new: bool, text: Encoded) -> Self {
        let ends = match kind {
            Kind::Left | Kind::Removed => Ends::User(user_id),
            Kind::Closed => Ends::Everybody,
            Kind::Text | Kind::Joined | Kind::Renamed | Kind::OwnerChanged => Ends::Nobody,
        };
        let frame = Arc::new(Frame { text, reach: Reach::Log { position, origin, ends } });
        Change { position, kind, user_id, is_new, frame }
    }

    /// Returns the message's own seq.
    pub fn origin(&self) -> i64 {
        match self.frame.reach {
            Reach::Log { origin, .. } => origin,
            _ => self.position,
        }
    }
}

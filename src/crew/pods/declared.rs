//! Declarations of a pod's topic, and of what pods send on the topic of their event.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::dto::PodView;
use super::{Member, Pod};
use crate::crew::feed;
use crate::crew::journal::change::KIND;
use crate::crew::messages::{Amended, Message, MessagePage, NewMessage, Sent};
use crate::declare;
use crate::realtime::declared::phoenix::names;
use crate::realtime::declared::{Addition, Event, Extra, Nothing, Push, TopicKind};
use crate::realtime::presence::{PresenceDiff, PresenceState};

/// The payload of a join of a pod's topic.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PodJoin {
    /// The client's position: the reply has what has changed since. Absent for the newest messages.
    #[schema(minimum = 0)]
    pub after: Option<i64>,
    /// The `epoch` of the join reply that the position is from.
    pub epoch: Option<String>,
}

/// The reply to a join of a pod's topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct PodJoined {
    /// The pod.
    pub pod: Pod,
    /// The members, by seat.
    pub members: Vec<Member>,
    /// The position of the log's newest change.
    pub head: i64,
    /// The database's epoch.
    pub epoch: String,
    /// Messages that have changed since `after`, ascending by `changed_seq`; without `after` the newest, by `seq`.
    pub messages: Vec<Message>,
    /// Whether there is more: after `next` if the join had `after`, before `next` if not.
    pub more: bool,
    /// The `after` or `before` of the next `history`.
    #[schema(required)]
    pub next: Option<i64>,
    /// `true` if the log is not the one that the client knew: drop what you hold, and treat this as a first join. Absent
    /// otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub reset: bool,
    /// The time of the reading, by the database's clock.
    pub server_time: DateTime<Utc>,
    /// The limits that hold here.
    pub limits: PodLimits,
}

/// The limits that hold on a pod's topic.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct PodLimits {
    /// Characters of a text.
    pub text_chars: usize,
    /// Bytes of a frame.
    pub frame_bytes: usize,
    /// The most messages in a page.
    pub page: usize,
}

/// A stretch of the log. Exactly one of `before` and `after` is given.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HistoryPush {
    /// The newest messages with a lower `seq`.
    #[schema(minimum = 0, example = 120)]
    pub before: Option<i64>,
    /// Messages that have changed after this position.
    #[schema(minimum = 0, example = json!(null))]
    pub after: Option<i64>,
    /// The most messages; 50 if absent.
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// An edit of a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EditPush {
    /// The message.
    pub id: Uuid,
    /// The new text.
    pub text: String,
    /// The members that it mentions from now on; unchanged if absent.
    pub mentions: Option<Vec<Uuid>>,
    /// The id of the change, by which a retry is recognized.
    pub op: Option<Uuid>,
}

/// A deletion of a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DeletePush {
    /// The message.
    pub id: Uuid,
    /// The id of the change, by which a retry is recognized.
    pub op: Option<Uuid>,
}

/// A reaction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReactionPush {
    /// The message.
    pub id: Uuid,
    /// An emoji.
    #[schema(example = "🔥")]
    pub emoji: String,
    /// Whether to add the reaction, or to remove it.
    pub on: bool,
    /// The id of the change, by which a retry is recognized.
    pub op: Option<Uuid>,
}

/// A read mark of the caller.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub struct ReadPush {
    /// The `seq` of the last message that was read.
    #[schema(minimum = 0)]
    pub seq: i64,
}

/// The typing of the caller.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub struct TypingPush {
    /// Whether typing goes on.
    pub on: bool,
}

/// A pod and its members.
#[derive(Debug, Serialize, ToSchema)]
pub struct PodNow {
    /// The pod.
    pub pod: Pod,
    /// The members, by seat.
    pub members: Vec<Member>,
}

/// A read mark of a member.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct MemberRead {
    /// The member.
    pub user_id: Uuid,
    /// The `seq` up to which the member has read.
    pub seq: i64,
}

/// The typing of a member.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct MemberTyping {
    /// The member.
    pub user_id: Uuid,
    /// Whether typing goes on.
    pub on: bool,
}

/// A pod on an event's feed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PodCard {
    /// The pod and its free seats.
    pub pod: PodView,
    /// The number of this change in the event's feed.
    pub seq: i64,
}

/// A closed pod on an event's feed.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct PodCardClosed {
    /// The pod.
    pub pod_id: Uuid,
    /// The number of this change in the event's feed.
    pub seq: i64,
}

/// The pods of an event, in a join reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPods {
    /// The newest pods that are not closed, as in `GET /v1/events/{id}/pods`, without their members.
    pub pods: Vec<PodView>,
    /// The cursor of the next page of `GET /v1/events/{id}/pods?order=newest`; null if there is none.
    #[schema(required)]
    pub next: Option<String>,
}

declare! {
    /// A pod, for its members: its log, its presence, and typing. Join with `{"after": position, "epoch": epoch}` to
    /// receive what has changed since. docs/PROTOCOL.md describes how to lose nothing and show nothing twice.
    POD: TopicKind<PodJoin, PodJoined> = (KIND);
    /// Sends a message. The client chooses the id, and may send the same message again: it is stored once, and each reply
    /// is that of the first time. The reply comes after the message is stored, before or after its `message:new`.
    SEND_MESSAGE: Push<NewMessage, Sent> = (KIND, "message:new", Extra::Refused);
    /// Changes the text or the mentions of the caller's own message.
    EDIT_MESSAGE: Push<EditPush, Amended> = (KIND, "message:edit", Extra::Refused);
    /// Deletes the caller's own message. Its text, mentions and reactions are removed for good; the message keeps its place.
    DELETE_MESSAGE: Push<DeletePush, Amended> = (KIND, "message:delete", Extra::Refused);
    /// Adds a reaction to a message, or removes it.
    SET_REACTION: Push<ReactionPush, Amended> = (KIND, "reaction:set", Extra::Refused);
    /// Reads a stretch of the log.
    READ_HISTORY: Push<HistoryPush, MessagePage> = (KIND, "history", Extra::Refused);
    /// Moves the caller's read mark, never back, and never above the head. The reply comes after it is stored, which may
    /// take half a second.
    MARK_READ: Push<ReadPush, Nothing> = (KIND, "read", Extra::Refused);
    /// Sets whether the caller types. It ends with the next message, or by itself after 6 s. At most two a second.
    SET_TYPING: Push<TypingPush, Nothing> = (KIND, "typing", Extra::Refused);
    /// The pod or its members have changed.
    POD_CHANGED: Event<PodNow> = (KIND, "pod:changed");
    /// The read mark of a member has moved. Keep the higher of this and what you hold.
    MEMBER_READ: Event<MemberRead> = (KIND, "read");
    /// A member types, or has stopped.
    MEMBER_TYPING: Event<MemberTyping> = (KIND, "typing");
    /// The people on the topic, in the form of Phoenix's presence. Sent once after each join reply.
    PRESENCE_STATE: Event<PresenceState> = (KIND, "presence_state");
    /// The sessions that have come to the topic and gone from it, in the form of Phoenix's presence.
    PRESENCE_DIFF: Event<PresenceDiff> = (KIND, "presence_diff");
    /// The join has ended because the database has failed over to another epoch. Join again on this socket, as clients do
    /// by themselves.
    POD_ERROR: Event<Nothing> = (KIND, names::ERROR);
    /// A pod was opened. The card is whole: it replaces what you hold of that pod, if anything.
    CARD_OPENED: Event<PodCard> = (feed::KIND, "pod:opened");
    /// The name, the join policy or the free seats of a pod have changed. A pod that is now for invited people stays in the
    /// list. The card is whole: it replaces what you hold of that pod, if anything.
    CARD_CHANGED: Event<PodCard> = (feed::KIND, "pod:changed");
    /// A pod was closed.
    CARD_CLOSED: Event<PodCardClosed> = (feed::KIND, "pod:closed");
    /// The pods of the event.
    EVENT_PODS: Addition<EventPods> = (feed::KIND);
}

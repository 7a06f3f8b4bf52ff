//! Declarations of an event's topic, and of what the events themselves send there.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Event;
use super::hosts::Role;
use crate::crew::feed::KIND;
use crate::crew::feed::declared::CountIs;
use crate::declare;
use crate::realtime::declared::phoenix::names;
use crate::realtime::declared::{self, Addition, Nothing, TopicKind};

/// The reply to a join of an event's topic: the whole state, with the fields that other features add.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventJoined {
    /// The event, as `GET /v1/events` lists it.
    pub event: Event,
    /// The caller's role: `host` if the event's maker has named them. The maker is the event's `created_by`.
    pub role: Role,
    /// The number of people who have the topic open, including the one who joins.
    pub present: u64,
    /// The number of the feed's last change. `seq` of the events ascends from `head` + 1.
    pub head: i64,
    /// The database's epoch.
    pub epoch: String,
    /// The time of the reading, by the database's clock.
    pub server_time: DateTime<Utc>,
    /// The limits that hold here.
    pub limits: EventLimits,
}

/// The limits that hold on an event's topic.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct EventLimits {
    /// Bytes of a frame.
    pub frame_bytes: usize,
    /// The most items in a page of a list.
    pub page: usize,
}

/// The members of an event, in a join reply.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct EventMembers {
    /// The number of members at the last count, including those that hide in the list.
    pub members: i64,
}

/// The event as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventChanged {
    /// The event.
    pub event: Event,
    /// The number of the change in the event's feed.
    pub seq: i64,
}

declare! {
    /// An event, for its members: its pods, and the numbers of people. A join by another person is refused with
    /// `not_member`. A cancelled event keeps its topic.
    ///
    /// The join reply is the whole state, so there is no need to ask for missed events. `seq` of the events counts the
    /// changes of the feed, and ascends; numbers are left out where a later state of the same thing has replaced an
    /// earlier one.
    EVENT: TopicKind<Nothing, EventJoined> = (KIND);
    /// The event was changed, cancelled, or is on again.
    EVENT_CHANGED: declared::Event<EventChanged> = (KIND, "event:changed");
    /// The number of members has changed. Sent at most four times a second; the last number is always sent.
    MEMBERS_COUNT: declared::Event<CountIs> = (KIND, "members:count");
    /// The join has ended because the database has failed over to another epoch. Join again on this socket, as clients do
    /// by themselves.
    EVENT_ERROR: declared::Event<Nothing> = (KIND, names::ERROR);
    /// The number of the event's members.
    EVENT_MEMBERS: Addition<EventMembers> = (KIND);
}

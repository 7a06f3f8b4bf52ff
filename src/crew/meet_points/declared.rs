//! Declarations of what meet points send on an event's topic.

use serde::Serialize;
use utoipa::ToSchema;

use super::MeetPoint;
use crate::crew::feed::KIND;
use crate::declare;
use crate::realtime::declared::{Addition, Event};

/// The event's meet point as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetPointChanged {
    /// The meet point; null if it was removed.
    #[schema(required)]
    pub meet_point: Option<MeetPoint>,
    /// The number of the change in the event's feed.
    pub seq: i64,
}

/// The event's meet point, in a join reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventMeetPoint {
    /// The meet point; null if there is none.
    #[schema(required)]
    pub meet_point: Option<MeetPoint>,
}

declare! {
    /// The event's meet point was set, changed or removed.
    MEET_POINT_CHANGED: Event<MeetPointChanged> = (KIND, "meet_point:changed");
    /// The event's meet point.
    EVENT_MEET_POINT: Addition<EventMeetPoint> = (KIND);
}

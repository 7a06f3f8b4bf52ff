//! Declarations of the feed itself. Kinds of items and tallies declare their own events.

use serde::Serialize;
use utoipa::ToSchema;

use super::KIND;
use crate::declare;
use crate::realtime::declared::Event;

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountIs {
    /// The count.
    pub count: u64,
}

declare! {
    /// The number of people who have this topic open, on all nodes. Sent when it changes, at most four times a second; the
    /// last number is always sent. A person with several devices counts once, or once for each node if they are on
    /// different ones.
    PRESENCE_COUNT: Event<CountIs> = (KIND, "presence:count");
}

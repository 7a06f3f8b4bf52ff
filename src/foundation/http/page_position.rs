//! Positions in a list that is ordered by a time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::foundation::fields;

/// The last row of the previous page: its time, and its id, which decides between equal times. It is part of a cursor,
/// which a client may make up, so a time that Postgres cannot store is refused when it is deserialized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(DateTime<Utc>, Uuid)", into = "(DateTime<Utc>, Uuid)")]
pub struct PagePosition {
    /// The row's time.
    pub time: DateTime<Utc>,
    /// The row's id.
    pub id: Uuid,
}

impl From<PagePosition> for (DateTime<Utc>, Uuid) {
    fn from(position: PagePosition) -> Self {
        (position.time, position.id)
    }
}

impl TryFrom<(DateTime<Utc>, Uuid)> for PagePosition {
    type Error = &'static str;

    fn try_from((time, id): (DateTime<Utc>, Uuid)) -> Result<Self, Self::Error> {
        if fields::is_in_calendar(time) { Ok(PagePosition { time, id }) } else { Err("a time beyond the calendar") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_as_it_went_unless_it_is_made_up() {
        let time = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
        let position = PagePosition { time, id: Uuid::now_v7() };
        let text = serde_json::to_string(&position).unwrap();
        assert_eq!(serde_json::from_str::<PagePosition>(&text).unwrap(), position);
        let far = serde_json::to_string(&(DateTime::<Utc>::MAX_UTC, Uuid::nil())).unwrap();
        assert!(serde_json::from_str::<PagePosition>(&far).is_err());
    }
}

//! The meet point: where and when an event's people meet. An event has one at most; its maker and its hosts set it.
//!
//! Of two people who change it at once the second one is refused, since a change names the version that it replaces
//! ([`If-Match`](crate::foundation::http::IfMatch)). Its time is a local one, in the event's time zone: it is stored and
//! shown as it was given, so it does not shift when the event's zone, or that zone's rules, change.

pub mod declared;
mod feed;
pub mod mount;
mod routes;
pub mod service;
pub mod store;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use diesel::prelude::*;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::fields::Fields;
use crate::foundation::schema::meet_points;

/// The longest title, in characters.
pub const MAX_TITLE: usize = 200;

/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 2_000;

/// The longest note about the time, in characters.
pub const MAX_NOTE: usize = 100;

/// The condition that a local time must meet.
const LOCAL_TIME: &str = "must be a local time without a zone, such as 2026-11-28T19:30:00, in the years 1900 to 2199";

/// An event's meet point.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = meet_points)]
pub struct MeetPoint {
    /// The event.
    pub event_id: Uuid,
    /// The title: one line.
    pub title: String,
    /// The way to find it, which may have several lines.
    #[schema(required)]
    pub description: Option<String>,
    /// The time on the clocks there, in the event's `time_zone`, such as `2026-11-28T19:30:00`. It has no zone of its own:
    /// show it as it is.
    #[schema(required, value_type = Option<String>, pattern = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]
    pub when_local: Option<NaiveDateTime>,
    /// A line about the time, such as "after the support act".
    #[schema(required)]
    pub when_note: Option<String>,
    /// The person who set it first.
    pub created_by: Uuid,
    /// When it was set or last changed.
    pub updated_at: DateTime<Utc>,
    /// Its version, another one after each change. In quotation marks it is the `ETag`, which `If-Match` takes.
    pub revision: Uuid,
}

/// A meet point as a whole: what is absent, null or blank is not there.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewMeetPoint {
    /// The title: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub title: String,
    /// The way to find it: at most 2,000 characters, with line breaks.
    pub description: Option<String>,
    /// The time on the clocks there, in the event's `time_zone`: to the minute or the second, and without a zone.
    #[serde(default, deserialize_with = "local_time")]
    #[schema(value_type = Option<String>, pattern = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$", example = "2026-11-28T19:30:00")]
    pub when_local: Option<NaiveDateTime>,
    /// A line about the time, such as "after the support act": at most 100 characters.
    pub when_note: Option<String>,
}

impl NewMeetPoint {
    /// Returns the meet point as it is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is wrong.
    pub fn checked(self) -> Result<Self> {
        let mut fields = Fields::new();
        let title = fields.line("/title", &self.title, MAX_TITLE);
        let description = fields.optional_text("/description", self.description.as_deref(), MAX_DESCRIPTION);
        let when_note = fields.optional_line("/when_note", self.when_note.as_deref(), MAX_NOTE);
        fields.done()?;
        Ok(NewMeetPoint { title, description, when_note, ..self })
    }
}

fn local_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDateTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    parse_local_time(&text).map(Some).ok_or_else(|| D::Error::custom(LOCAL_TIME))
}

/// Returns the time that a text gives to the minute or the second, such as `2026-11-28T19:30`.
fn parse_local_time(text: &str) -> Option<NaiveDateTime> {
    let format = match text.len() {
        16 => "%Y-%m-%dT%H:%M",
        19 => "%Y-%m-%dT%H:%M:%S",
        _ => return None,
    };
    let is_digit = |place: usize| !matches!(place, 4 | 7 | 10 | 13 | 16);
    let in_form = text.bytes().enumerate().all(|(place, byte)| byte.is_ascii_digit() == is_digit(place));
    let time = NaiveDateTime::parse_from_str(text, format).ok().filter(|_| in_form)?;
    // A leap second would be stored as the next minute.
    ((1900..=2199).contains(&time.year()) && time.nanosecond() == 0).then_some(time)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_local_time_is_read_as_it_is_written() {
        for (text, shown) in [
            ("2026-11-28T19:30", "2026-11-28T19:30:00"),
            ("2026-11-28T19:30:05", "2026-11-28T19:30:05"),
            // The clocks in Berlin skip this one; it is what was given.
            ("2026-03-29T02:30:00", "2026-03-29T02:30:00"),
        ] {
            assert_eq!(json!(parse_local_time(text).expect(text)), json!(shown));
        }
        for wrong in [
            "",
            "19:30",
            "2026-11-28",
            "2026-11-28T19:30:00Z",
            "2026-11-28T19:30+01:00",
            "2026-11-28 19:30:00",
            "2026-02-30T19:30:00",
            "2026-11-28T24:00:00",
            "2026-11-28T23:59:60",
            "1026-11-28T19:30:00",
            "2026-11-28T19:30:0\u{661}",
            "+026-11-28T19:30:00",
        ] {
            assert_eq!(parse_local_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_meet_point_is_checked_as_a_whole() {
        let read = |body: serde_json::Value| serde_json::from_value::<NewMeetPoint>(body).expect("a body").checked();
        let stored =
            read(json!({"title": " The  clock ", "when_note": " ", "description": "a\nb"})).expect("a good one");
        assert_eq!((stored.title.as_str(), stored.when_note), ("The clock", None));
        assert_eq!(stored.description.as_deref(), Some("a\nb"));
        let long = "x".repeat(2_001);
        let wrong = read(json!({"title": "a\nb", "when_note": &long[..101], "description": long})).expect_err("three");
        let pointers: Vec<_> = wrong.errors.iter().map(|error| error.pointer.as_ref()).collect();
        assert_eq!(pointers, ["/title", "/description", "/when_note"]);
        assert!(serde_json::from_value::<NewMeetPoint>(json!({"title": "a", "when_local": "now"})).is_err());
    }
}

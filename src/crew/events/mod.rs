//! Events: concerts, festivals and other live events, and the people who go there.
//!
//! Anyone may find an event; its members see each other and form pods. Its maker may change and cancel it, and delete
//! it as long as nobody else has joined, since deleting an event deletes its pods.

pub mod badges;
pub mod calendar;
pub mod calls;
pub mod channel;
pub mod counts;
pub mod declared;
pub mod feed;
mod host_routes;
pub mod hosts;
mod member_routes;
pub mod members;
pub mod mount;
pub mod preview;
mod routes;
pub mod service;
pub mod slug;
pub mod store;
pub mod time;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::time::{EventTime, LONGEST};
use crate::foundation::errors::Result;
use crate::foundation::fields::{Fields, given};
use crate::foundation::schema::events;

/// The longest artist, city and venue, in characters.
pub const MAX_LINE: usize = 200;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = events)]
pub struct Event {
    /// The event's id.
    pub id: Uuid,
    /// Its name in URLs, which `GET /v1/events/{id}` takes in place of the id.
    pub slug: String,
    /// The artist who plays.
    pub artist: String,
    /// The city.
    pub city: String,
    /// The venue.
    pub venue: String,
    /// When it starts.
    pub date_utc: DateTime<Utc>,
    /// When it ends; null if not known, then the event lasts 12 hours.
    #[schema(required)]
    pub ends_at: Option<DateTime<Utc>>,
    /// The IANA name of its time zone, in which its times and its day are shown; UTC if null.
    #[schema(required)]
    pub time_zone: Option<String>,
    /// The person who made it.
    pub created_by: Uuid,
    /// When it was cancelled; null if it is not.
    #[schema(required)]
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Whether everybody may read the event's meet point, and not its members alone.
    pub meet_point_public: bool,
}

impl Event {
    /// Returns when it is.
    pub fn time(&self) -> EventTime {
        EventTime::new(self.date_utc, self.ends_at, self.time_zone.as_deref())
    }
}

/// A new event.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewEvent {
    /// An id of the client's choice, which makes it safe to repeat the request.
    pub id: Option<Uuid>,
    /// The artist: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub artist: String,
    /// The city: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub city: String,
    /// The venue: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub venue: String,
    /// When it starts.
    pub date_utc: DateTime<Utc>,
    /// The name in URLs: at most 120 lower case letters, digits and single hyphens, not in the form of a UUID. If
    /// absent, it is made of artist, city and the day on which the event starts in its zone.
    pub slug: Option<String>,
    /// An IANA name such as `Europe/Berlin`; UTC if absent.
    pub time_zone: Option<String>,
    /// When it ends: not before `date_utc`, and at most 31 days after it.
    pub ends_at: Option<DateTime<Utc>>,
    /// True lets everybody read the meet point; its members alone if absent.
    #[serde(default)]
    pub meet_point_public: bool,
}

impl NewEvent {
    /// Returns when it is.
    pub fn time(&self) -> EventTime {
        EventTime::new(self.date_utc, self.ends_at, self.time_zone.as_deref())
    }

    /// Returns it as it is stored, with its texts trimmed.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is wrong.
    pub fn checked(self) -> Result<Self> {
        let mut fields = Fields::new();
        let artist = fields.line("/artist", &self.artist, MAX_LINE);
        let city = fields.line("/city", &self.city, MAX_LINE);
        let venue = fields.line("/venue", &self.venue, MAX_LINE);
        fields.time("/date_utc", self.date_utc);
        check_end(&mut fields, self.date_utc, self.ends_at);
        check_zone(&mut fields, self.time_zone.as_deref());
        if let Some(slug) = &self.slug {
            let detail = "must be at most 120 lower case letters, digits and single hyphens, and not look like a UUID";
            fields.check(slug::is_slug(slug), "/slug", detail);
        }
        fields.done()?;
        Ok(NewEvent { artist, city, venue, ..self })
    }
}

/// A change to an event. What is absent stays; `null` clears `time_zone` or `ends_at`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct EventChange {
    /// The artist: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub artist: Option<String>,
    /// The city: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub city: Option<String>,
    /// The venue: one line of 1 to 200 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub venue: Option<String>,
    /// When it starts.
    pub date_utc: Option<DateTime<Utc>>,
    /// An IANA name, or null.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<Option<String>>,
    /// When it ends: not before `date_utc`, and at most 31 days after it, or null.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub ends_at: Option<Option<DateTime<Utc>>>,
    /// True cancels the event, false undoes that.
    pub cancelled: Option<bool>,
    /// True lets everybody read the meet point, false its members alone.
    pub meet_point_public: Option<bool>,
}

impl EventChange {
    /// Returns the event after the change, which happens at `now`.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is wrong.
    pub fn applied_to(self, event: Event, now: DateTime<Utc>) -> Result<Event> {
        let mut fields = Fields::new();
        let mut line = |pointer, new: Option<String>, old| match new {
            Some(new) => fields.line(pointer, &new, MAX_LINE),
            None => old,
        };
        let artist = line("/artist", self.artist, event.artist);
        let city = line("/city", self.city, event.city);
        let venue = line("/venue", self.venue, event.venue);
        let times_change = self.date_utc.is_some() || self.ends_at.is_some();
        let date_utc = self.date_utc.unwrap_or(event.date_utc);
        let ends_at = self.ends_at.unwrap_or(event.ends_at);
        let time_zone = self.time_zone.unwrap_or(event.time_zone);
        let cancelled_at = match self.cancelled {
            Some(true) => event.cancelled_at.or(Some(now)),
            Some(false) => None,
            None => event.cancelled_at,
        };
        // An event from before the limit of 31 days can still be cancelled.
        if times_change {
            fields.time("/date_utc", date_utc);
            check_end(&mut fields, date_utc, ends_at);
        }
        let meet_point_public = self.meet_point_public.unwrap_or(event.meet_point_public);
        check_zone(&mut fields, time_zone.as_deref());
        fields.done()?;
        Ok(Event { artist, city, venue, date_utc, ends_at, time_zone, cancelled_at, meet_point_public, ..event })
    }
}

fn check_end(fields: &mut Fields, starts: DateTime<Utc>, ends: Option<DateTime<Utc>>) {
    if let Some(ends) = ends {
        fields.time("/ends_at", ends).check(ends >= starts, "/ends_at", "must not be before date_utc").check(
            ends - starts <= LONGEST,
            "/ends_at",
            "must be at most 31 days after date_utc",
        );
    }
}

fn check_zone(fields: &mut Fields, zone: Option<&str>) {
    let known = zone.is_none_or(|zone| time::zone_named(zone).is_some());
    fields.check(known, "/time_zone", "must be an IANA name such as Europe/Berlin");
}

/// A filter of a list of events.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The artist's whole name; case, accents and punctuation do not matter.
    pub artist: Option<String>,
    /// The city's whole name, compared likewise.
    pub city: Option<String>,
    /// The time from which on they are listed.
    pub since: Since,
    /// The latest start.
    pub to: Option<DateTime<Utc>>,
}

/// The beginning of a list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// With the events that are not over at this time.
    NotOver(DateTime<Utc>),
    /// With the events that start then or later, over or not.
    Start(DateTime<Utc>),
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use serde_json::json;

    use super::*;

    fn new_event(change: serde_json::Value) -> Result<NewEvent> {
        let mut body =
            json!({"artist": " Mogwai ", "city": "Glasgow", "venue": "Barrowland", "date_utc": "2027-03-09T19:30:00Z"});
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        serde_json::from_value::<NewEvent>(body).expect("an event").checked()
    }

    fn pointers(result: Result<NewEvent>) -> Vec<String> {
        result.expect_err("a refusal").errors.into_iter().map(|error| error.pointer.into_owned()).collect()
    }

    #[test]
    fn a_new_event_is_checked() {
        assert_eq!(new_event(json!({})).expect("a good event").artist, "Mogwai");
        assert!(
            new_event(json!({"time_zone": "Europe/London", "ends_at": "2027-03-09T22:00:00Z", "slug": "x"})).is_ok()
        );
        let bad =
            json!({"artist": "a\u{0}b", "slug": "A", "ends_at": "2027-03-09T19:29:59Z", "time_zone": "Mars/Olympus"});
        assert_eq!(pointers(new_event(bad)), ["/artist", "/ends_at", "/time_zone", "/slug"]);
        assert_eq!(pointers(new_event(json!({"date_utc": "+12027-03-09T19:30:00Z"}))), ["/date_utc"]);
    }

    #[test]
    fn an_event_lasts_31_days_at_most() {
        assert!(new_event(json!({"ends_at": "2027-04-09T19:30:00Z"})).is_ok());
        let long = new_event(json!({"ends_at": "2027-04-09T19:30:00.001Z"})).expect_err("a millisecond more");
        assert_eq!(long.errors[0].detail, "must be at most 31 days after date_utc");
        assert_eq!(pointers(new_event(json!({"ends_at": "2027-04-10T19:30:00Z"}))), ["/ends_at"]);
    }

    fn at(hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2027, 3, 9, hour, 0, 0).single().expect("a time")
    }

    fn mogwai() -> Event {
        Event {
            id: Uuid::nil(),
            slug: "mogwai".into(),
            artist: "Mogwai".into(),
            city: "Glasgow".into(),
            venue: "Barrowland".into(),
            date_utc: at(19),
            ends_at: Some(at(22)),
            time_zone: None,
            created_by: Uuid::nil(),
            cancelled_at: None,
            meet_point_public: false,
        }
    }

    #[test]
    fn an_event_from_before_the_limit_is_changed_but_its_times_are_not() {
        let endless = Event { ends_at: Some(at(19) + chrono::TimeDelta::days(90)), ..mogwai() };
        let off = EventChange { cancelled: Some(true), ..EventChange::default() };
        assert!(off.applied_to(endless.clone(), at(1)).is_ok());
        let moved = EventChange { date_utc: Some(at(20)), ..EventChange::default() };
        assert!(moved.applied_to(endless, at(1)).is_err());
    }

    #[test]
    fn a_change_is_checked_together_with_what_stays() {
        let event = mogwai();
        let later = EventChange { date_utc: Some(at(23)), ..EventChange::default() };
        assert!(later.clone().applied_to(event.clone(), at(1)).is_err());
        let open_end = EventChange { ends_at: Some(None), ..later };
        assert_eq!(open_end.applied_to(event.clone(), at(1)).expect("a good change").ends_at, None);
        let off = EventChange { cancelled: Some(true), ..EventChange::default() };
        let cancelled = off.clone().applied_to(event, at(1)).expect("a good change");
        assert_eq!(cancelled.cancelled_at, Some(at(1)));
        assert_eq!(off.applied_to(cancelled, at(2)).expect("a good change").cancelled_at, Some(at(1)));
    }
}

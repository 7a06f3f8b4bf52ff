//! The model of an event's time: its zone, its day, and whether it is upcoming, on, or over.
//!
//! Code that shows a time of an event, or filters by one, uses this module. docs/TIME.md describes the model; the
//! client has the same in `web/src/features/events/time.ts`. The queries of [`super::store`] compare with [`Over`],
//! which expresses the same in columns; a test checks that both agree.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use crate::crew::catalogue::{self, Moment, Texts};
use crate::foundation::language::Language;

/// The length of an event without an end.
pub const OPEN_END: TimeDelta = TimeDelta::hours(12);

/// The greatest length of an event. A list of events that are not over needs to look back no further.
pub const LONGEST: TimeDelta = TimeDelta::days(31);

/// The phase of an event at some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun.
    Upcoming,
    /// It has begun, and is not over.
    On,
    /// It is over.
    Over,
}

/// The time of an event, and its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTime {
    /// When it starts.
    pub starts: DateTime<Utc>,
    /// When it ends, if known.
    pub ends: Option<DateTime<Utc>>,
    /// The zone in which its times are shown.
    pub zone: Tz,
}

impl EventTime {
    /// Takes an event's fields. A zone that is absent, or unknown to this server, is UTC.
    pub fn new(starts: DateTime<Utc>, ends: Option<DateTime<Utc>>, zone: Option<&str>) -> Self {
        EventTime { starts, ends, zone: zone.and_then(zone_named).unwrap_or(Tz::UTC) }
    }

    /// Returns the day on which it starts, in its zone.
    pub fn day(&self) -> NaiveDate {
        self.starts.with_timezone(&self.zone).date_naive()
    }

    /// Returns the first instant at which it is over: its end, or 12 hours after its start if it has none. At the
    /// latest after 31 days, since older rows may hold a later end.
    pub fn over_at(&self) -> DateTime<Utc> {
        let ends = self.ends.unwrap_or_else(|| later(self.starts, OPEN_END));
        ends.min(later(self.starts, LONGEST))
    }

    /// Returns its phase at `now`.
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        if now >= self.over_at() {
            Phase::Over
        } else if now >= self.starts {
            Phase::On
        } else {
            Phase::Upcoming
        }
    }

    /// Returns when it is, in words such as `Saturday 5 June 2027, 20:00, New York time`; with its last day if it is
    /// longer than a day.
    pub fn in_words(&self, language: Language) -> String {
        let texts = catalogue::of(language);
        let until = self.ends.filter(|ends| *ends - self.starts > TimeDelta::days(1)).map(|ends| self.moment(ends));
        texts.when(&self.moment(self.starts), until.as_ref(), &zone_in_words(self.zone, texts))
    }

    /// Returns what a calendar and a clock in its zone show at `time`.
    fn moment(&self, time: DateTime<Utc>) -> Moment {
        let local = time.with_timezone(&self.zone);
        Moment {
            weekday: local.weekday().num_days_from_monday() as usize,
            day: local.day(),
            month: local.month0() as usize,
            year: local.year(),
            hour: local.hour(),
            minute: local.minute(),
        }
    }
}

/// The times with which columns are compared to find events that are not over at some instant: an event is not over if
/// it starts after `longest`, and either ends after `now` or has no end and starts after `open_end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// The instant.
    pub now: DateTime<Utc>,
    /// An event without an end that started then is over.
    pub open_end: DateTime<Utc>,
    /// Every event that started then is over.
    pub longest: DateTime<Utc>,
}

impl Over {
    /// Returns the times for `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Over { now, open_end: earlier(now, OPEN_END), longest: earlier(now, LONGEST) }
    }
}

/// Returns the zone with this IANA name.
pub fn zone_named(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// Returns the name of a zone for people: that of its city, if it is named after one.
fn zone_in_words(zone: Tz, texts: &dyn Texts) -> String {
    match zone.name().rsplit_once('/') {
        Some((region, city)) if region != "Etc" => texts.zone_of(&city.replace('_', " ")),
        _ => zone.name().to_owned(),
    }
}

fn later(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn earlier(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, LocalResult, TimeZone};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn day(starts: &str, zone: Option<&str>) -> String {
        EventTime::new(at(starts), None, zone).day().to_string()
    }

    #[test]
    fn the_day_is_that_of_the_events_zone() {
        assert_eq!(day("2027-06-06T00:00:00Z", Some("America/New_York")), "2027-06-05");
        assert_eq!(day("2027-06-05T23:30:00Z", Some("Europe/Berlin")), "2027-06-06");
        assert_eq!(day("2027-06-05T10:30:00Z", Some("Pacific/Kiritimati")), "2027-06-06");
        assert_eq!(day("2027-06-05T11:00:00Z", Some("Pacific/Pago_Pago")), "2027-06-05");
        // No zone is UTC, and so is one that is not known.
        assert_eq!(day("2027-06-06T00:00:00Z", None), "2027-06-06");
        assert_eq!(day("2027-06-06T00:00:00Z", Some("Mars/Olympus")), "2027-06-06");
        // Either side of the night in which the clocks of New York are put back: 00:30 is of the new day.
        assert_eq!(day("2027-11-07T03:59:59Z", Some("America/New_York")), "2027-11-06");
        assert_eq!(day("2027-11-07T04:00:00Z", Some("America/New_York")), "2027-11-07");
        assert_eq!(day("2027-11-08T04:59:59Z", Some("America/New_York")), "2027-11-07");
    }

    #[test]
    fn it_is_on_until_its_end_or_for_twelve_hours() {
        let open = EventTime::new(at("2027-06-05T20:00:00Z"), None, None);
        assert_eq!(open.phase(at("2027-06-05T19:59:59Z")), Phase::Upcoming);
        assert_eq!(open.phase(at("2027-06-05T20:00:00Z")), Phase::On);
        assert_eq!(open.phase(at("2027-06-06T07:59:59Z")), Phase::On);
        assert_eq!(open.phase(at("2027-06-06T08:00:00Z")), Phase::Over);
        let festival = EventTime { ends: Some(at("2027-06-07T23:00:00Z")), ..open };
        assert_eq!(festival.phase(at("2027-06-07T12:00:00Z")), Phase::On);
        assert_eq!(festival.phase(at("2027-06-07T23:00:00Z")), Phase::Over);
        let moment = EventTime { ends: Some(open.starts), ..open };
        assert_eq!(moment.phase(at("2027-06-05T19:59:59Z")), Phase::Upcoming);
        assert_eq!(moment.phase(at("2027-06-05T20:00:00Z")), Phase::Over);
        // One from before the rule.
        let endless = EventTime { ends: Some(at("2099-01-01T00:00:00Z")), ..open };
        assert_eq!(endless.over_at(), at("2027-07-06T20:00:00Z"));
    }

    #[test]
    fn a_time_is_shown_with_its_year_and_its_zone() {
        let time = |starts: &str, ends: Option<&str>, zone| EventTime::new(at(starts), ends.map(at), zone);
        let shown = |starts: &str, ends: Option<&str>, zone| time(starts, ends, zone).in_words(Language::English);
        let new_york = Some("America/New_York");
        assert_eq!(shown("2027-06-06T00:00:00Z", None, new_york), "Saturday 5 June 2027, 20:00, New York time");
        assert_eq!(shown("2027-06-06T00:00:00Z", None, None), "Sunday 6 June 2027, 00:00, UTC");
        assert_eq!(
            shown("2027-06-04T16:00:00Z", Some("2027-06-06T21:30:00Z"), Some("Europe/Berlin")),
            "Friday 4 June 2027, 18:00, to Sunday 6 June 2027, Berlin time"
        );
        // A night is no second day.
        let night = shown("2027-06-04T20:00:00Z", Some("2027-06-05T03:00:00Z"), Some("Etc/GMT-2"));
        assert_eq!(night, "Friday 4 June 2027, 22:00, Etc/GMT-2");
        let festival = time("2027-03-04T16:00:00Z", Some("2027-03-06T21:30:00Z"), Some("Europe/Berlin"));
        assert_eq!(
            festival.in_words(Language::German),
            "Donnerstag, 4. März 2027, 17:00 Uhr, bis Samstag, 6. März 2027, Zeitzone Berlin"
        );
    }

    fn any_time() -> impl Strategy<Value = DateTime<Utc>> {
        // The years of the calendar, 1900 to 2199.
        (-2_208_988_800_i64..7_258_118_400).prop_map(|second| Utc.timestamp_opt(second, 0).single().expect("a time"))
    }

    fn any_zone() -> impl Strategy<Value = Tz> {
        prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec())
    }

    proptest! {
        /// The start, in the zone, lies on the day: between its midnight and the next, however the clocks change.
        #[test]
        fn a_start_lies_within_its_day(starts in any_time(), zone in any_zone()) {
            let day = EventTime { starts, ends: None, zone }.day();
            let local = starts.with_timezone(&zone).naive_local();
            prop_assert_eq!(local.date(), day);
            // No zone is as much as two days away from UTC's day.
            prop_assert!((day.num_days_from_ce() - starts.date_naive().num_days_from_ce()).abs() <= 1);
            // What the clocks there show at that moment is that moment, or one that they show twice.
            match zone.from_local_datetime(&local) {
                LocalResult::Single(one) => prop_assert_eq!(one.to_utc(), starts),
                LocalResult::Ambiguous(one, other) => prop_assert!(one.to_utc() == starts || other.to_utc() == starts),
                LocalResult::None => prop_assert!(false, "the clocks there never show {}", local),
            }
        }

        /// An event goes through its phases once, in order.
        #[test]
        fn phases_follow_each_other(
            starts in any_time(), length in prop::option::of(0_i64..40 * 86_400), seconds in -90_i64 * 86_400..90 * 86_400
        ) {
            let ends = length.map(|length| starts + TimeDelta::seconds(length));
            let time = EventTime { starts, ends, zone: Tz::UTC };
            let now = starts + TimeDelta::seconds(seconds);
            let (before, after) = (time.phase(now) as u8, time.phase(now + TimeDelta::seconds(1)) as u8);
            prop_assert!(before <= after);
            prop_assert_eq!(time.phase(now) == Phase::Upcoming, now < starts && now < time.over_at());
            prop_assert!(time.over_at() - starts <= LONGEST);
        }

        /// What the queries compare says the same as the phase.
        #[test]
        fn the_columns_say_the_same(
            starts in any_time(), length in prop::option::of(0_i64..40 * 86_400), seconds in -1_i64..40 * 86_400
        ) {
            let ends = length.map(|length| starts + TimeDelta::seconds(length));
            let now = starts + TimeDelta::seconds(seconds);
            let Over { now, open_end, longest } = Over::at(now);
            let stays = starts > longest && ends.map_or(starts > open_end, |ends| ends > now);
            let phase = EventTime { starts, ends, zone: Tz::UTC }.phase(now);
            prop_assert_eq!(stays, phase != Phase::Over);
        }
    }
}

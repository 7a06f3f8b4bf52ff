//! Times of a calendar in the event's zone, and the definition of the zone that a calendar must have (RFC 5545, 3.6.5):
//! how its clocks change in the year before the event and the year after.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, Tz};

use super::lines::Lines;

/// The time before and after the event for which changes of the clocks are listed.
const AROUND: TimeDelta = TimeDelta::days(370);

/// The zone of a calendar's times.
pub struct CalendarZone {
    /// `None` for UTC.
    zone: Option<Tz>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// The state of a zone's clocks, from some instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clocks {
    /// Seconds ahead of UTC.
    ahead: i32,
    summer: bool,
}

impl CalendarZone {
    /// Takes `zone`, unless one of the two times would be misread in it: a time that the clocks show twice means the
    /// first of the two (3.3.5), so the second can only be given in UTC.
    pub fn new(zone: Tz, starts: DateTime<Utc>, ends: DateTime<Utc>) -> Self {
        let good = |time: DateTime<Utc>| {
            let local = time.with_timezone(&zone).naive_local();
            zone.from_local_datetime(&local).earliest().is_some_and(|first| first.to_utc() == time)
        };
        let utc = matches!(zone, Tz::UTC | Tz::Etc__UTC);
        let zone = (!utc && good(starts) && good(ends)).then_some(zone);
        CalendarZone { zone, from: starts - AROUND, to: ends + AROUND }
    }

    /// Adds a time.
    pub fn add_time(&self, lines: &mut Lines, name: &str, time: DateTime<Utc>) {
        match self.zone {
            None => lines.plain(name, &super::utc(time)),
            Some(zone) => {
                let name = format!("{name};TZID={}", zone.name());
                lines.plain(&name, &local(time.with_timezone(&zone).naive_local()));
            }
        }
    }

    /// Adds the definition of the zone, if one is needed.
    pub fn define(&self, lines: &mut Lines) {
        let Some(zone) = self.zone else { return };
        lines.plain("BEGIN", "VTIMEZONE");
        lines.plain("TZID", zone.name());
        let mut before = clocks(zone, self.from);
        observance(lines, self.from, before, before);
        let mut time = self.from;
        while time < self.to {
            let next = time + TimeDelta::days(1);
            let after = clocks(zone, next);
            if after != before {
                observance(lines, change(zone, time, next), before, after);
                before = after;
            }
            time = next;
        }
        lines.plain("END", "VTIMEZONE");
    }
}

/// Adds that the clocks show `after` from `onset` on. Its time is given as the clocks showed it until then.
fn observance(lines: &mut Lines, onset: DateTime<Utc>, before: Clocks, after: Clocks) {
    let kind = if after.summer { "DAYLIGHT" } else { "STANDARD" };
    lines.plain("BEGIN", kind);
    lines.plain("DTSTART", &local(onset.naive_utc() + TimeDelta::seconds(before.ahead.into())));
    lines.plain("TZOFFSETFROM", &offset(before));
    lines.plain("TZOFFSETTO", &offset(after));
    lines.plain("END", kind);
}

/// Returns the second in which the clocks change, between a time before and one after.
fn change(zone: Tz, mut before: DateTime<Utc>, mut after: DateTime<Utc>) -> DateTime<Utc> {
    let old = clocks(zone, before);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if clocks(zone, middle) == old {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

fn clocks(zone: Tz, time: DateTime<Utc>) -> Clocks {
    let offset = zone.offset_from_utc_datetime(&time.naive_utc());
    Clocks { ahead: offset.fix().local_minus_utc(), summer: !offset.dst_offset().is_zero() }
}

fn local(time: NaiveDateTime) -> String {
    time.format("%Y%m%dT%H%M%S").to_string()
}

fn offset(clocks: Clocks) -> String {
    let ahead = clocks.ahead.unsigned_abs();
    let sign = if clocks.ahead < 0 { '-' } else { '+' };
    let [hours, minutes, seconds] = [ahead / 3600, ahead / 60 % 60, ahead % 60];
    let seconds = if seconds == 0 { String::new() } else { format!("{seconds:02}") };
    format!("{sign}{hours:02}{minutes:02}{seconds}")
}

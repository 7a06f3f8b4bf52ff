//! An event as an iCalendar file: `GET /v1/events/{id}.ics`.

mod lines;
mod zone;

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

use self::lines::Lines;
use super::service::Events;
use super::slug::EventKey;
use super::store::Dated;
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{IfNoneMatchHeader, Path, Problem, PublicFile, PublicUrl, refusals};

/// Registers the route. It must come before the route of the event, whose pattern matches it too.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(file);
}

/// Get an event for a calendar
///
/// By its id or its slug, in the format of RFC 5545. Times are in the event's zone. Needs no token.
#[utoipa::path(
    tag = "events",
    security(()),
    params(("id" = String, Path, description = "The event's id or slug"), IfNoneMatchHeader),
    responses(
        (status = 200, description = "A calendar with the event", body = String, content_type = "text/calendar"),
        refusals::Public,
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Any,
    )
)]
#[get("/v1/events/{id}.ics")]
async fn file(events: web::Data<Events>, public: web::Data<PublicUrl>, id: Path<String>) -> Result<PublicFile> {
    let key = EventKey::parse(&id).ok_or(Code::NotFound)?;
    let dated = events.find_dated(key).await?;
    let body = calendar(&dated, &public);
    Ok(PublicFile { body, kind: "text/calendar; charset=utf-8", name: format!("{}.ics", dated.event.slug) })
}

/// Returns the event as a calendar. The same event gives the same text, so that it can have an ETag.
fn calendar(Dated { event, created_at, updated_at }: &Dated, public: &PublicUrl) -> String {
    let time = event.time();
    // Times are in whole seconds. An end must be later than the start (3.8.2.2), so one that is not is left out.
    let starts = seconds(time.starts);
    let ends = time.ends.map(seconds).filter(|ends| *ends > starts);
    let zone = zone::CalendarZone::new(time.zone, starts, ends.unwrap_or(starts));

    let mut lines = Lines::new();
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.plain("PRODID", concat!("-//Podium//Podium ", env!("CARGO_PKG_VERSION"), "//EN"));
    lines.plain("CALSCALE", "GREGORIAN");
    zone.define(&mut lines);
    lines.plain("BEGIN", "VEVENT");
    lines.text("UID", &format!("{}@{}", event.id, public.host()));
    lines.plain("DTSTAMP", &utc(*updated_at));
    lines.plain("CREATED", &utc(*created_at));
    lines.plain("LAST-MODIFIED", &utc(*updated_at));
    // Grows with each change, unless two are made in the same second.
    let sequence = (*updated_at - *created_at).num_seconds().clamp(0, i64::from(i32::MAX));
    lines.plain("SEQUENCE", &sequence.to_string());
    zone.add_time(&mut lines, "DTSTART", starts);
    if let Some(ends) = ends {
        zone.add_time(&mut lines, "DTEND", ends);
    }
    lines.text("SUMMARY", &event.artist);
    lines.text("LOCATION", &format!("{}, {}", event.venue, event.city));
    lines.plain("URL", &public.to(&format!("/events/{}", event.slug)));
    lines.plain("STATUS", if event.cancelled_at.is_some() { "CANCELLED" } else { "CONFIRMED" });
    lines.plain("END", "VEVENT");
    lines.plain("END", "VCALENDAR");
    lines.done()
}

fn seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time)
}

fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;
    use crate::crew::events::Event;
    use crate::foundation::settings::Settings;
    use uuid::Uuid;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn of(starts: &str, ends: Option<&str>, zone: Option<&str>) -> String {
        let event = Event {
            id: Uuid::from_u128(7),
            slug: "low-duluth-2027-06-05".into(),
            artist: "Low, or; \\ \"high\"".into(),
            city: "Duluth".into(),
            venue: "Sacred Heart".into(),
            date_utc: at(starts),
            ends_at: ends.map(at),
            time_zone: zone.map(str::to_owned),
            created_by: Uuid::nil(),
            cancelled_at: None,
            meet_point_public: false,
        };
        let (created_at, updated_at) = (at("2027-01-01T00:00:00Z"), at("2027-01-01T00:01:30Z"));
        let settings = Settings { public_url: Some("https://podium.example/chat".into()), ..Settings::default() };
        let public = PublicUrl::new(&settings, SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
        calendar(&Dated { event, created_at, updated_at }, &public)
    }

    #[test]
    fn an_event_of_utc() {
        assert_eq!(
            of("2027-06-05T20:00:00.9Z", None, None),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Podium//Podium 0.1.0//EN\r\nCALSCALE:GREGORIAN\r\n\
             BEGIN:VEVENT\r\nUID:00000000-0000-0000-0000-000000000007@podium.example\r\n\
             DTSTAMP:20270101T000130Z\r\nCREATED:20270101T000000Z\r\nLAST-MODIFIED:20270101T000130Z\r\nSEQUENCE:90\r\n\
             DTSTART:20270605T200000Z\r\nSUMMARY:Low\\, or\\; \\\\ \"high\"\r\nLOCATION:Sacred Heart\\, Duluth\r\n\
             URL:https://podium.example/chat/events/low-duluth-2027-06-05\r\nSTATUS:CONFIRMED\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        // An end at the start is none.
        assert!(!of("2027-06-05T20:00:00.1Z", Some("2027-06-05T20:00:00.9Z"), None).contains("DTEND"));
    }

    #[test]
    fn an_event_of_a_zone_brings_the_zone() {
        let text = of("2027-06-06T00:00:00Z", Some("2027-06-06T03:00:00Z"), Some("America/New_York"));
        assert!(text.contains("DTSTART;TZID=America/New_York:20270605T200000\r\n"), "{text}");
        assert!(text.contains("DTEND;TZID=America/New_York:20270605T230000\r\n"), "{text}");
        let change = "BEGIN:DAYLIGHT\r\nDTSTART:20270314T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n";
        assert!(text.contains(change), "{text}");
    }

    #[test]
    fn an_hour_that_the_clocks_show_twice_is_written_in_utc_the_second_time() {
        let first = of("2027-11-07T05:30:00Z", None, Some("America/New_York"));
        assert!(first.contains("DTSTART;TZID=America/New_York:20271107T013000\r\n"), "{first}");
        let second = of("2027-11-07T06:30:00Z", None, Some("America/New_York"));
        assert!(second.contains("DTSTART:20271107T063000Z\r\n") && !second.contains("VTIMEZONE"), "{second}");
        let ends = of("2027-11-07T02:00:00Z", Some("2027-11-07T06:30:00Z"), Some("America/New_York"));
        assert!(ends.contains("DTSTART:20271107T020000Z\r\n") && ends.contains("DTEND:20271107T063000Z\r\n"), "{ends}");
    }
}

//! Events in the web client, in a real Chromium (`web/tests/browser`): their times, putting one up and changing it, the
//! page for visitors without an account, and lists of any length.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::support::browser::{browse, people};
use crate::support::server::{Person, Server};

/// Puts up an event, whose fields are the usual ones but for `change`.
async fn put_up(server: &Server, maker: &Person, change: Value) -> Value {
    let mut body = json!({"artist": "Paper Lanterns", "city": "Porto", "venue": "Coliseu"});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    server.post("/v1/events", maker, body).await.ok(201)
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[tokio::test]
async fn an_events_time_is_shown_as_it_is_there() {
    let server = Server::start().await;
    let [maker] = server.people();
    let now = Utc::now();
    let mut events = json!({});
    for (name, mut change) in [
        ("new_york", json!({"city": "New York", "time_zone": "America/New_York", "date_utc": "2031-06-10T00:00:00Z"})),
        ("nowhere", json!({"city": "Bern", "date_utc": "2031-06-09T22:30:00Z"})),
        ("on", json!({"city": "Berlin", "time_zone": "Europe/Berlin", "date_utc": written(now - Duration::hours(2))})),
        (
            "festival",
            json!({
                "city": "Roskilde", "time_zone": "Europe/Copenhagen",
                "date_utc": "2031-06-06T14:00:00Z", "ends_at": "2031-06-08T20:00:00Z",
            }),
        ),
        ("over", json!({"city": "Oslo", "date_utc": written(now - Duration::days(400))})),
    ] {
        // In a house of its own: the same on the same day would be the same event.
        change["venue"] = json!(name);
        events[name] = put_up(&server, &maker, change).await["id"].clone();
    }
    browse("event_time.mjs", json!({"url": server.url, "events": events, "people": people(&[&maker])})).await;
}

#[tokio::test]
async fn an_event_is_put_up_in_the_time_of_its_place() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let there = json!({
        "city": "Springfield", "artist": "Moth", "time_zone": "America/Chicago", "date_utc": "2031-05-01T00:00:00Z",
    });
    put_up(&server, &ben, there).await;
    browse("event_form.mjs", json!({"url": server.url, "people": people(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn an_event_is_changed_called_off_and_taken_down_by_its_maker() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let when =
        json!({"time_zone": "Europe/Lisbon", "date_utc": "2031-06-01T20:00:30Z", "ends_at": "2031-06-01T23:00:00Z"});
    let event = put_up(&server, &ana, when).await;
    for person in [&ana, &ben] {
        server.join_event(event["id"].as_str().unwrap().parse().unwrap(), person).await;
    }
    let scenario = json!({"url": server.url, "event": event["id"], "people": people(&[&ana, &ben])});
    browse("event_change.mjs", scenario).await;
}

#[tokio::test]
async fn an_events_link_leads_a_stranger_to_it() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, _) = server.pod(&[ana.clone(), ben.clone()]).await;
    let slug = server.http("GET", &format!("/v1/events/{event}"), None, None).await.ok(200)["slug"].clone();
    let scenario = json!({"url": server.url, "event": event, "slug": slug, "people": people(&[&ana])});
    browse("event_signed_out.mjs", scenario).await;
}

#[tokio::test]
async fn lists_of_events_and_people_are_read_to_their_end() {
    let server = Server::start_with(&[("PODIUM_LIMIT_EVENTS", "off")]).await;
    let [ana, ben] = server.people();
    let start: DateTime<Utc> = "2031-01-01T20:00:00Z".parse().unwrap();
    let mut events = Vec::new();
    for number in 0..35 {
        let change = json!({"artist": format!("Act {number}"), "date_utc": written(start + Duration::days(number))});
        events.push(put_up(&server, &ben, change).await["id"].clone());
    }
    // Of one's own: two to come, and more that are over than a page has.
    let mut own = Vec::new();
    for number in 0..12 {
        let date_utc = written(Utc::now() - Duration::days(40 + number));
        let change = json!({"artist": format!("Memory {number}"), "date_utc": date_utc});
        own.push(put_up(&server, &ben, change).await["id"].clone());
    }
    own.extend_from_slice(&events[..2]);
    let crowd: Vec<Person> = (0..129).map(|number| server.person(&format!("Guest {number}"))).collect();
    let crowded = events[0].as_str().unwrap().parse().unwrap();
    for person in &crowd {
        server.join_event(crowded, person).await;
    }
    for event in &own {
        server.join_event(event.as_str().unwrap().parse().unwrap(), &ana).await;
    }
    let scenario = json!({
        "url": server.url, "events": events, "crowd": crowd.len() + 1, "people": people(&[&ana, &ben, &crowd[0]]),
    });
    browse("event_lists.mjs", scenario).await;
}

#[tokio::test]
async fn an_events_page_has_tabs_on_a_phone_and_columns_on_a_desktop() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let event = server.event(&ana).await;
    for person in [&ana, &ben] {
        server.join_event(event, person).await;
    }
    let scenario = json!({"url": server.url, "event": event, "people": people(&[&ana])});
    browse("event_page.mjs", scenario).await;
}

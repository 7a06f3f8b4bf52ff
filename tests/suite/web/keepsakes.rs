//! The meet point and memorabilia in the web client, in a real Chromium (`web/tests/browser`).

use chrono::{Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::support::browser::{browse, people};
use crate::support::server::{Person, Server, id_of};

/// Puts up an event of Paper Lanterns, to which these people go.
async fn put_up(server: &Server, people: &[&Person], change: Value) -> Value {
    let mut body = json!({"artist": "Paper Lanterns", "city": "Porto", "venue": "Coliseu"});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let event = server.post("/v1/events", people[0], body).await.ok(201);
    for person in people {
        server.join_event(id_of(&event), person).await;
    }
    event["id"].clone()
}

#[tokio::test]
async fn a_meet_point_is_named_shown_changed_by_two_at_once_and_taken_back() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let cleo = server.person("Cleo");
    let when = json!({"city": "New York", "time_zone": "America/New_York", "date_utc": "2031-06-10T00:00:00Z"});
    let event = put_up(&server, &[&ana, &ben, &cleo], when).await;
    let scenario = json!({"url": server.url, "event": event, "people": people(&[&ana, &ben, &cleo])});
    browse("meet_point.mjs", scenario).await;
}

#[tokio::test]
async fn a_night_is_kept_and_printed_on_one_page() {
    let server = Server::start_with(&[("PODIUM_LIMIT_EVENTS", "off")]).await;
    let [ana, ben] = server.people();
    let days_ago = |days| {
        let date_utc =
            (Utc::now() - Duration::days(days) - Duration::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({"artist": "Paper Lanterns", "time_zone": "Europe/Lisbon", "date_utc": date_utc})
    };
    let event = put_up(&server, &[&ana, &ben], days_ago(0)).await;
    let mut past = Vec::new();
    for days in 1..=24 {
        past.push(put_up(&server, &[&ana], days_ago(days)).await);
    }
    let scenario = json!({"url": server.url, "event": event, "past": past, "people": people(&[&ana, &ben])});
    browse("memorabilia.mjs", scenario).await;
}

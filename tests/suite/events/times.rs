//! Upcoming, on, over: what of events is listed and found when, on which day they are, and how long they may last.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::server::{Person, Server, id_of, list, text};

/// Hours from now.
fn at(hours: f64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::milliseconds((hours * 3_600_000.0) as i64)
}

async fn put_up(server: &Server, maker: &Person, artist: &str, starts: f64, ends: Option<f64>) -> Value {
    let new =
        json!({"artist": artist, "city": "Rome", "venue": artist, "date_utc": at(starts), "ends_at": ends.map(at)});
    server.post("/v1/events", maker, new).await.ok(201)
}

async fn artists(server: &Server, query: &str) -> Vec<String> {
    let page = server.http("GET", &format!("/v1/events{query}"), None, None).await.ok(200);
    list(&page, "items").iter().map(|event| text(event, "artist").to_owned()).collect()
}

#[tokio::test]
async fn what_is_on_is_listed_and_found_until_it_is_over() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for (artist, starts, ends) in [
        ("Began an hour ago", -1.0, None),
        ("Began eleven hours ago", -11.0, None),
        ("Began thirteen hours ago", -13.0, None),
        ("Ended a minute ago", -3.0, Some(-0.02)),
        ("Ends in a minute", -3.0, Some(0.02)),
        ("Festival, second day", -26.0, Some(20.0)),
        ("Festival, last of 31 days", -30.9 * 24.0, Some(2.0)),
        ("Festival that is over", -50.0, Some(-2.0)),
        ("Tomorrow", 24.0, None),
        ("In two years", 24.0 * 730.0, Some(24.0 * 730.0 + 3.0)),
    ] {
        put_up(&server, &ana, artist, starts, ends).await;
    }
    let not_over = [
        "Festival, last of 31 days",
        "Festival, second day",
        "Began eleven hours ago",
        "Ends in a minute",
        "Began an hour ago",
        "Tomorrow",
        "In two years",
    ];
    assert_eq!(artists(&server, "").await, not_over);
    assert_eq!(artists(&server, "?city=rome").await, not_over);
    assert_eq!(artists(&server, "?q=rome").await, not_over);
    assert_eq!(artists(&server, "?q=festival").await, not_over[..2]);
    let to = at(30.0).format("%Y-%m-%dT%H:%M:%SZ");
    assert_eq!(artists(&server, &format!("?to={to}")).await, not_over[..6]);
    // With `from` it is the start that counts, also of what is over.
    let from = at(-4.0).format("%Y-%m-%dT%H:%M:%SZ");
    let started = ["Ended a minute ago", "Ends in a minute", "Began an hour ago", "Tomorrow", "In two years"];
    assert_eq!(artists(&server, &format!("?from={from}")).await, started);
    let mut found = artists(&server, &format!("?q=rome&from={from}")).await;
    found.sort_by_key(|artist| started.iter().position(|started| started == artist));
    assert_eq!(found, started);

    // Page by page, wherever a page ends.
    for limit in 1..=3 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = server.http("GET", &format!("/v1/events?limit={limit}{cursor}"), None, None).await.ok(200);
            seen.extend(list(&page, "items").iter().map(|event| text(event, "artist").to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, not_over, "{limit} a page");
    }
}

#[tokio::test]
async fn one_that_ends_leaves_the_list() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let event = put_up(&server, &ana, "Encore", -2.0, Some(1.0)).await;
    assert_eq!(artists(&server, "").await, ["Encore"]);
    let path = format!("/v1/events/{}", id_of(&event));
    server.patch(&path, &ana, json!({"ends_at": at(-0.1)})).await.ok(200);
    assert_eq!(artists(&server, "").await, Vec::<String>::new());
    // It is still there by its address, and among one's own events.
    server.http("GET", &path, None, None).await.ok(200);
    server.join_event(id_of(&event), &ana).await;
    assert_eq!(server.get("/v1/me/events", &ana).await.ok(200)["items"][0]["id"], event["id"]);
}

#[tokio::test]
async fn an_event_lasts_31_days_at_most() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let new = |ends: &str| json!({"artist": "Low", "city": "Rome", "venue": "Hall", "date_utc": "2099-01-01T00:00:00Z", "ends_at": ends});
    let problem = server.post("/v1/events", &ana, new("2099-02-01T00:00:01Z")).await.refused(422, "invalid");
    let expected = json!([{"pointer": "/ends_at", "detail": "must be at most 31 days after date_utc"}]);
    assert_eq!(problem["errors"], expected);
    let event = server.post("/v1/events", &ana, new("2099-02-01T00:00:00Z")).await.ok(201);
    let path = format!("/v1/events/{}", id_of(&event));
    for change in [json!({"ends_at": "2099-02-02T00:00:00Z"}), json!({"date_utc": "2098-12-31T23:59:59Z"})] {
        assert_eq!(server.patch(&path, &ana, change).await.refused(422, "invalid")["errors"], expected);
    }
    server.patch(&path, &ana, json!({"date_utc": "2099-01-15T00:00:00Z"})).await.ok(200);
    // One from before the rule can be called off, and has an end in the list.
    let old = "UPDATE events SET date_utc = now() - interval '30 days', ends_at = now() + interval '1 year'";
    let client = server.database.connect().await;
    client.execute(old, &[]).await.expect("an old one");
    assert_eq!(artists(&server, "").await, ["Low"]);
    server.patch(&path, &ana, json!({"cancelled": true})).await.ok(200);
    client.execute("UPDATE events SET date_utc = now() - interval '31 days'", &[]).await.expect("an older one");
    assert_eq!(artists(&server, "").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_slug_has_the_day_of_the_events_zone() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for (zone, starts, slug) in [
        (Some("America/New_York"), "2099-06-06T00:00:00Z", "low-rome-2099-06-05"),
        (Some("Asia/Tokyo"), "2099-06-09T20:00:00Z", "low-rome-2099-06-10"),
        (None, "2099-06-12T23:00:00Z", "low-rome-2099-06-12"),
        (Some("Pacific/Kiritimati"), "2099-12-31T10:30:00Z", "low-rome-2100-01-01"),
    ] {
        let new = json!({"artist": "Low", "city": "Rome", "venue": "Hall", "date_utc": starts, "time_zone": zone});
        let event = server.post("/v1/events", &ana, new.clone()).await.ok(201);
        assert_eq!(text(&event, "slug"), slug);
        // The day by which twins are told apart is the same one.
        server.post("/v1/events", &ana, new).await.refused(409, "conflict");
    }
}

/// Postgres and the server agree on the day of any event.
#[tokio::test]
async fn postgres_has_the_same_day() {
    let database = Database::create().await;
    let client = database.connect_as("podium_user").await;
    // Zones of a place. Of the old ones that are named by letters, Postgres takes CET, EET, MET and WET for the hour
    // that they have in winter; docs/TIME.md says so.
    let sql = "SELECT name FROM pg_timezone_names WHERE name ~ '^[A-Z].*/' OR name = 'UTC'";
    let zones = client.query(sql, &[]).await.expect("zones");
    let (mut names, mut times, mut days) = (Vec::new(), Vec::new(), Vec::new());
    for (number, row) in (0_i64..).zip(&zones) {
        let name: &str = row.get(0);
        if name.parse::<chrono_tz::Tz>().is_err() {
            continue;
        }
        for step in 0..20 {
            // From 2020 on, at all times of the day. What is decreed for the years to come may not be known to both.
            let time =
                DateTime::from_timestamp(1_577_836_800 + (number * 7 + step * 97) % 1_500 * 86_400 + step * 4_321, 0);
            let time = time.expect("a time");
            names.push(name.to_owned());
            times.push(time);
            days.push(podium::crew::events::time::EventTime::new(time, None, Some(name)).day());
        }
    }
    assert!(names.len() > 5_000);
    let sql = "SELECT zone || ' at ' || at || ': ' || podium.event_day(at, zone) || ', not ' || day
               FROM unnest($1::text[], $2::timestamptz[], $3::date[]) e (zone, at, day)
               WHERE podium.event_day(at, zone) IS DISTINCT FROM day";
    let wrong = client.query(sql, &[&names, &times, &days]).await.expect("days");
    let wrong: Vec<String> = wrong.iter().map(|row| row.get(0)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The plan of a query as `podium_user` runs it, and how many rows it looked at.
async fn looked_at(client: &Client, sql: &str) -> (String, f64) {
    let explain = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}");
    let plan: Value = client.query_one(&explain, &[]).await.expect("a plan").get(0);
    let mut nodes = vec![plan[0]["Plan"].clone()];
    let mut rows = 0.0;
    while let Some(node) = nodes.pop() {
        let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
        rows = f64::max(rows, number("Actual Rows") + number("Rows Removed by Filter"));
        nodes.extend(node["Plans"].as_array().cloned().unwrap_or_default());
    }
    (plan.to_string(), rows)
}

/// What is over is not looked at, however much there is of it: `store::list` asks these two, one after the other.
#[tokio::test]
async fn a_list_of_what_is_not_over_is_two_look_ups() {
    let database = Database::create().await;
    let client = database.connect().await;
    client
        .batch_execute(
            "INSERT INTO profiles (id, display_name) VALUES ('00000000-0000-7000-8000-000000000061', 'Ada');
             INSERT INTO events (slug, artist, city, venue, date_utc, ends_at, created_by)
               SELECT 'e-' || n, 'Artist ' || n, 'City', 'Venue', now() + (n - 15000) * interval '6 minutes',
                      CASE WHEN n % 500 = 0 THEN now() + (n - 15000) * interval '6 minutes' + interval '3 days'
                           WHEN n % 2 = 0 THEN now() + (n - 15000) * interval '6 minutes' + interval '3 hours' END,
                      '00000000-0000-7000-8000-000000000061'
               FROM generate_series(1, 30000) n;
             ANALYZE events;
             SET ROLE podium_user",
        )
        .await
        .expect("many events");
    let not_over = "date_utc > now() - interval '744 hours' AND \
                    (ends_at > now() OR ends_at IS NULL AND date_utc > now() - interval '12 hours')";
    let order = "ORDER BY date_utc, id LIMIT 51";
    let long = format!(
        "SELECT * FROM events WHERE {not_over} AND date_utc <= now() - interval '12 hours' \
         AND ends_at - date_utc > interval '12 hours' {order}"
    );
    let (plan, rows) = looked_at(&client, &long).await;
    assert!(plan.contains("idx_events_long") && rows < 100.0, "{rows} rows: {plan}");
    let others = format!("SELECT * FROM events WHERE {not_over} AND date_utc > now() - interval '12 hours' {order}");
    let (plan, rows) = looked_at(&client, &others).await;
    assert!(plan.contains("idx_events_date_utc") && rows < 300.0, "{rows} rows: {plan}");
    // As one look-up it would be this, thousands of them.
    let (_, rows) = looked_at(&client, &format!("SELECT * FROM events WHERE {not_over} {order}")).await;
    assert!(rows > 1_000.0, "{rows}");
}

#[tokio::test]
async fn those_that_began_at_one_time_are_in_the_order_of_their_ids() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let starts = at(-1.0);
    let mut ids: Vec<Uuid> = Vec::new();
    for number in 0..5 {
        let new = json!({"artist": format!("Act {number}"), "city": "Rome", "venue": "Hall", "date_utc": starts});
        ids.push(id_of(&server.post("/v1/events", &ana, new).await.ok(201)));
    }
    ids.sort();
    let first = server.http("GET", "/v1/events?limit=3", None, None).await.ok(200);
    let rest = format!("/v1/events?limit=3&cursor={}", text(&first, "next"));
    let rest = server.http("GET", &rest, None, None).await.ok(200);
    let seen: Vec<Uuid> = list(&first, "items").iter().chain(list(&rest, "items")).map(id_of).collect();
    assert_eq!(seen, ids);
}

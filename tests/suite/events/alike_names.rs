//! Names that are written differently and read alike are one: for twins, the filters of the list, and the search.

use serde_json::{Value, json};

use crate::support::server::{Person, Server, list};

/// As they are typed, and as phones write them.
const ALIKE: [(&str, &str); 7] = [
    ("Two Words", "Two  Words"),
    ("Guns N' Roses", "Guns N’ Roses"),
    ("Destiny's Child", "destiny´s\u{a0}CHILD"),
    ("\"Heroes\"", "“Heroes”"),
    ("Jay-Z", "Jay–Z"),
    ("AC/DC", "AC\u{200b}/DC"),
    ("Motörhead", "Motorhead"),
];

fn event(artist: &str, day: usize) -> Value {
    json!({"artist": artist, "city": "Den Haag", "venue": "The Paard", "date_utc": format!("2027-05-{:02}T18:00:00Z", day + 1)})
}

async fn found(server: &Server, person: &Person, query: &[(&str, &str)]) -> Vec<Value> {
    let query = query.iter().fold(String::new(), |query, (name, value)| {
        let value: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
        format!("{query}{name}={value}&")
    });
    let page = server.get(&format!("/v1/events?{}", query.trim_end_matches('&')), person).await.ok(200);
    list(&page, "items").iter().map(|event| event["artist"].clone()).collect()
}

#[tokio::test]
async fn what_reads_alike_is_one_event_and_is_found() {
    let server = Server::start_with(&[("PODIUM_LIMIT_EVENTS", "off")]).await;
    let [ana] = server.people();
    for (day, (one, other)) in ALIKE.into_iter().enumerate() {
        let made = server.post("/v1/events", &ana, event(one, day)).await.ok(201);
        let problem = server.post("/v1/events", &ana, event(other, day)).await.refused(409, "conflict");
        assert_eq!(problem["id"], made["id"], "{other}");
        for name in [one, other] {
            assert_eq!(found(&server, &ana, &[("artist", name)]).await, [json!(one)], "{name}");
            assert!(found(&server, &ana, &[("q", name)]).await.contains(&json!(one)), "{name}");
        }
    }
    assert_eq!(found(&server, &ana, &[("city", "DEN\u{3000}HAAG")]).await.len(), ALIKE.len());
    assert!(found(&server, &ana, &[("artist", "Two")]).await.is_empty());
    // An artist whose name is longer than an index can hold when it is taken apart.
    server.post("/v1/events", &ana, event(&"\u{fdfa}".repeat(200), 20)).await.ok(201);
    // A change may not make twins either.
    let other = server.post("/v1/events", &ana, event("Three Words", 0)).await.ok(201);
    let path = format!("/v1/events/{}", other["id"].as_str().unwrap());
    server.patch(&path, &ana, json!({"artist": "Two\tWords"})).await.refused(409, "conflict");
}

#[tokio::test]
async fn the_filters_are_served_by_indexes() {
    let server = Server::start().await;
    let [ana] = server.people();
    server.get("/v1/me", &ana).await.ok(200);
    let database = server.database.connect().await;
    let fill = "INSERT INTO events (slug, artist, city, venue, date_utc, created_by) \
                SELECT 'e-' || n, 'Artist ' || n, 'City ' || n, 'Venue', now() + interval '1 day', $1 FROM generate_series(1, 5000) n";
    database.execute(fill, &[&ana.id]).await.expect("events");
    database.execute("ANALYZE events", &[]).await.expect("statistics");
    for (condition, index) in [
        ("podium.name_key(artist) = podium.name_key('artist 7')", "idx_events_artist_name"),
        ("podium.name_key(city) = podium.name_key('city 7')", "idx_events_city_name"),
    ] {
        let sql = format!(
            "EXPLAIN SELECT id FROM events WHERE {condition} AND date_utc > now() ORDER BY date_utc, id LIMIT 50"
        );
        let rows = database.query(&sql, &[]).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(plan.join("\n").contains(index), "{condition}: {plan:#?}");
    }
}

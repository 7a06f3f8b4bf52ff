//! Memorabilia: one a person and event, for that person alone.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::database::{Database, migrations};
use crate::support::people::{TWO_IN_A_POD, id};
use crate::support::server::{Server, id_of, list, without_counts};

fn path(event: Uuid) -> String {
    format!("/v1/events/{event}/memorabilia/me")
}

fn full() -> Value {
    json!({
        "opener_guess": "Says", "peak_moment": "When the light went out\nand came back", "song_of_night": "Ambre",
        "crowd_energy": "wild, then silent", "crowd_level": 9, "notes": "Bring ear plugs.",
    })
}

#[tokio::test]
async fn one_keeps_reads_changes_and_deletes_ones_own() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let event = server.event(&ana).await;
    server.put(&path(event), &ben, full()).await.refused(403, "not_member");
    server.put(&path(Uuid::now_v7()), &ben, full()).await.refused(404, "not_found");
    server.get(&path(event), &ben).await.refused(404, "not_found");
    server.join_event(event, &ben).await;
    let kept = server.put(&path(event), &ben, full()).await.ok(201);
    for (field, value) in full().as_object().expect("fields") {
        assert_eq!(&kept[field], value, "{field}");
    }
    assert_eq!((&kept["event_id"], kept.get("user_id")), (&json!(event), None));
    // The same again is the same; what is absent, null or blank is taken away.
    assert_eq!(server.put(&path(event), &ben, full()).await.ok(200), kept);
    let less = server.put(&path(event), &ben, json!({"crowd_energy": "wild", "notes": " "})).await.ok(200);
    assert_eq!(
        (&less["crowd_energy"], &less["notes"], &less["crowd_level"]),
        (&json!("wild"), &Value::Null, &Value::Null)
    );
    assert_eq!((&less["id"], &less["created_at"]), (&kept["id"], &kept["created_at"]));
    assert_ne!(less["updated_at"], kept["updated_at"]);
    assert_eq!(server.get(&path(event), &ben).await.ok(200), less);
    for (body, pointer) in [
        (json!({"crowd_level": 11}), "/crowd_level"),
        (json!({"crowd_level": -1}), "/crowd_level"),
        (json!({"crowd_energy": 9}), "/crowd_energy"),
        (json!({"crowd_energy": "x".repeat(201)}), "/crowd_energy"),
        (json!({"opener_guess": "two\nlines"}), "/opener_guess"),
        (json!({"notes": "x".repeat(10_001)}), "/notes"),
        (json!({"rating": 1}), "/rating"),
    ] {
        let refused = server.put(&path(event), &ben, body).await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    // A person who has left keeps it, and may not write on.
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    assert_eq!(server.get(&path(event), &ben).await.ok(200), less);
    server.put(&path(event), &ben, full()).await.refused(403, "not_member");
    server.delete(&path(event), &ben).await.ok(204);
    server.delete(&path(event), &ben).await.refused(404, "not_found");
    server.get(&path(event), &ben).await.refused(404, "not_found");
}

#[tokio::test]
async fn several_requests_at_once_keep_one() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let event = server.event(&ana).await;
    server.join_event(event, &ana).await;
    let put = async |number: i32| server.put(&path(event), &ana, json!({"crowd_level": number})).await;
    let answers = join_all((0..10).map(put)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.status == 200));
    assert!(answers.iter().all(|answer| answer.body["id"] == answers[0].body["id"]));
    assert_eq!(list(&server.get("/v1/me/memorabilia", &ana).await.ok(200), "items").len(), 1);
}

#[tokio::test]
async fn the_shelf_has_all_of_ones_own_with_their_events() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let mut events = Vec::new();
    for _ in 0..5 {
        let event = server.event(&ana).await;
        for person in [&ana, &ben] {
            server.join_event(event, person).await;
            server.put(&path(event), person, json!({"notes": person.name})).await.ok(201);
        }
        events.push(event);
    }
    // Of the same moment, the id decides.
    let client = server.database.connect().await;
    client.batch_execute("UPDATE memorabilia SET created_at = '2026-01-01T00:00:00Z'").await.expect("one moment");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/v1/me/memorabilia?limit=2{cursor}"), &ben).await.ok(200);
        seen.extend_from_slice(list(&page, "items"));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut found: Vec<_> = seen.iter().map(|item| id_of(&item["event"])).collect();
    assert!(seen.iter().all(|item| item["notes"] == json!(ben.name) && item["event_id"] == item["event"]["id"]));
    found.sort_unstable();
    events.sort_unstable();
    assert_eq!(found, events);
    let event = server.get(&format!("/v1/events/{}", found[0]), &ben).await.ok(200);
    assert!(seen.iter().any(|item| item["event"] == without_counts(event.clone())));
    server.get("/v1/me/memorabilia?cursor=x", &ben).await.refused(422, "invalid");
}

/// Nobody reads another's: no member, not the event's maker, no moderator.
#[tokio::test]
async fn it_is_strictly_private() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let event = server.event(&ana).await;
    for person in [&ana, &ben] {
        server.join_event(event, person).await;
    }
    server.put(&path(event), &ben, full()).await.ok(201);
    let moderator = server.moderator("Mod");
    for reader in [&ana, &moderator] {
        server.get(&path(event), reader).await.refused(404, "not_found");
        server.delete(&path(event), reader).await.refused(404, "not_found");
        assert_eq!(list(&server.get("/v1/me/memorabilia", reader).await.ok(200), "items").len(), 0);
    }
    server.http("GET", &path(event), None, None).await.refused(401, "unauthorized");
    // Another's keeps the event, and the answer says nothing of what is kept.
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    let kept = server.delete(&format!("/v1/events/{event}"), &ana).await.refused(409, "conflict");
    assert!(!kept.to_string().contains("Ambre"), "{kept}");
    server.delete(&path(event), &ben).await.ok(204);
    server.delete(&format!("/v1/events/{event}"), &ana).await.ok(204);
}

/// The migration keeps the newest of several, with what only older ones have, and turns the number into a level.
#[tokio::test]
async fn what_was_kept_before_is_merged_and_moved() {
    let database = Database::create().await;
    let client = database.connect().await;
    client.batch_execute("SET search_path = public").await.expect("the migrations' search_path");
    client.batch_execute(TWO_IN_A_POD).await.expect("two people");
    let step = async |file: &str| {
        let path = migrations().join("2026-11-28-000042_memorabilia").join(file);
        let sql = std::fs::read_to_string(path).expect("the migration");
        client
            .batch_execute(&format!("BEGIN; {sql}; COMMIT"))
            .await
            .unwrap_or_else(|error| panic!("{file}: {error:?}"));
    };
    step("down.sql").await;
    let (event, ana, ben) = (id('e'), id('a'), id('b'));
    let rows = format!(
        "INSERT INTO memorabilia (event_id, user_id, song_of_night, notes, crowd_energy, created_at) VALUES
           ('{event}', '{ana}', 'old', 'old', 3, '2026-01-01'), ('{event}', '{ana}', 'new', NULL, NULL, '2026-01-03'),
           ('{event}', '{ana}', NULL, 'newer', 0, '2026-01-02'), ('{event}', '{ben}', 'alone', NULL, 10, '2026-01-01')"
    );
    client.batch_execute(&rows).await.expect("several");
    step("up.sql").await;
    let sql = "SELECT song_of_night, notes, crowd_level, crowd_energy FROM memorabilia ORDER BY song_of_night";
    let found: Vec<_> = client
        .query(sql, &[])
        .await
        .expect("what is left")
        .iter()
        .map(|row| {
            (
                row.get::<_, String>(0),
                row.get::<_, Option<String>>(1),
                row.get::<_, i16>(2),
                row.get::<_, Option<String>>(3),
            )
        })
        .collect();
    assert_eq!(found, [("alone".into(), None, 10, None), ("new".into(), Some("newer".into()), 0, None)]);
}

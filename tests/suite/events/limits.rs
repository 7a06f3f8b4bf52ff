//! One event is there once, and nobody makes too many.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pods::membership::{call, pod_of_two, race};
use crate::support::database::{Database, migrations};
use crate::support::people::id;
use crate::support::server::{Answer, Person, Server, id_of, without_counts};

fn gig(change: Value) -> Value {
    let mut body =
        json!({"artist": "Motörhead", "city": "Köln", "venue": "Palladium", "date_utc": "2099-03-09T19:30:00Z"});
    body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
    body
}

#[tokio::test]
async fn the_same_artist_venue_and_day_is_one_event() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let first = server.post("/v1/events", &ana, gig(json!({}))).await.ok(201);
    let refused = |answer: Answer| {
        let problem = answer.refused(409, "conflict");
        assert_eq!((&problem["id"], &problem["slug"]), (&first["id"], &first["slug"]));
    };
    refused(server.post("/v1/events", &ben, gig(json!({}))).await);
    refused(server.post("/v1/events", &ana, gig(json!({"slug": "of-its-own", "id": Uuid::now_v7()}))).await);
    refused(
        server
            .post("/v1/events", &ben, gig(json!({"artist": "MOTORHEAD ", "venue": "palladium", "city": "Cologne"})))
            .await,
    );
    refused(server.post("/v1/events", &ben, gig(json!({"date_utc": "2099-03-09T00:00:00Z"}))).await);
    // In Tokyo it is the tenth then; in Honolulu the tenth's morning is still the ninth.
    server.post("/v1/events", &ben, gig(json!({"time_zone": "Asia/Tokyo"}))).await.ok(201);
    let honolulu = json!({"time_zone": "Pacific/Honolulu", "date_utc": "2099-03-10T05:00:00Z"});
    refused(server.post("/v1/events", &ben, gig(honolulu)).await);
    for other in [
        json!({"artist": "Saxon"}),
        json!({"venue": "E-Werk"}),
        json!({"date_utc": "2099-03-08T23:59:59Z"}),
        json!({"date_utc": "2099-03-11T00:00:00Z"}),
    ] {
        server.post("/v1/events", &ben, gig(other)).await.ok(201);
    }

    // Names may be as long as they may be, also in letters that are many when they are taken apart.
    let long: String = (0..200).filter_map(|n| char::from_u32(0xAC00 + n * 7919 % 11172)).collect();
    let longest =
        || gig(json!({"artist": long, "venue": long.chars().rev().collect::<String>(), "city": "ﷺ".repeat(200)}));
    let of_ana = server.post("/v1/events", &ana, longest()).await.ok(201);
    assert_eq!(server.post("/v1/events", &ben, longest()).await.refused(409, "conflict")["id"], of_ana["id"]);

    // A change must not make it the same either.
    let of_ben = server.post("/v1/events", &ben, gig(json!({"artist": "Motorbreath"}))).await.ok(201);
    let path = format!("/v1/events/{}", id_of(&of_ben));
    refused(server.patch(&path, &ben, json!({"artist": "motorhead"})).await);
    assert_eq!(without_counts(server.http("GET", &path, None, None).await.ok(200)), of_ben);
    server.patch(&path, &ben, json!({"city": "Köln-Mülheim"})).await.ok(200);

    // One that was called off is in nobody's way, and does not come back beside the one that took its place.
    let first_path = format!("/v1/events/{}", id_of(&first));
    server.patch(&first_path, &ana, json!({"cancelled": true})).await.ok(200);
    let second = server.post("/v1/events", &ben, gig(json!({}))).await.ok(201);
    let problem = server.patch(&first_path, &ana, json!({"cancelled": false})).await.refused(409, "conflict");
    assert_eq!(problem["id"], second["id"]);
    server.delete(&format!("/v1/events/{}", id_of(&second)), &ben).await.ok(204);
    server.patch(&first_path, &ana, json!({"cancelled": false})).await.ok(200);
}

#[tokio::test]
async fn ten_create_the_same_event_at_once() {
    let server = Server::start().await;
    let people: [Person; 10] = server.people();
    let answers = join_all(people.iter().map(|person| server.post("/v1/events", person, gig(json!({}))))).await;
    let made: Vec<&Value> = answers.iter().filter(|answer| answer.status == 201).map(|answer| &answer.body).collect();
    let [made] = made[..] else { panic!("{} were made", made.len()) };
    let made = made.clone();
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused(409, "conflict")["id"], made["id"]);
    }
}

/// Databases that hold the same event twice are migrated, and keep both.
#[tokio::test]
async fn what_was_there_twice_before_stays() {
    let database = Database::create().await;
    let client = database.connect().await;
    let part = |name: &str, file: &str| {
        let path = migrations().join(name).join(file);
        // As the program migrates: where the role has a schema of its own name, new tables would be there.
        let text = std::fs::read_to_string(path).expect("the migration");
        format!("BEGIN; SET LOCAL search_path = public; {text} COMMIT;")
    };
    let (same, key) = ("2026-11-24-000004_same_event", "2026-11-24-000006_same_event_key");
    let alike = "2026-11-27-000011_alike_names";
    // What is searched is made of what these bring.
    let texts = "2026-11-29-000101_event_texts";
    let back = part(texts, "down.sql") + &part(alike, "down.sql") + &part(key, "down.sql") + &part(same, "down.sql");
    client.batch_execute(&back).await.expect("as it was before");
    let insert = |slug: &str, artist: &str, zone: &str| {
        format!(
            "INSERT INTO events (slug, artist, city, venue, date_utc, time_zone, created_by)
             VALUES ('{slug}', '{artist}', 'City', 'Venue', '2099-01-01T23:00:00Z', {zone}, '{}')",
            id('a')
        )
    };
    let before = [
        format!("INSERT INTO profiles (id, display_name) VALUES ('{}', 'Ada')", id('a')),
        insert("one", "Low", "NULL"),
        insert("two", "LOW", "NULL"),
        insert("three", "Löw", "'Mars/Olympus'"),
        insert("next-day", "Low", "'Europe/Berlin'"),
        insert("words", "Two Words’", "NULL"),
        insert("words-2", "Two  Words''", "NULL"),
        "UPDATE events SET created_at = created_at + interval '1 s' WHERE slug IN ('two', 'three', 'words-2')".into(),
    ];
    client.batch_execute(&before.join(";")).await.expect("events of before");
    client
        .batch_execute(&(part(same, "up.sql") + &part(key, "up.sql") + &part(alike, "up.sql") + &part(texts, "up.sql")))
        .await
        .expect("migrate");
    let twins = client.query("SELECT slug FROM events WHERE twin ORDER BY slug", &[]).await.expect("the twins");
    assert_eq!(twins.iter().map(|row| row.get::<_, &str>(0)).collect::<Vec<_>>(), ["three", "two", "words-2"]);
    client.batch_execute(&insert("four", "low", "NULL")).await.expect_err("the same once more");
    client.batch_execute(&insert("words-3", "two\u{a0}words`", "NULL")).await.expect_err("the same once more");
    client.batch_execute("UPDATE events SET city = 'Other' WHERE slug = 'two'").await.expect("a twin can be changed");
}

/// Over two nodes, and at once: as many as the setting says get through, and the others are answered with
/// `Retry-After`.
#[tokio::test]
async fn nobody_makes_too_many_events() {
    let limits = [("PODIUM_LIMIT_EVENTS", "3/24h")];
    let database = Arc::new(Database::create().await);
    let one = Server::start_on(database.clone(), &limits).await;
    let two = Server::start_on(database.clone(), &limits).await;
    let [ana, ben] = one.people();
    let bodies: Vec<Value> =
        (0..10).map(|number| gig(json!({"venue": format!("Hall {number}"), "id": Uuid::now_v7()}))).collect();
    let answers = join_all(bodies.iter().enumerate().map(|(number, body)| {
        let node = if number % 2 == 0 { &one } else { &two };
        node.post("/v1/events", &ana, body.clone())
    }))
    .await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!((made, refused.len()), (3, 7));
    for answer in refused {
        assert_eq!(answer.body["code"], "rate_limited");
        let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().expect("seconds");
        assert!((80_000..=86_400).contains(&wait), "{wait}");
    }
    // What was made is answered again; others are not held up.
    for (body, answer) in bodies.iter().zip(&answers) {
        let again = two.post("/v1/events", &ana, body.clone()).await;
        assert_eq!(again.status, if answer.status == 201 { 200 } else { 429 });
    }
    one.post("/v1/events", &ben, gig(json!({}))).await.ok(201);
    // A day later.
    let client = database.connect().await;
    let yesterday = "UPDATE events SET created_at = created_at - interval '1 day' WHERE created_by = $1";
    client.execute(yesterday, &[&ana.id]).await.expect("let a day pass");
    one.post("/v1/events", &ana, gig(json!({"venue": "Tomorrow"}))).await.ok(201);
}

#[tokio::test]
async fn nobody_opens_too_many_pods() {
    let limits = [("PODIUM_LIMIT_PODS", "3/1h")];
    let database = Arc::new(Database::create().await);
    let one = Server::start_on(database.clone(), &limits).await;
    let two = Server::start_on(database.clone(), &limits).await;
    let [ana, ben] = one.people();
    let event = one.event(&ana).await;
    one.join_event(event, &ana).await;
    one.join_event(event, &ben).await;
    let path = format!("/v1/events/{event}/pods");
    let bodies: Vec<Value> =
        (0..10).map(|number| json!({"name": format!("Pod {number}"), "id": Uuid::now_v7()})).collect();
    let answers = join_all(bodies.iter().enumerate().map(|(number, body)| {
        let node = if number % 2 == 0 { &one } else { &two };
        node.post(&path, &ana, body.clone())
    }))
    .await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!((made, refused.len()), (3, 7));
    for answer in refused {
        assert_eq!(answer.body["code"], "rate_limited");
        let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().expect("seconds");
        assert!((1..=3_600).contains(&wait), "{wait}");
    }
    for (body, answer) in bodies.iter().zip(&answers) {
        let again = two.post(&path, &ana, body.clone()).await;
        assert_eq!(again.status, if answer.status == 201 { 200 } else { 429 });
    }
    // A closed pod has been opened, too. Others are not held up.
    let pod = answers.iter().find(|answer| answer.status == 201).map(|answer| id_of(&answer.body)).expect("a pod");
    one.delete(&format!("/v1/pods/{pod}"), &ana).await.ok(204);
    one.post(&path, &ana, json!({"name": "One more"})).await.refused(429, "rate_limited");
    one.post(&path, &ben, json!({"name": "Ben's"})).await.ok(201);
    let client = database.connect().await;
    let earlier = "UPDATE pods SET created_at = created_at - interval '1 hour' WHERE created_by = $1";
    client.execute(earlier, &[&ana.id]).await.expect("let an hour pass");
    one.post(&path, &ana, json!({"name": "Again"})).await.ok(201);
}

/// The same request twice at once, for the last one that is allowed: both are answered with it.
#[tokio::test]
async fn a_repeat_of_the_last_one_is_no_second_one() {
    let server = Server::start_with(&[("PODIUM_LIMIT_EVENTS", "1/24h"), ("PODIUM_LIMIT_PODS", "1/1h")]).await;
    for person in server.people::<6>() {
        let body = gig(json!({"id": Uuid::now_v7(), "venue": person.id}));
        let answers = join_all((0..6).map(|_| server.post("/v1/events", &person, body.clone()))).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
        let event = id_of(&answers[0].body);
        server.join_event(event, &person).await;
        let (path, body) = (format!("/v1/events/{event}/pods"), json!({"id": Uuid::now_v7(), "name": "Crew"}));
        let answers = join_all((0..6).map(|_| server.post(&path, &person, body.clone()))).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
        server.post(&path, &person, json!({"name": "Second"})).await.refused(429, "rate_limited");
    }
}

/// The same straight in SQL, where no journal makes requests take turns.
#[tokio::test(flavor = "multi_thread")]
async fn ten_race_for_the_last_two_pods() {
    let (database, owner, _service) = pod_of_two("").await;
    for round in 1..=8 {
        let outcomes = race(&database, "0123456789", move |client, letter| async move {
            // The owner has opened one pod before, and two more in each round.
            let limit = 1 + 2 * round;
            let pod = format!("overlay('{{{letter}}}' placing '{round}' from 25 for 1)::uuid");
            call(&client, &format!("pod_open({pod}, '{{e}}', '{{a}}', 'Crew', 'open', {limit}, 3600)")).await
        })
        .await;
        let opened = outcomes.iter().filter(|outcome| *outcome == "ok, seat 1, 1 joined a").count();
        let refused = outcomes.iter().filter(|outcome| *outcome == "rate_limited").count();
        assert_eq!((opened, refused), (2, 8), "{outcomes:?}");
    }
    let pods = owner.query_one("SELECT count(*) FROM pods", &[]).await.expect("the pods").get::<_, i64>(0);
    assert_eq!(pods, 1 + 2 * 8);
}

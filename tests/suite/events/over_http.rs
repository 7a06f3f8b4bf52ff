//! Events over HTTP.

use std::sync::LazyLock;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Server, id_of, list, text};

fn gig(artist: &str, city: &str, date: &str) -> Value {
    json!({"artist": artist, "city": city, "venue": "The Hall", "date_utc": date})
}

fn with(body: Value, more: Value) -> Value {
    let (Value::Object(mut body), Value::Object(more)) = (body, more) else { panic!("two objects are wanted") };
    body.extend(more);
    Value::Object(body)
}

/// The numbers of an event to which nobody goes.
static NOBODY: LazyLock<Value> = LazyLock::new(|| json!({"going": 0, "open_pods": 0, "free_seats": 0}));

fn artists(page: &Value) -> Vec<&str> {
    list(page, "items").iter().map(|event| text(event, "artist")).collect()
}

#[tokio::test]
async fn an_event_is_created_and_found_by_id_and_slug() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let body = with(
        gig(" Sigur Rós ", "Reykjavík", "2099-03-09T19:30:00+01:00"),
        json!({"time_zone": "Atlantic/Reykjavik", "ends_at": "2099-03-09T22:00:00Z"}),
    );
    let event = server.post("/v1/events", &ana, body).await.ok(201);
    assert_eq!(event["artist"], "Sigur Rós");
    assert_eq!(event["slug"], "sigur-ros-reykjavik-2099-03-09");
    assert_eq!(event["date_utc"], "2099-03-09T18:30:00Z");
    assert_eq!(event["created_by"], json!(ana.id));
    assert_eq!(event["cancelled_at"], Value::Null);
    let id = id_of(&event);
    assert_eq!(id.get_version_num(), 7);
    for key in [id.to_string(), id.simple().to_string(), "sigur-ros-reykjavik-2099-03-09".to_owned()] {
        let found = server.http("GET", &format!("/v1/events/{key}"), None, None).await.ok(200);
        assert_eq!(found, with(event.clone(), NOBODY.clone()));
    }
    for key in [Uuid::now_v7().to_string(), "no-such-slug".into(), "A%00".into(), "%FF".into(), "x".repeat(3000)] {
        let answer = server.http("GET", &format!("/v1/events/{key}"), None, None).await;
        assert!(matches!(answer.status, 400 | 404), "{key}: {}", answer.status);
    }
    server.http("POST", "/v1/events", None, Some(json!({}))).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn asking_again_with_the_same_id_creates_nothing() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let body = with(gig("Mogwai", "Glasgow", "2099-01-01T20:00:00Z"), json!({"id": Uuid::now_v7()}));
    let requests = (0..10).map(|_| server.post("/v1/events", &ana, body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201) && answer.body == answers[0].body));
    server.post("/v1/events", &ben, body).await.refused(409, "conflict");
    assert_eq!(
        server.http("GET", "/v1/events?artist=mogwai", None, None).await.ok(200)["items"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn slugs_are_unique() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let body = gig("Low", "Duluth", "2099-01-01T20:00:00Z");
    let in_house = |number: i32| with(body.clone(), json!({"venue": format!("Hall {number}")}));
    let requests = (0..5).map(|number| server.post("/v1/events", &ana, in_house(number)));
    let mut slugs: Vec<_> = futures_util::future::join_all(requests)
        .await
        .into_iter()
        .map(|answer| answer.ok(201)["slug"].as_str().unwrap().to_owned())
        .collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 5);
    assert!(slugs.iter().all(|slug| slug.starts_with("low-duluth-2099-01-01")), "{slugs:?}");

    let named = with(body.clone(), json!({"slug": "low-last-show"}));
    server.post("/v1/events", &ana, named.clone()).await.ok(201);
    let problem = server.post("/v1/events", &ana, named).await.refused(409, "conflict");
    assert_eq!(problem["slug"], "low-last-show");
    for slug in [Uuid::now_v7().to_string(), Uuid::now_v7().simple().to_string(), "A".into(), "".into(), "a--b".into()]
    {
        let problem = server.post("/v1/events", &ana, with(body.clone(), json!({"slug": slug}))).await;
        assert_eq!(problem.refused(422, "invalid")["errors"][0]["pointer"], "/slug");
    }
}

#[tokio::test]
async fn the_list_is_by_date_and_filtered_without_regard_to_case() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for (artist, city, date) in [
        ("Björk", "Oslo", "2099-05-03T20:00:00Z"),
        ("Low", "Oslo", "2099-05-01T20:00:00Z"),
        ("Björk", "Paris", "2099-05-02T20:00:00Z"),
        ("100%_live", "Oslo", "2099-05-04T20:00:00Z"),
        ("Long ago", "Oslo", "1999-05-04T20:00:00Z"),
    ] {
        server.post("/v1/events", &ana, gig(artist, city, date)).await.ok(201);
    }
    let list = async |query: &str| server.http("GET", &format!("/v1/events{query}"), None, None).await.ok(200);
    assert_eq!(artists(&list("").await), ["Low", "Björk", "Björk", "100%_live"]);
    assert_eq!(artists(&list("?artist=&city=+OSLO+").await), ["Low", "Björk", "100%_live"]);
    assert_eq!(artists(&list("?city=OSLO").await), ["Low", "Björk", "100%_live"]);
    assert_eq!(artists(&list("?artist=BJ%C3%96RK&city=oslo").await), ["Björk"]);
    assert_eq!(artists(&list("?artist=%25").await), Vec::<&str>::new());
    assert_eq!(artists(&list("?from=1990-01-01T00:00:00Z&to=2000-01-01T00:00:00Z").await), ["Long ago"]);
    assert_eq!(artists(&list("?from=2099-05-02T20:00:00Z&to=2099-05-03T20:00:00Z").await), ["Björk", "Björk"]);

    for query in ["?from=yesterday", "?limit=x", "?cursor=x", "?limit=0", "?artist=%00", "?limit=-1"] {
        let answer = server.http("GET", &format!("/v1/events{query}"), None, None).await;
        assert!(matches!(answer.status, 400 | 422), "{query}: {}", answer.status);
        assert!(matches!(answer.body["code"].as_str(), Some("malformed" | "invalid")), "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn pages_by_cursor_show_every_event_once() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for number in 0..7 {
        // Equal dates: the id decides.
        let day = 1 + number / 3;
        let body = gig(&format!("Act {number}"), "Rome", &format!("2099-06-0{day}T20:00:00.123456Z"));
        server.post("/v1/events", &ana, body).await.ok(201);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.http("GET", &format!("/v1/events?limit=2{cursor}"), None, None).await.ok(200);
        assert!(page["items"].as_array().unwrap().len() <= 2);
        seen.extend(page["items"].as_array().unwrap().iter().map(id_of));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let whole = server.http("GET", "/v1/events", None, None).await.ok(200);
    assert_eq!(seen, whole["items"].as_array().unwrap().iter().map(id_of).collect::<Vec<_>>());
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn its_maker_changes_and_cancels_it() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let event = server.post("/v1/events", &ana, gig("Low", "Duluth", "2099-01-01T20:00:00Z")).await.ok(201);
    let path = format!("/v1/events/{}", id_of(&event));
    server.patch(&path, &ben, json!({"artist": "Ben"})).await.refused(403, "forbidden");
    server.patch(&format!("/v1/events/{}", Uuid::now_v7()), &ben, json!({})).await.refused(404, "not_found");

    let changed =
        server.patch(&path, &ana, json!({"venue": "Elsewhere", "ends_at": "2099-01-01T23:00:00Z"})).await.ok(200);
    assert_eq!((&changed["venue"], &changed["artist"]), (&json!("Elsewhere"), &json!("Low")));
    let problem = server.patch(&path, &ana, json!({"date_utc": "2099-01-02T20:00:00Z"})).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/ends_at");
    let cancelled = server.patch(&path, &ana, json!({"cancelled": true, "ends_at": null})).await.ok(200);
    assert!(cancelled["cancelled_at"].is_string());
    assert_eq!(cancelled["ends_at"], Value::Null);
    assert_eq!(server.http("GET", &path, None, None).await.ok(200), with(cancelled, NOBODY.clone()));
    server.join_event(id_of(&event), &ana).await;
    let pods = format!("{path}/pods");
    server.post(&pods, &ana, json!({"name": "Too late"})).await.refused(404, "not_found");
    server.patch(&path, &ana, json!({"cancelled": false})).await.ok(200);
    server.post(&pods, &ana, json!({"name": "In time"})).await.ok(201);
}

#[tokio::test]
async fn it_is_deleted_only_while_nobody_else_has_joined() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let event = server.event(&ana).await;
    let path = format!("/v1/events/{event}");
    server.join_event(event, &ana).await;
    server.post(&format!("{path}/pods"), &ana, json!({"name": "Mine"})).await.ok(201);
    server.join_event(event, &ben).await;
    // Also while others hold its rows, as voters do, one after the other.
    let post = json!({"kind": "text", "body": {"text": "Hello"}});
    let post = id_of(&server.post(&format!("{path}/posts"), &ben, post).await.ok(201));
    let mut holder = server.database.connect().await;
    let hold = holder.transaction().await.expect("a transaction");
    hold.execute("SELECT FROM posts WHERE id = $1 FOR SHARE", &[&post]).await.expect("a lock");
    let problem = server.delete(&path, &ana).await.refused(409, "conflict");
    assert_eq!(problem["detail"], "other people have joined the event; cancel it instead");
    server.delete(&path, &ben).await.refused(403, "forbidden");
    hold.rollback().await.expect("the end of it");
    server.delete(&format!("/v1/posts/{post}"), &ben).await.ok(204);
    server.delete(&format!("{path}/members/me"), &ben).await.ok(204);
    server.delete(&path, &ana).await.ok(204);
    server.delete(&path, &ana).await.refused(404, "not_found");
    server.http("GET", &path, None, None).await.refused(404, "not_found");
}

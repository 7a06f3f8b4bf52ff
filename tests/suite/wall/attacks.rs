//! Hostile requests against everything of an event's page: whatever is sent, it is refused with a code, and an outsider who
//! knows every id reads and changes nothing.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use super::post;
use crate::support::server::{Person, Server, id_of};

/// How many requests each kind of caller sends.
const REQUESTS: usize = 400;

/// The rows that the requests of outsiders must not touch, each table by its content.
const TABLES: [&str; 8] =
    ["posts", "comments", "reactions", "meet_points", "memorabilia", "ballots", "hype_taps", "event_members"];

/// What paths end with instead of one emoji, too.
const EMOJI: [&str; 6] = ["🔥", "%F0%9F%94%A5", "a", "%E2%9D%A4", "%FF", "🔥🔥"];

/// What lists are asked, rightly and not.
const QUERIES: [&str; 9] =
    ["", "?limit=0", "?limit=3", "?cursor=AAAA", "?cursor=WyJhIl0", "?kind=poll", "?kind=x", "?emoji=x", "?op=1"];

/// What a field may hold that no form would send.
fn odd(random: &mut StdRng, ids: &[Uuid]) -> Value {
    let id = ids.choose(random).expect("an id");
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(0.5),
        json!(""),
        json!(" \u{200b}\n"),
        json!("a\u{0}b"),
        json!("\u{202e}txet"),
        json!("x".repeat(20_001)),
        json!("'; DROP TABLE posts; --"),
        json!("<script>alert(1)</script>"),
        json!(id),
        json!([]),
        json!([0, 0]),
        json!([0, 1]),
        json!([9]),
        json!([-1]),
        json!([[0]]),
        json!(vec![0; 1_000]),
        json!(["A", "a"]),
        json!(["A", "B"]),
        json!({}),
        json!({"text": "x"}),
        json!({"text": 7, "more": {}}),
        json!({"question": "Who?", "options": ["A", "B"]}),
        json!({"question": "Who?", "options": ["A", "A\u{200d}"], "mode": "any", "closes_at": "never"}),
        json!({"question": "Who?", "options": vec!["A"; 11], "results": "mine"}),
        json!("2099-01-01T20:00:00"),
        json!("+262142-12-31T23:59:59Z"),
        json!("text"),
        json!("poll"),
        json!(10),
        json!(1_000_000_000u64),
    ];
    values.choose(random).expect("a value").clone()
}

/// A request of the page: method, path and body.
fn request(random: &mut StdRng, ids: &[Uuid]) -> (&'static str, String, Option<Value>) {
    let mut id = || match random.random_range(0..12) {
        0 => Uuid::now_v7().to_string(),
        1 => "00000000-0000-0000-0000-000000000000".to_owned(),
        2 => "x".to_owned(),
        _ => ids.choose(random).expect("an id").to_string(),
    };
    let (one, other) = (id(), id());
    let emoji = EMOJI.choose(random).expect("an emoji");
    let query = QUERIES.choose(random).expect("a query");
    let requests: [(&str, String, &[&str]); 26] = [
        ("GET", format!("/v1/events/{one}/posts{query}"), &[]),
        ("POST", format!("/v1/events/{one}/posts"), &["id", "kind", "body"]),
        ("GET", format!("/v1/posts/{one}"), &[]),
        ("PATCH", format!("/v1/posts/{one}"), &["body", "op"]),
        ("DELETE", format!("/v1/posts/{one}"), &[]),
        ("PUT", format!("/v1/posts/{one}/votes/me"), &["options"]),
        ("DELETE", format!("/v1/posts/{one}/votes/me"), &[]),
        ("POST", format!("/v1/posts/{one}/close"), &[]),
        ("PUT", format!("/v1/posts/{one}/hype/me"), &["source", "total"]),
        ("GET", format!("/v1/posts/{one}/comments{query}"), &[]),
        ("POST", format!("/v1/posts/{one}/comments"), &["id", "text"]),
        ("PATCH", format!("/v1/comments/{one}"), &["text", "op"]),
        ("DELETE", format!("/v1/comments/{one}"), &[]),
        ("PUT", format!("/v1/posts/{one}/reactions/{emoji}"), &[]),
        ("DELETE", format!("/v1/posts/{one}/reactions/{emoji}"), &[]),
        ("GET", format!("/v1/posts/{one}/reactions{query}"), &[]),
        ("GET", format!("/v1/events/{one}/meet-point"), &[]),
        ("PUT", format!("/v1/events/{one}/meet-point"), &["title", "description", "when_local", "when_note"]),
        ("DELETE", format!("/v1/events/{one}/meet-point"), &[]),
        ("GET", format!("/v1/events/{one}/hosts"), &[]),
        ("PUT", format!("/v1/events/{one}/hosts/{other}"), &[]),
        ("DELETE", format!("/v1/events/{one}/hosts/{other}"), &[]),
        ("GET", format!("/v1/events/{one}/memorabilia/me"), &[]),
        (
            "PUT",
            format!("/v1/events/{one}/memorabilia/me"),
            &["opener_guess", "peak_moment", "song_of_night", "crowd_energy", "crowd_level", "notes"],
        ),
        ("DELETE", format!("/v1/events/{one}/memorabilia/me"), &[]),
        ("GET", format!("/v1/me/memorabilia{query}"), &[]),
    ];
    let (method, path, fields) = requests.choose(random).expect("a request").clone();
    let body = (!fields.is_empty()).then(|| {
        let mut body = json!({});
        for field in fields {
            if random.random_bool(0.8) {
                body[*field] = odd(random, ids);
            }
        }
        // Some are nearly right.
        if random.random_bool(0.3) && fields.contains(&"text") {
            body["text"] = json!("Hello");
        }
        if random.random_bool(0.3) && fields.contains(&"kind") {
            body["kind"] = json!("poll");
        }
        if random.random_bool(0.3) && fields.contains(&"source") {
            body["source"] = json!("phone");
        }
        body
    });
    (method, path, body)
}

/// What the tables hold, as text.
async fn content(server: &Server) -> BTreeMap<&'static str, String> {
    let client = server.database.connect().await;
    let mut content = BTreeMap::new();
    for table in TABLES {
        let is_there = "SELECT to_regclass($1) IS NOT NULL";
        if !client.query_one(is_there, &[&table]).await.expect(table).get::<_, bool>(0) {
            continue;
        }
        let sql = format!("SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} t");
        content.insert(table, client.query_one(&sql, &[]).await.expect(table).get(0));
    }
    content
}

/// Sends random requests as a person. Returns how many of each status were answered.
async fn storm(server: &Server, seed: u64, person: Option<&Person>, ids: &[Uuid], may: bool) -> BTreeMap<u16, usize> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut statuses = BTreeMap::new();
    for _ in 0..REQUESTS {
        let (method, path, body) = request(&mut random, ids);
        let token = person.map(|person| person.token.as_str());
        let answer = server.http(method, &path, token, body.clone()).await;
        let what = || format!("seed {seed}: {method} {path} {body:?}: {} {}", answer.status, answer.body);
        assert!(answer.status < 500, "{}", what());
        if answer.status >= 400 {
            assert!(answer.body["code"].is_string(), "without a code: {}", what());
        }
        // The list of one's own is everybody's, and empty.
        let own = path.starts_with("/v1/me/") && answer.body["items"] == json!([]);
        assert!(may || answer.status >= 400 || own, "an outsider gets through: {}", what());
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    statuses
}

#[tokio::test]
async fn whatever_is_sent_is_refused_with_a_code_and_outsiders_change_nothing() {
    let server = Server::start().await;
    let [ana, ben, eve] = server.people();
    let event = server.event(&ana).await;
    for person in [&ana, &ben] {
        server.join_event(event, person).await;
    }
    let posts = format!("/v1/events/{event}/posts");
    let text = post(&server, event, &ana).await;
    let poll = json!({"kind": "poll", "body": {"question": "Who?", "options": ["A", "B", "C"]}});
    let poll = id_of(&server.post(&posts, &ana, poll).await.ok(201));
    let hype = json!({"kind": "hype", "body": {"text": "Louder"}});
    let hype = id_of(&server.post(&posts, &ana, hype).await.ok(201));
    let comment = json!({"text": "Hello"});
    let comment = id_of(&server.post(&format!("/v1/posts/{text}/comments"), &ben, comment).await.ok(201));
    server.put(&format!("/v1/posts/{text}/reactions/%F0%9F%94%A5"), &ben, Value::Null).await.ok(200);
    server.put(&format!("/v1/events/{event}/meet-point"), &ana, json!({"title": "At the fountain"})).await.ok(201);
    server.put(&format!("/v1/events/{event}/memorabilia/me"), &ben, json!({"notes": "Loud"})).await.ok(201);
    let ids = [event, text, poll, hype, comment, ana.id, ben.id, eve.id];

    let before = content(&server).await;
    let outsider = storm(&server, 1, Some(&eve), &ids, false).await;
    let nobody = storm(&server, 2, None, &ids, false).await;
    assert_eq!(content(&server).await, before, "{outsider:?} {nobody:?}");

    // Members may do much of it; a host, whom the event's maker may name, more.
    for (seed, person) in [(3, &ben), (4, &ana), (5, &ben)] {
        let statuses = storm(&server, seed, Some(person), &ids, true).await;
        assert!(statuses.len() >= 3, "{statuses:?}");
    }
    server.assert_no_panic();
    let errors: Vec<String> = server.log().into_iter().filter(|line| line.contains("\"ERROR\"")).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// An id that is taken where one may not look is refused like one that is taken where one may.
#[tokio::test]
async fn an_id_of_a_hidden_post_is_refused_as_taken() {
    let server = Server::start().await;
    let [ana, eve] = server.people();
    let (event, other) = (server.event(&ana).await, server.event(&eve).await);
    server.join_event(event, &ana).await;
    server.join_event(other, &eve).await;
    let taken = post(&server, event, &ana).await;
    let again = json!({"id": taken, "kind": "text", "body": {"text": "Mine"}});
    server.post(&format!("/v1/events/{other}/posts"), &eve, again).await.refused(409, "conflict");
    let comments = format!("/v1/posts/{taken}/comments");
    let comment = id_of(&server.post(&comments, &ana, json!({"text": "Hello"})).await.ok(201));
    let own = format!("/v1/posts/{}/comments", post(&server, other, &eve).await);
    server.post(&own, &eve, json!({"id": comment, "text": "Mine"})).await.refused(409, "conflict");
}

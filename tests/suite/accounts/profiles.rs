//! Profiles over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{SECRET, Server, sign, token};

#[tokio::test]
async fn the_first_request_of_a_new_sub_makes_its_profile() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let me = server.get("/v1/me", &ana).await.ok(200);
    assert_eq!(me["id"], json!(ana.id));
    assert_eq!(me["display_name"], "Ana");
    assert_eq!(me["email"], Value::Null);

    // Another name in a later token changes nothing: the profile is the person's own by now.
    let later = token(ana.id, "Someone", Duration::from_secs(60));
    assert_eq!(server.http("GET", "/v1/me", Some(&later), None).await.ok(200)["display_name"], "Ana");

    let claims = json!({"sub": Uuid::now_v7(), "exp": 4_000_000_000u64, "email": "jo@example.org"});
    let me = server.http("GET", "/v1/me", Some(&sign(&claims, SECRET)), None).await.ok(200);
    assert_eq!((&me["display_name"], &me["email"]), (&json!("jo"), &json!("jo@example.org")));
}

#[tokio::test]
async fn a_crowd_of_first_requests_makes_one_profile() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let requests = (0..20).map(|_| server.get("/v1/me", &ana));
    for answer in futures_util::future::join_all(requests).await {
        answer.ok(200);
    }
}

#[tokio::test]
async fn a_known_person_costs_no_statement_for_the_profile() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    server.get("/v1/badges", &ana).await.ok(200);
    let known = server.statements(async || server.get("/v1/me", &ana).await.ok(200)).await;
    let before = server.metric("podium_db_statements_total").await;
    server.get("/v1/me", &server.person("Ben")).await.ok(200);
    let unknown = server.metric("podium_db_statements_total").await - before;
    assert!(unknown > known, "{unknown} for a new person, {known} for a known one");
}

#[tokio::test]
async fn one_changes_ones_own_profile() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let change = json!({"display_name": "  Ana Lux ", "ig_url": "https://instagram.com/ana", "reveal_ig": true});
    let me = server.patch("/v1/me", &ana, change).await.ok(200);
    assert_eq!(me["display_name"], "Ana Lux");
    assert_eq!(me["reveal_ig"], true);
    assert_eq!(server.patch("/v1/me", &ana, json!({})).await.ok(200), me);
    let me = server.patch("/v1/me", &ana, json!({"ig_url": null})).await.ok(200);
    assert_eq!((&me["ig_url"], &me["display_name"]), (&Value::Null, &json!("Ana Lux")));

    let bad = json!({"display_name": "", "avatar_url": "javascript:alert(1)"});
    let problem = server.patch("/v1/me", &ana, bad).await.refused(422, "invalid");
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/display_name", "/avatar_url"]);
    assert_eq!(server.get("/v1/me", &ana).await.ok(200), me);
}

#[tokio::test]
async fn others_are_seen_by_people_of_the_same_event() {
    let server = Server::start().await;
    let [ana, ben, stranger] = server.people();
    server.patch("/v1/me", &ben, json!({"ig_url": "https://instagram.com/ben"})).await.ok(200);
    let path = format!("/v1/profiles/{}", ben.id);
    server.get(&path, &ana).await.refused(404, "not_found");

    let event = server.event(&ana).await;
    server.join_event(event, &ana).await;
    server.join_event(event, &ben).await;
    let seen = server.get(&path, &ana).await.ok(200);
    assert_eq!(seen, json!({"id": ben.id, "display_name": ben.name, "avatar_url": null, "ig_url": null}));
    server.patch("/v1/me", &ben, json!({"reveal_ig": true})).await.ok(200);
    assert_eq!(server.get(&path, &ana).await.ok(200)["ig_url"], "https://instagram.com/ben");

    server.get(&path, &stranger).await.refused(404, "not_found");
    server.get(&format!("/v1/profiles/{}", stranger.id), &stranger).await.ok(200);
    server.http("GET", &path, None, None).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_bad_token_is_refused() {
    let server = Server::start().await;
    let id = Uuid::now_v7();
    let far = 4_000_000_000u64;
    let tokens = [
        sign(&json!({"sub": id, "exp": far}), "another secret that is long enough too"),
        sign(&json!({"sub": id, "exp": 1_000_000_000}), SECRET),
        sign(&json!({"sub": id}), SECRET),
        sign(&json!({"sub": "ana", "exp": far}), SECRET),
        sign(&json!({"exp": far}), SECRET),
        "nonsense".to_owned(),
        "ä".to_owned(),
    ];
    for token in &tokens {
        let problem = server.http("GET", "/v1/me", Some(token), None).await.refused(401, "unauthorized");
        assert!(!problem.to_string().contains(token.as_str()));
    }
    let log = server.log().join("\n");
    assert!(tokens.iter().filter(|token| token.len() > 20).all(|token| !log.contains(token.as_str())));
}

//! The server's way up, its health, its logs, and its way down.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::cluster::bus;
use crate::support::server::{Person, Server, token};
use crate::support::wait::until;

/// Status and body of an admin address.
async fn admin(server: &Server, path: &str) -> (u16, Value) {
    let response = reqwest::get(format!("{}{path}", server.admin_url)).await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

/// Waits for `/readyz` to say so.
async fn until_status(server: &Server, status: u16, word: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (code, body) = admin(server, "/readyz").await;
        if (code, &body["status"]) == (status, &json!(word)) {
            return body;
        }
        assert!(Instant::now() < deadline, "/readyz says {code} {body}, not {status} {word}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_stop_is_announced_before_it_comes() {
    let mut server = Server::start_with(&[("PODIUM_HEALTH_INTERVAL", "8s"), ("PODIUM_DRAIN", "1s")]).await;
    let ana = server.person("Ana");
    server.get("/v1/me", &ana).await.ok(200);
    until_status(&server, 200, "ok").await;
    // Keeps a connection open without using it, as balancers do.
    let mut idle = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("a connection");
    idle.write_all(b"GET /v1/badges HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("a request");
    idle.read_exact(&mut [0; 12]).await.expect("an answer");

    let asked = Instant::now();
    server.ask_to_stop();
    until_status(&server, 503, "draining").await;
    let answer = server.get("/v1/me", &ana).await;
    assert_eq!(answer.headers.get("connection").map(|value| value.as_bytes()), Some(&b"close"[..]));
    answer.ok(200);
    assert_eq!(admin(&server, "/healthz").await.0, 200);
    assert!(asked.elapsed() < Duration::from_secs(8), "too slow to see anything");

    let status = server.ended().await;
    assert_eq!(status.code(), Some(0), "{status}");
    let took = asked.elapsed();
    assert!(took >= Duration::from_secs(8), "{took:?}");
    assert!(server.log().iter().any(|line| line.contains(r#""message":"stopped""#)));
}

#[tokio::test]
async fn readyz_names_the_database_when_it_is_away_and_recovers() {
    let server = Server::start().await;
    until_status(&server, 200, "ok").await;
    let name = server.database.name().to_owned();
    let maintenance = crate::support::database::maintenance().await;
    let allow = async |allowed: bool| {
        let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}");
        maintenance.batch_execute(&sql).await.expect("the database lets nobody in");
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        maintenance.execute(end, &[&name]).await.expect("ending connections");
    };
    allow(false).await;
    let report = until_status(&server, 200, "degraded").await;
    assert!(report["parts"]["database"].as_str().is_some_and(|why| why != "ok"), "{report}");
    until_status(&server, 503, "unavailable").await;
    assert_eq!(admin(&server, "/healthz").await.0, 200);
    assert_eq!(server.metric("podium_db_up").await, 0.0);
    allow(true).await;
    until_status(&server, 200, "ok").await;
    server.get("/v1/me", &server.person("Ana")).await.ok(200);
}

#[tokio::test]
async fn requests_are_counted_and_logged_without_their_tokens() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let secret_looking = token(ana.id, "Ana", Duration::from_secs(60));
    // A parameter that nothing takes may hold anything.
    server.get(&format!("/v1/me?token={secret_looking}"), &ana).await.refused(422, "invalid");
    let answer = server.get("/v1/me", &ana).await;
    let id = answer.headers.get("x-request-id").expect("an id").to_str().expect("text").to_owned();
    answer.ok(200);
    server.http("GET", "/v1/nothing", None, None).await.refused(404, "not_found");
    server.http("BREW", "/v1/me", None, None).await.refused(405, "method_not_allowed");
    assert_eq!(server.metric("podium_http_requests_total").await, 4.0);

    let log = server.log();
    let line = log.iter().find(|line| line.contains(&id)).expect("the request's line");
    let line: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!((&line["message"], &line["status"]), (&json!("answered"), &json!(200)));
    assert_eq!((&line["span"]["route"], &line["span"]["user_id"]), (&json!("/v1/me"), &json!(ana.id)));
    let log = log.join("\n");
    assert!(!log.contains(&ana.token) && !log.contains(&secret_looking), "{log}");
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_no_reason_not_to_start() {
    let server = Server::start_with(&[("REDIS_URL", "redis://:hunter2@127.0.0.1:1"), ("PODIUM_LOG", "debug")]).await;
    until("/readyz to say so", async || bus(&server).await.is_some_and(|bus| bus.contains("Redis"))).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    server.post(&format!("/v1/pods/{pod}/messages"), &people[0], json!({"text": "Anybody?"})).await.ok(201);
    let log = server.log().join("\n");
    assert!(log.contains("no connection to Redis") && !log.contains("hunter2"), "{log}");
}

#[tokio::test]
async fn a_slow_head_does_not_hold_a_connection_for_ever() {
    let server = Server::start().await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut slow = TcpStream::connect(address).await.expect("a connection");
    slow.write_all(b"GET /v1/badges HTTP/1.1\r\nHost:").await.expect("half a head");
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(20), slow.read_to_string(&mut answer)).await;
    read.expect("the server gives it up").expect("an end");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

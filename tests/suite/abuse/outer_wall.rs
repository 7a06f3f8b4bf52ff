//! The outer wall: what `deploy/haproxy.cfg` keeps from the nodes, and whom it lets pass.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Client as Http, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::balancer::Balancer;
use crate::support::client::Client;
use crate::support::server::{Person, Server};
use crate::support::wait::until;

/// How long a connection may take to be ended.
const PATIENCE: Duration = Duration::from_secs(30);

async fn before(server: &Server, limits: &[(&str, &str)]) -> Balancer {
    let balancer = Balancer::start_with([server; 3], limits).await;
    until("the balancer to know its nodes", async || balancer.status("/v1/badges").await != 503).await;
    balancer
}

async fn get(http: &Http, balancer: &Balancer, path: &str, person: Option<&Person>) -> reqwest::Response {
    let request = http.get(format!("{}{path}", balancer.url));
    let request = person.into_iter().fold(request, |request, person| request.bearer_auth(&person.token));
    request.send().await.expect("an answer")
}

/// Asserts that this is the wall's answer, in the form of the nodes' own.
async fn refused(answer: reqwest::Response) {
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "5");
    assert_eq!(answer.headers()["ratelimit"], "\"address\";r=0;t=5");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!((&problem["code"], &problem["status"]), (&json!("rate_limited"), &json!(429)));
}

#[tokio::test]
async fn a_flood_without_tokens_is_refused_and_those_with_one_pass() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let balancer = before(&server, &[("WALL_REQUESTS", "100")]).await;
    let http = Http::new();
    let flood = join_all((0..300).map(|_| get(&http, &balancer, "/v1/badges", None))).await;
    let (passed, rest): (Vec<_>, Vec<_>) = flood.into_iter().partition(|answer| answer.status() == StatusCode::OK);
    assert!((50..=100).contains(&passed.len()), "{} passed", passed.len());
    for answer in rest {
        refused(answer).await;
    }
    // At the same time, from the same address.
    for _ in 0..20 {
        assert_eq!(get(&http, &balancer, "/v1/me", Some(&ana)).await.status(), StatusCode::OK);
    }
    let address = balancer.url.replace("http", "ws");
    let url = format!("{address}/socket/websocket?vsn=2.0.0&token={}", ana.token);
    let socket = Client::handshake(&url, &[]).await.expect("a socket");
    socket.join(&format!("user:{}", ana.id), json!({})).await.ok();
    // Invented tokens have a limit, too.
    let balancer = before(&server, &[("WALL_BEARERS", "50")]).await;
    let flood = join_all((0..200).map(|_| get(&http, &balancer, "/v1/me", Some(&ana)))).await;
    assert!(flood.iter().any(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(get(&http, &balancer, "/v1/badges", None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn failures_at_the_door_close_the_door_alone() {
    let server = Server::start().await;
    let balancer = before(&server, &[("WALL_FAILURES", "20")]).await;
    let http = Http::new();
    let fail = async || {
        let body = json!({"refresh_token": "nobody's"});
        let answer = http.post(format!("{}/v1/auth/refresh", balancer.url)).json(&body).send().await;
        answer.expect("an answer")
    };
    let mut failed = 0;
    let last = loop {
        let answer = fail().await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        assert!(answer.status().is_client_error());
        failed += 1;
        assert!(failed < 1_000, "the wall has no end");
    };
    assert!(failed >= 20, "{failed}");
    refused(last).await;
    assert_eq!(get(&http, &balancer, "/v1/badges", None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn connections_of_an_address_and_bodies_have_an_end() {
    let server = Server::start().await;
    let balancer = before(&server, &[("WALL_CONNECTIONS", "30")]).await;
    let address = balancer.url.trim_start_matches("http://");
    let mut sockets = Vec::new();
    for _ in 0..60 {
        // The end may come before the connection is seen to be there.
        sockets.extend(TcpStream::connect(address).await);
    }
    let refused = 60 - sockets.len();
    // Each that is too many ends at once; the others when their heads do not come.
    let ended = join_all(sockets.iter_mut().map(async |socket| {
        let end = timeout(Duration::from_secs(5), socket.read(&mut [0; 64])).await;
        end.is_ok_and(|read| !read.is_ok_and(|count| count > 0))
    }));
    let ended = refused + ended.await.into_iter().filter(|end| *end).count();
    assert!((25..=35).contains(&ended), "{ended} of 60 were ended");
    drop(sockets);
    until("the places to be free", async || balancer.status("/v1/badges").await == 200).await;

    let http = Http::new();
    for (path, bytes, status) in [
        ("/v1/auth/login", 17 * 1024, StatusCode::PAYLOAD_TOO_LARGE),
        ("/v1/auth/login", 8 * 1024, StatusCode::UNAUTHORIZED),
        ("/v1/events", 1_100 * 1024, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let body = json!({"email": "x".repeat(bytes), "password": "one"}).to_string();
        let request = http.post(format!("{}{path}", balancer.url)).header("content-type", "application/json");
        let answer = request.body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{bytes} bytes for {path}");
    }
    // A body that stalls ends here, and no node hears of it.
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let head =
        "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.expect("a head");
    let mut answer = String::new();
    timeout(PATIENCE, socket.read_to_string(&mut answer)).await.expect("an end").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_crowd_of_one_address_passes() {
    let server = Server::start().await;
    let balancer = before(&server, &[]).await;
    let http = Http::new();
    let ana = server.person("Ana");
    // As many as come through a venue's address; no more at a time than this machine has files for.
    for _ in 0..10 {
        let crowd = (0..200).map(|number| get(&http, &balancer, "/v1/badges", (number % 2 == 0).then_some(&ana)));
        for answer in join_all(crowd).await {
            assert_eq!(answer.status(), StatusCode::OK);
        }
    }
    let address = balancer.url.replace("http", "ws");
    let sockets = join_all((0..200).map(async |number| {
        let person = server.person(&format!("Person {number}"));
        let url = format!("{address}/socket/websocket?vsn=2.0.0&token={}", person.token);
        let socket = Client::handshake(&url, &[]).await.expect("a socket");
        socket.join(&format!("user:{}", person.id), json!({})).await.ok();
        socket
    }));
    assert_eq!(sockets.await.len(), 200);
}

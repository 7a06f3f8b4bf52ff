//! The web client: how the server serves it, and how it fares in a real Chromium (`web/tests/browser`).

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::browser::{browse, people};
use crate::support::needs;
use crate::support::node::Node;
use crate::support::server::Server;
use crate::support::smtp::MailServer;

/// What a browser asks a page with.
const PAGE: &str = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";

async fn fetch(server: &Server, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    needs::uses("web");
    let mut request = reqwest::Client::new().get(format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header(answer: &reqwest::Response, name: &str) -> String {
    answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn the_client_is_served_at_its_own_addresses_alone() {
    let server = Server::start().await;
    for path in [
        "/",
        "/events",
        "/pods/0190",
        "/search",
        "/me",
        "/me/nights",
        "/me/nights/0190",
        "/signin",
        "/signup",
        "/verify",
        "/reset",
    ] {
        let answer = fetch(&server, path, &[("accept", PAGE)]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(header(&answer, "content-type").starts_with("text/html"), "{path}");
        assert_eq!(header(&answer, "cache-control"), "no-cache", "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    // A program gets a problem document, and so does a page that asks for an address of the API.
    for (path, accept) in [("/", "application/json"), ("/events", "application/json"), ("/v1/nothing", PAGE)] {
        let answer = fetch(&server, path, &[("accept", accept)]).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(header(&answer, "content-type"), "application/problem+json", "{path}");
    }
    for path in ["/.gitkeep", "/assets/", "/index.html.br"] {
        assert_eq!(fetch(&server, path, &[]).await.status(), 404, "{path}");
    }
    // To the letter: an honest client would take the dots away.
    for path in ["/../Cargo.toml", "/assets/../../Cargo.toml", "/assets/..%2f..%2fCargo.toml", "//etc/passwd"] {
        let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("a connection");
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.expect("a request");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn its_files_are_kept_for_ever_and_travel_compressed() {
    let server = Server::start().await;
    let page = fetch(&server, "/", &[("accept", PAGE)]).await.text().await.unwrap();
    let script = page.split('"').find(|word| word.starts_with("/assets/") && word.ends_with(".js"));
    let script = script.expect("the client, which `make test` builds").to_owned();
    let plain = fetch(&server, &script, &[]).await;
    assert_eq!(header(&plain, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&plain, "content-encoding"), "");
    let length = plain.bytes().await.unwrap().len();
    for coding in ["br", "gzip"] {
        let answer = fetch(&server, &script, &[("accept-encoding", coding)]).await;
        assert_eq!(header(&answer, "content-encoding"), coding);
        assert!(header(&answer, "vary").contains("accept-encoding"));
        let tag = header(&answer, "etag");
        assert!(answer.bytes().await.unwrap().len() < length / 2, "{coding}");
        let again = fetch(&server, &script, &[("accept-encoding", coding), ("if-none-match", &tag)]).await;
        assert_eq!(again.status(), 304);
        assert_eq!(header(&again, "etag"), tag);
        assert_eq!(fetch(&server, &script, &[("if-none-match", &tag)]).await.status(), 200, "another form");
    }
    let worker = fetch(&server, "/sw.js", &[]).await;
    assert_eq!(header(&worker, "cache-control"), "no-cache");
    assert!(worker.text().await.unwrap().contains(&script), "it knows what to keep");
    let manifest = fetch(&server, "/manifest.webmanifest", &[]).await;
    assert_eq!(header(&manifest, "content-type"), "application/manifest+json");
}

#[tokio::test]
async fn what_is_said_without_a_network_is_sent_once_and_in_order() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    browse("offline.mjs", json!({"url": server.url, "pod": pod, "people": people(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn two_people_who_have_never_been_here_meet_in_a_pod() {
    let server = Server::start().await;
    let [maker] = server.people();
    let new =
        json!({"artist": "Paper Lanterns", "city": "Porto", "venue": "Coliseu", "date_utc": "2030-06-01T20:00:00Z"});
    server.post("/v1/events", &maker, new).await.ok(201);
    browse("together.mjs", json!({"url": server.url, "event": "Paper Lanterns"})).await;
}

#[tokio::test]
async fn a_german_finds_german_and_changes_the_language_without_losing_anything() {
    let server = Server::start().await;
    let [maker] = server.people();
    let new = json!({"artist": "Sommerabend", "city": "Wien", "venue": "Arena", "date_utc": "2030-06-01T20:00:00Z",
        "time_zone": "Europe/Vienna"});
    server.post("/v1/events", &maker, new).await.ok(201);
    browse("german.mjs", json!({"url": server.url, "event": "Sommerabend"})).await;
}

#[tokio::test]
async fn every_page_can_be_read_by_everybody() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    for text in ["a text to read", "https://example.org/a-link, @Ana 🔥", "🔥"] {
        server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": text})).await.ok(201);
    }
    let invite = server.post(&format!("/v1/pods/{pod}/invites"), &ana, json!({})).await.ok(201);
    let people = people(&[&ana, &ben]);
    let scenario = json!({"url": server.url, "event": event, "pod": pod, "invite": invite["code"], "people": people});
    browse("pages.mjs", scenario).await;
}

#[tokio::test]
async fn a_long_conversation_holds_its_place() {
    const COUNT: usize = 400;
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    for number in 1..=COUNT {
        let text = format!("line {number}.{}", " and some more words".repeat(number % 7));
        server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": text})).await.ok(201);
    }
    let people = people(&[&ana, &ben]);
    browse("scroll.mjs", json!({"url": server.url, "pod": pod, "count": COUNT, "people": people})).await;
}

#[tokio::test]
async fn an_events_page_is_live() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let event = server.event(&ana).await;
    for person in [&ana, &ben, &cleo] {
        server.join_event(event, person).await;
    }
    let people = people(&[&ana, &ben, &cleo]);
    browse("event.mjs", json!({"url": server.url, "event": event, "people": people})).await;
}

#[tokio::test]
async fn pods_are_pinned_and_marked_as_unread_on_all_devices() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let mut pods = Vec::new();
    for name in ["By the desk", "Upstairs"] {
        let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
        server.patch(&format!("/v1/pods/{pod}"), &ana, json!({ "name": name })).await.ok(200);
        let text = json!({"text": "a line to read"});
        let sent = server.post(&format!("/v1/pods/{pod}/messages"), &ben, text).await.ok(201);
        let seq = sent["seq"].clone();
        server.put(&format!("/v1/pods/{pod}/read"), &ana, json!({ "seq": seq })).await.ok(204);
        pods.push(json!({"id": pod, "name": name}));
    }
    browse("flags.mjs", json!({"url": server.url, "pods": pods, "people": people(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn a_crowd_at_the_door_gets_in_by_itself() {
    // One hash takes a while; one is computed and one waits.
    let slow = [
        ("PODIUM_HASHES", "1"),
        ("PODIUM_LIMIT_HASHES_WAITING", "1"),
        ("PODIUM_HASH_PASSES", "40"),
        ("PODIUM_LIMIT_ACCOUNT_FAILURES", "1"),
    ];
    let server = Server::start_with(&slow).await;
    browse("crowded.mjs", json!({"url": server.url})).await;
}

#[tokio::test]
async fn a_confirmation_is_known_without_signing_in_again() {
    let mails = MailServer::start().await;
    let mut settings = mails.settings().to_vec();
    // The mail's links may lead anywhere; the page is at this server's own address.
    settings.retain(|(name, _)| *name != "PODIUM_PUBLIC_URL");
    let server = Server::start_with(&settings).await;
    let event = server.event(&server.person("Ana")).await;
    let mut page = Node::browser("unconfirmed.mjs", &json!({"url": server.url, "event": event})).await;
    page.until("refused").await;
    let token = mails.mails(1).await.remove(0).token("/verify");
    server.http("POST", "/v1/auth/verify", None, Some(json!({"token": token}))).await.ok(204);
    page.tell(&json!("confirmed")).await;
    page.until("done").await;
}

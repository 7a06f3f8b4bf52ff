//! Texts as people see them in the web client, in a real Chromium: what is typed, shown, reacted and mentioned.

use serde_json::{Value, json};

use crate::support::node::Node;
use crate::support::server::{Person, Server};

/// Runs a script of `web/tests/browser` to its end.
async fn browse(script: &str, scenario: Value) {
    Node::browser(script, &scenario).await.until("done").await;
}

fn with_tokens(people: &[&Person]) -> Value {
    people.iter().map(|person| json!({"id": person.id, "name": person.name, "token": person.token})).collect()
}

#[tokio::test]
async fn what_is_written_is_seen_counted_and_composed() {
    let server = Server::start().await;
    let [ana, ben] = ["Ana", "Ben"].map(|name| server.person(name));
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    browse("texts.mjs", json!({"url": server.url, "pod": pod, "people": with_tokens(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn mentions_follow_an_edit() {
    let server = Server::start().await;
    let [ana, ben] = ["Ana", "Ben"].map(|name| server.person(name));
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    browse("mentions.mjs", json!({"url": server.url, "pod": pod, "people": with_tokens(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn all_emoji_are_at_hand_and_each_is_one() {
    let server = Server::start().await;
    let [ana, ben] = ["Ana", "Ben"].map(|name| server.person(name));
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    browse("emoji.mjs", json!({"url": server.url, "pod": pod, "people": with_tokens(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn names_stand_isolated_on_every_page() {
    let server = Server::start().await;
    // From right to left, with a number at the end that would trade places with what follows.
    let [ana, ben] = ["Ana", "שירה 7"].map(|name| server.person(name));
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    for text in ["שלום", "neB\u{202e}"] {
        server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": text})).await.ok(201);
    }
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": "הרחבה 5"})).await.ok(200);
    let scenario = json!({"url": server.url, "event": event, "pod": pod, "people": with_tokens(&[&ana, &ben])});
    browse("isolation.mjs", scenario).await;
}

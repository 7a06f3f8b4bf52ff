//! The web client where the platform fails it: databases that die, storage that refuses, plain http, deploys, and
//! addresses, titles and lists as people meet them (`web/tests/browser`).

use serde_json::{Value, json};

use crate::support::account::{Account, PASSWORD};
use crate::support::browser::{browse, people};
use crate::support::server::Server;

#[tokio::test]
async fn what_is_written_survives_a_database_that_dies() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    browse("database.mjs", json!({"url": server.url, "pod": pod, "people": people(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn a_browser_that_keeps_nothing_is_signed_in_as_long_as_the_tab_is_there() {
    let server = Server::start().await;
    let [ana] = server.people();
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let invite = server.post(&format!("/v1/pods/{pod}/invites"), &ana, json!({})).await.ok(201);
    browse("storage.mjs", json!({"url": server.url, "invite": invite["code"]})).await;
}

#[tokio::test]
async fn a_phone_in_the_local_network_needs_no_https() {
    let server = Server::start().await;
    let [maker] = server.people();
    let event = server.event(&maker).await;
    browse("plain_http.mjs", json!({"url": server.url, "event": event})).await;
}

#[tokio::test]
async fn a_new_version_comes_once_and_takes_nothing_along() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    browse("deploy.mjs", json!({"url": server.url, "pod": pod, "people": people(&[&ana, &ben])})).await;
}

#[tokio::test]
async fn addresses_lead_where_they_should_and_pages_say_what_they_are() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    let [ben] = server.people();
    let (event, pod) = server.pod(&[ana.person(), ben.clone()]).await;
    server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": "unread"})).await.ok(201);
    let invite = server.post(&format!("/v1/pods/{pod}/invites"), &ben, json!({})).await.ok(201);
    let account: Value = json!({"email": ana.email, "password": PASSWORD});
    let scenario = json!({"url": server.url, "event": event, "pod": pod, "invite": invite["code"], "account": account});
    browse("addresses.mjs", scenario).await;
}

#[tokio::test]
async fn lists_have_an_end_and_words_keep_their_names() {
    let server = Server::start().await;
    let mut ana = Account::register(&server, "ana@example.org").await;
    let ben = server.person("Ben Departed");
    let (_, pod) = server.pod(&[ana.person(), ben.clone()]).await;
    for number in 0..60 {
        let uses = json!({"uses": number + 1});
        server.post(&format!("/v1/pods/{pod}/invites"), &ana.person(), uses).await.ok(201);
    }
    for _ in 0..11 {
        ana = Account::login(&server, "ana@example.org").await;
    }
    server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": "said before I went"})).await.ok(201);
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ben).await.ok(204);
    let account: Value = json!({"email": ana.email, "password": PASSWORD});
    browse("lists.mjs", json!({"url": server.url, "pod": pod, "account": account})).await;
}

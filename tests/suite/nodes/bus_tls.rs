//! The bus over TLS, with a password, an authority of one's own, and no more rights than it needs.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use crate::support::cluster::bus;
use crate::support::database::Database;
use crate::support::pod_client::PodClient;
use crate::support::secured::{PASSWORD, Secured};
use crate::support::server::{Person, Server};
use crate::support::wait::until;

async fn node(database: &Arc<Database>, name: &str, url: &str, ca: &Path) -> Server {
    let ca = ca.to_string_lossy();
    let settings = [("REDIS_URL", url), ("PODIUM_REDIS_CA", &*ca), ("PODIUM_NODE", name), ("PODIUM_WORKERS", "1")];
    Server::start_on(Arc::clone(database), &settings).await
}

async fn until_bus(node: &Server, what: &str) {
    until(&format!("the bus to be {what}"), async || {
        bus(node).await.is_some_and(|said| if what == "ok" { said == "ok" } else { said.contains(what) })
    })
    .await;
}

/// Neither the log nor `/readyz` shows the password.
async fn assert_hidden(node: &Server) {
    let said = bus(node).await.unwrap_or_default();
    assert!(!said.contains(PASSWORD), "{said}");
    for line in node.log() {
        assert!(!line.contains(PASSWORD), "{line}");
    }
}

#[tokio::test]
async fn nodes_speak_over_tls_with_the_least_rights() {
    let secured = Secured::start().await;
    let database = Arc::new(Database::create().await);
    let url = secured.url("localhost", PASSWORD);
    let first = node(&database, "node-0", &url, &secured.ca()).await;
    let second = node(&database, "node-1", &url, &secured.ca()).await;
    for node in [&first, &second] {
        until_bus(node, "ok").await;
        until("both to know of each other", async || node.metric("podium_nodes_live").await == 2.0).await;
    }
    let people: [Person; 2] = first.people();
    let (_, pod) = first.pod(&people).await;
    let teller = PodClient::joined(&first, &people[0], pod).await;
    let mut hearer = PodClient::joined(&second, &people[1], pod).await;
    let swept = second.metric("podium_sweep_found_total").await;
    for number in 0..20 {
        let id = Uuid::now_v7();
        let pushed = teller.say(id, &format!("Whisper {number}"));
        hearer.until("what is said", |client| client.order().iter().any(|(_, known)| *known == id)).await;
        teller.client().reply(&pushed).await.ok();
    }
    // By the bus: the sweep alone would have had to find nearly each of them.
    assert!(second.metric("podium_sweep_found_total").await - swept < 10.0);
    // Nothing was tried that was not allowed.
    assert_eq!(secured.admin(&["ACL", "LOG"]).await, "");
    for node in [&first, &second] {
        assert_hidden(node).await;
    }
}

#[tokio::test]
async fn a_redis_that_refuses_or_is_not_trusted_is_logged_in_one_line() {
    let secured = Secured::start().await;
    let database = Arc::new(Database::create().await);
    let right = secured.url("localhost", PASSWORD);
    let cases = [
        ("password", secured.url("localhost", "another-word"), secured.ca(), "WRONGPASS"),
        ("authority", right.clone(), secured.other_ca(), "UnknownIssuer"),
        ("name", secured.url("127.0.0.1", PASSWORD), secured.ca(), "not valid for name"),
    ];
    for (case, url, ca, expected) in cases {
        let node = node(&database, &format!("wrong-{case}"), &url, &ca).await;
        until_bus(&node, expected).await;
        // It serves, and is sent traffic.
        let ready = reqwest::get(format!("{}/readyz", node.admin_url)).await.expect("an answer");
        assert_eq!(ready.status(), 200);
        let [ana] = node.people();
        let (_, pod) = node.pod(std::slice::from_ref(&ana)).await;
        node.post(&format!("/v1/pods/{pod}/messages"), &ana, json!({"text": "All the same."})).await.ok(201);
        // Tried again and again, and logged only when the cause changes.
        until("more attempts", async || node.metric("podium_bus_connections_lost_total").await > 8.0).await;
        let warnings =
            node.log().into_iter().filter(|line| line.contains("no connection to Redis")).collect::<Vec<_>>();
        assert!(warnings.iter().any(|line| line.contains(expected)) && warnings.len() < 8, "{warnings:#?}");
        assert!(!node.log().iter().any(|line| line.contains("another-word")));
        assert_hidden(&node).await;
    }
}

#[tokio::test]
async fn a_node_comes_back_by_itself_when_redis_lets_it_in_again() {
    let secured = Secured::start().await;
    let database = Arc::new(Database::create().await);
    let node = node(&database, "node-0", &secured.url("localhost", PASSWORD), &secured.ca()).await;
    until_bus(&node, "ok").await;
    // Another password, and the open connections are closed.
    secured.admin(&["ACL", "SETUSER", "podium", "resetpass", ">another"]).await;
    secured.admin(&["CLIENT", "KILL", "USER", "podium"]).await;
    until_bus(&node, "WRONGPASS").await;
    secured.admin(&["ACL", "SETUSER", "podium", &format!(">{PASSWORD}")]).await;
    until_bus(&node, "ok").await;
    // Rights to other channels are none to these.
    secured.admin(&["ACL", "SETUSER", "podium", "resetchannels", "&elsewhere:*"]).await;
    secured.admin(&["CLIENT", "KILL", "USER", "podium"]).await;
    until_bus(&node, "no permissions").await;
    secured.admin(&["ACL", "SETUSER", "podium", "&podium:*"]).await;
    until_bus(&node, "ok").await;
    assert_hidden(&node).await;
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_stops_the_start() {
    let database = Database::create().await;
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_podium"))
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATABASE_URL", database.url())
        .env("PODIUM_JWT_SECRET", crate::support::server::SECRET)
        .env("PODIUM_LISTEN", "127.0.0.1:0")
        .env("PODIUM_ADMIN_LISTEN", "127.0.0.1:0")
        .env("REDIS_URL", format!("rediss://podium:{PASSWORD}@localhost:6390"))
        .env("PODIUM_REDIS_CA", "/nowhere/ca.pem")
        .output();
    let output = output.await.expect("podium");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("PODIUM_REDIS_CA: /nowhere/ca.pem: "), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
}

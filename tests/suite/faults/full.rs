//! More than a node may hold: what is too much is refused, and what is there goes on.

use serde_json::json;
use uuid::Uuid;

use crate::support::client::{Client, Way};
use crate::support::pod_client::stored;
use crate::support::server::{Person, Server};
use crate::support::wait::until;

#[tokio::test]
async fn one_socket_too_many_is_refused_and_the_others_go_on() {
    let server = Server::start_with(&[("PODIUM_LIMIT_SESSIONS", "3")]).await;
    let people: [Person; 3] = server.people();
    let (_, pod) = server.pod(&people).await;
    let topic = format!("pod:{pod}");
    let mut clients = Vec::new();
    for person in &people {
        let client = Client::open(&server, person).await;
        client.join(&topic, json!({})).await.ok();
        clients.push(client);
    }
    for _ in 0..20 {
        let refused = Client::try_open(&server, &people[0].token, Way::Query).await;
        let refused = refused.err().expect("there is no room");
        assert_eq!((refused.status, &refused.body["code"]), (503, &json!("overloaded")));
    }
    let url = format!("{}?vsn=2.0.0&token={}", server.url.clone() + "/socket/websocket", people[0].token);
    let upgrade = reqwest::Client::new()
        .get(url)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let refused = upgrade.send().await.expect("an answer");
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));

    assert_eq!(server.metric("podium_sessions").await, 3.0);
    server.get("/v1/me", &people[0]).await.ok(200);
    let id = Uuid::now_v7();
    clients[0].say(pod, id, "Tight in here.").await.ok();
    for client in &clients {
        client.message(pod, id).await;
    }

    // Who leaves makes room.
    clients.pop().expect("a client").close(1001);
    let back = async {
        loop {
            match Client::try_open(&server, &people[2].token, Way::Query).await {
                Ok(client) => return client,
                Err(refused) => assert_eq!(refused.status, 503),
            }
        }
    };
    let back = tokio::time::timeout(crate::support::client::PATIENCE, back).await.expect("room");
    back.join(&topic, json!({})).await.ok();
}

#[tokio::test]
async fn what_the_journal_cannot_hold_is_overloaded_and_not_stored() {
    // What waits must not give up by itself, or there would be room again.
    let settings = [
        ("PODIUM_LIMIT_MESSAGES", "off"),
        ("PODIUM_LIMIT_JOURNAL_ENTRIES", "8"),
        ("PODIUM_JOURNAL_WRITERS", "1"),
        ("PODIUM_LIMIT_SEND_WAIT", "60s"),
    ];
    let server = Server::start_with(&settings).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    let client = Client::open(&server, &people[0]).await;
    let listener = Client::open(&server, &people[1]).await;
    for client in [&client, &listener] {
        client.join(&format!("pod:{pod}"), json!({})).await.ok();
    }

    // A lock is held on the pod's row, so that the journal waits.
    let mut holder = server.database.connect().await;
    let held = holder.transaction().await.expect("a transaction");
    held.execute("SELECT FROM pods WHERE id = $1 FOR UPDATE", &[&pod]).await.expect("the row");
    let ids: Vec<Uuid> = (0..100).map(|_| Uuid::now_v7()).collect();
    let push = |id: &Uuid| client.push(&format!("pod:{pod}"), "message:new", json!({"id": id, "text": "One of many."}));
    // Once the writer has its hands full with the first, nobody takes the others out of the queue.
    let mut pushed = vec![push(&ids[0])];
    let watcher = server.database.connect().await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until("the writer to wait", async || {
        watcher.query_one(waiting, &[]).await.expect("who waits").get::<_, i64>(0) > 0
    })
    .await;
    pushed.extend(ids[1..].iter().map(push));
    // The last ones are refused while the first ones still wait.
    client.reply(&pushed[99]).await.refused("overloaded");
    let by_http = json!({"id": Uuid::now_v7(), "text": "Too many, too."});
    let by_http = server.post(&format!("/v1/pods/{pod}/messages"), &people[1], by_http).await;
    assert!(by_http.headers.contains_key("retry-after"));
    by_http.refused(503, "overloaded");
    held.rollback().await.expect("let go");

    let mut accepted = Vec::new();
    let mut refused = 1;
    for (id, pushed) in ids.iter().zip(&pushed).take(99) {
        let reply = client.reply(pushed).await;
        match reply.status.as_str() {
            "ok" => accepted.push(*id),
            _ => {
                let response = reply.refused("overloaded");
                assert!(response["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "{response}");
                refused += 1;
            }
        }
    }
    assert!(!accepted.is_empty() && refused >= 80, "{} accepted, {refused} refused", accepted.len());
    let texts = async || -> Vec<Uuid> {
        stored(&server, pod).await.into_iter().filter(|(.., text)| !text.is_empty()).map(|(_, id, ..)| id).collect()
    };
    assert_eq!(texts().await, accepted, "what was refused is not stored, and the rest is in order");

    // Nothing was done, so the same goes through afterwards.
    let reply = client.reply(&push(&ids[99])).await.ok();
    assert_eq!(reply["id"], json!(ids[99]));
    listener.message(pod, ids[99]).await;
    let heard = listener.heard(&format!("pod:{pod}"), "message:new");
    assert_eq!(heard.len(), accepted.len() + 1);
    assert_eq!(texts().await.last(), Some(&ids[99]));
}

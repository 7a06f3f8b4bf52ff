//! Version 1 of the wire (`vsn=1.0.0`, or none at all), as far as it differs from version 2. A talk of both, with the
//! npm packages, is in `pods::talk`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, Frame};
use crate::support::pod_client::{PodClient, assert_same_log};
use crate::support::server::Server;

#[tokio::test]
async fn joins_pushes_and_closes_in_version_1() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let older = Client::open_older(&server, &ben).await;
    let newer = Client::open(&server, &ana).await;
    older.heartbeat().await;
    assert_eq!(older.ask(&topic, "message:new", json!({})).await.status, "error", "not joined yet");
    older.join(&topic, json!({})).await.ok();
    newer.join(&topic, json!({})).await.ok();

    let (by_older, by_newer) = (Uuid::now_v7(), Uuid::now_v7());
    older.say(pod, by_older, "from then").await.ok();
    newer.say(pod, by_newer, "from now").await.ok();
    for id in [by_older, by_newer] {
        assert_eq!(older.message(pod, id).await, newer.message(pod, id).await);
    }
    older.ask(&topic, "message:edit", json!({"id": by_older, "text": "better"})).await.ok();
    for client in [&older, &newer] {
        let changed = client.event(&topic, "message:changed").await;
        assert_eq!((&changed["id"], &changed["text"]), (&json!(by_older), &json!("better")));
    }
    older.ask(&topic, "nonsense", json!({})).await.refused("unknown_event");
    let state = older.event(&topic, "presence_state").await;
    assert!(state.get(ben.id.to_string()).is_some(), "{state}");

    // What cannot be read is refused on the socket, which lives on.
    older.send_text(r#"[null,"1","phoenix","heartbeat",{}]"#);
    assert_eq!(older.event("phoenix", "error").await["code"], "malformed");
    older.heartbeat().await;

    // A leave is answered, then closed with the ref of the join, by which the client knows which join is over.
    older.leave(&topic).await.ok();
    older.wait_until("the close", |seen| seen.any(|frame| frame.event == "phx_close").then_some(())).await;
    server.assert_no_panic();
}

#[tokio::test]
async fn a_close_in_version_1_carries_the_ref_of_its_join() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let older = Client::open_older(&server, &ben).await;
    let closes = || -> Vec<Value> {
        older.frames().into_iter().filter(|frame| frame.event == "phx_close").map(|frame| frame.reference).collect()
    };
    let first = older.start_join(&topic, json!({}));
    older.reply(&first).await.ok();
    let second = older.start_join(&topic, json!({}));
    older.reply(&second).await.ok();
    assert_eq!(closes(), [json!(first.0)], "the second join closes the first");
    server.delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
    let is_second = |frame: &Frame| frame.event == "phx_close" && frame.reference == json!(second.0);
    older.wait_until("the removal", |seen| seen.any(is_second).then_some(())).await;
    assert_eq!(closes(), [json!(first.0), json!(second.0)]);
    older.ask(&topic, "typing", json!({"on": true})).await.refused("unmatched_topic");
}

#[tokio::test]
async fn an_older_client_resumes() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let mut older = PodClient::new(&ben, pod);
    older.connect_by(Client::open_older(&server, &ben).await);
    older.until("the join", PodClient::is_current).await;
    let path = format!("/v1/pods/{pod}/messages");
    for round in 0..3 {
        server.post(&path, &ana, json!({"text": format!("here {round}")})).await.ok(201);
        let last = older.last();
        older.until("the message", |client| client.last() > last).await;
        older.cut(true);
        server.post(&path, &ana, json!({"text": format!("away {round}")})).await.ok(201);
        older.connect_by(Client::open_older(&server, &ben).await);
        older.until("the rejoin", PodClient::is_current).await;
    }
    assert_same_log(&server, pod, std::slice::from_ref(&older)).await;
}

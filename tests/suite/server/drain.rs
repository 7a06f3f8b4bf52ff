//! SIGTERM: a node that stops loses nothing, and tells everyone in time.

use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use crate::support::client::{Client, End};
use crate::support::raw::RawSocket;
use crate::support::server::{Person, Server};
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};

const DRAIN: Duration = Duration::from_secs(3);

/// The status of `/readyz`, as long as there is an answer.
async fn readiness(server: &Server) -> Option<u16> {
    Some(reqwest::get(format!("{}/readyz", server.admin_url)).await.ok()?.status().as_u16())
}

#[tokio::test]
async fn a_node_that_stops_under_load_hands_its_clients_over() {
    let settings = [
        ("PODIUM_LIMIT_MESSAGES", "off"),
        ("PODIUM_HEALTH_INTERVAL", "10s"),
        ("PODIUM_DRAIN", "3s"),
        ("PODIUM_NODE", "old"),
    ];
    let mut old = Server::start_with(&settings).await;
    let people: [Person; 10] = old.people();
    let (_, pod) = old.pod(&people[..5]).await;
    let (_, other_pod) = old.pod(&people[5..]).await;
    let speakers =
        Speakers::start(&old, pod, &people[..5], Manner::default()).with(other_pod, &people[5..], Manner::default());
    speakers.until_at_home().await;
    let new = Server::start_on(old.database.clone(), &[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_NODE", "new")]).await;
    // The old one first, as a balancer that has not noticed yet.
    speakers.send_to(&[&old, &new]);
    speakers.until_more(100).await;
    // A client that reads nothing, not even the close, must not delay the end.
    let mut jammed = RawSocket::open(&old, &people[0], 4096).await;
    jammed.send(&json!(["1", "1", format!("pod:{pod}"), "phx_join", {}])).await;

    let sessions = old.metric("podium_sessions").await;
    assert_eq!(sessions, 11.0);
    old.ask_to_stop();
    let waiting = Instant::now();
    while readiness(&old).await != Some(503) {
        assert!(waiting.elapsed() < Duration::from_secs(8), "/readyz says nothing of the end");
    }
    assert_eq!(speakers.said().ends(), [], "it still serves");
    let answer = old.post(&format!("/v1/pods/{pod}/messages"), &people[0], json!({"text": "Still here."})).await;
    answer.ok(201);
    Client::open(&old, &people[1]).await.heartbeat().await;

    speakers.until("all sockets closed", |said| said.ends().len() == 10).await;
    let ends = speakers.said().ends();
    assert!(ends.iter().all(|(_, end)| *end == End::Closed(1012)), "{ends:?}");
    let spread = ends[9].0 - ends[0].0;
    assert!(spread > DRAIN / 4, "all at once: within {spread:?}");
    let status = old.ended().await;
    assert_eq!(status.code(), Some(0));
    old.assert_no_panic();

    speakers.until_at_home().await;
    // Past what the old one stored last, so that the new one hears of it too.
    speakers.until_more(50).await;
    let said = speakers.finish().await;
    assert!(said.iter().all(|speaker| speaker.client.joins == 2));
    let (one, other): (Vec<_>, Vec<_>) = said.into_iter().partition(|speaker| speaker.client.pod == pod);
    assert_nothing_lost(&new, pod, one).await;
    assert_nothing_lost(&new, other_pod, other).await;
}

#[tokio::test]
async fn a_node_with_nobody_on_it_stops_at_once() {
    let mut server = Server::start_with(&[("PODIUM_HEALTH_INTERVAL", "100ms"), ("PODIUM_DRAIN", "60s")]).await;
    let ana = server.person("Ana");
    // A connection that is kept alive is nobody.
    server.get("/v1/me", &ana).await.ok(200);
    let start = Instant::now();
    let status = server.terminate().await;
    assert_eq!(status.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(20), "after {:?}", start.elapsed());
}

#[tokio::test]
async fn what_waits_for_postgres_is_answered_before_the_end() {
    let settings = [("PODIUM_HEALTH_INTERVAL", "100ms"), ("PODIUM_DRAIN", "1s")];
    let mut server = Server::start_with(&settings).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    // A lock is held on the pod's row, so that the journal waits.
    let mut holder = server.database.connect().await;
    let held = holder.transaction().await.expect("a transaction");
    held.execute("SELECT FROM pods WHERE id = $1 FOR UPDATE", &[&pod]).await.expect("the row");
    let id = Uuid::now_v7();
    let path = format!("/v1/pods/{pod}/messages");
    let message = json!({"id": id, "text": "Last words."});
    let sending = server.post(&path, &people[0], message);
    let ending = async {
        while server.metric("podium_http_requests_in_flight").await < 1.0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.ask_to_stop();
        while readiness(&server).await == Some(200) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        held.rollback().await.expect("let go");
    };
    let (answer, ()) = tokio::join!(sending, ending);
    answer.ok(201);
    let status = server.ended().await;
    assert_eq!(status.code(), Some(0));
    let rows = holder.query("SELECT FROM messages WHERE id = $1", &[&id]).await.expect("the message");
    assert_eq!(rows.len(), 1);
}

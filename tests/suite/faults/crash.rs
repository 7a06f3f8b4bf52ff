//! The server is killed with SIGKILL under load and started again: what it acknowledged is there, clients resume by
//! themselves, and what they send again is there once.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::node::Node;
use crate::support::pod_client::{number, stored};
use crate::support::server::{Person, Server};
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};

#[tokio::test]
async fn a_killed_server_has_lost_nothing_that_it_acknowledged() {
    let mut server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let people: [Person; 10] = server.people();
    let (busy, calm) = people.split_at(5);
    let (_, busy_pod) = server.pod(busy).await;
    let (_, calm_pod) = server.pod(calm).await;
    // The reference client listens, and has to come back by itself too.
    let listener = json!({"url": server.url, "pod": calm_pod, "token": calm[0].token});
    let mut listener = Node::run("resume.mjs", &listener).await;
    let heard_from = number(&listener.until("joined").await["head"]);

    // As fast as it goes, so that something is always under way.
    let speakers = Speakers::start(&server, busy_pod, busy, Manner { pace: Duration::ZERO, at_once: 4 }).with(
        calm_pod,
        &calm[1..],
        Manner { pace: Duration::from_millis(500), at_once: 1 },
    );
    for _ in 0..2 {
        speakers.until_at_home().await;
        speakers.until_more(300).await;
        server.kill().await;
        // The dead server's connections are gone from everyone, so that nobody takes the next one for it.
        speakers.until("everyone knows", |said| said.at_home() == 0).await;
        server.restart().await;
    }
    speakers.until_at_home().await;
    speakers.until_more(300).await;
    let said = speakers.finish().await;
    assert!(said.iter().map(|speaker| speaker.again).sum::<usize>() > 0, "nothing was under way when it was killed");
    assert!(said.iter().all(|speaker| speaker.client.joins == 3), "each has resumed twice");

    let log = stored(&server, calm_pod).await;
    let want: Vec<Value> = log.iter().filter(|(seq, ..)| *seq > heard_from).map(|(_, id, ..)| json!(id)).collect();
    let mut heard = Vec::new();
    while heard.len() < want.len() {
        let message = listener.until("message").await;
        if number(&message["seq"]) > heard_from {
            heard.push(message["id"].clone());
        }
    }
    assert_eq!(heard, want, "the reference client has heard each thing once, in order");
    let (busy, calm): (Vec<_>, Vec<_>) = said.into_iter().partition(|speaker| speaker.client.pod == busy_pod);
    assert_nothing_lost(&server, busy_pod, busy).await;
    assert_nothing_lost(&server, calm_pod, calm).await;
}

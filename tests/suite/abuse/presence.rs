//! Joining and leaving topics in masses: everybody on a topic receives who comes and goes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::support::client::{Client, Frame};
use crate::support::server::Server;
use crate::support::wait::until;

/// Texts that the victim sends, a tenth of a second after each other.
const TEXTS: usize = 30;

/// The sockets of one person; as many as a node allows without being asked for more.
const SOCKETS: usize = 16;

#[tokio::test]
async fn one_person_on_many_sockets_does_not_flood_the_others() {
    let server = Server::start().await;
    let [ana, ben, mal] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone(), mal.clone()]).await;
    let topic = format!("pod:{pod}");
    let (victim, other) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ben));
    for client in [&victim, &other] {
        client.join(&topic, json!({})).await.ok();
    }
    let sockets = join_all((0..SOCKETS).map(|_| Client::open(&server, &mal))).await;
    let (is_over, joins, began) = (AtomicBool::new(false), AtomicUsize::new(0), Instant::now());
    let attack = join_all(sockets.iter().map(async |socket| {
        while !is_over.load(Ordering::Relaxed) {
            socket.join(&topic, json!({})).await.ok();
            joins.fetch_add(1, Ordering::Relaxed);
            socket.leave(&topic).await.ok();
        }
    }));
    let talks = async {
        for number in 0..TEXTS {
            victim.say(pod, Uuid::now_v7(), &format!("text {number}")).await.ok();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(attack, talks);
    let tenths = began.elapsed().as_millis() as usize / 100;
    let joins = joins.into_inner();
    for client in [&victim, &other] {
        let heard = client.frames().into_iter().filter(|frame| frame.event.starts_with("presence_"));
        let heard: Vec<Frame> = heard.collect();
        let bytes: usize = heard.iter().map(|frame| frame.payload.to_string().len()).sum();
        eprintln!("{} presence frames, {bytes} bytes, for {joins} joins in {tenths} tenths of a second", heard.len());
        assert!(heard.len() <= tenths + 10, "{} frames for {joins} joins in {tenths} tenths", heard.len());
        assert!(bytes <= heard.len() * 600, "{bytes} bytes in {} frames", heard.len());
    }
    assert!(joins > 2 * tenths, "{joins} joins are no attack");
    // The picture is right again.
    let last = Client::open(&server, &ben).await;
    last.join(&topic, json!({})).await.ok();
    let gone = |state: &serde_json::Value| state.get(mal.id.to_string()).is_none();
    let state = last.event(&topic, "presence_state").await;
    if !gone(&state) {
        last.event_where(&topic, "presence_diff", |diff| !gone(&diff["leaves"])).await;
    }
}

#[tokio::test]
async fn a_person_shows_three_metas() {
    let server = Server::start().await;
    let [ana, mal] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), mal.clone()]).await;
    let topic = format!("pod:{pod}");
    let sockets = join_all((0..8).map(|_| Client::open(&server, &mal))).await;
    for socket in &sockets {
        socket.join(&topic, json!({})).await.ok();
        socket.event(&topic, "presence_state").await;
    }
    let client = Client::open(&server, &ana).await;
    let metas = |people: &serde_json::Value| people[mal.id.to_string()]["metas"].as_array().map_or(0, Vec::len);
    client.join(&topic, json!({})).await.ok();
    let shown = || {
        let state: usize = client.heard(&topic, "presence_state").iter().map(metas).sum();
        let joins: usize = client.heard(&topic, "presence_diff").iter().map(|diff| metas(&diff["joins"])).sum();
        state + joins
    };
    until("three metas", async || shown() >= 3).await;
    for socket in &sockets {
        socket.leave(&topic).await.ok();
    }
    let gone = || client.heard(&topic, "presence_diff").iter().map(|diff| metas(&diff["leaves"])).sum::<usize>();
    until("the person's end", async || gone() >= 3).await;
    assert_eq!((shown(), gone()), (3, 3));
}

#[tokio::test]
async fn joins_of_a_person_have_a_rate_over_all_sockets() {
    let server = Server::start_with(&[("PODIUM_LIMIT_TOPIC_JOINS", "1/6")]).await;
    let [ana, mal] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), mal.clone()]).await;
    let topic = format!("pod:{pod}");
    let sockets = join_all((0..2).map(|_| Client::open(&server, &mal))).await;
    let mut refused = 0;
    for _ in 0..10 {
        for socket in &sockets {
            let reply = socket.join(&topic, json!({})).await;
            if reply.status == "error" {
                let refusal = reply.refused("rate_limited");
                assert!(refusal["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "{refusal}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 10, "{refused} of 20 refused");
    let client = Client::open(&server, &ana).await;
    client.join(&topic, json!({})).await.ok();
    client.say(pod, Uuid::now_v7(), "hello").await.ok();
}

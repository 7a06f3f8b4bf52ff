//! A removed member receives nothing that was committed after the removal: on no socket, on no node, by no way, whether
//! or not the bus announces it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, Frame, Reply};
use crate::support::cluster::{Cluster, at_home, bus, finish, more};
use crate::support::pod_client::{PodClient, stored};
use crate::support::server::Person;
use crate::support::speakers::{Manner, assert_nothing_lost};
use crate::support::timing::took;
use crate::support::wait::until;

const MANNER: Manner = Manner { pace: Duration::from_millis(30), at_once: 3 };

/// The highest position that a payload tells of.
fn newest(value: &Value) -> i64 {
    match value {
        Value::Object(fields) => {
            let own =
                ["seq", "changed_seq", "head", "next"].iter().filter_map(|name| fields.get(*name)?.as_i64()).max();
            fields.values().map(newest).max().max(own).unwrap_or(0)
        }
        Value::Array(values) => values.iter().map(newest).max().unwrap_or(0),
        _ => 0,
    }
}

/// A push is refused as to one who is no member, or to one whose topic is over already.
fn assert_refused(reply: Reply) {
    assert_eq!(reply.status, "error", "{}", reply.response);
    assert!(
        ["not_member", "unmatched_topic"].map(Some).contains(&reply.response["code"].as_str()),
        "{}",
        reply.response
    );
}

/// Removes one of the members of a pod in which the others talk all the time, and looks at everything that reaches
/// them.
async fn remove(cluster: &Cluster, how: &str) {
    let people: [Person; 5] = cluster.nodes[0].people();
    let [ana, ben, ..] = &people;
    let (_, pod) = cluster.nodes[0].pod(&people).await;
    let (topic, own) = (format!("pod:{pod}"), format!("user:{}", ben.id));
    let talkers = cluster.talk(pod, &people[2..], MANNER);
    at_home(&talkers).await;
    // On each of two nodes: one socket in the pod, one with their inbox alone, and one that will come back.
    let (mut live, mut inboxes, mut resuming) = (Vec::new(), Vec::new(), Vec::new());
    for node in &cluster.nodes[1..] {
        let client = Client::open(node, ben).await;
        client.join(&topic, json!({})).await.ok();
        client.join(&own, json!({})).await.ok();
        live.push(client);
        let client = Client::open(node, ben).await;
        client.join(&own, json!({})).await.ok();
        inboxes.push(client);
        let mut client = PodClient::joined(node, ben, pod).await;
        client.until("some of what is said", |client| client.last() > 8).await;
        client.cut(false);
        resuming.push(client);
    }
    // One who stays, beside them: what they hear of by their inbox, the removed would have heard of, too.
    let staying = Client::open(&cluster.nodes[1], &people[2]).await;
    staying.join(&format!("user:{}", people[2].id), json!({})).await.ok();
    more(&talkers, 10).await;

    let path = format!("/v1/pods/{pod}");
    cluster.nodes[0].delete(&format!("{path}/members/{}", ben.id), ana).await.ok(204);
    let removed = Instant::now();
    let asking = async {
        for client in &live {
            let asked = [
                client.push(&topic, "history", json!({"after": 0})),
                client.push(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": "But I am still here."})),
                client.push(&topic, "read", json!({"seq": 9})),
            ];
            for pushed in &asked {
                assert_refused(client.reply(pushed).await);
            }
        }
        for (node, client) in cluster.nodes[1..].iter().zip(&mut resuming) {
            // Over and over, as a client might that takes no for no answer.
            for _ in 0..5 {
                client.connect(node).await;
                client.until_or_over("an answer", |_| false).await;
                assert_eq!(client.refusal().map(|refusal| &refusal["code"]), Some(&json!("not_member")));
            }
            node.get(&format!("{path}/messages?after=0"), ben).await.refused(403, "not_member");
        }
    };
    let closing = join_all(live.iter().map(async |client| {
        client.event(&topic, "phx_close").await;
        removed.elapsed()
    }));
    let ((), times) = tokio::join!(asking, closing);
    took(
        &format!("from a removal to phx_close on two other nodes, {how}"),
        times.into_iter().max().expect("times"),
        Duration::from_millis(500),
    );

    more(&talkers, 15).await;
    let lines = stored(&cluster.nodes[0], pod).await;
    let database = cluster.nodes[0].database.connect().await;
    let sql = "SELECT seq FROM messages WHERE pod_id = $1 AND kind = 'removed'";
    let end: i64 = database.query_one(sql, &[&pod]).await.expect("the line").get(0);
    let last = lines.last().expect("a log").0;
    assert!(last > end + 10, "they talk on");
    let later = |activity: &Value| activity["head"].as_i64().is_some_and(|head| head >= last);
    staying.event_where(&format!("user:{}", people[2].id), "pod:activity", later).await;
    for client in live.iter().chain(&inboxes) {
        let notice = client.event(&own, "pod:removed").await;
        assert_eq!(notice, json!({"pod_id": pod, "reason": "removed"}));
        client.heartbeat().await;
    }

    let after: HashSet<&str> = lines.iter().filter(|(seq, ..)| *seq > end).map(|(.., text)| text.as_str()).collect();
    let resumed = resuming.iter().map(|client| client.client().frames());
    let heard = live.iter().chain(&inboxes).map(Client::frames).chain(resumed);
    for frame in heard.flatten() {
        let Frame { payload, .. } = &frame;
        assert!(newest(payload) <= end, "removed at {end}, and heard {frame:?}");
        let text = payload.to_string();
        assert!(!after.iter().any(|said| !said.is_empty() && text.contains(&format!("\"{said}\""))), "{frame:?}");
    }
    // Where it ends, the topic is silent but for that end.
    for client in &live {
        let frames = client.frames();
        let close =
            frames.iter().position(|frame| frame.topic == topic && frame.event == "phx_close").expect("its end");
        let rest = frames[close + 1..].iter().filter(|frame| frame.topic == topic && frame.event != "phx_reply");
        assert_eq!(rest.count(), 0, "after the end: {frames:#?}");
    }
    assert_nothing_lost(&cluster.nodes[0], pod, finish(talkers).await).await;
}

async fn lose_redis(cluster: &mut Cluster) {
    cluster.redis.kill().await;
    for node in &cluster.nodes {
        until("the loss to be noticed", async || bus(node).await.is_some_and(|bus| bus != "ok")).await;
    }
}

#[tokio::test]
async fn a_removal_of_which_nothing_else_tells_is_found_by_the_sweep() {
    let mut cluster = Cluster::start(3).await;
    lose_redis(&mut cluster).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        let [ana, ben]: [Person; 2] = cluster.nodes[0].people();
        let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
        let topic = format!("pod:{pod}");
        let clients = join_all(cluster.nodes[1..].iter().map(async |node| {
            let client = Client::open(node, &ben).await;
            client.join(&topic, json!({})).await.ok();
            client
        }));
        let clients = clients.await;
        cluster.nodes[0].delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
        let removed = Instant::now();
        let times = clients.iter().map(async |client| {
            client.event(&topic, "phx_close").await;
            removed.elapsed()
        });
        slowest = slowest.max(join_all(times).await.into_iter().max().expect("times"));
    }
    let what = "from a removal to phx_close on two other nodes, with Redis gone and nobody talking, slowest of ten";
    took(what, slowest, Duration::from_millis(500));
}

#[tokio::test]
async fn a_removed_member_receives_nothing_that_was_committed_after() {
    let mut cluster = Cluster::start(3).await;
    remove(&cluster, "by the bus").await;
    lose_redis(&mut cluster).await;
    for _ in 0..3 {
        remove(&cluster, "with Redis gone").await;
    }
}

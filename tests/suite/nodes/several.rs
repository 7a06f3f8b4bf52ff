//! Several nodes: one pod with members everywhere, while Redis does whatever it likes.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::cluster::{Cluster, bus};
use crate::support::crowd::{Crowd, setting};
use crate::support::redis::Faults;
use crate::support::server::{Person, Server};
use crate::support::wait::until;

#[tokio::test]
async fn a_node_that_is_cut_off_from_redis_is_noticed_by_all() {
    let cluster = Cluster::start(3).await;
    let crowd = Crowd::gather(&cluster).await;
    cluster.proxies[1].cut();
    for (number, node) in cluster.nodes.iter().enumerate() {
        let expected = if number == 1 { "received from Redis" } else { "node-1" };
        until("the cut to be noticed", async || bus(node).await.is_some_and(|bus| bus.contains(expected))).await;
    }
    crowd.talk().await;
    cluster.proxies[1].fault(Faults::NONE);
    cluster.until_well().await;
    crowd.assert_same_logs(&cluster).await;
}

#[tokio::test]
async fn a_node_that_is_killed_takes_nothing_with_it() {
    let mut cluster = Cluster::start(3).await;
    let crowd = Crowd::gather(&cluster).await;
    let [ana, ben]: [Person; 2] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let watcher = Client::open(&cluster.nodes[0], &ana).await;
    watcher.join(&topic, json!({})).await.ok();
    let bens = Client::open(&cluster.nodes[2], &ben).await;
    bens.join(&topic, json!({})).await.ok();
    let came = watcher.event_where(&topic, "presence_diff", |diff| !diff["joins"][ben.id.to_string()].is_null()).await;
    crowd.talk().await;
    let mut killed = cluster.nodes.pop().expect("a third node");
    crowd.send_to(&[&cluster.nodes[0], &cluster.nodes[1]]);
    killed.kill().await;
    let went = watcher.event_where(&topic, "presence_diff", |diff| !diff["leaves"][ben.id.to_string()].is_null()).await;
    assert_eq!(went["leaves"], came["joins"], "who was there is gone, and nobody else");
    crowd.talk().await;
    crowd.assert_same_logs(&cluster).await;
    cluster.until_well().await;
}

/// Which people a `presence_state` names, and with how many sessions.
fn present(state: &Value) -> Vec<(String, usize)> {
    let people = state.as_object().expect("people");
    people.iter().map(|(id, person)| (id.clone(), person["metas"].as_array().map_or(0, Vec::len))).collect()
}

/// Waits until `wanted` holds of the presence that a newcomer on this node receives.
async fn until_present(node: &Server, person: &Person, topic: &str, wanted: impl Fn(&Value) -> bool) {
    until("presence to be right", async || {
        let client = Client::open(node, person).await;
        client.join(topic, json!({})).await.ok();
        wanted(&client.event(topic, "presence_state").await)
    })
    .await;
}

#[tokio::test]
async fn presence_and_typing_are_one_over_all_nodes() {
    let cluster = Cluster::start(3).await;
    let [ana, ben, cem]: [Person; 3] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone(), cem.clone()]).await;
    let topic = format!("pod:{pod}");
    let anas = Client::open(&cluster.nodes[0], &ana).await;
    anas.join(&topic, json!({})).await.ok();
    let bens = Client::open(&cluster.nodes[1], &ben).await;
    bens.join(&topic, json!({})).await.ok();
    let came = |person: &Person| {
        let id = person.id.to_string();
        move |diff: &Value| !diff["joins"][&id].is_null()
    };
    let bens_coming = anas.event_where(&topic, "presence_diff", came(&ben)).await;
    // A node without anybody in the pod asks, and is answered.
    until_present(&cluster.nodes[2], &cem, &topic, |state| present(state).len() == 3).await;
    for (sessions, count) in [("here", 1.0), ("elsewhere", 1.0)] {
        let name = format!("podium_presence_entries{{sessions=\"{sessions}\"}}");
        until("presence to be counted", async || cluster.nodes[0].metric(&name).await == count).await;
    }

    anas.ask(&topic, "typing", json!({"on": true})).await.ok();
    let typing = |on: bool| json!({"user_id": ana.id, "on": on});
    assert_eq!(bens.event(&topic, "typing").await, typing(true));
    let cems = Client::open(&cluster.nodes[2], &cem).await;
    cems.join(&topic, json!({})).await.ok();
    anas.ask(&topic, "typing", json!({"on": false})).await.ok();
    assert_eq!(bens.event(&topic, "typing").await, typing(false));

    // Redis being gone empties nobody's presence.
    until_present(&cluster.nodes[0], &ana, &topic, |state| present(state).len() == 3).await;
    cluster.redis.freeze();
    until("the halt to be noticed", async || bus(&cluster.nodes[0]).await.is_some_and(|bus| bus != "ok")).await;
    until_present(&cluster.nodes[0], &ana, &topic, |state| present(state).len() == 3).await;
    // Who goes meanwhile is gone when it is back, wherever that was lost.
    bens.close(1000);
    cluster.redis.thaw();
    cluster.until_well().await;
    let ben_id = ben.id.to_string();
    let gone = bens_coming["joins"][&ben_id].clone();
    anas.event_where(&topic, "presence_diff", |diff| diff["leaves"][&ben_id] == gone).await;
    until_present(&cluster.nodes[2], &cem, &topic, |state| state[ben.id.to_string()].is_null()).await;
}

#[tokio::test]
async fn a_removed_member_receives_nothing_more_on_any_node() {
    let mut cluster = Cluster::start(3).await;
    for gone in [false, true] {
        if gone {
            cluster.redis.kill().await;
            for node in &cluster.nodes {
                until("the loss to be noticed", async || bus(node).await.is_some_and(|bus| bus != "ok")).await;
            }
        }
        let [ana, ben]: [Person; 2] = cluster.nodes[0].people();
        let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
        let topic = format!("pod:{pod}");
        let mut bens = Vec::new();
        for node in &cluster.nodes[1..] {
            let client = Client::open(node, &ben).await;
            client.join(&topic, json!({})).await.ok();
            client.join(&format!("user:{}", ben.id), json!({})).await.ok();
            bens.push(client);
        }
        cluster.nodes[0].delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
        let secret = json!({"text": "Now that we are alone."});
        cluster.nodes[0].post(&format!("/v1/pods/{pod}/messages"), &ana, secret).await.ok(201);
        for client in &bens {
            let notice = client.event(&format!("user:{}", ben.id), "pod:removed").await;
            assert_eq!(notice, json!({"pod_id": pod, "reason": "removed"}));
            client.event(&topic, "phx_close").await;
            let heard = client.frames().iter().any(|frame| frame.payload.to_string().contains("alone"));
            assert!(!heard, "{:?}", client.frames());
            client.join(&topic, json!({"after": 0})).await.refused("not_member");
        }
    }
}

#[tokio::test]
async fn what_the_bus_loses_of_an_inbox_is_found() {
    let cluster = Cluster::start(2).await;
    let [ana, ben]: [Person; 2] = cluster.nodes[0].people();
    let (event, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
    for lost in [0.0, 1.0] {
        cluster.proxies[1].fault(Faults { lost, ..Faults::NONE });
        let topic = format!("user:{}", ben.id);
        let bens = Client::open(&cluster.nodes[1], &ben).await;
        bens.join(&topic, json!({})).await.ok();
        // Another pod, which they come into on the other node.
        let body = json!({"name": "The back row"});
        let other = cluster.nodes[0].post(&format!("/v1/events/{event}/pods"), &ana, body).await.ok(201);
        let path = format!("/v1/pods/{}/members/me", other["id"].as_str().expect("an id"));
        cluster.nodes[0].put(&path, &ben, json!({})).await.ok(200);
        let joined = bens.event(&topic, "pod:joined").await;
        assert_eq!(joined["pod_id"], other["id"]);
        let said =
            cluster.nodes[0].post(&format!("/v1/pods/{pod}/messages"), &ana, json!({"text": "Hey."})).await.ok(201);
        let is_it = |activity: &Value| activity["last_message"]["id"] == said["id"];
        bens.event_where(&topic, "pod:activity", is_it).await;
        // They read on another device, on another node.
        let remote = Client::open(&cluster.nodes[0], &ben).await;
        remote.join(&format!("pod:{pod}"), json!({})).await.ok();
        remote.ask(&format!("pod:{pod}"), "read", json!({"seq": said["seq"]})).await.ok();
        bens.event_where(&topic, "read", |read| read["seq"] == said["seq"]).await;
        cluster.nodes[0].delete(&path, &ben).await.ok(204);
        let removed = bens.event(&topic, "pod:removed").await;
        assert_eq!(removed, json!({"pod_id": other["id"], "reason": "left"}));
    }
}

#[tokio::test]
async fn what_the_bus_loses_of_read_marks_is_found() {
    let cluster = Cluster::start(2).await;
    cluster.proxies[1].fault(Faults { lost: 1.0, ..Faults::NONE });
    let [ana, ben]: [Person; 2] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let (anas, bens) = (Client::open(&cluster.nodes[0], &ana).await, Client::open(&cluster.nodes[1], &ben).await);
    for client in [&anas, &bens] {
        client.join(&topic, json!({})).await.ok();
    }
    anas.ask(&topic, "read", json!({"seq": 2})).await.ok();
    assert_eq!(bens.event(&topic, "read").await, json!({"user_id": ana.id, "seq": 2}));
}

#[tokio::test]
async fn two_nodes_race_for_the_last_seat() {
    let cluster = Cluster::start(2).await;
    let people: [Person; 6] = cluster.nodes[0].people();
    let event = cluster.nodes[0].event(&people[0]).await;
    for person in &people {
        cluster.nodes[0].join_event(event, person).await;
    }
    for round in 0..setting("PODIUM_TEST_NODES_RACES", 200) {
        let body = json!({"name": format!("Round {round}")});
        let pod = cluster.nodes[0].post(&format!("/v1/events/{event}/pods"), &people[0], body).await.ok(201);
        let path = format!("/v1/pods/{}/members/me", pod["id"].as_str().expect("an id"));
        for person in &people[1..4] {
            cluster.nodes[1].put(&path, person, json!({})).await.ok(200);
        }
        let (one, other) = tokio::join!(
            cluster.nodes[0].put(&path, &people[4], json!({})),
            cluster.nodes[1].put(&path, &people[5], json!({})),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [200, 409]);
    }
}

#[tokio::test]
async fn a_node_that_stops_takes_its_leave() {
    let mut cluster = Cluster::start_with(2, &[("PODIUM_HEALTH_INTERVAL", "200ms"), ("PODIUM_DRAIN", "1s")]).await;
    let mut stopping = cluster.nodes.pop().expect("a second node");
    assert_eq!(stopping.terminate().await.code(), Some(0));
    let database = stopping.database.connect().await;
    let left = database.query("SELECT node FROM nodes", &[]).await.expect("the nodes");
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["node-0"]);
    cluster.until_well().await;
}

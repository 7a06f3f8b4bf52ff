//! `event:<id>` on several nodes, while Redis does whatever it likes.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::End;
use crate::support::cluster::{Cluster, bus};
use crate::support::database::Database;
use crate::support::event_client::{EventClient, Picture};
use crate::support::pair::Pair;
use crate::support::redis::Faults;
use crate::support::server::{Person, Server, id_of};
use crate::support::wait::until;

/// Nothing that is published comes.
const DEAF: Faults = Faults { lost: 1.0, doubled: 0.0, late: 0.0 };

async fn open(server: &Server, person: &Person, event: Uuid, name: &str) -> Uuid {
    id_of(&server.post(&format!("/v1/events/{event}/pods"), person, json!({"name": name})).await.ok(201))
}

fn membership(event: Uuid) -> String {
    format!("/v1/events/{event}/members/me")
}

async fn gather(server: &Server, people: &[Person]) -> Uuid {
    let event = server.event(&people[0]).await;
    for person in people {
        server.join_event(event, person).await;
    }
    event
}

/// Everything that a card can go through, done on `node`; received by every client in `hearing`, on whichever nodes, as
/// the list shows it, and with the members counted.
async fn every_change_arrives(
    node: &Server,
    people: &[Person; 3],
    event: Uuid,
    hearing: &[&EventClient],
    members: i64,
) {
    let [ana, ben, _] = people;
    let all = async |what: &str, holds: &(dyn Fn(&Picture) -> bool + Sync)| {
        join_all(hearing.iter().map(|client| client.until(what, holds))).await;
    };
    let pod = open(node, ana, event, "One").await;
    all("a pod", &|picture| picture.free(pod) == Some(4)).await;
    node.put(&format!("/v1/pods/{pod}/members/me"), ben, json!({})).await.ok(200);
    all("a seat less", &|picture| picture.free(pod) == Some(3)).await;
    node.patch(&format!("/v1/pods/{pod}"), ana, json!({"name": "Two"})).await.ok(200);
    all("a name", &|picture| picture.pods[&pod]["name"] == "Two").await;
    node.patch(&format!("/v1/pods/{pod}"), ana, json!({"join_policy": "invite"})).await.ok(200);
    all("a policy", &|picture| picture.pods[&pod]["join_policy"] == "invite").await;
    node.delete(&format!("/v1/pods/{pod}/members/me"), ben).await.ok(204);
    all("a seat more", &|picture| picture.free(pod) == Some(4)).await;
    node.delete(&format!("/v1/pods/{pod}"), ana).await.ok(204);
    all("its end", &|picture| picture.free(pod).is_none()).await;
    let stays = open(node, ben, event, "Stays").await;
    let guest = node.person("Guest");
    node.join_event(event, &guest).await;
    all("one more", &|picture| picture.members == members + 1 && picture.free(stays) == Some(4)).await;
    node.delete(&membership(event), &guest).await.ok(204);
    all("one less", &|picture| picture.members == members).await;
    for client in hearing {
        client.until_like_the_list(node, ana, event).await;
    }
}

#[tokio::test]
async fn what_happens_on_one_node_is_sent_on_all() {
    let cluster = Cluster::start(3).await;
    let people: [Person; 3] = cluster.nodes[0].people();
    let event = gather(&cluster.nodes[0], &people).await;
    let first = EventClient::join(&cluster.nodes[0], &people[0], event).await;
    let second = EventClient::join(&cluster.nodes[1], &people[1], event).await;
    for client in [&first, &second] {
        client.until("both", |picture| picture.present == 2).await;
    }
    // Also what a node has done on which nobody has the topic open.
    for node in [&cluster.nodes[0], &cluster.nodes[2]] {
        every_change_arrives(node, &people, event, &[&first, &second], 3).await;
    }
    let third = EventClient::join(&cluster.nodes[2], &people[2], event).await;
    for client in [&first, &second, &third] {
        client.until("three", |picture| picture.present == 3).await;
    }
    second.client.cut(false);
    for client in [&first, &third] {
        client.until("two", |picture| picture.present == 2).await;
    }
}

#[tokio::test]
async fn a_bus_that_loses_everything_hides_nothing() {
    let cluster = Cluster::start(2).await;
    let people: [Person; 3] = cluster.nodes[0].people();
    let event = gather(&cluster.nodes[0], &people).await;
    cluster.proxies.iter().for_each(|proxy| proxy.fault(DEAF));
    let first = EventClient::join(&cluster.nodes[0], &people[0], event).await;
    let second = EventClient::join(&cluster.nodes[1], &people[1], event).await;
    every_change_arrives(&cluster.nodes[0], &people, event, &[&first, &second], 3).await;
    // Who leaves elsewhere loses the topic here, and gets nothing that was done after that.
    let left = EventClient::join(&cluster.nodes[1], &people[2], event).await;
    cluster.nodes[0].delete(&membership(event), &people[2]).await.ok(204);
    let pod = open(&cluster.nodes[0], &people[0], event, "After the third").await;
    second.until("the pod", |picture| picture.free(pod) == Some(4)).await;
    let picture = left.until("the end", |picture| picture.closed).await;
    assert_eq!(picture.free(pod), None);
    // How many are there is what the bus alone knows; it is right when it is heard again.
    cluster.proxies.iter().for_each(|proxy| proxy.fault(Faults::NONE));
    cluster.until_well().await;
    for client in [&first, &second] {
        client.until("both", |picture| picture.present == 2).await;
    }
}

#[tokio::test]
async fn redis_being_gone_hides_nothing_and_sends_nobody_away() {
    let mut cluster = Cluster::start(2).await;
    let people: [Person; 3] = cluster.nodes[0].people();
    let event = gather(&cluster.nodes[0], &people).await;
    let first = EventClient::join(&cluster.nodes[0], &people[0], event).await;
    let second = EventClient::join(&cluster.nodes[1], &people[1], event).await;
    for client in [&first, &second] {
        client.until("both", |picture| picture.present == 2).await;
    }
    cluster.redis.kill().await;
    for node in &cluster.nodes {
        until("the loss to be noticed", async || bus(node).await.is_some_and(|bus| bus != "ok")).await;
    }
    for node in &cluster.nodes {
        every_change_arrives(node, &people, event, &[&first, &second], 3).await;
    }
    assert_eq!((first.picture().present, second.picture().present), (2, 2));
    cluster.nodes[0].delete(&membership(event), &people[1]).await.ok(204);
    second.until("the end", |picture| picture.closed).await;
    cluster.redis.start_again().await;
    cluster.until_well().await;
    first.until("one", |picture| picture.present == 1).await;
    every_change_arrives(
        &cluster.nodes[1],
        &[people[0].clone(), people[2].clone(), people[1].clone()],
        event,
        &[&first],
        2,
    )
    .await;
}

#[tokio::test]
async fn a_killed_node_takes_its_people_with_it() {
    let mut cluster = Cluster::start(2).await;
    let people: [Person; 3] = cluster.nodes[0].people();
    let event = gather(&cluster.nodes[0], &people).await;
    let first = EventClient::join(&cluster.nodes[0], &people[0], event).await;
    let others = join_all(people[1..].iter().map(|one| EventClient::join(&cluster.nodes[1], one, event))).await;
    first.until("all", |picture| picture.present == 3).await;
    cluster.nodes[1].kill().await;
    for other in &others {
        assert_eq!(other.client.ended().await, End::Broken);
    }
    first.until("alone", |picture| picture.present == 1).await;
    assert!(!first.picture().closed);
}

#[tokio::test]
async fn after_a_failover_that_lost_commits_everyone_has_the_event_as_it_is() {
    let pair = Pair::start().await;
    let database = Arc::new(Database::create_in(&pair.url()).await);
    let cluster = Cluster::start_on(Arc::clone(&database), 2, &[("PODIUM_LIMIT_SEND_WAIT", "30s")]).await;
    let people: [Person; 3] = cluster.nodes[0].people();
    let event = gather(&cluster.nodes[0], &people).await;
    let kept = open(&cluster.nodes[0], &people[0], event, "Kept").await;
    let clients = [
        EventClient::join(&cluster.nodes[0], &people[0], event).await,
        EventClient::join(&cluster.nodes[1], &people[1], event).await,
    ];
    pair.part().await;
    let lost = open(&cluster.nodes[0], &people[0], event, "Lost").await;
    for client in &clients {
        client.until("what will be lost", |picture| picture.free(lost).is_some()).await;
    }
    pair.fail_over().await;
    for client in &clients {
        client.client.event(&format!("event:{event}"), "phx_error").await;
        assert_eq!(client.client.end(), None, "the socket stays");
    }
    for (node, person) in cluster.nodes.iter().zip(&people) {
        let again = come_back(node, person, event, &clients[0].joined["epoch"]).await;
        let picture = again.picture();
        assert!(picture.free(kept).is_some() && picture.free(lost).is_none(), "{picture:?}");
        let new = open(node, person, event, "New").await;
        again.until("the new one", |picture| picture.free(new).is_some()).await;
    }
}

/// Joins as soon as the node knows of the new history.
async fn come_back(node: &Server, person: &Person, event: Uuid, before: &Value) -> EventClient {
    until("the database", async || node.get(&format!("/v1/events/{event}/pods"), person).await.status == 200).await;
    let again = EventClient::join(node, person, event).await;
    assert_ne!(&again.joined["epoch"], before);
    again
}

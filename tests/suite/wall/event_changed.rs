//! A change of an event reaches its members in order, on every node, whatever becomes of the bus.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::cluster::{Cluster, bus};
use crate::support::event_client::{EventClient, topic};
use crate::support::pod_client::number;
use crate::support::redis::Faults;
use crate::support::server::{Person, Server};
use crate::support::wait::until;

async fn gather(server: &Server, people: &[Person]) -> Uuid {
    let event = server.event(&people[0]).await;
    for person in people {
        server.join_event(event, person).await;
    }
    event
}

/// Changes the event, and waits until all of these have received the change.
async fn change(server: &Server, maker: &Person, event: Uuid, body: Value, clients: &[&EventClient]) -> i64 {
    let changed = server.patch(&format!("/v1/events/{event}"), maker, body).await.ok(200);
    let receive = async |client: &&EventClient| {
        let push = client.client.event_where(&topic(event), "event:changed", |push| push["event"] == changed).await;
        number(&push["seq"])
    };
    let numbers = join_all(clients.iter().map(receive)).await;
    assert!(numbers.iter().all(|seq| *seq == numbers[0]), "{numbers:?}");
    numbers[0]
}

#[tokio::test]
async fn each_change_is_sent_and_what_changes_nothing_is_not() {
    let server = Server::start().await;
    let people: [Person; 2] = server.people();
    let [ana, ben] = &people;
    let event = gather(&server, &people).await;
    let (bens, path) = (EventClient::join(&server, ben, event).await, format!("/v1/events/{event}"));
    let mut last = number(&bens.joined["head"]);
    for body in [
        json!({"artist": "Nils Frahm"}),
        json!({"city": "Halle"}),
        json!({"venue": "The Other Hall"}),
        json!({"date_utc": "2099-01-01T20:00:00Z"}),
        json!({"ends_at": "2099-01-01T23:00:00Z"}),
        json!({"time_zone": "Europe/Berlin"}),
        json!({"meet_point_public": true}),
        json!({"cancelled": true}),
        json!({"cancelled": false}),
    ] {
        let seq = change(&server, ana, event, body.clone(), &[&bens]).await;
        assert_eq!(seq, last + 1, "{body}");
        last = seq;
        // What changes nothing takes no number.
        if body != json!({"cancelled": true}) {
            server.patch(&path, ana, body).await.ok(200);
        }
    }
    server.patch(&path, ana, json!({})).await.ok(200);
    let joined = EventClient::join(&server, ben, event).await.joined;
    assert_eq!(number(&joined["head"]), last);
    assert_eq!(joined["event"], server.patch(&path, ana, json!({})).await.ok(200));
    // One sequence for all: a pod that is opened has the next number, and the picture checks the order.
    server.post(&format!("{path}/pods"), ben, json!({"name": "One"})).await.ok(201);
    let opened = bens.client.event(&bens.topic, "pod:opened").await;
    assert_eq!(number(&opened["seq"]), last + 1);
    assert_eq!(change(&server, ana, event, json!({"venue": "A third"}), &[&bens]).await, last + 2);
    assert_eq!(bens.picture().pods.len(), 1);
    // A change is one of the event's own row, too, by which calendars know it.
    let times = "SELECT updated_at > created_at + interval '1 ms' FROM events WHERE id = $1";
    let client = server.database.connect().await;
    assert!(client.query_one(times, &[&event]).await.expect("its times").get::<_, bool>(0));
}

#[tokio::test]
async fn it_arrives_on_all_nodes_whatever_redis_does() {
    let mut cluster = Cluster::start(2).await;
    let people: [Person; 2] = cluster.nodes[0].people();
    let event = gather(&cluster.nodes[0], &people).await;
    let first = EventClient::join(&cluster.nodes[0], &people[0], event).await;
    let second = EventClient::join(&cluster.nodes[1], &people[1], event).await;
    let both = [&first, &second];
    change(&cluster.nodes[0], &people[0], event, json!({"venue": "One"}), &both).await;
    // Nothing that is published arrives; the sweep finds it.
    cluster.proxies.iter().for_each(|proxy| proxy.fault(Faults { lost: 1.0, ..Faults::NONE }));
    change(&cluster.nodes[1], &people[0], event, json!({"venue": "Two"}), &both).await;
    cluster.proxies.iter().for_each(|proxy| proxy.fault(Faults::NONE));
    cluster.redis.kill().await;
    for node in &cluster.nodes {
        until("the loss to be noticed", async || bus(node).await.is_some_and(|bus| bus != "ok")).await;
    }
    change(&cluster.nodes[0], &people[0], event, json!({"cancelled": true}), &both).await;
}

/// Changes that race each other and pods that are opened: everybody ends with the last one, in one order.
#[tokio::test]
async fn changes_at_once_have_one_order() {
    let server = Server::start().await;
    let people: [Person; 3] = server.people();
    let event = gather(&server, &people).await;
    let clients = join_all(people.iter().map(|person| EventClient::join(&server, person, event))).await;
    let path = format!("/v1/events/{event}");
    let work = async |number: usize| {
        if number.is_multiple_of(3) {
            server.post(&format!("{path}/pods"), &people[1], json!({"name": format!("Pod {number}")})).await.ok(201);
        } else {
            let venue = json!({"venue": format!("Hall {number}")});
            server.patch(&path, &people[0], venue).await.ok(200);
        }
    };
    join_all((0..60).map(work)).await;
    let last = server.patch(&path, &people[0], json!({"venue": "The last"})).await.ok(200);
    for client in &clients {
        client.client.event_where(&client.topic, "event:changed", |push| push["event"] == last).await;
        client.until("all pods", |picture| picture.pods.len() == 20).await;
    }
    assert!(server.log().iter().all(|line| !line.contains("40P01")), "there was a deadlock");
}

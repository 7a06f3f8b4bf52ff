//! Pins and marks as unread: one's own, on all of one's devices, beside a read mark that never moves back.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::Cluster;
use crate::support::redis::Faults;
use crate::support::server::{Person, Server};

/// A socket that has joined its person's own topic.
async fn device(server: &Server, person: &Person) -> (Client, String) {
    let (client, topic) = (Client::open(server, person).await, format!("user:{}", person.id));
    client.join(&topic, json!({})).await.ok();
    (client, topic)
}

/// The entry of this pod in the person's inbox.
async fn entry(server: &Server, person: &Person, pod: Uuid) -> Value {
    let inbox = server.get("/v1/me/pods", person).await.ok(200);
    let items = inbox["items"].as_array().expect("items");
    items.iter().find(|entry| entry["id"] == json!(pod)).expect("the pod").clone()
}

#[tokio::test]
async fn a_pod_is_pinned_and_marked_for_oneself_alone() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/me/pods/{pod}");
    let plain = entry(&server, &ana, pod).await;
    assert_eq!((&plain["pinned_at"], &plain["marked_unread"]), (&Value::Null, &json!(false)));
    let ((phone, topic), (bens, bens_topic)) = tokio::join!(device(&server, &ana), device(&server, &ben));

    let pinned = server.patch(&path, &ana, json!({"pinned": true})).await.ok(200);
    assert!(pinned["pinned_at"].is_string() && pinned["marked_unread"] == json!(false), "{pinned}");
    let push = phone.event(&topic, "pod:marked").await;
    assert_eq!(push, json!({"pod_id": pod, "pinned_at": pinned["pinned_at"], "marked_unread": false}));
    // Asking again changes nothing.
    assert_eq!(server.patch(&path, &ana, json!({"pinned": true})).await.ok(200), pinned);
    let both = server.patch(&path, &ana, json!({"marked_unread": true})).await.ok(200);
    assert_eq!(both, json!({"pinned_at": pinned["pinned_at"], "marked_unread": true}));
    let marked = phone.event_where(&topic, "pod:marked", |push| push["marked_unread"] == json!(true)).await;
    assert_eq!(marked["pinned_at"], pinned["pinned_at"]);
    let held = entry(&server, &ana, pod).await;
    assert_eq!((&held["pinned_at"], &held["marked_unread"]), (&pinned["pinned_at"], &json!(true)));
    assert_eq!(held["read_seq"], plain["read_seq"], "the read mark stays");
    let others = entry(&server, &ben, pod).await;
    assert_eq!((&others["pinned_at"], &others["marked_unread"]), (&Value::Null, &json!(false)));

    // What is taken away is sent, too.
    let unpinned = server.patch(&path, &ana, json!({"pinned": false, "marked_unread": false})).await.ok(200);
    assert_eq!(unpinned, json!({"pinned_at": null, "marked_unread": false}));
    phone.event_where(&topic, "pod:marked", |push| push["pinned_at"].is_null()).await;
    assert_eq!(server.patch(&path, &ana, json!({})).await.ok(200), unpinned);
    bens.heartbeat().await;
    assert!(bens.heard(&bens_topic, "pod:marked").is_empty(), "it is nobody else's");
}

#[tokio::test]
async fn a_mark_as_unread_ends_when_something_new_is_read() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/me/pods/{pod}");
    let read = async |seq: &Value| {
        server.put(&format!("/v1/pods/{pod}/read"), &ana, json!({ "seq": seq })).await.ok(204);
        entry(&server, &ana, pod).await
    };
    let say = async || {
        let new = json!({"id": Uuid::now_v7(), "text": "new"});
        server.post(&format!("/v1/pods/{pod}/messages"), &ben, new).await.ok(201)["seq"].clone()
    };
    let first = say().await;
    assert_eq!(read(&first).await["unread"], json!(0));
    server.patch(&path, &ana, json!({"marked_unread": true})).await.ok(200);
    // To read the same once more moves nothing.
    assert_eq!(read(&first).await["marked_unread"], json!(true));
    let second = say().await;
    assert_eq!(entry(&server, &ana, pod).await["marked_unread"], json!(true));
    assert_eq!(read(&second).await["marked_unread"], json!(false));
    // And it can be marked again, where it stands now.
    let again = server.patch(&path, &ana, json!({"marked_unread": true})).await.ok(200);
    assert_eq!(again["marked_unread"], json!(true));
    assert_eq!(entry(&server, &ana, pod).await["read_seq"], second);
}

#[tokio::test]
async fn marks_are_for_members_and_go_with_the_membership() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/me/pods/{pod}");
    server.patch(&path, &cleo, json!({"pinned": true})).await.refused(404, "not_found");
    server.join_event(event, &cleo).await;
    server.patch(&path, &cleo, json!({"pinned": true})).await.refused(403, "not_member");
    let missing = format!("/v1/me/pods/{}", Uuid::now_v7());
    server.patch(&missing, &ana, json!({"pinned": true})).await.refused(404, "not_found");
    server.patch(&path, &ana, json!({"pinned": "yes"})).await.refused(422, "invalid");
    server.patch(&path, &ben, json!({"pinned": true, "marked_unread": true})).await.ok(200);
    let me = format!("/v1/pods/{pod}/members/me");
    server.delete(&me, &ben).await.ok(204);
    server.patch(&path, &ben, json!({"pinned": true})).await.refused(403, "not_member");
    server.put(&me, &ben, json!({})).await.ok(200);
    let back = entry(&server, &ben, pod).await;
    assert_eq!((&back["pinned_at"], &back["marked_unread"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn marks_reach_devices_on_other_nodes_whatever_becomes_of_the_bus() {
    let cluster = Cluster::start(2).await;
    let [ana, ben] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/me/pods/{pod}");
    let (phone, topic) = device(&cluster.nodes[1], &ana).await;
    let pinned = cluster.nodes[0].patch(&path, &ana, json!({"pinned": true})).await.ok(200);
    let push = phone.event(&topic, "pod:marked").await;
    assert_eq!(push, json!({"pod_id": pod, "pinned_at": pinned["pinned_at"], "marked_unread": false}));
    // Nothing that is published comes any more.
    let deaf = Faults { lost: 1.0, doubled: 0.0, late: 0.0 };
    cluster.proxies.iter().for_each(|proxy| proxy.fault(deaf));
    cluster.nodes[0].patch(&path, &ana, json!({"marked_unread": true})).await.ok(200);
    phone.event_where(&topic, "pod:marked", |push| push["marked_unread"] == json!(true)).await;
}

//! Read marks: sent to the pod and to the person's other devices, stored, and cheap.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Person, Server};

async fn marks(server: &Server, pod: Uuid, person: &Person) -> Vec<Value> {
    let detail = server.get(&format!("/v1/pods/{pod}"), person).await.ok(200);
    detail["members"].as_array().expect("members").iter().map(|member| member["read_seq"].clone()).collect()
}

#[tokio::test]
async fn a_read_mark_is_sent_and_kept_and_never_moves_back() {
    let server = Server::start().await;
    let [ana, ben, fan, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &fan).await;
    let topic = format!("pod:{pod}");
    let own = format!("user:{}", ben.id);
    let path = format!("/v1/pods/{pod}/read");
    for number in 0..3 {
        server.post(&format!("/v1/pods/{pod}/messages"), &ana, json!({"text": format!("{number}")})).await.ok(201);
    }
    let [a, b, phone] =
        [Client::open(&server, &ana).await, Client::open(&server, &ben).await, Client::open(&server, &ben).await];
    for client in [&a, &b] {
        client.join(&topic, json!({})).await.ok();
    }
    phone.join(&own, json!({})).await.ok();

    assert_eq!(b.ask(&topic, "read", json!({"seq": 4})).await.ok(), json!({}));
    for client in [&a, &b] {
        assert_eq!(client.event(&topic, "read").await, json!({"user_id": ben.id, "seq": 4}));
    }
    assert_eq!(phone.event(&own, "read").await, json!({"pod_id": pod, "seq": 4, "unread": 1}));
    assert_eq!(server.get("/v1/me/pods", &ben).await.ok(200)["items"][0]["unread"], 1);
    assert_eq!(marks(&server, pod, &ana).await, [json!(0), json!(4)]);

    // Back is nowhere, and above the head is the head.
    b.ask(&topic, "read", json!({"seq": 3})).await.ok();
    server.put(&path, &ben, json!({"seq": 0})).await.ok(204);
    assert_eq!(marks(&server, pod, &ana).await, [json!(0), json!(4)]);
    server.put(&path, &ben, json!({"seq": i64::MAX})).await.ok(204);
    assert_eq!(a.event(&topic, "read").await, json!({"user_id": ben.id, "seq": 5}));
    assert_eq!(phone.event(&own, "read").await, json!({"pod_id": pod, "seq": 5, "unread": 0}));
    assert_eq!(marks(&server, pod, &ana).await, [json!(0), json!(5)]);
    assert_eq!(Client::open(&server, &ana).await.join(&topic, json!({})).await.ok()["members"][1]["read_seq"], 5);

    for bad in [json!({"seq": -1}), json!({"seq": "4"}), json!({})] {
        server.put(&path, &ben, bad.clone()).await.refused(422, "invalid");
        b.ask(&topic, "read", bad).await.refused("invalid");
    }
    server.put(&path, &fan, json!({"seq": 1})).await.refused(403, "not_member");
    server.put(&path, &stranger, json!({"seq": 1})).await.refused(404, "not_found");
    // Not an entry of the log.
    assert_eq!(server.get("/v1/me/pods", &ana).await.ok(200)["items"][0]["head"], 5);
}

#[tokio::test]
async fn reading_along_does_not_cost_a_transaction_a_message() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let people: [Person; 5] = server.people();
    let (_, pod) = server.pod(&people).await;
    let topic = &format!("pod:{pod}");
    let mut clients = Vec::new();
    for person in &people {
        let client = Client::open(&server, person).await;
        client.join(topic, json!({})).await.ok();
        clients.push(client);
    }
    for number in 0..60 {
        let id = Uuid::now_v7();
        clients[0].say(pod, id, &format!("{number}")).await.ok();
    }
    // Everybody marks each message, at once.
    let before = server.metric("podium_db_statements_total").await;
    let started = std::time::Instant::now();
    let pushed: Vec<_> = clients
        .iter()
        .flat_map(|client| (6..=65).map(move |seq| (client, client.push(topic, "read", json!({"seq": seq})))))
        .collect();
    for (client, pushed) in &pushed {
        client.reply(pushed).await.ok();
    }
    for client in &clients {
        for person in &people {
            client.event_where(topic, "read", |read| *read == json!({"user_id": person.id, "seq": 65})).await;
        }
        let heard = client.heard(topic, "read");
        for person in &people {
            let seqs: Vec<_> = heard
                .iter()
                .filter(|read| read["user_id"] == json!(person.id))
                .map(|read| read["seq"].as_i64())
                .collect();
            assert!(seqs.is_sorted(), "{seqs:?}");
        }
    }
    let calls = server.metric("podium_db_statements_total").await - before;
    // One call each half second, and what the server does beside it.
    let allowed = 12.0 + started.elapsed().as_secs_f64() * 8.0;
    assert!(calls <= allowed, "{calls} statements for 300 marks in {:?}", started.elapsed());
    assert_eq!(marks(&server, pod, &people[0]).await, [65; 5].map(|seq| json!(seq)));
}

#[tokio::test]
async fn who_has_left_hears_nothing_of_marks() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let [a, b] = [Client::open(&server, &ana).await, Client::open(&server, &ben).await];
    a.join(&topic, json!({})).await.ok();
    b.join(&topic, json!({})).await.ok();
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ben).await.ok(204);
    a.ask(&topic, "read", json!({"seq": 2})).await.ok();
    a.event(&topic, "read").await;
    b.event(&topic, "phx_close").await;
    b.heartbeat().await;
    assert_eq!(b.heard(&topic, "read"), Vec::<Value>::new());
    server.put(&format!("/v1/pods/{pod}/read"), &ben, json!({"seq": 2})).await.refused(403, "not_member");
}

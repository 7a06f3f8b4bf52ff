//! A message ends the typing that led to it, for every member who received it, and not the typing that has begun since.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::Cluster;
use crate::support::server::{Person, Server};

/// Returns the typing notices and the messages, in the order in which they were received.
fn sequence(client: &Client, topic: &str) -> Vec<Value> {
    let frames = client.frames().into_iter().filter(|frame| frame.topic == topic);
    frames
        .filter_map(|frame| match frame.event.as_str() {
            "typing" => Some(frame.payload["on"].clone()),
            "message:new" => Some(json!("message")),
            _ => None,
        })
        .collect()
}

async fn joined(server: &Server, person: &Person, topic: &str) -> Client {
    let client = Client::open(server, person).await;
    client.join(topic, json!({})).await.ok();
    client
}

#[tokio::test]
async fn a_message_ends_the_typing_that_led_to_it() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_TYPING", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let [a, b] = [joined(&server, &ana, &topic).await, joined(&server, &ben, &topic).await];
    let types = async |on: bool| b.event_where(&topic, "typing", |typing| typing["on"] == on).await;
    a.ask(&topic, "typing", json!({"on": true})).await.ok();
    types(true).await;
    a.say(pod, Uuid::now_v7(), "without a word about typing").await.ok();
    types(false).await;
    // Again, and a message that comes another way.
    a.ask(&topic, "typing", json!({"on": true})).await.ok();
    types(true).await;
    server.post(&format!("/v1/pods/{pod}/messages"), &ana, json!({"text": "by HTTP"})).await.ok(201);
    types(false).await;
    let (on, off, message) = (json!(true), json!(false), json!("message"));
    let expected = [&on, &message, &off, &on, &message, &off].map(Value::clone);
    assert_eq!(sequence(&b, &topic), expected);
}

#[tokio::test]
async fn typing_that_began_since_goes_on() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_TYPING", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let [a, b] = [joined(&server, &ana, &topic).await, joined(&server, &ben, &topic).await];
    // While the log is locked, the message is under way.
    let mut database = server.database.connect().await;
    let lock = database.transaction().await.expect("a transaction");
    lock.execute("SELECT 1 FROM pods WHERE id = $1 FOR UPDATE", &[&pod]).await.expect("the lock");
    a.ask(&topic, "typing", json!({"on": true})).await.ok();
    let id = Uuid::now_v7();
    let said = a.push(&topic, "message:new", json!({"id": id, "text": "the first"}));
    a.ask(&topic, "typing", json!({"on": true})).await.ok();
    lock.rollback().await.expect("the end of the lock");
    a.reply(&said).await.ok();
    b.message(pod, id).await;
    // What is sent next comes after whatever the message led to.
    let next = Uuid::now_v7();
    b.say(pod, next, "I wait").await.ok();
    b.message(pod, next).await;
    assert_eq!(sequence(&b, &topic), [json!(true), json!("message"), json!("message")]);
    a.say(pod, Uuid::now_v7(), "the second").await.ok();
    b.event_where(&topic, "typing", |typing| typing["on"] == false).await;
}

#[tokio::test]
async fn a_message_ends_typing_on_every_node() {
    let cluster = Cluster::start(2).await;
    let [ana, ben] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let a = joined(&cluster.nodes[0], &ana, &topic).await;
    let b = joined(&cluster.nodes[1], &ben, &topic).await;
    // A new typing notice comes after the end of the one before; typing that ends by itself ends after that.
    let types = async || {
        a.ask(&topic, "typing", json!({"on": true})).await.ok();
        b.event_where(&topic, "typing", |typing| typing["on"] == true).await;
    };
    let stops = async || a.event_where(&topic, "typing", |typing| typing["on"] == false).await;
    types().await;
    a.say(pod, Uuid::now_v7(), "one").await.ok();
    stops().await;
    types().await;
    // Said on the other node than where it was typed.
    let id = Uuid::now_v7();
    let body = json!({"id": id, "text": "two"});
    cluster.nodes[1].post(&format!("/v1/pods/{pod}/messages"), &ana, body).await.ok(201);
    stops().await;
    types().await;
    let typing: Vec<Value> = sequence(&b, &topic).into_iter().filter(Value::is_boolean).collect();
    assert_eq!(typing, [true, false, true, false, true]);
}

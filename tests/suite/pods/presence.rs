//! Who is there and who types; and Phoenix's rules of joining and leaving.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::node::Node;
use crate::support::server::{Person, Server};

/// Ana and Ben in a pod.
async fn two() -> (Server, Person, Person, Uuid, String) {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    (server, ana, ben, pod, format!("pod:{pod}"))
}

/// The `phx_ref`s of a person in a state, or in one side of a diff.
fn metas(people: &Value, person: &Person) -> Vec<String> {
    let metas = people[person.id.to_string()]["metas"].as_array().cloned().unwrap_or_default();
    metas.iter().map(|meta| meta["phx_ref"].as_str().expect("a phx_ref").to_owned()).collect()
}

#[tokio::test]
async fn presence_tells_who_is_there_by_person_and_device() {
    let (server, ana, ben, _, topic) = two().await;
    let phone = Client::open(&server, &ana).await;
    let join = phone.start_join(&topic, json!({}));
    phone.reply(&join).await.ok();
    let state = phone.event(&topic, "presence_state").await;
    assert_eq!((state.as_object().unwrap().len(), metas(&state, &ana).len()), (1, 1), "{state}");
    // The state follows the join's answer.
    let order: Vec<_> = phone.frames().iter().map(|frame| frame.event.clone()).collect();
    let place = |event: &str| order.iter().position(|each| each == event).unwrap();
    assert!(place("phx_reply") < place("presence_state"), "{order:?}");

    let bens = Client::open(&server, &ben).await;
    bens.join(&topic, json!({})).await.ok();
    let state = bens.event(&topic, "presence_state").await;
    let ben_ref = metas(&state, &ben);
    assert_eq!((metas(&state, &ana).len(), ben_ref.len()), (1, 1), "{state}");
    let comes = async |client: &Client, person: &Person| {
        client.event_where(&topic, "presence_diff", |diff| !metas(&diff["joins"], person).is_empty()).await
    };
    let diff = comes(&phone, &ben).await;
    assert_eq!((metas(&diff["joins"], &ben), &diff["leaves"]), (ben_ref.clone(), &json!({})));

    // A second device is a second meta of the same key.
    let laptop = Client::open(&server, &ana).await;
    laptop.join(&topic, json!({})).await.ok();
    let state = laptop.event(&topic, "presence_state").await;
    assert_eq!((state.as_object().unwrap().len(), metas(&state, &ana).len()), (2, 2), "{state}");
    let came = comes(&phone, &ana).await;
    assert_eq!(came, comes(&bens, &ana).await);
    let [laptop_ref] = &metas(&came["joins"], &ana)[..] else { panic!("{came}") };
    assert!(metas(&state, &ana).contains(laptop_ref));
    // By leaving, by closing the socket, and by a connection that breaks: the same.
    let leaves = async |client: &Client, person: &Person| {
        let goes = |diff: &Value| !metas(&diff["leaves"], person).is_empty();
        let diff = client.event_where(&topic, "presence_diff", goes).await;
        assert_eq!(diff["joins"], json!({}), "{diff}");
        metas(&diff["leaves"], person)
    };
    laptop.leave(&topic).await.ok();
    let first = leaves(&phone, &ana).await;
    assert_eq!(first, leaves(&bens, &ana).await);
    assert_eq!(first, [laptop_ref.as_str()]);
    bens.close(1000);
    assert_eq!(leaves(&phone, &ben).await, ben_ref);
    for reset in [false, true] {
        let again = Client::open(&server, &ben).await;
        again.join(&topic, json!({})).await.ok();
        let came = metas(&comes(&phone, &ben).await["joins"], &ben);
        again.cut(reset);
        drop(again);
        assert_eq!(leaves(&phone, &ben).await, came);
    }
    // A rejoin on the same socket goes and comes.
    phone.join(&topic, json!({})).await.ok();
    let state = phone.event(&topic, "presence_state").await;
    assert_eq!((state.as_object().unwrap().len(), metas(&state, &ana).len()), (1, 1), "{state}");
}

#[tokio::test]
async fn the_npm_clients_presence_agrees() {
    let (server, ana, ben, pod, _) = two().await;
    let mut node = Node::run("presence.mjs", &json!({"url": server.url, "pod": pod, "token": ana.token})).await;
    let counts = async |node: &mut Node, wanted: Value| {
        node.until_where("sync", |event| event["keys"] == wanted).await;
    };
    let (me, other) = (ana.id.to_string(), ben.id.to_string());
    counts(&mut node, json!({&me: 1})).await;
    node.tell(&json!({"do": "come", "name": "phone", "token": ben.token})).await;
    let came = node.until_where("came", |event| event["id"] == json!(other)).await;
    assert_eq!(came["before"], 0);
    counts(&mut node, json!({&me: 1, &other: 1})).await;
    node.tell(&json!({"do": "come", "name": "laptop", "token": ben.token})).await;
    counts(&mut node, json!({&me: 1, &other: 2})).await;
    node.tell(&json!({"do": "go", "name": "phone"})).await;
    let went = node.until("went").await;
    assert_eq!((&went["id"], &went["left"]), (&json!(other), &json!(1)));
    node.tell(&json!({"do": "go", "name": "laptop"})).await;
    let went = node.until("went").await;
    assert_eq!((&went["id"], &went["left"]), (&json!(other), &json!(0)));
    counts(&mut node, json!({&me: 1})).await;
}

#[tokio::test]
async fn typing_is_sent_to_the_others_and_ends_by_itself() {
    let (server, ana, ben, pod, topic) = two().await;
    let (anas, bens) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ben));
    for client in [&anas, &bens] {
        client.join(&topic, json!({})).await.ok();
    }
    let typing = |on: bool| json!({"user_id": ana.id, "on": on});
    assert_eq!(anas.ask(&topic, "typing", json!({"on": true})).await.ok(), json!({}));
    assert_eq!(bens.event(&topic, "typing").await, typing(true));
    anas.ask(&topic, "typing", json!({"on": false})).await.ok();
    assert_eq!(bens.event(&topic, "typing").await, typing(false));

    // Without a word it ends after six seconds.
    let began = Instant::now();
    anas.ask(&topic, "typing", json!({"on": true})).await.ok();
    assert_eq!(bens.event(&topic, "typing").await, typing(true));
    // A member who joins meanwhile receives it.
    let late = Client::open(&server, &ben).await;
    late.join(&topic, json!({})).await.ok();
    assert_eq!(late.event(&topic, "typing").await, typing(true));
    assert_eq!(bens.event(&topic, "typing").await, typing(false));
    let took = began.elapsed();
    assert!(took > Duration::from_secs(5), "after {took:?}");

    // Whose connection breaks types no more.
    anas.ask(&topic, "typing", json!({"on": true})).await.ok();
    assert_eq!(bens.event(&topic, "typing").await, typing(true));
    let id = Uuid::now_v7();
    bens.say(pod, id, "are you still there?").await.ok();
    anas.message(pod, id).await;
    assert!(
        anas.heard(&topic, "typing").iter().all(|typing| typing["on"] == false),
        "one's own typing is not sent back"
    );
    anas.cut(true);
    drop(anas);
    assert_eq!(bens.event(&topic, "typing").await, typing(false));
    let log = server.get(&format!("/v1/pods/{pod}/messages"), &ben).await.ok(200);
    assert_eq!(log["messages"].as_array().unwrap().len(), 2, "typing is not stored");
}

#[tokio::test]
async fn typing_has_a_limit() {
    let (server, ana, _, _, topic) = two().await;
    let client = Client::open(&server, &ana).await;
    client.join(&topic, json!({})).await.ok();
    let pushed: Vec<_> = (0..40).map(|_| client.push(&topic, "typing", json!({"on": true}))).collect();
    let mut refused = 0;
    for pushed in &pushed {
        let reply = client.reply(pushed).await;
        if reply.status == "error" {
            assert!(reply.refused("rate_limited")["retry_after_ms"].as_u64().unwrap() >= 1);
            refused += 1;
        }
    }
    assert!((1..=38).contains(&refused), "{refused} of 40 refused");
}

#[tokio::test]
async fn a_second_join_closes_the_first() {
    let (server, ana, ben, pod, topic) = two().await;
    let (client, other) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ben));
    other.join(&topic, json!({})).await.ok();
    client.join(&topic, json!({})).await.ok();
    let first = client.join_ref(&topic).unwrap();
    client.join(&topic, json!({})).await.ok();
    let second = client.join_ref(&topic).unwrap();
    let closes = |client: &Client| -> Vec<(Value, Value)> {
        let closed = client.frames().into_iter().filter(|frame| frame.event == "phx_close");
        closed.map(|frame| (frame.join_ref, frame.reference)).collect()
    };
    client.event(&topic, "phx_close").await;
    assert_eq!(closes(&client), [(json!(first), json!(first))]);
    // The close of the first comes before the answer to the second.
    let frames = client.frames();
    let close = frames.iter().position(|frame| frame.event == "phx_close").unwrap();
    let answer = frames.iter().position(|frame| frame.event == "phx_reply" && frame.join_ref == json!(second)).unwrap();
    assert!(close < answer);

    // What is pushed with the first one's join_ref is dropped; what is pushed with none counts for the topic.
    let stale = Uuid::now_v7();
    let dropped = client.send(Some(&first), &topic, "message:new", json!({"id": stale, "text": "stale"}));
    let left = client.send(Some(&first), &topic, "phx_leave", json!({}));
    let bare = Uuid::now_v7();
    let pushed = client.send(None, &topic, "message:new", json!({"id": bare, "text": "bare"}));
    client.reply(&pushed).await.ok();
    client.heartbeat().await;
    assert!(client.reply_now(&dropped).is_none() && client.reply_now(&left).is_none());
    // Each message comes once, though there were two joins.
    let last = Uuid::now_v7();
    other.say(pod, last, "one").await.ok();
    client.message(pod, last).await;
    let heard: Vec<Value> = client.heard(&topic, "message:new").iter().map(|message| message["id"].clone()).collect();
    assert_eq!(heard, [json!(bare), json!(last)]);
    assert_eq!(closes(&client).len(), 1);
}

#[tokio::test]
async fn leaving_is_answered_and_then_closed() {
    let (server, ana, ben, pod, topic) = two().await;
    let (client, other) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ben));
    other.join(&topic, json!({})).await.ok();
    client.join(&topic, json!({})).await.ok();
    let join_ref = client.join_ref(&topic).unwrap();
    let leave = client.push(&topic, "phx_leave", json!({}));
    assert_eq!(client.reply(&leave).await.ok(), json!({}));
    client.event(&topic, "phx_close").await;
    let frames = client.frames();
    let answer = frames.iter().position(|frame| frame.reference == json!(leave.0)).unwrap();
    let close = frames.iter().position(|frame| frame.event == "phx_close").unwrap();
    assert!(answer < close);
    assert_eq!((&frames[close].join_ref, &frames[close].payload), (&json!(join_ref), &json!({})));
    // From then on the topic is silent, and knows no pushes.
    client.ask(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": "a"})).await.refused("unmatched_topic");
    other.say(pod, Uuid::now_v7(), "without you").await.ok();
    // Leaving what one has not joined is answered too.
    assert_eq!(client.leave(&topic).await.ok(), json!({}));
    client.join(&topic, json!({})).await.ok();
    let id = Uuid::now_v7();
    other.say(pod, id, "again with you").await.ok();
    client.message(pod, id).await;
    assert_eq!(client.heard(&topic, "message:new").len(), 1);
}

#[tokio::test]
async fn what_is_pushed_while_joining_is_answered_after_the_join() {
    let (server, ana, _, _, topic) = two().await;
    let client = Client::open(&server, &ana).await;
    for _ in 0..5 {
        let join = client.start_join(&topic, json!({}));
        let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
        let pushed: Vec<_> =
            ids.iter().map(|id| client.push(&topic, "message:new", json!({"id": id, "text": "early"}))).collect();
        let odd = client.push(&topic, "no such event", json!({}));
        client.reply(&join).await.ok();
        let mut seqs = Vec::new();
        for pushed in &pushed {
            seqs.push(client.reply(pushed).await.ok()["seq"].as_i64().unwrap());
        }
        assert!(seqs.is_sorted(), "in the order of pushing: {seqs:?}");
        client.reply(&odd).await.refused("unknown_event");
        let frames = client.frames();
        let place = |reference: &str| frames.iter().position(|frame| frame.reference == json!(reference)).unwrap();
        assert!(pushed.iter().chain([&odd]).all(|pushed| place(&join.0) < place(&pushed.0)));
    }
    // A join that is left, or replaced, before it is answered: what was pushed for it is answered all the same.
    let _ = client.start_join(&topic, json!({}));
    let replaced = client.push(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": "for the first join"}));
    let _ = client.start_join(&topic, json!({}));
    let left = client.push(&topic, "history", json!({"after": 0}));
    let leave = client.push(&topic, "phx_leave", json!({}));
    client.reply(&leave).await.ok();
    // Whether a join was answered before it was left is a matter of timing, and so is what came of its pushes.
    for pushed in [&replaced, &left] {
        let reply = client.reply(pushed).await;
        assert!(reply.status == "ok" || reply.response["code"] == "unmatched_topic", "{reply:?}");
    }
    client.ask(&topic, "history", json!({"after": 0})).await.refused("unmatched_topic");
    client.join(&topic, json!({})).await.ok();
}

#[tokio::test]
async fn one_socket_carries_many_topics() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let both = [ana.clone(), ben.clone()];
    let ((_, one), (_, two)) = tokio::join!(server.pod(&both), server.pod(&both));
    let (client, other) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ben));
    for pod in [one, two] {
        client.join(&format!("pod:{pod}"), json!({})).await.ok();
        other.join(&format!("pod:{pod}"), json!({})).await.ok();
    }
    client.leave(&format!("pod:{one}")).await.ok();
    let (in_one, in_two) = (Uuid::now_v7(), Uuid::now_v7());
    other.say(one, in_one, "in one").await.ok();
    other.say(two, in_two, "in two").await.ok();
    client.message(two, in_two).await;
    other.message(one, in_one).await;
    assert!(client.heard(&format!("pod:{one}"), "message:new").is_empty());
    client.heartbeat().await;
}

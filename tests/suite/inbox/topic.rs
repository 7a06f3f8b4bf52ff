//! `user:<id>`: what a person hears of all their pods without joining each, and the life of their token.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, End, Way};
use crate::support::node::Node;
use crate::support::pod_client::number;
use crate::support::server::{Person, SECRET, Server, sign, token};

/// A socket that has joined its person's own topic.
async fn inbox(server: &Server, person: &Person) -> (Client, String) {
    let (client, topic) = (Client::open(server, person).await, format!("user:{}", person.id));
    let joined = client.join(&topic, json!({})).await.ok();
    assert_eq!(joined["user_id"], json!(person.id));
    (client, topic)
}

/// One who has left their own topic is sent nothing there, and may join it again on the same socket.
#[tokio::test]
async fn ones_own_topic_can_be_left() {
    let server = Server::start().await;
    let [ana] = server.people();
    let (phone, topic) = inbox(&server, &ana).await;
    assert_eq!(phone.leave(&topic).await.ok(), json!({}));
    assert_eq!(phone.event(&topic, "phx_close").await, json!({}));
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    phone.heartbeat().await;
    assert!(phone.heard(&topic, "pod:joined").is_empty(), "{pod} is not announced");
    phone.join(&topic, json!({})).await.ok();
}

#[tokio::test]
async fn coming_and_going_are_sent_to_every_device() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), cleo.clone()]).await;
    server.join_event(event, &ben).await;
    let ((phone, topic), (laptop, _), (anas, anas_topic)) =
        tokio::join!(inbox(&server, &ben), inbox(&server, &ben), inbox(&server, &ana));
    let me = format!("/v1/pods/{pod}/members/me");
    let pod_path = format!("/v1/pods/{pod}");
    let come = async || {
        server.put(&me, &ben, json!({})).await.ok(200);
        for device in [&phone, &laptop] {
            let joined = device.event(&topic, "pod:joined").await;
            assert_eq!((&joined["pod_id"], &joined["pod"]["name"]), (&json!(pod), &json!("The front row")), "{joined}");
            assert_eq!(joined["members"].as_array().unwrap().len(), 3);
        }
    };
    let gone = async |reason: &str| {
        for device in [&phone, &laptop] {
            let removed = device.event(&topic, "pod:removed").await;
            assert_eq!(removed, json!({"pod_id": pod, "reason": reason}));
        }
    };
    come().await;
    server.delete(&me, &ben).await.ok(204);
    gone("left").await;
    come().await;
    server.delete(&format!("{pod_path}/members/{}", ben.id), &ana).await.ok(204);
    gone("removed").await;
    server.put(&format!("{pod_path}/members/{}", ben.id), &ana, json!({})).await.ok(204);
    come().await;
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    gone("left").await;
    server.join_event(event, &ben).await;
    come().await;
    server.delete(&pod_path, &ana).await.ok(204);
    gone("closed").await;
    let removed = anas.event(&anas_topic, "pod:removed").await;
    assert_eq!(removed, json!({"pod_id": pod, "reason": "closed"}));
    // A pod that the person opened is sent to their other devices too.
    let second = server.post(&format!("/v1/events/{event}/pods"), &ben, json!({"name": "Two"})).await.ok(201);
    let joined = laptop.event(&topic, "pod:joined").await;
    assert_eq!((&joined["pod_id"], &joined["members"][0]["role"]), (&second["id"], &json!("owner")));
    // Who watches hears of their own coming and going alone.
    assert!(anas.heard(&anas_topic, "pod:joined").is_empty());
    assert_eq!(anas.heard(&anas_topic, "pod:removed").len(), 1);
    assert_eq!(phone.heard(&topic, "pod:removed").len(), 4);
}

#[tokio::test]
async fn activity_tells_what_is_new_at_most_once_a_second() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (_, quiet) = server.pod(&[ana.clone(), ben.clone()]).await;
    let ((bens, topic), (anas, anas_topic)) = tokio::join!(inbox(&server, &ben), inbox(&server, &ana));
    let sender = Client::open(&server, &ana).await;
    sender.join(&format!("pod:{pod}"), json!({})).await.ok();
    let began = Instant::now();
    let mut last = Value::Null;
    let mut said = 0;
    while began.elapsed() < Duration::from_millis(2500) {
        let id = Uuid::now_v7();
        last = sender.say(pod, id, &format!("number {said}")).await.ok();
        said += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = began.elapsed();
    // The last value always comes, however many were merged.
    for (client, topic, unread) in [(&bens, &topic, said.min(99)), (&anas, &anas_topic, 0)] {
        let activity = client.event_where(topic, "pod:activity", |activity| activity["head"] == last["seq"]).await;
        assert_eq!((&activity["pod_id"], &activity["unread"]), (&json!(pod), &json!(unread)), "{activity}");
        let message = &activity["last_message"];
        assert_eq!((&message["id"], &message["text"]), (&last["id"], &json!(format!("number {}", said - 1))));
        let heads: Vec<i64> =
            client.heard(topic, "pod:activity").iter().map(|activity| number(&activity["head"])).collect();
        assert!(heads.is_sorted_by(|a, b| a < b), "{heads:?}");
        // One at once and one a second, and one more for a machine that is slow to say.
        let most = took.as_secs() as usize + 3;
        assert!(heads.len() <= most, "{} in {took:?}", heads.len());
        assert!(heads.len() >= 2, "it is sent while it goes on: {heads:?}");
        assert!(client.heard(topic, "pod:activity").iter().all(|activity| activity["pod_id"] != json!(quiet)));
    }
    // The same as the inbox over HTTP.
    let listed = server.get("/v1/me/pods", &ben).await.ok(200);
    let entry = &listed["items"][0];
    assert_eq!((&entry["id"], &entry["head"], &entry["unread"]), (&json!(pod), &last["seq"], &json!(said.min(99))));
    // Several pods have a pace each.
    let other = Client::open(&server, &ana).await;
    other.join(&format!("pod:{quiet}"), json!({})).await.ok();
    let loud = sender.say(pod, Uuid::now_v7(), "here").await.ok();
    let soft = other.say(quiet, Uuid::now_v7(), "and there").await.ok();
    for (pod, answer) in [(pod, &loud), (quiet, &soft)] {
        let wanted = |activity: &Value| activity["pod_id"] == json!(pod) && activity["head"] == answer["seq"];
        bens.event_where(&topic, "pod:activity", wanted).await;
    }
}

#[tokio::test]
async fn unread_ends_at_ninety_nine_and_starts_with_ones_coming() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let sender = Client::open(&server, &ana).await;
    sender.join(&format!("pod:{pod}"), json!({})).await.ok();
    let say = async |count: usize| {
        let mut last = Value::Null;
        for _ in 0..count {
            last = sender.say(pod, Uuid::now_v7(), "la").await.ok();
        }
        last["seq"].clone()
    };
    say(20).await;
    server.join_event(event, &ben).await;
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.ok(200);
    let (bens, topic) = inbox(&server, &ben).await;
    for (count, unread) in [(3, 3), (95, 98), (1, 99), (5, 99)] {
        let head = say(count).await;
        let activity = bens.event_where(&topic, "pod:activity", |activity| activity["head"] == head).await;
        assert_eq!(activity["unread"], unread, "after {count} more");
    }
}

#[tokio::test]
async fn only_oneself_may_join_and_renew() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (anas, topic) = inbox(&server, &ana).await;
    anas.join(&format!("user:{}", ben.id), json!({})).await.refused("forbidden");
    let renew = async |token: &str| anas.ask(&topic, "access_token", json!({"token": token})).await;
    renew(&ben.token).await.refused("forbidden");
    let soon = chrono::Utc::now().timestamp() + 3600;
    for bad in [
        "x".to_owned(),
        sign(&json!({"sub": ana.id, "exp": 1}), SECRET),
        sign(&json!({"sub": ana.id, "exp": soon}), "another secret that is long enough, and wrong"),
    ] {
        renew(&bad).await.refused("unauthorized");
    }
    // Nothing of that has cost the socket anything.
    anas.heartbeat().await;
    let until = renew(&token(ana.id, "Ana", Duration::from_secs(7200))).await.ok();
    assert!(until["expires_at"].is_string(), "{until}");
}

/// How long the tokens of the tests below are good, at least: long enough for a socket to be opened and joined.
const SHORT: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_renewed_token_keeps_the_socket() {
    let server = Server::start().await;
    let [mut ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    // Node starts within it, too, and has joined.
    ana.token = token(ana.id, "Ana", SHORT * 4);
    let mut node = Node::run("user.mjs", &json!({"url": server.url, "user": ana.id, "token": ana.token})).await;
    let (renewed, topic) = inbox(&server, &ana).await;
    let expired = Client::open(&server, &ana).await;
    for client in [&renewed, &expired] {
        client.join(&format!("pod:{pod}"), json!({})).await.ok();
    }
    let longer = token(ana.id, "Ana", Duration::from_secs(600));
    renewed.ask(&topic, "access_token", json!({"token": longer})).await.ok();
    node.until("joined").await;
    node.tell(&json!({"do": "renew", "token": longer})).await;
    let event = node.until("renewed").await;
    assert!(event["answer"]["expires_at"].is_string(), "{event}");

    // The one that did not renew goes when its time has come; the others stay.
    assert_eq!(expired.ended().await, End::Closed(4401));
    let id = Uuid::now_v7();
    let body = json!({"id": id, "text": "after the first expiry"});
    server.post(&format!("/v1/pods/{pod}/messages"), &ben, body).await.ok(201);
    renewed.message(pod, id).await;
    node.until_where("pod:activity", |event| event["payload"]["last_message"]["id"] == json!(id)).await;
    renewed.heartbeat().await;
    // With the old token nobody comes back, with the new one they do.
    let refused = Client::try_open(&server, &ana.token, Way::Query).await.err().expect("an expired token");
    assert_eq!(refused.status, 403);
    Client::try_open(&server, &longer, Way::Query).await.unwrap().join(&topic, json!({})).await.ok();
}

#[tokio::test]
async fn nothing_that_was_committed_after_the_expiry_comes() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_FRAMES", "off")]).await;
    let [ana, mut ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (_, quiet) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let expires = chrono::Utc::now().timestamp() + SHORT.as_secs() as i64;
    ben.token = sign(&json!({"sub": ben.id, "exp": expires}), SECRET);
    // One hears the pod live, one reads it again and again, one hears of it, and one sits
    // in a quiet pod and asks once it is over.
    let (live, reading, late) =
        tokio::join!(Client::open(&server, &ben), Client::open(&server, &ben), Client::open(&server, &ben));
    let (hearing, inbox_topic) = inbox(&server, &ben).await;
    live.join(&topic, json!({})).await.ok();
    reading.join(&topic, json!({})).await.ok();
    late.join(&format!("pod:{quiet}"), json!({})).await.ok();
    let writer = Client::open(&server, &ana).await;
    writer.join(&topic, json!({})).await.ok();
    let write = async {
        loop {
            writer.say(pod, Uuid::now_v7(), "la").await.ok();
        }
    };
    let read = async {
        loop {
            let pushed = reading.push(&topic, "history", json!({"before": i64::MAX, "limit": 3}));
            if reading.reply_or_end(&pushed).await.is_err() {
                return;
            }
        }
    };
    let sit = async {
        while chrono::Utc::now().timestamp_millis() < expires * 1000 + 50 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Within the second in which no clock has looked at this socket yet.
        let pushed = late.push(&format!("pod:{quiet}"), "history", json!({"after": 0}));
        assert!(late.reply_or_end(&pushed).await.is_err(), "an answer to an expired token");
    };
    let ends = async {
        tokio::join!(read, sit);
        for client in [&live, &reading, &hearing, &late] {
            assert_eq!(client.ended().await, End::Closed(4401));
        }
    };
    tokio::select! {
        () = write => unreachable!(),
        () = ends => {}
    }
    // A message's time is that of its transaction, which is never later than its commit.
    let over = chrono::DateTime::from_timestamp(expires, 0).unwrap() + chrono::Duration::milliseconds(20);
    let before_expiry = |message: &Value, by: &str| {
        let at: chrono::DateTime<chrono::Utc> = message["at"].as_str().unwrap().parse().unwrap();
        assert!(at <= over, "{by}: committed at {at}, after {over}");
    };
    let heard = live.heard(&topic, "message:new");
    heard.iter().for_each(|message| before_expiry(message, "live"));
    for frame in reading.frames() {
        let messages = frame.payload["response"]["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().for_each(|message| before_expiry(message, "history"));
    }
    for activity in hearing.heard(&inbox_topic, "pod:activity") {
        before_expiry(&activity["last_message"], "activity");
    }
    assert!(!heard.is_empty(), "until then it was heard");
    server.get(&format!("/v1/pods/{pod}/messages"), &ben).await.refused(401, "unauthorized");
}

//! An outsider who knows every id learns nothing and hears nothing on a socket, and changes nothing. (Over HTTP alone:
//! `http::outsiders`; in SQL: `schema::access`.)

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::pod_client::stored;
use crate::support::server::{Person, Server};

const SECRET_TEXT: &str = "the door code is 7351";

/// Every push that a member could send, for a message that an outsider knows of.
fn pushes(message: Uuid) -> Vec<(&'static str, Value)> {
    vec![
        ("message:new", json!({"id": message, "text": "mine now"})),
        ("message:new", json!({"id": Uuid::now_v7(), "text": "hello?"})),
        ("history", json!({"after": 0})),
        ("history", json!({"before": 1000, "limit": 200})),
        ("typing", json!({"on": true})),
        ("read", json!({"seq": 1})),
        ("message:delete", json!({"id": message})),
        ("access_token", json!({"token": "x"})),
    ]
}

#[tokio::test]
async fn an_outsider_hears_nothing_on_a_socket() {
    let server = Server::start().await;
    let [ana, ben, fan, stranger, gone] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone(), gone.clone()]).await;
    server.join_event(event, &fan).await;
    server.delete(&format!("/v1/pods/{pod}/members/me"), &gone).await.ok(204);
    let topic = format!("pod:{pod}");
    let (ana_on, ben_on) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ben));
    for (client, person) in [(&ana_on, &ana), (&ben_on, &ben)] {
        client.join(&topic, json!({})).await.ok();
        client.join(&format!("user:{}", person.id), json!({})).await.ok();
    }
    let message = Uuid::now_v7();
    ana_on.say(pod, message, SECRET_TEXT).await.ok();

    // (who, how a join of the pod is refused, their socket, their own pod)
    let outsiders = [(&fan, "not_member"), (&stranger, "not_found"), (&gone, "not_member")];
    let outsiders = join_all(outsiders.map(async |(person, code)| {
        let (_, own) = server.pod(std::slice::from_ref(person)).await;
        let client = Client::open(&server, person).await;
        client.join(&format!("pod:{own}"), json!({})).await.ok();
        client.join(&format!("user:{}", person.id), json!({})).await.ok();
        (person, code, client, own)
    }))
    .await;
    for (_, code, client, _) in &outsiders {
        for payload in [json!({}), json!({"after": 0}), json!({"after": 1, "epoch": "x"})] {
            let refused = client.join(&topic, payload).await.refused(code);
            assert_eq!(refused.as_object().unwrap().len(), 2, "{refused}");
        }
        // Pushed after a refused join, with its join_ref, without one, and with that of a member.
        let bens = ben_on.join_ref(&topic);
        for join_ref in [client.join_ref(&topic), None, bens] {
            for (event, payload) in pushes(message) {
                let pushed = client.send(join_ref.as_deref(), &topic, event, payload);
                client.reply(&pushed).await.refused("unmatched_topic");
            }
        }
        // Pushed while the join is being refused.
        let join = client.start_join(&topic, json!({}));
        let pushed: Vec<_> =
            pushes(message).into_iter().map(|(event, payload)| client.push(&topic, event, payload)).collect();
        client.reply(&join).await.refused(code);
        for pushed in &pushed {
            client.reply(pushed).await.refused("unmatched_topic");
        }
        for other in [&ana, &ben] {
            client.join(&format!("user:{}", other.id), json!({})).await.refused("forbidden");
            let token = json!({"token": other.token});
            client.ask(&format!("user:{}", other.id), "access_token", token).await.refused("unmatched_topic");
        }
        client.leave(&topic).await.ok();
    }
    // The refusal does not reveal whether a pod or a person exists.
    let (_, _, client, _) = &outsiders[1];
    let here = client.join(&topic, json!({})).await;
    assert_eq!(here, client.join(&format!("pod:{}", Uuid::now_v7()), json!({})).await);
    let existing = client.join(&format!("user:{}", ana.id), json!({})).await;
    assert_eq!(existing, client.join(&format!("user:{}", Uuid::now_v7()), json!({})).await);

    // The members go on: texts, typing, coming and going, a new name.
    let before: Vec<usize> = outsiders.iter().map(|(_, _, client, _)| client.frames().len()).collect();
    for number in 0..5 {
        ana_on.say(pod, Uuid::now_v7(), &format!("{SECRET_TEXT} {number}")).await.ok();
    }
    ana_on.ask(&topic, "typing", json!({"on": true})).await.ok();
    ben_on.event_where(&topic, "typing", |typing| typing["on"] == true).await;
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": "Renamed"})).await.ok(200);
    ben_on.event_where(&topic, "pod:changed", |changed| changed["pod"]["name"] == "Renamed").await;
    ana_on.leave(&topic).await.ok();
    ben_on.event_where(&topic, "presence_diff", |diff| diff["leaves"].get(ana.id.to_string()).is_some()).await;
    let inbox = format!("user:{}", ben.id);
    ben_on.event_where(&inbox, "pod:activity", |activity| activity["last_message"]["kind"] == "renamed").await;

    for ((person, _, client, own), before) in outsiders.iter().zip(before) {
        // What is said in their own pod comes the same way, and after all of that.
        let fence = Uuid::now_v7();
        client.say(*own, fence, "only to myself").await.ok();
        client.message(*own, fence).await;
        client
            .event_where(&format!("user:{}", person.id), "pod:activity", |activity| activity["pod_id"] == json!(own))
            .await;
        for frame in client.frames_from(before) {
            assert!(frame.topic != topic && frame.topic != inbox, "{frame:?}");
        }
        let all: String = client.frames().iter().map(|frame| frame.payload.to_string()).collect();
        for secret in [SECRET_TEXT, "Renamed", "The front row and", &ana.id.to_string(), &ben.id.to_string()] {
            assert!(!all.contains(secret), "{} heard {secret}", person.name);
        }
    }
    // Nobody inside has seen or heard of them either, and nothing they sent is stored.
    let inside: String = ben_on
        .heard(&topic, "presence_diff")
        .iter()
        .chain(&ben_on.heard(&topic, "presence_state"))
        .chain(&ben_on.heard(&topic, "typing"))
        .map(Value::to_string)
        .collect();
    for (person, ..) in &outsiders {
        assert!(!inside.contains(&person.id.to_string()));
    }
    let log = stored(&server, pod).await;
    assert!(log.iter().all(|(_, _, _, text)| text != "mine now" && text != "hello?"));
    let text = log.iter().find(|(_, id, ..)| *id == message).unwrap().3.clone();
    assert_eq!(text, SECRET_TEXT);
}

/// A pod whose members talk has an actor; one whose members are away has none. A refusal is the same.
#[tokio::test]
async fn a_refusal_is_the_same_with_and_without_anybody_there() {
    let server = Server::start().await;
    let [ana, fan, stranger]: [Person; 3] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    server.join_event(event, &fan).await;
    let topic = format!("pod:{pod}");
    let (fan_on, stranger_on) = tokio::join!(Client::open(&server, &fan), Client::open(&server, &stranger));
    let refuse = async || {
        let by_fan = fan_on.join(&topic, json!({})).await;
        let by_stranger = stranger_on.join(&topic, json!({})).await;
        (by_fan.refused("not_member"), by_stranger.refused("not_found"))
    };
    let without = refuse().await;
    let ana_on = Client::open(&server, &ana).await;
    ana_on.join(&topic, json!({})).await.ok();
    assert_eq!(refuse().await, without);
    server.delete(&format!("/v1/pods/{pod}"), &ana).await.ok(204);
    ana_on.event(&topic, "phx_close").await;
    for client in [&ana_on, &fan_on, &stranger_on] {
        client.join(&topic, json!({})).await.refused("not_found");
    }
}

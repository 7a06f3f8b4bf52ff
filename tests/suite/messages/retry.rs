//! A send carries the client's own id: whenever and wherever it is sent again, one message is stored, and the answer is
//! that of the first time.

use std::collections::HashMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::pod_client::stored;
use crate::support::server::{Person, Server};

async fn on(server: &Server, person: &Person, pod: Uuid) -> Client {
    let client = Client::open(server, person).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    client
}

#[tokio::test]
async fn the_same_id_at_once_and_later_from_two_sockets_and_http_is_one_message() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (phone, laptop, other) = tokio::join!(on(&server, &ana, pod), on(&server, &ana, pod), on(&server, &ben, pod));
    let path = format!("/v1/pods/{pod}/messages");
    let ids: Vec<Uuid> = (0..25).map(|_| Uuid::now_v7()).collect();
    let send = async |id: &Uuid| {
        let body = json!({"id": id, "text": "who has the tickets?"});
        let (by_phone, by_laptop, twice, by_http) = tokio::join!(
            phone.say(pod, *id, "who has the tickets?"),
            laptop.say(pod, *id, "who has the tickets?"),
            phone.say(pod, *id, "who has the tickets?"),
            server.post(&path, &ana, body),
        );
        assert!([200, 201].contains(&by_http.status), "{}", by_http.body);
        let answer = by_phone.ok();
        for other in [by_laptop.ok(), twice.ok(), by_http.body] {
            assert_eq!(other, answer);
        }
        answer
    };
    let first: Vec<Value> = join_all(ids.iter().map(send)).await;
    // Later, and with other words: the first outcome, and the first words.
    let again = join_all(ids.iter().map(|id| laptop.say(pod, *id, "never mind"))).await;
    assert_eq!(again.into_iter().map(|reply| reply.ok()).collect::<Vec<_>>(), first);
    let repeated = server.post(&path, &ana, json!({"id": ids[0], "text": "never mind"})).await.ok(200);
    assert_eq!(repeated, first[0]);

    let last = Uuid::now_v7();
    other.say(pod, last, "I do").await.ok();
    for socket in [&phone, &laptop, &other] {
        socket.message(pod, last).await;
        let mut heard: HashMap<Value, usize> = HashMap::new();
        for message in socket.heard(&format!("pod:{pod}"), "message:new") {
            *heard.entry(message["id"].clone()).or_default() += 1;
        }
        assert_eq!(heard.len(), ids.len() + 1);
        assert!(heard.values().all(|times| *times == 1), "{heard:?}");
    }
    let log = stored(&server, pod).await;
    assert_eq!(log.len(), 2 + ids.len() + 1);
    assert!(log.iter().all(|(_, _, _, text)| text != "never mind"));
}

#[tokio::test]
async fn the_answer_is_the_same_after_the_server_was_killed() {
    let mut server = Server::start().await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let id = Uuid::now_v7();
    let first = on(&server, &ana, pod).await.say(pod, id, "hello").await.ok();
    server.kill().await;
    server.restart().await;
    let socket = on(&server, &ana, pod).await;
    assert_eq!(socket.say(pod, id, "hello").await.ok(), first);
    assert_eq!(
        server.post(&format!("/v1/pods/{pod}/messages"), &ana, json!({"id": id, "text": "hello"})).await.ok(200),
        first
    );
    assert_eq!(stored(&server, pod).await.len(), 2);
}

#[tokio::test]
async fn another_persons_id_is_a_conflict() {
    let server = Server::start().await;
    let [ana, ben, fan] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &fan).await;
    let (ana_on, ben_on) = tokio::join!(on(&server, &ana, pod), on(&server, &ben, pod));
    let path = format!("/v1/pods/{pod}/messages");
    let (of_ana, of_ben) = (Uuid::now_v7(), Uuid::now_v7());
    ana_on.say(pod, of_ana, "mine").await.ok();
    let bens_answer = ben_on.say(pod, of_ben, "also mine").await.ok();
    ben_on.say(pod, of_ana, "mine").await.refused("conflict");
    let body = |id: Uuid| json!({"id": id, "text": "mine"});
    server.post(&path, &ben, body(of_ana)).await.refused(409, "conflict");
    // Both at once: one is first, the other in conflict.
    for _ in 0..10 {
        let id = Uuid::now_v7();
        let (by_ana, by_ben) = tokio::join!(ana_on.say(pod, id, "ours"), ben_on.say(pod, id, "ours"));
        let (winner, loser) = if by_ana.status == "ok" { (by_ana, by_ben) } else { (by_ben, by_ana) };
        winner.ok();
        loser.refused("conflict");
    }

    server.delete(&format!("/v1/pods/{pod}/members/me"), &ben).await.ok(204);
    // What belongs to one who has left is still theirs.
    ana_on.say(pod, of_ben, "also mine").await.refused("conflict");
    server.post(&path, &ana, body(of_ben)).await.refused(409, "conflict");
    assert_eq!(server.post(&path, &ben, body(of_ben)).await.ok(200), bens_answer);
    // And who is outside does not learn which ids there are.
    for outsider in [&ben, &fan] {
        let taken = server.post(&path, outsider, body(of_ana)).await.refused(403, "not_member");
        let free = server.post(&path, outsider, body(Uuid::now_v7())).await.refused(403, "not_member");
        assert_eq!(taken, free);
    }
}

#[tokio::test]
async fn an_id_counts_within_its_pod() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let ((_, here), (_, there)) =
        tokio::join!(server.pod(std::slice::from_ref(&ana)), server.pod(std::slice::from_ref(&ben)));
    let id = Uuid::now_v7();
    on(&server, &ana, here).await.say(here, id, "here").await.ok();
    let socket = on(&server, &ben, there).await;
    socket.say(there, id, "there").await.ok();
    assert_eq!(socket.message(there, id).await["text"], "there");
}

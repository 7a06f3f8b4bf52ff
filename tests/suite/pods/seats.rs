//! A pod never has more members than seats, and never refuses one while a seat is free.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::client::Client;
use crate::support::server::{Person, Server};

/// Twenty want the fifth seat of several pods at the same moment, of pods with an actor and of pods without one.
#[tokio::test]
async fn twenty_race_for_the_last_seat_of_four_pods() {
    let server = Server::start().await;
    let [owner, mate, pal, fourth] = server.people();
    let four = [owner.clone(), mate, pal, fourth];
    let pods = join_all((0..4).map(|_| server.pod(&four))).await;
    let racers: [Person; 20] = server.people();
    for (event, _) in &pods {
        join_all(racers.iter().map(|racer| server.join_event(*event, racer))).await;
    }
    let watcher = Client::open(&server, &owner).await;
    for (_, pod) in &pods[..2] {
        watcher.join(&format!("pod:{pod}"), json!({})).await.ok();
    }
    // All for all pods at once, each pod's twenty one after the other in the crowd.
    let tries = racers.iter().flat_map(|racer| pods.iter().map(move |(_, pod)| (racer, *pod)));
    let answers = join_all(tries.map(async |(racer, pod)| {
        (racer, pod, server.put(&format!("/v1/pods/{pod}/members/me"), racer, json!({})).await)
    }));
    let mut winners = Vec::new();
    for (racer, pod, answer) in answers.await {
        if answer.status == 200 {
            assert_eq!(answer.ok(200), json!({"seat": 5}));
            winners.push((pod, racer));
        } else {
            answer.refused(409, "pod_full");
        }
    }
    let database = server.database.connect().await;
    for (index, (_, pod)) in pods.iter().enumerate() {
        let mine: Vec<_> = winners.iter().filter(|(of, _)| of == pod).collect();
        let [(_, winner)] = mine[..] else { panic!("{} have won the seat", mine.len()) };
        let count = "SELECT count(*) FROM pod_members WHERE pod_id = $1";
        assert_eq!(database.query_one(count, &[pod]).await.unwrap().get::<_, i64>(0), 5);
        if index < 2 {
            // Who is there hears of one coming, and of five members.
            let topic = format!("pod:{pod}");
            let line = watcher.event_where(&topic, "message:new", |line| line["kind"] == "joined").await;
            assert_eq!(line["user_id"], json!(winner.id));
            let changed = watcher.event(&topic, "pod:changed").await;
            assert_eq!(changed["members"].as_array().unwrap().len(), 5, "{changed}");
            assert_eq!(changed["members"][4]["user_id"], json!(winner.id));
        }
        // The others are not let in by the socket either.
        let loser = racers.iter().find(|racer| racer.id != winner.id).unwrap();
        let socket = Client::open(&server, loser).await;
        socket.join(&format!("pod:{pod}"), json!({})).await.refused("not_member");
    }
    // To whom it belongs, the seat is answered again.
    let (pod, winner) = winners[0];
    let again = server.put(&format!("/v1/pods/{pod}/members/me"), winner, json!({})).await.ok(200);
    assert_eq!(again, json!({"seat": 5}));
}

/// A seat is free from the answer to its giving up on, also for a pod whose actor says who is in it.
#[tokio::test]
async fn a_seat_that_was_given_up_is_free_at_once() {
    let server = Server::start().await;
    let people: [Person; 6] = server.people();
    let (event, pod) = server.pod(&people[..5]).await;
    server.join_event(event, &people[5]).await;
    let watcher = Client::open(&server, &people[0]).await;
    watcher.join(&format!("pod:{pod}"), json!({})).await.ok();
    let me = format!("/v1/pods/{pod}/members/me");
    let (mut inside, mut outside) = (&people[4], &people[5]);
    for _ in 0..20 {
        server.put(&me, outside, json!({})).await.refused(409, "pod_full");
        server.delete(&me, inside).await.ok(204);
        assert_eq!(server.put(&me, outside, json!({})).await.ok(200), json!({"seat": 5}));
        std::mem::swap(&mut inside, &mut outside);
    }
}

//! Changes of membership in masses: they wait in the queue of the messages, which must stay free for these.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use super::coming_and_going::DEFAULTS;
use crate::support::client::Client;
use crate::support::server::{Person, Server};

/// A queue that is full soon, and one writer, so that the attack shows in small numbers.
const SMALL: [(&str, &str); 2] = [("PODIUM_LIMIT_JOURNAL_ENTRIES", "64"), ("PODIUM_JOURNAL_WRITERS", "1")];

/// Texts that the victim sends, one after the other; all must be stored, whatever happens beside them.
const TEXTS: usize = 24;

async fn victim(server: &Server) -> (Client, Uuid) {
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben]).await;
    let client = Client::open(server, &ana).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    (client, pod)
}

/// Runs the attack again and again on so many connections until the victim has sent its texts. Answers how often it
/// was refused.
async fn beside(victim: &(Client, Uuid), connections: usize, attack: impl AsyncFn(usize) -> u16) -> (usize, usize) {
    let (is_over, done, limited) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let attacks = join_all((0..connections).map(|number| {
        let (is_over, done, limited, attack) = (&is_over, &done, &limited, &attack);
        async move {
            while !is_over.load(Ordering::Relaxed) {
                let status = attack(number).await;
                done.fetch_add(1, Ordering::Relaxed);
                if status == 429 {
                    limited.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }));
    let talks = async {
        for number in 0..TEXTS {
            victim.0.say(victim.1, Uuid::now_v7(), &format!("text {number}")).await.ok();
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(attacks, talks);
    (done.into_inner(), limited.into_inner())
}

/// What a person may ask for in vain: pods that do not exist, are others', or are full.
async fn in_vain(server: &Server, person: &Person, turn: usize, foreign: Uuid, full: Uuid) -> u16 {
    let (nowhere, other) = (Uuid::now_v7(), Uuid::now_v7());
    let answer = match turn % 6 {
        0 => server.put(&format!("/v1/pods/{nowhere}/members/me"), person, json!({})).await,
        1 => server.delete(&format!("/v1/pods/{foreign}/members/me"), person).await,
        2 => server.put(&format!("/v1/pods/{full}/members/me"), person, json!({})).await,
        3 => server.delete(&format!("/v1/pods/{foreign}/members/{other}"), person).await,
        4 => server.put(&format!("/v1/pods/{foreign}/members/{other}"), person, json!({})).await,
        _ => server.delete(&format!("/v1/events/{nowhere}/members/me"), person).await,
    };
    assert!(matches!(answer.status, 403 | 404 | 409 | 429), "answered {}: {}", answer.status, answer.body);
    answer.status
}

#[tokio::test]
async fn one_person_on_many_connections_takes_nothing_from_others() {
    let server = Server::start_with(&[&DEFAULTS[..], &SMALL].concat()).await;
    let (victim, mal) = (victim(&server).await, server.person("Mal"));
    let people: [Person; 5] = server.people();
    let (event, full) = server.pod(&people).await;
    server.join_event(event, &mal).await;
    let turn = AtomicUsize::new(0);
    let (done, limited) = beside(&victim, 200, async |_| {
        in_vain(&server, &mal, turn.fetch_add(1, Ordering::Relaxed), victim.1, full).await
    })
    .await;
    assert!(limited * 2 > done, "{limited} of {done} refused by the rate");
}

/// Each person has a rate of their own, and what needs no lock does not come into the queue.
#[tokio::test]
async fn many_people_asking_in_vain_take_nothing_from_others() {
    let server = Server::start_with(&SMALL).await;
    let victim = victim(&server).await;
    let (people, crowd): ([Person; 5], [Person; 40]) = (server.people(), server.people());
    let (event, full) = server.pod(&people).await;
    join_all(crowd.iter().map(|person| server.join_event(event, person))).await;
    let turn = AtomicUsize::new(0);
    beside(&victim, 160, async |number| {
        in_vain(&server, &crowd[number % crowd.len()], turn.fetch_add(1, Ordering::Relaxed), victim.1, full).await
    })
    .await;
}

/// Even changes that are made wait in a line of their own.
#[tokio::test]
async fn a_crowd_that_comes_and_goes_does_not_fill_the_queue() {
    let server = Server::start_with(&SMALL).await;
    let victim = victim(&server).await;
    let crowd: [Person; 120] = server.people();
    let (event, _) = server.pod(&crowd[..1]).await;
    join_all(crowd.iter().map(|person| server.join_event(event, person))).await;
    let (done, limited) = beside(&victim, crowd.len(), async |number| {
        let body = json!({"name": "Crew"});
        let opened = server.post(&format!("/v1/events/{event}/pods"), &crowd[number], body).await;
        let Some(pod) = opened.body["id"].as_str() else {
            assert!(matches!(opened.status, 503), "answered {}: {}", opened.status, opened.body);
            return opened.status;
        };
        server.delete(&format!("/v1/pods/{pod}/members/me"), &crowd[number]).await.status
    })
    .await;
    assert!(limited == 0 && done > 0, "{limited} of {done}");
}

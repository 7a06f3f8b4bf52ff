//! People who come and go as fast as they can, and people who do not take no for an answer.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::event_client::{EventClient, try_join};
use crate::support::pod_client::PodClient;
use crate::support::server::{Answer, Person, Server, text};
use crate::support::wait::until;

/// The limits of a node that nobody has set.
pub const DEFAULTS: [(&str, &str); 4] = [
    ("PODIUM_LIMIT_CHANGES", "1/20"),
    ("PODIUM_LIMIT_CHANGES_AT_ONCE", "4"),
    ("PODIUM_LIMIT_JOINS", "3/10m"),
    ("PODIUM_LIMIT_PODS_OF_EVENT", "3"),
];

/// The same without the rate, so that the limits behind it are seen.
const WITHOUT_RATE: [(&str, &str); 2] = [DEFAULTS[2], DEFAULTS[3]];

async fn join(server: &Server, pod: Uuid, person: &Person) -> Answer {
    server.put(&format!("/v1/pods/{pod}/members/me"), person, json!({})).await
}

async fn leave(server: &Server, pod: Uuid, person: &Person) -> Answer {
    server.delete(&format!("/v1/pods/{pod}/members/me"), person).await
}

async fn bar(server: &Server, place: &str, by: &Person, person: &Person) -> Answer {
    server.delete(&format!("/v1/{place}/members/{}", person.id), by).await
}

async fn admit(server: &Server, place: &str, by: &Person, person: &Person) -> Answer {
    server.put(&format!("/v1/{place}/members/{}", person.id), by, json!({})).await
}

async fn invitation(server: &Server, pod: Uuid, by: &Person) -> String {
    let link = server.post(&format!("/v1/pods/{pod}/invites"), by, json!({})).await.ok(201);
    text(&link, "code").to_owned()
}

async fn accept(server: &Server, code: &str, person: &Person) -> Answer {
    server.post(&format!("/v1/invites/{code}/accept"), person, json!({})).await
}

/// How many members the tables have with this id.
async fn seats(server: &Server, table: &str, person: &Person) -> i64 {
    let client = server.database.connect().await;
    let sql = format!("SELECT count(*) FROM {table} WHERE user_id = $1");
    client.query_one(&sql, &[&person.id]).await.expect("count").get(0)
}

/// Sends texts one after the other, each of which must be stored.
async fn talks(client: &Client, pod: Uuid, count: usize) {
    for number in 0..count {
        client.say(pod, Uuid::now_v7(), &format!("text {number}")).await.ok();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn coming_and_going_writes_few_lines() {
    let server = Server::start_with(&WITHOUT_RATE).await;
    let [ana, ben, mal] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &mal).await;
    let mut log = PodClient::joined(&server, &ana, pod).await;
    let victim = Client::open(&server, &ben).await;
    victim.join(&format!("pod:{pod}"), json!({})).await.ok();
    let over_http = async {
        let mut answers = Vec::new();
        for _ in 0..150 {
            answers.push(join(&server, pod, &mal).await);
            leave(&server, pod, &mal).await;
        }
        answers
    };
    let on_sockets = async {
        let sockets = join_all((0..3).map(|_| Client::open(&server, &mal))).await;
        for _ in 0..50 {
            for socket in &sockets {
                let _ = socket.join(&format!("pod:{pod}"), json!({})).await;
                let _ = socket.leave(&format!("pod:{pod}")).await;
            }
        }
    };
    let (answers, (), ()) = tokio::join!(over_http, on_sockets, talks(&victim, pod, 20));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 3, "three joins in ten minutes");
    for refused in answers.into_iter().filter(|answer| answer.status != 200) {
        let wait: u64 = refused.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((500..=600).contains(&wait), "{wait}");
        refused.refused(429, "rate_limited");
    }
    victim.say(pod, Uuid::now_v7(), "the last one").await.ok();
    log.until("the last text", |log| log.log.values().any(|message| message["text"] == "the last one")).await;
    let lines = log.log.values().filter(|message| message["user_id"] == json!(mal.id)).count();
    assert!(lines <= 6, "{lines} lines of three comings and goings");
}

#[tokio::test]
async fn a_rate_holds_for_all_changes_of_a_person() {
    let server = Server::start_with(&DEFAULTS).await;
    let [ana, mal] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    server.join_event(event, &mal).await;
    let mut refused = 0;
    for _ in 0..40 {
        let answer = server.put(&format!("/v1/events/{event}/members/me"), &mal, json!({})).await;
        let other = leave(&server, pod, &mal).await;
        for answer in [answer, other] {
            match answer.status {
                429 => refused += 1,
                status => assert!([200, 403].contains(&status), "{}", answer.body),
            }
        }
    }
    assert!(refused >= 40, "{refused} of 80 refused");
    // Others have their own.
    server.join_event(event, &ana).await;
}

#[tokio::test]
async fn who_leaves_in_time_is_barred_all_the_same() {
    let server = Server::start().await;
    let [ana, ben, mal, eve] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone(), mal.clone()]).await;
    let place = format!("pods/{pod}");
    let code = invitation(&server, pod, &ana).await;
    leave(&server, pod, &mal).await.ok(204);
    server.delete(&format!("/v1/events/{event}/members/me"), &mal).await.ok(204);
    bar(&server, &place, &ben, &mal).await.refused(403, "forbidden");
    bar(&server, &place, &eve, &mal).await.refused(404, "not_found");
    for _ in 0..2 {
        bar(&server, &place, &ana, &mal).await.ok(204);
    }
    server.join_event(event, &mal).await;
    join(&server, pod, &mal).await.refused(403, "forbidden");
    accept(&server, &code, &mal).await.refused(403, "forbidden");
    // Who was never there, and nobody.
    server.get("/v1/me", &eve).await.ok(200);
    bar(&server, &place, &ana, &eve).await.ok(204);
    accept(&server, &code, &eve).await.refused(403, "forbidden");
    assert_eq!(seats(&server, "event_members", &eve).await, 0, "a refused invitation joins nobody to the event");
    bar(&server, &place, &ana, &server.person("Nobody")).await.refused(404, "not_found");
    admit(&server, &place, &ana, &mal).await.ok(204);
    join(&server, pod, &mal).await.ok(200);
}

#[tokio::test]
async fn a_bar_for_an_event_is_one_for_all_its_pods() {
    let server = Server::start().await;
    let [ana, ben, mal, eve] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone(), mal.clone()]).await;
    let place = format!("events/{event}");
    let own = server.post(&format!("/v1/events/{event}/pods"), &mal, json!({"name": "Mine"})).await.ok(201);
    let own: Uuid = text(&own, "id").parse().expect("an id");
    server.join_event(event, &eve).await;
    server.put(&format!("/v1/pods/{own}/members/me"), &eve, json!({})).await.ok(200);
    let code = invitation(&server, pod, &ben).await;
    server.put(&format!("/v1/events/{event}/hosts/{}", ben.id), &ana, json!({})).await.ok(204);
    let crowd = EventClient::join(&server, &mal, event).await;
    let socket = Client::open(&server, &mal).await;
    socket.join(&format!("pod:{pod}"), json!({})).await.ok();
    socket.join(&format!("pod:{own}"), json!({})).await.ok();

    bar(&server, &place, &eve, &mal).await.refused(403, "forbidden");
    bar(&server, &place, &server.person("Nobody"), &mal).await.refused(403, "not_member");
    bar(&server, &place, &ben, &ana).await.refused(403, "forbidden");
    bar(&server, &place, &ben, &mal).await.ok(204);
    bar(&server, &place, &ben, &mal).await.ok(204);
    for pod in [pod, own] {
        socket.event(&format!("pod:{pod}"), "phx_close").await;
        server.get(&format!("/v1/pods/{pod}"), &mal).await.refused(404, "not_found");
    }
    crowd.until("the end of the event's topic", |picture| picture.closed).await;
    let owner = server.get(&format!("/v1/pods/{own}"), &eve).await.ok(200);
    assert_eq!(owner["members"][0]["role"], "owner", "the next one owns it");
    server.put(&format!("/v1/{place}/members/me"), &mal, json!({})).await.refused(403, "forbidden");
    accept(&server, &code, &mal).await.refused(403, "forbidden");
    join(&server, pod, &mal).await.refused(403, "not_member");
    let (_socket, reply) = try_join(&server, &mal, event).await;
    reply.refused("not_member");

    admit(&server, &place, &eve, &mal).await.refused(403, "forbidden");
    admit(&server, &place, &ben, &mal).await.ok(204);
    server.join_event(event, &mal).await;
    accept(&server, &code, &mal).await.ok(200);
}

#[tokio::test]
async fn one_person_is_in_three_pods_of_an_event() {
    let server = Server::start_with(&WITHOUT_RATE).await;
    let [ana, ben, mal] = server.people();
    let event = server.event(&ana).await;
    let mut pods = Vec::new();
    for person in [&ana, &ben, &mal] {
        server.join_event(event, person).await;
    }
    for (owner, count) in [(&ana, 3), (&ben, 2)] {
        for _ in 0..count {
            let pod = server.post(&format!("/v1/events/{event}/pods"), owner, json!({"name": "Crew"})).await.ok(201);
            pods.push(text(&pod, "id").parse::<Uuid>().expect("an id"));
        }
    }
    let answers = join_all(pods.iter().map(|pod| join(&server, *pod, &mal))).await;
    let refused: Vec<&Value> = answers.iter().filter(|a| a.status == 409).map(|answer| &answer.body).collect();
    assert_eq!((answers.iter().filter(|a| a.status == 200).count(), refused.len()), (3, 2), "{answers:?}");
    assert!(refused.iter().all(|body| body["code"] == "conflict" && body["state"] == "too_many_pods"), "{refused:?}");
    let fourth = server.post(&format!("/v1/events/{event}/pods"), &mal, json!({"name": "Mine"})).await;
    assert_eq!(fourth.refused(409, "conflict")["state"], "too_many_pods");
    // Other events are others.
    server.pod(std::slice::from_ref(&mal)).await;
}

/// Whatever comes first, who was barred before the answer is not inside after it.
#[tokio::test]
async fn a_bar_wins_against_joins_at_the_same_moment() {
    let server = Server::start().await;
    let [ana, mal] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let code = invitation(&server, pod, &ana).await;
    server.get("/v1/me", &mal).await.ok(200);
    for round in 0..12 {
        let (place, table) = match round % 2 {
            0 => (format!("events/{event}"), "event_members"),
            _ => (format!("pods/{pod}"), "pod_members"),
        };
        if round % 2 == 1 {
            server.join_event(event, &mal).await;
        }
        let membership = format!("/v1/events/{event}/members/me");
        let joins = async {
            tokio::join!(
                server.put(&membership, &mal, json!({})),
                join(&server, pod, &mal),
                accept(&server, &code, &mal),
            )
        };
        let (_, barred) = tokio::join!(joins, bar(&server, &place, &ana, &mal));
        barred.ok(204);
        assert_eq!(seats(&server, table, &mal).await, 0, "inside {place} after the bar");
        assert_eq!(seats(&server, "pod_members", &mal).await, 0);
        admit(&server, &place, &ana, &mal).await.ok(204);
    }
    until("nobody but the owner", async || seats(&server, "pod_members", &ana).await == 1).await;
}

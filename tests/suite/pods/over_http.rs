//! Pods over HTTP.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Person, Server, id_of, list, text};

fn user_ids(pod: &Value) -> Vec<String> {
    list(pod, "members").iter().map(|member| text(member, "user_id").to_owned()).collect()
}

fn seat_of(server: &Server, pod: Uuid, person: &Person) -> impl Future<Output = (u16, Value)> {
    let (path, person) = (format!("/v1/pods/{pod}/members/me"), person.clone());
    async move {
        let answer = server.put(&path, &person, json!({})).await;
        (answer.status, answer.body)
    }
}

#[tokio::test]
async fn its_maker_owns_it_and_asking_again_is_safe() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let event = server.event(&ana).await;
    let path = format!("/v1/events/{event}/pods");
    let body = json!({"id": Uuid::now_v7(), "name": "  The front row ", "join_policy": "invite"});
    server.post(&path, &ana, body.clone()).await.refused(403, "not_member");
    server.join_event(event, &ana).await;
    server.join_event(event, &ben).await;

    let requests = (0..8).map(|_| server.post(&path, &ana, body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201) && answer.body == answers[0].body));
    let pod = &answers[0].body;
    assert_eq!(pod["name"], "The front row");
    assert_eq!((&pod["seats"], &pod["free_seats"], &pod["kind"]), (&json!(5), &json!(4), &json!("crew")));
    assert_eq!((&pod["join_policy"], &pod["event_id"]), (&json!("invite"), &json!(event)));
    let owner = &pod["members"][0];
    assert_eq!((&owner["user_id"], &owner["role"], &owner["seat"]), (&json!(ana.id), &json!("owner"), &json!(1)));

    server.post(&path, &ben, body.clone()).await.refused(409, "conflict");
    for bad in [json!({"name": ""}), json!({"name": "x".repeat(81)}), json!({"name": "a\nb"}), json!({})] {
        server.post(&path, &ana, bad).await.refused(422, "invalid");
    }
    server.post(&path, &ana, json!({"name": "x", "join_policy": "secret"})).await.refused(422, "invalid");
    let nowhere = format!("/v1/events/{}/pods", Uuid::now_v7());
    server.post(&nowhere, &ana, json!({"name": "x"})).await.refused(404, "not_found");

    // Also after it was closed.
    server.delete(&format!("/v1/pods/{}", id_of(pod)), &ana).await.ok(204);
    let again = server.post(&path, &ana, body).await.ok(200);
    assert_eq!(again["id"], pod["id"]);
    assert!(again["closed_at"].is_string());
}

#[tokio::test]
async fn an_events_members_see_free_seats_and_a_pods_members_see_who() {
    let server = Server::start().await;
    let [ana, ben, cleo, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &cleo).await;
    let path = format!("/v1/pods/{pod}");
    let mine = server.get(&path, &ben).await.ok(200);
    assert_eq!(user_ids(&mine), [ana.id.to_string(), ben.id.to_string()]);
    assert_eq!(mine["members"][0]["display_name"], json!(ana.name));

    let from_outside = server.get(&path, &cleo).await.ok(200);
    assert_eq!(from_outside["free_seats"], 3);
    assert!(from_outside.get("members").is_none(), "{from_outside}");
    server.get(&path, &stranger).await.refused(404, "not_found");
    server.http("GET", &path, None, None).await.refused(401, "unauthorized");

    let list = server.get(&format!("/v1/events/{event}/pods"), &cleo).await.ok(200);
    assert_eq!(list["items"][0]["free_seats"], 3);
    assert_eq!(id_of(&list["items"][0]), pod);
    server.get(&format!("/v1/events/{event}/pods"), &stranger).await.refused(403, "not_member");
    let second = server.post(&format!("/v1/events/{event}/pods"), &cleo, json!({"name": "Two"})).await.ok(201);
    let first = server.get(&format!("/v1/events/{event}/pods?limit=1"), &cleo).await.ok(200);
    let next = format!("/v1/events/{event}/pods?limit=1&cursor={}", first["next"].as_str().unwrap());
    let rest = server.get(&next, &cleo).await.ok(200);
    assert_eq!((id_of(&first["items"][0]), id_of(&rest["items"][0])), (pod, id_of(&second)));
    assert_eq!(rest["next"], Value::Null);
}

#[tokio::test]
async fn the_sixth_is_refused() {
    let server = Server::start().await;
    let people: [Person; 6] = server.people();
    let (event, pod) = server.pod(&people[..5]).await;
    server.join_event(event, &people[5]).await;
    let sixth = format!("/v1/pods/{pod}/members/me");
    server.put(&sixth, &people[5], json!({})).await.refused(409, "pod_full");
    let seats = futures_util::future::join_all(people[..5].iter().map(|person| seat_of(&server, pod, person))).await;
    let seats: Vec<_> = seats.into_iter().map(|(status, body)| (status, body["seat"].as_i64().unwrap())).collect();
    assert_eq!(seats, [(200, 1), (200, 2), (200, 3), (200, 4), (200, 5)]);

    // A seat that is given up is the next one's.
    server.delete(&sixth, &people[2]).await.ok(204);
    assert_eq!(server.put(&sixth, &people[5], json!({})).await.ok(200), json!({"seat": 3}));
    server.put(&sixth, &people[2], json!({})).await.refused(409, "pod_full");
}

#[tokio::test]
async fn twenty_race_for_the_last_seat() {
    let server = Server::start().await;
    let people: [Person; 24] = server.people();
    let (event, pod) = server.pod(&people[..4]).await;
    futures_util::future::join_all(people[4..].iter().map(|person| server.join_event(event, person))).await;
    let answers = futures_util::future::join_all(people[4..].iter().map(|person| seat_of(&server, pod, person))).await;
    assert_eq!(answers.iter().filter(|(status, body)| *status == 200 && body["seat"] == 5).count(), 1);
    assert_eq!(answers.iter().filter(|(status, body)| *status == 409 && body["code"] == "pod_full").count(), 19);
    assert_eq!(server.get(&format!("/v1/pods/{pod}"), &people[0]).await.ok(200)["free_seats"], 0);
}

#[tokio::test]
async fn a_barred_person_stays_out_until_let_in() {
    let server = Server::start().await;
    let [ana, ben, cleo, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &cleo).await;
    let member = |id: &dyn std::fmt::Display| format!("/v1/pods/{pod}/members/{id}");
    server.delete(&member(&ana.id), &ben).await.refused(403, "forbidden");
    server.delete(&member(&ben.id), &cleo).await.refused(403, "not_member");
    server.delete(&member(&ben.id), &stranger).await.refused(404, "not_found");
    server.delete(&member(&Uuid::now_v7()), &ana).await.refused(404, "not_found");

    server.delete(&member(&ben.id), &ana).await.ok(204);
    server.delete(&member(&ben.id), &ana).await.ok(204);
    server.put(&member(&"me"), &ben, json!({})).await.refused(403, "forbidden");
    server.get(&format!("/v1/pods/{pod}/messages"), &ben).await.refused(403, "not_member");
    server.put(&member(&ben.id), &ben, json!({})).await.refused(403, "not_member");
    server.put(&member(&ben.id), &ana, json!({})).await.ok(204);
    assert_eq!(server.put(&member(&"me"), &ben, json!({})).await.ok(200), json!({"seat": 2}));
    server.put(&member(&stranger.id), &ana, json!({})).await.refused(404, "not_found");
    server.put(&member(&"you"), &ana, json!({})).await.refused(404, "not_found");

    // One's own id is oneself.
    server.delete(&member(&ben.id), &ben).await.ok(204);
    server.delete(&member(&"me"), &ben).await.refused(403, "not_member");
    server.put(&member(&"me"), &ben, json!({})).await.ok(200);
}

#[tokio::test]
async fn invitations_count_where_the_pod_is_for_the_invited() {
    let server = Server::start().await;
    let [ana, ben, stranger] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    server.join_event(event, &ben).await;
    let path = format!("/v1/pods/{pod}");
    server.patch(&path, &ben, json!({"join_policy": "invite"})).await.refused(403, "not_member");
    let changed = server.patch(&path, &ana, json!({"join_policy": "invite", "name": " Closed shop "})).await.ok(200);
    assert_eq!((&changed["join_policy"], &changed["name"]), (&json!("invite"), &json!("Closed shop")));
    assert_eq!(server.patch(&path, &ana, json!({})).await.ok(200), changed);
    server.patch(&path, &ana, json!({"name": ""})).await.refused(422, "invalid");

    server.put(&format!("{path}/members/me"), &ben, json!({})).await.refused(403, "forbidden");
    server.put(&format!("{path}/members/me"), &stranger, json!({})).await.refused(403, "not_member");
    server.put(&format!("{path}/members/{}", ben.id), &ana, json!({})).await.ok(204);
    server.put(&format!("{path}/members/me"), &ben, json!({})).await.ok(200);
    server.patch(&path, &ben, json!({"name": "Ben's"})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_longest_standing_inherits_and_the_last_one_out_closes() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone(), cleo.clone()]).await;
    let (path, me) = (format!("/v1/pods/{pod}"), format!("/v1/pods/{pod}/members/me"));
    server.delete(&me, &ana).await.ok(204);
    let members = server.get(&path, &cleo).await.ok(200)["members"].clone();
    let roles: Vec<_> =
        members.as_array().unwrap().iter().map(|member| (&member["user_id"], &member["role"])).collect();
    assert_eq!(roles, [(&json!(ben.id), &json!("owner")), (&json!(cleo.id), &json!("member"))]);
    server.delete(&me, &ben).await.ok(204);
    server.delete(&me, &cleo).await.ok(204);
    for person in [&ana, &ben, &cleo] {
        server.get(&path, person).await.refused(404, "not_found");
        server.put(&me, person, json!({})).await.refused(404, "not_found");
        server.get(&format!("{path}/messages"), person).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn its_owner_closes_it() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/pods/{pod}");
    server.delete(&path, &ben).await.refused(403, "forbidden");
    server.delete(&path, &ana).await.ok(204);
    server.delete(&path, &ana).await.refused(404, "not_found");
    server.get(&path, &ana).await.refused(404, "not_found");
    assert_eq!(server.get("/v1/me/pods", &ben).await.ok(200)["items"], json!([]));
    assert_eq!(server.get(&format!("/v1/events/{event}/pods"), &ben).await.ok(200)["items"], json!([]));
}

#[tokio::test]
async fn the_inbox_is_by_activity_with_what_is_unread() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, quiet) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (_, busy) = server.pod(&[ana.clone(), ben.clone()]).await;
    for number in 1..=3 {
        let body = json!({"text": format!("number {number}")});
        server.post(&format!("/v1/pods/{quiet}/messages"), &ben, body).await.ok(201);
    }
    let inbox = server.get("/v1/me/pods", &ana).await.ok(200);
    let order: Vec<_> = inbox["items"].as_array().unwrap().iter().map(id_of).collect();
    assert_eq!(order, [quiet, busy]);
    let entry = &inbox["items"][0];
    assert_eq!((&entry["unread"], &entry["head"], &entry["free_seats"]), (&json!(3), &json!(5), &json!(3)));
    assert_eq!(entry["last_message"]["text"], "number 3");
    assert_eq!(entry["last_message"]["kind"], "text");
    assert_eq!(entry["last_message"]["reactions"], json!({}));
    assert_eq!(user_ids(entry), [ana.id.to_string(), ben.id.to_string()]);
    assert_eq!(inbox["items"][1]["last_message"]["kind"], "joined");
    // What one wrote oneself is not unread.
    assert_eq!(server.get("/v1/me/pods", &ben).await.ok(200)["items"][0]["unread"], 0);

    let first = server.get("/v1/me/pods?limit=1", &ana).await.ok(200);
    let next = format!("/v1/me/pods?limit=1&cursor={}", first["next"].as_str().unwrap());
    let rest = server.get(&next, &ana).await.ok(200);
    assert_eq!((id_of(&first["items"][0]), id_of(&rest["items"][0])), (quiet, busy));
    assert_eq!(rest["next"], Value::Null);
}

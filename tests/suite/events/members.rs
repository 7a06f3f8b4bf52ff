//! An event's members over HTTP.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Person, Server, id_of, list, text};

fn ids(page: &Value) -> Vec<String> {
    list(page, "items").iter().map(|member| text(member, "user_id").to_owned()).collect()
}

fn id_list(people: &[&Person]) -> Vec<String> {
    people.iter().map(|person| person.id.to_string()).collect()
}

#[tokio::test]
async fn badges_are_chosen_from_the_list() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let list = server.http("GET", "/v1/badges", None, None).await.ok(200);
    let badges = list["items"].as_array().unwrap();
    assert!(badges.len() >= 20 && badges.iter().all(|badge| badge["emoji"].is_string()));
    let event = server.event(&ana).await;
    let path = format!("/v1/events/{event}/members/me");

    // By key, as an object of the list, and an object with something else in it: the list has the last word.
    let body = json!({"vibe_badges": [badges[0]["key"], badges[1], {"key": badges[2]["key"], "label": "forged"}]});
    let membership = server.put(&path, &ana, body).await.ok(200);
    assert_eq!(membership["vibe_badges"], json!(badges[..3]));
    assert_eq!(membership["event_id"], json!(event));
    assert_eq!(membership["hidden"], false);
    let joined_at = membership["joined_at"].clone();

    for bad in [
        json!({"vibe_badges": badges[..6]}),
        json!({"vibe_badges": ["nobody-has-this"]}),
        json!({"vibe_badges": [badges[0], badges[0]]}),
        json!({"vibe_badges": "solo"}),
        json!({"vibe_badges": [7]}),
        json!({"hidden": "yes"}),
    ] {
        server.put(&path, &ana, bad).await.refused(422, "invalid");
    }
    let again = server.put(&path, &ana, json!({"hidden": true})).await.ok(200);
    assert_eq!((&again["vibe_badges"], &again["hidden"], &again["joined_at"]), (&json!([]), &json!(true), &joined_at));
    let nowhere = format!("/v1/events/{}/members/me", Uuid::now_v7());
    server.put(&nowhere, &ana, json!({})).await.refused(404, "not_found");
    server.delete(&nowhere, &ana).await.refused(404, "not_found");
}

#[tokio::test]
async fn members_see_each_other_and_hidden_ones_only_themselves() {
    let server = Server::start().await;
    let [ana, ben, cleo, stranger] = server.people();
    let event = server.event(&ana).await;
    let path = format!("/v1/events/{event}/members");
    let join = async |person: &Person, body: Value| server.put(&format!("{path}/me"), person, body).await.ok(200);
    join(&ana, json!({"vibe_badges": ["solo", "dancer"]})).await;
    join(&ben, json!({"vibe_badges": ["solo"]})).await;
    join(&cleo, json!({"vibe_badges": ["solo"], "hidden": true})).await;

    let list = server.get(&path, &ana).await.ok(200);
    assert_eq!(ids(&list), id_list(&[&ana, &ben]));
    assert_eq!(list["items"][0]["display_name"], json!(ana.name));
    assert_eq!(list["items"][0]["vibe_badges"][1]["key"], "dancer");
    assert_eq!(ids(&server.get(&path, &cleo).await.ok(200)), id_list(&[&ana, &ben, &cleo]));
    assert_eq!(ids(&server.get(&format!("{path}?badge=dancer"), &ben).await.ok(200)), id_list(&[&ana]));
    assert_eq!(ids(&server.get(&format!("{path}?badge=solo"), &ben).await.ok(200)), id_list(&[&ana, &ben]));
    server.get(&format!("{path}?badge=none"), &ben).await.refused(422, "invalid");

    let first = server.get(&format!("{path}?limit=1"), &ana).await.ok(200);
    let second = server.get(&format!("{path}?limit=1&cursor={}", first["next"].as_str().unwrap()), &ana).await.ok(200);
    assert_eq!((ids(&first), ids(&second)), (id_list(&[&ana]), id_list(&[&ben])));
    assert_eq!(second["next"], Value::Null);

    server.get(&path, &stranger).await.refused(403, "not_member");
    server.http("GET", &path, None, None).await.refused(401, "unauthorized");
    server.get(&format!("/v1/events/{}/members", Uuid::now_v7()), &ana).await.refused(404, "not_found");
    // Who hides is not found by id either.
    server.get(&format!("/v1/profiles/{}", cleo.id), &ana).await.refused(404, "not_found");
}

#[tokio::test]
async fn leaving_an_event_leaves_its_pods() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (other_event, other_pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.delete(&format!("/v1/events/{event}/members/me"), &ana).await.ok(204);
    server.delete(&format!("/v1/events/{event}/members/me"), &ana).await.refused(403, "not_member");
    let left = server.get(&format!("/v1/pods/{pod}"), &ben).await.ok(200);
    assert_eq!(left["members"].as_array().unwrap().len(), 1);
    assert_eq!(left["members"][0]["role"], "owner");
    server.get(&format!("/v1/pods/{pod}"), &ana).await.refused(404, "not_found");
    let mine = server.get("/v1/me/events", &ana).await.ok(200);
    assert_eq!(mine["items"].as_array().unwrap().iter().map(id_of).collect::<Vec<_>>(), [other_event]);
    let inbox = server.get("/v1/me/pods", &ana).await.ok(200);
    assert_eq!(inbox["items"].as_array().unwrap().iter().map(id_of).collect::<Vec<_>>(), [other_pod]);
}

#[tokio::test]
async fn ones_own_events_say_how_one_goes_there() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    assert_eq!(server.get("/v1/me/events", &ana).await.ok(200), json!({"items": [], "next": null}));
    let mut events = Vec::new();
    for day in 1..=3 {
        let date = format!("2099-07-0{day}T20:00:00Z");
        let body = json!({"artist": "Low", "city": "Duluth", "venue": "The Hall", "date_utc": date});
        let event = id_of(&server.post("/v1/events", &ana, body).await.ok(201));
        server.put(&format!("/v1/events/{event}/members/me"), &ana, json!({"vibe_badges": ["solo"]})).await.ok(200);
        events.push(event);
    }
    let first = server.get("/v1/me/events?limit=2", &ana).await.ok(200);
    let next = first["next"].as_str().unwrap();
    let second = server.get(&format!("/v1/me/events?limit=2&cursor={next}"), &ana).await.ok(200);
    let all: Vec<_> = [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).map(id_of).collect();
    events.reverse();
    assert_eq!(all, events);
    assert_eq!(first["items"][0]["vibe_badges"][0]["key"], "solo");
    assert_eq!(first["items"][0]["artist"], "Low");
}

//! An outsider who knows every id learns nothing over HTTP, and changes nothing.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::Server;

const SECRET_TEXT: &str = "the door code is 7351";

#[tokio::test]
async fn one_who_knows_every_id_learns_nothing() {
    let server = Server::start().await;
    let [ana, ben, fan, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &fan).await;
    let message = Uuid::now_v7();
    let log = format!("/v1/pods/{pod}/messages");
    server.post(&log, &ana, json!({"id": message, "text": SECRET_TEXT})).await.ok(201);
    let before = server.get(&log, &ana).await.ok(200);

    // A stranger gets `not_found`, a member of the event `not_member`.
    let rename = json!({"name": "Mine now", "join_policy": "open"});
    let tries: [(&str, String, Option<Value>); 10] = [
        ("GET", log.clone(), None),
        ("GET", format!("{log}?after=0"), None),
        ("GET", format!("{log}?before=99"), None),
        ("POST", log.clone(), Some(json!({"text": "hello?"}))),
        // Not even whether a message's id exists.
        ("POST", log.clone(), Some(json!({"id": message, "text": "x"}))),
        ("PATCH", format!("/v1/pods/{pod}"), Some(rename)),
        ("DELETE", format!("/v1/pods/{pod}"), None),
        ("DELETE", format!("/v1/pods/{pod}/members/me"), None),
        ("DELETE", format!("/v1/pods/{pod}/members/{}", ben.id), None),
        ("PUT", format!("/v1/pods/{pod}/members/{}", fan.id), None),
    ];
    for (method, path, body) in tries {
        for (person, status, code) in [(&stranger, 404, "not_found"), (&fan, 403, "not_member")] {
            let answer = server.http(method, &path, Some(&person.token), body.clone()).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
            let problem = answer.refused(status, code).to_string();
            for secret in [SECRET_TEXT, "The front row", &ana.id.to_string(), &ana.name] {
                assert!(!problem.contains(secret), "{method} {path} tells {secret}: {problem}");
            }
        }
        let answer = server.http(method, &path, None, body).await;
        answer.refused(401, "unauthorized");
    }
    // A stranger's answer about this pod is that about a pod that does not exist.
    for path in [format!("/v1/pods/{pod}"), log.clone()] {
        let here = server.get(&path, &stranger).await.refused(404, "not_found");
        let nowhere = path.replace(&pod.to_string(), &Uuid::now_v7().to_string());
        assert_eq!(here, server.get(&nowhere, &stranger).await.refused(404, "not_found"));
    }
    for list in ["/v1/me/pods", "/v1/me/events"] {
        assert_eq!(server.get(list, &stranger).await.ok(200)["items"], json!([]));
    }
    for person in [&ana, &ben] {
        server.get(&format!("/v1/profiles/{}", person.id), &stranger).await.refused(404, "not_found");
    }
    server.get(&format!("/v1/events/{event}/members"), &stranger).await.refused(403, "not_member");
    server.get(&format!("/v1/events/{event}/pods"), &stranger).await.refused(403, "not_member");
    server.patch(&format!("/v1/events/{event}"), &stranger, json!({"cancelled": true})).await.refused(403, "forbidden");
    server.delete(&format!("/v1/events/{event}"), &stranger).await.refused(403, "forbidden");

    let detail = server.get(&format!("/v1/pods/{pod}"), &fan).await.ok(200);
    assert!(detail.get("members").is_none() && detail.get("head").is_none() && !detail.to_string().contains(&ben.name));
    assert_eq!(server.get(&log, &ana).await.ok(200), before, "nobody has changed anything");
}

#[tokio::test]
async fn one_who_was_a_member_learns_nothing_more() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let log = format!("/v1/pods/{pod}/messages");
    server.get(&log, &ben).await.ok(200);
    server.delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
    server.post(&log, &ana, json!({"text": SECRET_TEXT})).await.ok(201);
    server.get(&log, &ben).await.refused(403, "not_member");
    server.post(&log, &ben, json!({"text": "?"})).await.refused(403, "not_member");
    assert_eq!(server.get("/v1/me/pods", &ben).await.ok(200)["items"], json!([]));
    let detail = server.get(&format!("/v1/pods/{pod}"), &ben).await.ok(200).to_string();
    assert!(!detail.contains(SECRET_TEXT) && !detail.contains(&ana.name));
}

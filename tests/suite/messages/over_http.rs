//! Messages over HTTP.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Server, list};

fn seqs(page: &Value) -> Vec<i64> {
    list(page, "messages").iter().filter_map(|message| message["seq"].as_i64()).collect()
}

#[tokio::test]
async fn the_same_id_is_stored_once_whenever() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/pods/{pod}/messages");
    let body = json!({"id": Uuid::now_v7(), "text": "  who brings the tent? 🎪 "});
    let requests = (0..10).map(|_| server.post(&path, &ana, body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201) && answer.body == answers[0].body));
    let sent = &answers[0].body;
    assert_eq!((&sent["id"], &sent["seq"]), (&body["id"], &json!(3)));
    assert_eq!(sent.as_object().unwrap().len(), 3, "{sent}");
    server.post(&path, &ben, body.clone()).await.refused(409, "conflict");

    let page = server.get(&path, &ben).await.ok(200);
    let message = &page["messages"][1];
    assert_eq!(message["text"], body["text"]);
    assert_eq!((&message["seq"], &message["changed_seq"], &message["at"]), (&json!(3), &json!(3), &sent["at"]));
    assert_eq!(message["user_id"], json!(ana.id));
    // One who has left still learns the outcome of what they sent before.
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ana).await.ok(204);
    assert_eq!(server.post(&path, &ana, body).await.ok(200), *sent);
    server.post(&path, &ana, json!({"text": "still here?"})).await.refused(403, "not_member");
}

#[tokio::test]
async fn the_log_is_paged_both_ways() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let path = format!("/v1/pods/{pod}/messages");
    for number in 2..=60 {
        server.post(&path, &ana, json!({"text": format!("number {number}")})).await.ok(201);
    }
    let newest = server.get(&path, &ana).await.ok(200);
    assert_eq!(seqs(&newest), (11..=60).collect::<Vec<_>>());
    assert_eq!((&newest["more"], &newest["next"]), (&json!(true), &json!(11)));
    let older = server.get(&format!("{path}?before=11&limit=200"), &ana).await.ok(200);
    assert_eq!((seqs(&older), &older["more"]), ((1..=10).collect::<Vec<_>>(), &json!(false)));
    let after = server.get(&format!("{path}?after=0&limit=40"), &ana).await.ok(200);
    assert_eq!(
        (seqs(&after), &after["more"], &after["next"]),
        ((1..=40).collect::<Vec<_>>(), &json!(true), &json!(40))
    );
    let rest = server.get(&format!("{path}?after=40&limit=40"), &ana).await.ok(200);
    assert_eq!((seqs(&rest), &rest["more"]), ((41..=60).collect::<Vec<_>>(), &json!(false)));
    assert_eq!(server.get(&format!("{path}?after={}", i64::MAX), &ana).await.ok(200)["messages"], json!([]));
    for query in
        ["limit=0", "limit=201", "limit=x", "before=1&after=1", "before=0", "after=-1", "before=99999999999999999999"]
    {
        server.get(&format!("{path}?{query}"), &ana).await.refused(422, "invalid");
    }
}

#[tokio::test]
async fn a_newcomer_sees_the_log_from_their_coming_on() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let path = format!("/v1/pods/{pod}/messages");
    server.post(&path, &ana, json!({"text": "before"})).await.ok(201);
    server.join_event(event, &ben).await;
    server.get(&path, &ben).await.refused(403, "not_member");
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.ok(200);
    server.post(&path, &ana, json!({"text": "after"})).await.ok(201);
    assert_eq!(seqs(&server.get(&path, &ben).await.ok(200)), [3, 4]);
    assert_eq!(seqs(&server.get(&format!("{path}?after=0"), &ben).await.ok(200)), [3, 4]);
    assert_eq!(seqs(&server.get(&path, &ana).await.ok(200)), [1, 2, 3, 4]);
    // Coming again is a new coming.
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ben).await.ok(204);
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.ok(200);
    assert_eq!(seqs(&server.get(&path, &ben).await.ok(200)), [6]);
}

#[tokio::test]
async fn too_many_in_too_short_a_time_are_refused_with_retry_after() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "1/3")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let path = format!("/v1/pods/{pod}/messages");
    let requests = (0..12).map(|_| server.post(&path, &ana, json!({"text": "!"})));
    let answers = futures_util::future::join_all(requests).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert!((3..12).contains(&stored), "{stored} stored");
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=5).contains(&wait));
        answer.refused(429, "rate_limited");
    }
    server.post(&path, &ben, json!({"text": "my own limit"})).await.ok(201);
    assert_eq!(seqs(&server.get(&path, &ben).await.ok(200)).len(), stored + 2);
}

#[tokio::test]
async fn what_was_acknowledged_outlives_the_server() {
    let mut server = Server::start().await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let path = format!("/v1/pods/{pod}/messages");
    let body = json!({"id": Uuid::now_v7(), "text": "before the end"});
    let sent = server.post(&path, &ana, body.clone()).await.ok(201);
    server.kill().await;
    server.restart().await;
    assert_eq!(server.post(&path, &ana, body).await.ok(200), sent);
    server.post(&path, &ana, json!({"text": "after it"})).await.ok(201);
    assert!(server.terminate().await.success());
    server.restart().await;
    assert_eq!(seqs(&server.get(&path, &ana).await.ok(200)), [1, 2, 3]);
}

//! An edit says whom the message names from now on.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Person, Server};

async fn read(server: &Server, person: &Person, log: &str, id: Uuid) -> Value {
    let page = server.get(log, person).await.ok(200);
    page["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .find(|message| message["id"] == json!(id))
        .expect("it")
        .clone()
}

#[tokio::test]
async fn an_edit_names_others_or_nobody() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben, cem, stranger] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone(), cem.clone()]).await;
    let (id, log, topic) = (Uuid::now_v7(), format!("/v1/pods/{pod}/messages"), format!("pod:{pod}"));
    let path = format!("{log}/{id}");
    server.post(&log, &ana, json!({"id": id, "text": "@Ben?", "mentions": [ben.id]})).await.ok(201);
    let [a, b] = [Client::open(&server, &ana).await, Client::open(&server, &ben).await];
    for client in [&a, &b] {
        client.join(&topic, json!({})).await.ok();
    }
    let edit = async |body: Value| server.patch(&path, &ana, body).await.ok(200)["seq"].as_i64().expect("a seq");

    // Absent leaves them.
    let words = edit(json!({"text": "@Ben!"})).await;
    let changed = b.event(&topic, "message:changed").await;
    assert_eq!((&changed["mentions"], &changed["text"]), (&json!([ben.id]), &json!("@Ben!")));
    // Others alone are a change, and not one of the words.
    let others = edit(json!({"text": "@Ben!", "mentions": [cem.id, ben.id, cem.id]})).await;
    assert_eq!(others, words + 1);
    let named = b.event(&topic, "message:changed").await;
    assert_eq!((&named["mentions"], &named["edited_at"]), (&json!([cem.id, ben.id]), &changed["edited_at"]));
    assert_eq!(read(&server, &cem, &log, id).await, named);
    // The same, in whatever order, is none.
    assert_eq!(edit(json!({"text": "@Ben!", "mentions": [ben.id, cem.id]})).await, others);
    // On the socket alike; a repeat is answered as the first time, and not done over a newer change.
    let op = Uuid::now_v7();
    let push = json!({"id": id, "text": "@Cem!", "mentions": [cem.id], "op": op});
    let answer = a.ask(&topic, "message:edit", push.clone()).await.ok();
    assert_eq!(b.event(&topic, "message:changed").await["mentions"], json!([cem.id]));
    let none = edit(json!({"text": "@Cem!", "mentions": []})).await;
    assert_eq!(b.event(&topic, "message:changed").await["mentions"], json!([]));
    assert_eq!(a.ask(&topic, "message:edit", push).await.ok(), answer);
    assert_eq!(read(&server, &ben, &log, id).await["changed_seq"], none);

    for mentions in [json!([stranger.id]), json!(vec![ben.id; 21])] {
        let problem =
            server.patch(&path, &ana, json!({"text": "x", "mentions": mentions})).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/mentions");
        a.ask(&topic, "message:edit", json!({"id": id, "text": "x", "mentions": mentions})).await.refused("invalid");
    }
    server.patch(&path, &ben, json!({"text": "@Cem!", "mentions": []})).await.refused(403, "forbidden");
    assert_eq!(read(&server, &ben, &log, id).await["text"], "@Cem!", "nothing of that was done");
}

#[tokio::test]
async fn who_is_named_already_may_have_left() {
    let server = Server::start().await;
    let [ana, ben, cem] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone(), cem.clone()]).await;
    let (id, log) = (Uuid::now_v7(), format!("/v1/pods/{pod}/messages"));
    server.post(&log, &ana, json!({"id": id, "text": "@Ben", "mentions": [ben.id]})).await.ok(201);
    for gone in [&ben, &cem] {
        server.delete(&format!("/v1/pods/{pod}/members/{}", gone.id), gone).await.ok(204);
    }
    let edit = async |mentions: Value| {
        server.patch(&format!("{log}/{id}"), &ana, json!({"text": "bye, @Ben", "mentions": mentions})).await
    };
    edit(json!([ben.id])).await.ok(200);
    assert_eq!(read(&server, &ana, &log, id).await["mentions"], json!([ben.id]));
    edit(json!([ben.id, cem.id])).await.refused(422, "invalid");
}

/// The version before this one runs beside it for a while, and changes messages by the function that it knows.
#[tokio::test]
async fn the_function_of_the_version_before_is_there() {
    let server = Server::start().await;
    let [ana] = server.people();
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let (id, log) = (Uuid::now_v7(), format!("/v1/pods/{pod}/messages"));
    server.post(&log, &ana, json!({"id": id, "text": "@me", "mentions": [ana.id]})).await.ok(201);
    let client = server.database.connect().await;
    let sql = "SELECT code FROM podium.amend(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY[$3::uuid], ARRAY['edit'], ARRAY['new'], ARRAY[$4::uuid])";
    let row = client.query_one(sql, &[&pod, &id, &ana.id, &Uuid::now_v7()]).await.expect("an answer");
    assert_eq!(row.get::<_, &str>(0), "ok");
    let message = read(&server, &ana, &log, id).await;
    assert_eq!((&message["text"], &message["mentions"]), (&json!("new"), &json!([ana.id])));
}

//! Edits, deletions and reactions: over sockets and HTTP, repeated, refused, and while nobody looked.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::pod_client::number;
use crate::support::server::{Person, Server};

async fn page(server: &Server, pod: Uuid, person: &Person) -> Vec<Value> {
    let page = server.get(&format!("/v1/pods/{pod}/messages?after=0&limit=200"), person).await.ok(200);
    page["messages"].as_array().expect("messages").clone()
}

/// One message as it is read now.
async fn read(server: &Server, pod: Uuid, person: &Person, id: Uuid) -> Value {
    let page = page(server, pod, person).await;
    page.into_iter().find(|message| message["id"] == json!(id)).expect("the message")
}

async fn say(server: &Server, pod: Uuid, person: &Person, text: &str) -> (Uuid, String) {
    let id = Uuid::now_v7();
    let log = format!("/v1/pods/{pod}/messages");
    server.post(&log, person, json!({"id": id, "text": text})).await.ok(201);
    (id, format!("{log}/{id}"))
}

async fn joined(server: &Server, pod: Uuid, person: &Person) -> Client {
    let client = Client::open(server, person).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    client
}

#[tokio::test]
async fn everybody_sees_an_edit_and_only_the_author_may_make_it() {
    let server = Server::start().await;
    let [ana, ben, fan, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &fan).await;
    let (id, path) = say(&server, pod, &ana, "see you at teh gate").await;
    let topic = format!("pod:{pod}");
    let [a, b] = [joined(&server, pod, &ana).await, joined(&server, pod, &ben).await];

    let answer = a.ask(&topic, "message:edit", json!({"id": id, "text": "see you at the gate"})).await.ok();
    assert_eq!(answer, json!({"id": id, "seq": 4}));
    for client in [&a, &b] {
        let message = client.event(&topic, "message:changed").await;
        assert_eq!((&message["seq"], &message["changed_seq"]), (&json!(3), &json!(4)));
        assert_eq!(message["text"], "see you at the gate");
        assert!(message["edited_at"].is_string() && message["deleted_at"].is_null(), "{message}");
        assert_eq!(message, read(&server, pod, &ben, id).await, "pushed and read are the same");
    }
    // The same words again change nothing.
    assert_eq!(server.patch(&path, &ana, json!({"text": "see you at the gate"})).await.ok(200), answer);
    assert_eq!(server.patch(&path, &ana, json!({"text": "at nine"})).await.ok(200), json!({"id": id, "seq": 5}));
    assert_eq!(b.event(&topic, "message:changed").await["text"], "at nine");

    b.ask(&topic, "message:edit", json!({"id": id, "text": "mine"})).await.refused("forbidden");
    b.ask(&topic, "message:delete", json!({"id": id})).await.refused("forbidden");
    server.patch(&path, &ben, json!({"text": "mine"})).await.refused(403, "forbidden");
    for (person, status, code) in [(&fan, 403, "not_member"), (&stranger, 404, "not_found")] {
        server.patch(&path, person, json!({"text": "mine"})).await.refused(status, code);
        server.delete(&path, person).await.refused(status, code);
        server.put(&format!("{path}/reactions/%F0%9F%94%A5"), person, json!({})).await.refused(status, code);
    }
    for text in ["", " ", "a\0b", &"x".repeat(4_001)] {
        server.patch(&path, &ana, json!({"text": text})).await.refused(422, "invalid");
        a.ask(&topic, "message:edit", json!({"id": id, "text": text})).await.refused("invalid");
    }
    // A line of the log is nobody's, and what is not there is not found.
    let line = page(&server, pod, &ana).await[0]["id"].as_str().unwrap().to_owned();
    a.ask(&topic, "message:edit", json!({"id": line, "text": "x"})).await.refused("forbidden");
    a.ask(&topic, "message:delete", json!({"id": line})).await.refused("forbidden");
    a.ask(&topic, "reaction:set", json!({"id": line, "emoji": "🔥", "on": true})).await.refused("forbidden");
    a.ask(&topic, "message:edit", json!({"id": Uuid::now_v7(), "text": "x"})).await.refused("not_found");
    a.ask(&topic, "message:edit", json!({"id": 7, "text": "x"})).await.refused("invalid");
    assert_eq!(read(&server, pod, &ana, id).await["changed_seq"], 5, "nothing of that took a seq");
}

#[tokio::test]
async fn a_deleted_text_is_nowhere_any_more() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (secret, before) = ("the door code is 7351", "the door code is 9999");
    let (id, path) = say(&server, pod, &ana, before).await;
    server.patch(&path, &ana, json!({"text": secret})).await.ok(200);
    server.put(&format!("{path}/reactions/%F0%9F%94%A5"), &ben, json!({})).await.ok(200);
    let topic = format!("pod:{pod}");
    let client = joined(&server, pod, &ben).await;
    let op = Uuid::now_v7();
    let deleted = server.delete(&format!("{path}?op={op}"), &ana).await.ok(200);
    assert_eq!(deleted, json!({"id": id, "seq": 6}));
    let message = client.event(&topic, "message:changed").await;
    assert!(message["deleted_at"].is_string());
    assert_eq!((&message["text"], &message["reactions"], &message["mentions"]), (&json!(""), &json!({}), &json!([])));

    // Not in any table, …
    let database = server.database.connect().await;
    let tables = "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    for row in database.query(tables, &[]).await.expect("the tables") {
        let table: &str = row.get(0);
        let sql = format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%door code%' OR t::text LIKE '%🔥%'");
        assert_eq!(database.query_one(&sql, &[]).await.expect("a count").get::<_, i64>(0), 0, "{table}");
    }
    // … no page, no resume, no rejoin, no inbox, no repeat.
    let fresh = Client::open(&server, &ben).await;
    for after in [json!({}), json!({"after": 0}), json!({"after": 3}), json!({"after": 4})] {
        let answer = fresh.join(&topic, after).await.ok();
        assert!(!answer.to_string().contains("door code"), "{answer}");
        assert_eq!(*answer["messages"].as_array().unwrap().last().unwrap(), message);
        fresh.leave(&topic).await.ok();
    }
    for person in [&ana, &ben] {
        let inbox = server.get("/v1/me/pods", person).await.ok(200);
        assert!(!inbox.to_string().contains("door code"));
        assert_eq!(inbox["items"][0]["unread"], 0, "what is deleted is not unread");
    }
    let again = json!({"id": id, "text": secret});
    assert_eq!(server.post(&format!("/v1/pods/{pod}/messages"), &ana, again).await.ok(200)["seq"], 3);
    assert_eq!(page(&server, pod, &ana).await.last(), Some(&message), "a repeat of the sending stores nothing");

    // Once more, with or without its op, changes nothing; and nothing can be made of it any more.
    assert_eq!(server.delete(&format!("{path}?op={op}"), &ana).await.ok(200), deleted);
    assert_eq!(server.delete(&path, &ana).await.ok(200), deleted);
    server.patch(&path, &ana, json!({"text": "back"})).await.refused(409, "conflict");
    server.put(&format!("{path}/reactions/%F0%9F%94%A5"), &ben, json!({})).await.refused(409, "conflict");
    server.delete(&format!("{path}/reactions/%F0%9F%94%A5"), &ben).await.ok(200);
}

#[tokio::test]
async fn a_change_that_is_repeated_is_done_once() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (id, path) = say(&server, pod, &ana, "one").await;
    let (other, _) = say(&server, pod, &ana, "other").await;
    let [first, second, third] = std::array::from_fn(|_| Uuid::now_v7());
    let edit = async |text: &str, op: Uuid| server.patch(&path, &ana, json!({"text": text, "op": op})).await.ok(200);
    assert_eq!(edit("two", first).await["seq"], 5);
    assert_eq!(edit("three", second).await["seq"], 6);
    // An older one, repeated, is answered as then, and does not undo the newer one.
    assert_eq!(edit("two", first).await["seq"], 5);
    assert_eq!(edit("three", third).await["seq"], 6, "changes nothing, and takes no seq");
    server.patch(&path, &ana, json!({"text": "four"})).await.ok(200);
    assert_eq!(edit("three", third).await["seq"], 6, "nor later");
    assert_eq!(read(&server, pod, &ana, id).await["text"], "four");
    // On the socket too, all at once.
    let topic = format!("pod:{pod}");
    let client = joined(&server, pod, &ana).await;
    let op = Uuid::now_v7();
    let body = json!({"id": id, "emoji": "🔥", "on": true, "op": op});
    let pushed: Vec<_> = (0..8).map(|_| client.push(&topic, "reaction:set", body.clone())).collect();
    for pushed in &pushed {
        assert_eq!(client.reply(pushed).await.ok(), json!({"id": id, "seq": 8}));
    }
    client.ask(&topic, "reaction:set", json!({"id": id, "emoji": "🔥", "on": false})).await.ok();
    assert_eq!(client.ask(&topic, "reaction:set", body.clone()).await.ok()["seq"], 8);
    assert_eq!(read(&server, pod, &ana, id).await["reactions"], json!({}));
    // An op is its author's, and its message's.
    let path_of_op = format!("{path}/reactions/%F0%9F%94%A5?op={op}");
    server.put(&path_of_op, &ben, json!({})).await.refused(409, "conflict");
    client.ask(&topic, "message:delete", json!({"id": other, "op": op})).await.refused("conflict");
    // Who has left still learns the outcome.
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ana).await.ok(204);
    assert_eq!(edit("two", first).await["seq"], 5);
    server.patch(&path, &ana, json!({"text": "x", "op": Uuid::now_v7()})).await.refused(403, "not_member");
}

#[tokio::test]
async fn reactions_are_emoji_and_each_counts_once() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (id, path) = say(&server, pod, &ana, "that solo!").await;
    let topic = format!("pod:{pod}");
    let [a, b] = [joined(&server, pod, &ana).await, joined(&server, pod, &ben).await];
    let set = |emoji: &str, on: bool| json!({"id": id, "emoji": emoji, "on": on});
    assert_eq!(a.ask(&topic, "reaction:set", set("🔥", true)).await.ok()["seq"], 4);
    assert_eq!(b.ask(&topic, "reaction:set", set("🔥", true)).await.ok()["seq"], 5);
    assert_eq!(b.ask(&topic, "reaction:set", set("🔥", true)).await.ok()["seq"], 5, "it is there already");
    assert_eq!(b.ask(&topic, "reaction:set", set("👩🏽‍❤️‍💋‍👨🏾", true)).await.ok()["seq"], 6);
    let message = a.event_where(&topic, "message:changed", |message| message["changed_seq"] == 6).await;
    assert_eq!(message["reactions"], json!({"🔥": [ana.id, ben.id], "👩🏽‍❤️‍💋‍👨🏾": [ben.id]}));
    assert!(message["edited_at"].is_null());
    assert_eq!(a.ask(&topic, "reaction:set", set("🔥", false)).await.ok()["seq"], 7);
    assert_eq!(a.ask(&topic, "reaction:set", set("🔥", false)).await.ok()["seq"], 7, "it is gone already");
    assert_eq!(server.delete(&format!("{path}/reactions/%F0%9F%94%A5"), &ben).await.ok(200)["seq"], 8);
    assert_eq!(read(&server, pod, &ana, id).await["reactions"], json!({"👩🏽‍❤️‍💋‍👨🏾": [ben.id]}));
    for text in ["", "a", "👍👍", "ok 🔥", "<b>", "\u{202e}"] {
        a.ask(&topic, "reaction:set", set(text, true)).await.refused("invalid");
    }
    server.put(&format!("{path}/reactions/hello"), &ana, json!({})).await.refused(422, "invalid");
    a.ask(&topic, "reaction:set", json!({"id": id, "emoji": "🔥"})).await.refused("invalid");
    // At most twenty different ones; one that is there may be joined.
    for number in 0..19 {
        let emoji = char::from_u32(0x1f600 + number).unwrap().to_string();
        b.ask(&topic, "reaction:set", set(&emoji, true)).await.ok();
    }
    a.ask(&topic, "reaction:set", set("🎸", true)).await.refused("invalid");
    a.ask(&topic, "reaction:set", set("\u{1f600}", true)).await.ok();
}

#[tokio::test]
async fn a_newcomer_hears_nothing_of_changes_to_what_was_before() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let (old, path) = say(&server, pod, &ana, "before").await;
    server.join_event(event, &ben).await;
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.ok(200);
    let topic = format!("pod:{pod}");
    let [a, b] = [joined(&server, pod, &ana).await, joined(&server, pod, &ben).await];
    server.patch(&path, &ana, json!({"text": "before, edited"})).await.ok(200);
    server.put(&format!("{path}/reactions/%F0%9F%94%A5"), &ana, json!({})).await.ok(200);
    // To one who cannot see it, it is not there.
    b.ask(&topic, "reaction:set", json!({"id": old, "emoji": "🔥", "on": true})).await.refused("not_found");
    let (id, _) = say(&server, pod, &ana, "after").await;
    a.message(pod, id).await;
    b.message(pod, id).await;
    assert_eq!(a.heard(&topic, "message:changed").len(), 2);
    assert_eq!(b.heard(&topic, "message:changed"), Vec::<Value>::new());
    let resumed = Client::open(&server, &ben).await.join(&topic, json!({"after": 0})).await.ok();
    let seqs: Vec<i64> =
        resumed["messages"].as_array().unwrap().iter().map(|message| number(&message["seq"])).collect();
    assert_eq!(seqs, [3, 6]);
}

#[tokio::test]
async fn changes_count_against_the_limit_of_messages() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "1/3")]).await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let (_, path) = say(&server, pod, &ana, "0").await;
    let edits = (1..12).map(|number| server.patch(&path, &ana, json!({"text": number.to_string()})));
    let answers = futures_util::future::join_all(edits).await;
    assert!(answers.iter().any(|answer| answer.status == 200) && answers.iter().any(|answer| answer.status == 429));
}

#[tokio::test]
async fn an_answer_is_to_what_one_may_see_and_members_are_named() {
    let server = Server::start().await;
    let [ana, ben, fan] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let (old, old_path) = say(&server, pod, &ana, "before").await;
    for person in [&ben, &fan] {
        server.join_event(event, person).await;
    }
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.ok(200);
    let topic = format!("pod:{pod}");
    let [a, b] = [joined(&server, pod, &ana).await, joined(&server, pod, &ben).await];
    let log = format!("/v1/pods/{pod}/messages");

    // A text and an answer to it, both at once.
    let [question, answer] = std::array::from_fn(|_| Uuid::now_v7());
    let named = json!({"id": answer, "text": "Ana!", "reply_to": question, "mentions": [ana.id, ben.id, ana.id]});
    let first = b.push(&topic, "message:new", json!({"id": question, "text": "who?"}));
    let second = b.push(&topic, "message:new", named.clone());
    b.reply(&first).await.ok();
    let sent = b.reply(&second).await.ok();
    let message = a.message(pod, answer).await;
    assert_eq!((&message["reply_to"], &message["mentions"]), (&json!(question), &json!([ana.id, ben.id])));
    assert_eq!(message, read(&server, pod, &ana, answer).await);
    assert_eq!(server.post(&log, &ben, named).await.ok(200), sent, "a repeat");

    let refused = async |person: &Person, more: Value, pointer: &str| {
        let mut body = json!({"text": "x"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let problem = server.post(&log, person, body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    };
    refused(&ana, json!({"reply_to": Uuid::now_v7()}), "/reply_to").await;
    refused(&ben, json!({"reply_to": old}), "/reply_to").await;
    refused(&ana, json!({"mentions": [ana.id, fan.id]}), "/mentions").await;
    refused(&ana, json!({"mentions": [Uuid::now_v7()]}), "/mentions").await;
    refused(&ana, json!({"mentions": vec![ana.id; 21]}), "/mentions").await;
    // What is deleted may still be answered; and what is deleted names nobody.
    server.delete(&old_path, &ana).await.ok(200);
    server.post(&log, &ana, json!({"text": "sorry", "reply_to": old, "mentions": []})).await.ok(201);
    b.ask(&topic, "message:delete", json!({"id": answer})).await.ok();
    let message = read(&server, pod, &ana, answer).await;
    assert_eq!((&message["reply_to"], &message["mentions"]), (&json!(question), &json!([])));
}

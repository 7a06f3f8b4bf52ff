//! A text that was deleted is nowhere any more: in no row of the database, no frame, no answer, no log. Not the words
//! that it had before an edit either, nor those of a sending or an edit that is repeated afterwards.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Server, id_of};

/// In each text that is deleted, and nowhere else.
const MARK: &str = "zebra-7351";

#[track_caller]
fn clean(what: &str, text: &str) {
    let found = text.find(MARK).map(|at| text[..at].chars().rev().take(200).collect::<String>());
    assert!(found.is_none(), "in {what}, after {:?}", found.map(|before| before.chars().rev().collect::<String>()));
}

#[tokio::test]
async fn a_deleted_text_is_in_no_row_no_frame_no_answer_and_no_log() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (topic, path) = (format!("pod:{pod}"), format!("/v1/pods/{pod}/messages"));
    let own = |id: Uuid| format!("user:{id}");
    let bens = Client::open(&server, &ben).await;
    bens.join(&own(ben.id), json!({})).await.ok();
    let anas = Client::open(&server, &ana).await;
    anas.join(&topic, json!({})).await.ok();

    // Said over the socket and over HTTP, edited both ways, answered, reacted to, named in.
    let first = json!({"id": Uuid::now_v7(), "text": format!("{MARK} first"), "mentions": [ben.id]});
    let edit = json!({"id": first["id"], "text": format!("{MARK} edited"), "op": Uuid::now_v7()});
    anas.ask(&topic, "message:new", first.clone()).await.ok();
    anas.ask(&topic, "message:edit", edit.clone()).await.ok();
    let second = json!({"id": Uuid::now_v7(), "text": format!("second {MARK}")});
    server.post(&path, &ana, second.clone()).await.ok(201);
    let second_path = format!("{path}/{}", id_of(&second));
    let second_edit = json!({"text": format!("{MARK} {MARK}"), "op": Uuid::now_v7()});
    server.patch(&second_path, &ana, second_edit.clone()).await.ok(200);
    let answer = json!({"id": Uuid::now_v7(), "text": "really?", "reply_to": first["id"]});
    server.post(&path, &ben, answer.clone()).await.ok(201);
    server.put(&format!("{path}/{}/reactions/%F0%9F%94%A5", id_of(&first)), &ben, json!({})).await.ok(200);
    // The newest message is what the inbox shows.
    let third = json!({"id": Uuid::now_v7(), "text": format!("the last one, {MARK}")});
    server.post(&path, &ana, third.clone()).await.ok(201);
    let shows = |text: &'static str| {
        move |activity: &Value| activity["last_message"]["text"].as_str().unwrap_or("-").contains(text)
    };
    bens.event_where(&own(ben.id), "pod:activity", shows(MARK)).await;
    assert!(server.database.dump(&["--inserts"]).await.contains(MARK), "it would be found");

    anas.ask(&topic, "message:delete", json!({"id": first["id"], "op": Uuid::now_v7()})).await.ok();
    anas.ask(&topic, "message:delete", json!({"id": third["id"]})).await.ok();
    server.delete(&second_path, &ana).await.ok(200);
    // Ben receives what his inbox shows now; nothing after that has it.
    let is_now = |activity: &Value| activity["last_message"]["deleted_at"].is_string() && activity["head"] == 12;
    let activity = bens.event_where(&own(ben.id), "pod:activity", is_now).await;
    clean("pod:activity", &activity.to_string());

    // Whatever is repeated is answered as the first time, and brings nothing back.
    anas.ask(&topic, "message:new", first.clone()).await.ok();
    anas.ask(&topic, "message:edit", edit).await.ok();
    server.post(&path, &ana, second.clone()).await.ok(200);
    server.patch(&second_path, &ana, second_edit).await.ok(200);
    let anew = json!({"id": first["id"], "text": format!("{MARK} again"), "op": Uuid::now_v7()});
    anas.ask(&topic, "message:edit", anew).await.refused("conflict");

    for (person, older) in [(&ana, false), (&ben, false), (&ben, true)] {
        let client = match older {
            true => Client::open_older(&server, person).await,
            false => Client::open(&server, person).await,
        };
        client.join(&own(person.id), json!({})).await.ok();
        client.join(&topic, json!({})).await.ok();
        for after in 0..=12 {
            client.leave(&topic).await.ok();
            client.join(&topic, json!({"after": after})).await.ok();
            client.ask(&topic, "history", json!({"after": after})).await.ok();
            client.ask(&topic, "history", json!({"before": after + 1, "limit": 1})).await.ok();
            for query in [format!("after={after}"), format!("before={}", after + 1)] {
                let page = server.get(&format!("{path}?{query}"), person).await.ok(200);
                clean("a page", &page.to_string());
            }
        }
        // Live, of the answer to it, and in the inbox by what follows.
        let answered = json!({"id": answer["id"], "emoji": "👀", "on": true});
        client.ask(&topic, "reaction:set", answered).await.ok();
        client.ask(&topic, "reaction:set", json!({"id": answer["id"], "emoji": "👀", "on": false})).await.ok();
        client.event(&own(person.id), "pod:activity").await;
        for frame in client.frames() {
            clean("a frame", &format!("{frame:?}"));
        }
        for path in ["/v1/me/pods", "/v1/me", "/v1/me/events", &format!("/v1/pods/{pod}")] {
            clean(path, &server.get(path, person).await.ok(200).to_string());
        }
    }
    clean("the database", &server.database.dump(&["--inserts"]).await);
    clean("the log", &server.log().join("\n"));
}

//! A reaction is one, however its emoji is spelled: where it enters, and where it was stored before.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Person, Server};

const HEART: &str = "\u{2764}\u{fe0f}";
const BARE_HEART: &str = "\u{2764}";
const THUMB: &str = "\u{1f44d}";

struct Scene {
    server: Server,
    people: [Person; 2],
    client: Client,
    topic: String,
    id: Uuid,
    path: String,
}

impl Scene {
    async fn set() -> Scene {
        let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
        let [ana, ben] = server.people();
        let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
        let (id, log, topic) = (Uuid::now_v7(), format!("/v1/pods/{pod}/messages"), format!("pod:{pod}"));
        server.post(&log, &ana, json!({"id": id, "text": "a text"})).await.ok(201);
        let client = Client::open(&server, &ana).await;
        client.join(&topic, json!({})).await.ok();
        Scene { path: format!("{log}/{id}"), server, people: [ana, ben], client, topic, id }
    }

    fn reaction(&self, emoji: &str) -> String {
        let emoji: String = emoji.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("{}/reactions/{emoji}", self.path)
    }

    async fn put(&self, who: usize, emoji: &str) -> Value {
        self.server.put(&self.reaction(emoji), &self.people[who], json!({})).await.ok(200)["seq"].clone()
    }

    async fn take(&self, who: usize, emoji: &str) -> Value {
        self.server.delete(&self.reaction(emoji), &self.people[who]).await.ok(200)["seq"].clone()
    }

    async fn push(&self, emoji: &str, on: bool) -> Value {
        let push = json!({"id": self.id, "emoji": emoji, "on": on});
        self.client.ask(&self.topic, "reaction:set", push).await.ok()["seq"].clone()
    }

    async fn reactions(&self) -> Value {
        let log = self.path.rsplit_once('/').expect("a path").0;
        let page = self.server.get(log, &self.people[1]).await.ok(200);
        let messages = page["messages"].as_array().expect("messages");
        messages.iter().find(|message| message["id"] == json!(self.id)).expect("the message")["reactions"].clone()
    }
}

#[tokio::test]
async fn spellings_of_an_emoji_are_one_reaction() {
    let scene = Scene::set().await;
    let [ana, ben] = scene.people.each_ref().map(|person| person.id);
    let first = scene.push(BARE_HEART, true).await;
    assert_eq!(scene.client.event(&scene.topic, "message:changed").await["reactions"], json!({HEART: [ana]}));
    assert_eq!(scene.push(HEART, true).await, first, "it is there already");
    assert_eq!(scene.put(0, BARE_HEART).await, first);
    scene.put(1, HEART).await;
    scene.put(1, &format!("{THUMB}\u{fe0f}")).await;
    scene.put(0, THUMB).await;
    // A flag of a rainbow, a keycap, and a finger with a skin tone.
    for (spelling, other) in [
        ("\u{1f3f3}\u{200d}\u{1f308}", "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}"),
        ("1\u{20e3}", "1\u{fe0f}\u{20e3}"),
        ("\u{261d}\u{fe0f}\u{1f3ff}", "\u{261d}\u{1f3ff}"),
    ] {
        let seq = scene.put(0, spelling).await;
        assert_eq!(scene.put(0, other).await, seq);
        assert_eq!(scene.reactions().await[other], json!([ana]));
        scene.take(0, spelling).await;
    }
    assert_eq!(scene.reactions().await, json!({HEART: [ana, ben], THUMB: [ben, ana]}));
    scene.take(1, BARE_HEART).await;
    scene.push(BARE_HEART, false).await;
    assert_eq!(scene.reactions().await, json!({THUMB: [ben, ana]}));
}

#[tokio::test]
async fn what_was_stored_in_two_spellings_is_sent_as_one_and_can_be_taken_back() {
    let scene = Scene::set().await;
    let [ana, ben] = scene.people.each_ref().map(|person| person.id);
    let database = scene.server.database.connect().await;
    let store = async |reactions: Value| {
        let sql = "UPDATE messages SET data = jsonb_build_object('reactions', $2::text::jsonb) WHERE id = $1";
        database.execute(sql, &[&scene.id, &reactions.to_string()]).await.expect("reactions of before");
    };
    let stored = async || {
        let sql = "SELECT coalesce(data -> 'reactions', '{}')::text FROM messages WHERE id = $1";
        let text: String = database.query_one(sql, &[&scene.id]).await.expect("the message").get(0);
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    store(json!({BARE_HEART: [ana, ben], HEART: [ana]})).await;
    assert_eq!(scene.reactions().await, json!({HEART: [ana, ben]}));
    let inbox = scene.server.get("/v1/me/pods", &scene.people[1]).await.ok(200);
    assert_eq!(inbox["items"][0]["last_message"]["reactions"], json!({HEART: [ana, ben]}));
    // Taking it back takes both; what is written is one.
    scene.take(0, HEART).await;
    assert_eq!(stored().await, json!({HEART: [ben]}));
    scene.put(0, BARE_HEART).await;
    assert_eq!(stored().await, json!({HEART: [ben, ana]}));
    store(json!({BARE_HEART: [ana]})).await;
    scene.take(0, BARE_HEART).await;
    assert_eq!(stored().await, json!({}));
    // Two spellings are one of the twenty.
    let mut full: serde_json::Map<String, Value> =
        (0..19).map(|n| (char::from_u32(0x1f600 + n).expect("a face").to_string(), json!([ben]))).collect();
    full.extend([(BARE_HEART.to_owned(), json!([ben])), (HEART.to_owned(), json!([ben]))]);
    store(Value::Object(full)).await;
    scene.server.put(&scene.reaction(THUMB), &scene.people[0], json!({})).await.refused(422, "invalid");
    scene.put(0, HEART).await;
    assert_eq!(scene.reactions().await.as_object().expect("reactions").len(), 20);
}

//! Texts as people see them: names that can be seen and break no line, addresses that lead where they seem to, and what
//! becomes of what was stored before.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Answer, Server, list, token};

/// What is no name, each for another reason.
const NO_NAMES: [&str; 9] = [
    "\u{200b}",
    "\u{3164}",
    "\u{2060}",
    "\u{202e}",
    "\u{2028}",
    "neB\u{202e}",
    "a\u{2029}b",
    "\u{2066}a\u{2069}",
    "\u{301}",
];

#[track_caller]
fn refused_at(answer: Answer, pointer: &str) {
    let problem = answer.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
}

#[tokio::test]
async fn names_can_be_seen_and_leave_the_line_as_it_is() {
    let server = Server::start().await;
    let [ana] = server.people();
    let event = server.event(&ana).await;
    server.join_event(event, &ana).await;
    let pods = format!("/v1/events/{event}/pods");
    let pod = server.post(&pods, &ana, json!({"name": "Two \u{3000} Words "})).await.ok(201);
    assert_eq!(pod["name"], "Two Words");
    let pod = format!("/v1/pods/{}", pod["id"].as_str().unwrap());
    let new =
        |artist: &str| json!({"artist": artist, "city": "Köln", "venue": "Gloria", "date_utc": "2027-05-01T18:00:00Z"});
    for name in NO_NAMES {
        refused_at(server.patch("/v1/me", &ana, json!({"display_name": name})).await, "/display_name");
        refused_at(server.post(&pods, &ana, json!({"name": name})).await, "/name");
        refused_at(server.patch(&pod, &ana, json!({"name": name})).await, "/name");
        refused_at(server.post("/v1/events", &ana, new(name)).await, "/artist");
        refused_at(server.patch(&format!("/v1/events/{event}"), &ana, json!({"venue": name})).await, "/venue");
        let body = json!({"email": "a@example.org", "password": "a good long password", "display_name": name});
        refused_at(server.http("POST", "/v1/auth/register", None, Some(body)).await, "/display_name");
    }
    for name in ["می‌خواهم", "👨‍👩‍👧 Family", "שלום", "é"] {
        assert_eq!(server.patch("/v1/me", &ana, json!({"display_name": name})).await.ok(200)["display_name"], name);
    }
    // What is looked for is mended.
    server.post("/v1/events", &ana, new("Ben\u{e9}")).await.ok(201);
    let found = server.get("/v1/events?artist=%E2%80%AABene%CC%81%E2%80%AC", &ana).await.ok(200);
    assert_eq!(list(&found, "items").len(), 1, "{found}");
    assert!(list(&server.get("/v1/events?q=%E2%80%8B", &ana).await.ok(200), "items").is_empty());
}

#[tokio::test]
async fn a_name_in_an_outside_issuers_token_is_mended() {
    let server = Server::start().await;
    for (name, mended) in
        [("neB\u{202e}  \u{2028} Lux\u{200b}", "neB Lux"), ("\u{200b}\u{3164}", "Guest"), ("\u{202e}", "Guest")]
    {
        let token = token(Uuid::now_v7(), name, Duration::from_secs(60));
        assert_eq!(server.http("GET", "/v1/me", Some(&token), None).await.ok(200)["display_name"], mended);
    }
}

#[tokio::test]
async fn messages_have_something_to_see() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben]).await;
    let (topic, log) = (format!("pod:{pod}"), format!("/v1/pods/{pod}/messages"));
    let client = Client::open(&server, &ana).await;
    client.join(&topic, json!({})).await.ok();
    let sent = server.post(&log, &ana, json!({"text": "\u{202e}two\nlines"})).await.ok(201);
    for text in ["\u{200b}", "\u{2800}", "\u{feff}", "\u{3164}\n\u{2060}", "\u{202e}"] {
        refused_at(server.post(&log, &ana, json!({"text": text})).await, "/text");
        refused_at(
            server.patch(&format!("{log}/{}", sent["id"].as_str().unwrap()), &ana, json!({"text": text})).await,
            "/text",
        );
        client.ask(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": text})).await.refused("invalid");
        client.ask(&topic, "message:edit", json!({"id": sent["id"], "text": text})).await.refused("invalid");
    }
    server.post(&log, &ana, json!({"text": "\u{1faff}"})).await.ok(201);
}

#[tokio::test]
async fn addresses_lead_where_they_seem_to() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let change = async |body: Value| server.patch("/v1/me", &ana, body).await;
    for bad in [
        "http://instagram.com/ana",
        "https://instagram.com@evil.example/",
        "https://instagram.com.evil.example/ana",
        "https://evil.example/instagram.com",
        "https://instagram.com\\@evil.example",
        "https://instagr\u{430}m.com/ana",
        "https://instagram.com:8443/ana",
        "https://instagram.com",
    ] {
        refused_at(change(json!({"ig_url": bad})).await, "/ig_url");
    }
    refused_at(change(json!({"avatar_url": "http://pictures.example/a.png"})).await, "/avatar_url");
    let good = json!({"ig_url": "https://www.Instagram.com/ana", "avatar_url": "https://pictures.example/a.png", "reveal_ig": true});
    let me = change(good).await.ok(200);
    assert_eq!(
        (&me["ig_url"], &me["avatar_url"]),
        (&json!("https://www.instagram.com/ana"), &json!("https://pictures.example/a.png"))
    );
    let profile = format!("/v1/profiles/{}", ana.id);
    assert_eq!(server.get(&profile, &ben).await.ok(200)["ig_url"], me["ig_url"]);

    // From before the rule: shown to nobody else, kept by their owner, and refused when saved again.
    let old = "UPDATE profiles SET avatar_url = 'http://pictures.example/a.png', ig_url = 'https://instagram.com@evil.example/' WHERE id = $1";
    server.database.connect().await.execute(old, &[&ana.id]).await.expect("an old row");
    let seen = server.get(&profile, &ben).await.ok(200);
    assert_eq!((&seen["ig_url"], &seen["avatar_url"]), (&Value::Null, &Value::Null));
    for path in [format!("/v1/pods/{pod}"), "/v1/me/pods".into()] {
        assert!(!server.get(&path, &ben).await.ok(200).to_string().contains("http://pictures"), "{path}");
    }
    let client = Client::open(&server, &ben).await;
    assert!(!client.join(&format!("pod:{pod}"), json!({})).await.ok().to_string().contains("http://pictures"));
    let me = server.get("/v1/me", &ana).await.ok(200);
    assert_eq!(me["avatar_url"], "http://pictures.example/a.png");
    change(json!({"display_name": "Ana"})).await.ok(200);
    refused_at(change(json!({"avatar_url": me["avatar_url"]})).await, "/avatar_url");
    change(json!({"avatar_url": null, "ig_url": null})).await.ok(200);
}

#[tokio::test]
async fn several_profiles_are_read_at_once_also_of_people_who_have_left() {
    let server = Server::start().await;
    let [ana, ben, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": "good-bye"})).await.ok(201);
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    server.get("/v1/me", &stranger).await.ok(200);
    let ids = format!("{},{},{},{}", ben.id, stranger.id, ana.id, Uuid::now_v7());
    let found = server.get(&format!("/v1/profiles?ids={ids}"), &ana).await.ok(200);
    let mut names: Vec<_> =
        list(&found, "items").iter().map(|profile| profile["display_name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let mut expected = [ana.name.as_str(), ben.name.as_str()];
    expected.sort_unstable();
    assert_eq!(names, expected, "the rest is silently absent");
    for bad in [String::new(), "x".into(), format!("{},", ana.id), vec![ana.id.to_string(); 101].join(",")] {
        refused_at(server.get(&format!("/v1/profiles?ids={bad}"), &ana).await, "?ids");
    }
    server.http("GET", &format!("/v1/profiles?ids={ids}"), None, None).await.refused(401, "unauthorized");
}

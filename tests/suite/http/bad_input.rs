//! Whatever comes in over HTTP: a coded refusal, nothing stored, no panic, and the next request works.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Person, Server};

/// Bodies that are not JSON, or not text.
const NOT_JSON: [&[u8]; 9] = [
    b"",
    b"{",
    b"nonsense",
    b"{\"text\":\"a\"} {}",
    b"{\"text\":\"\xff\xfe\"}",
    b"{\"text\":\"\\ud800\"}",
    b"{\"text\":\"\\udc00\\ud800\"}",
    b"{\"text\":\"a\nb\"}",
    b"\xef\xbb\xbf{}",
];

#[tokio::test]
async fn a_bad_text_is_refused_and_the_next_one_is_stored() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let path = format!("/v1/pods/{pod}/messages");
    for text in ["", " \n\t ", "a\0b", &"x".repeat(4_001), &"🎸".repeat(4_001)] {
        let problem = server.post(&path, &ana, json!({"text": text})).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/text");
    }
    for body in [
        json!({"text": 7}),
        json!({"text": null}),
        json!({"text": ["a"]}),
        json!({}),
        json!([]),
        json!("text"),
        json!(null),
        json!({"id": "7", "text": "a"}),
        json!({"id": 7, "text": "a"}),
        json!({"text": "a", "attachments": [Uuid::nil()]}),
        json!({"text": "a", "reply_to": Uuid::nil()}),
    ] {
        server.post(&path, &ana, body).await.refused(422, "invalid");
    }
    for body in NOT_JSON {
        server.raw("POST", &path, &ana.token, "application/json", body.to_vec()).await.refused(400, "malformed");
    }
    let deep = format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [deep.clone(), format!("{{\"text\":{deep}}}"), format!("{{\"text\":\"a\\u0000\",\"more\":{deep}}}")] {
        let answer = server.raw("POST", &path, &ana.token, "application/json", body.into_bytes()).await;
        assert!(matches!(answer.status, 400 | 422), "{}", answer.body);
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "nonsense"] {
        let body = br#"{"text":"a"}"#.to_vec();
        server.raw("POST", &path, &ana.token, content_type, body).await.refused(415, "unsupported_type");
    }
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(2 << 20)).into_bytes();
    server.raw("POST", &path, &ana.token, "application/json", huge).await.refused(413, "too_large");

    let longest = "🎸".repeat(4_000);
    let odd = "\u{1}\u{7f}\u{202e}\u{fffd}\u{10ffff} ok";
    server.post(&path, &ana, json!({"text": longest})).await.ok(201);
    server.post(&path, &ana, json!({"text": odd})).await.ok(201);
    let page = server.get(&path, &ana).await.ok(200);
    let texts: Vec<_> = page["messages"].as_array().unwrap()[1..].iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, [&json!(longest), &json!(odd)]);
    no_trouble(&server);
}

#[tokio::test]
async fn ids_that_are_no_uuids_name_nothing() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    for bad in ["7", "nonsense", "%00", "%FF", "..%2F..", "'%3B--", "%F0%9F%8E%B8", &"a".repeat(3_000)] {
        for (method, path) in [
            ("GET", format!("/v1/pods/{bad}")),
            ("PATCH", format!("/v1/pods/{bad}")),
            ("DELETE", format!("/v1/pods/{bad}")),
            ("GET", format!("/v1/pods/{bad}/messages")),
            ("POST", format!("/v1/pods/{bad}/messages")),
            ("PUT", format!("/v1/pods/{bad}/members/me")),
            ("PUT", format!("/v1/pods/{pod}/members/{bad}")),
            ("DELETE", format!("/v1/pods/{pod}/members/{bad}")),
            ("GET", format!("/v1/profiles/{bad}")),
            ("GET", format!("/v1/events/{bad}")),
            ("PATCH", format!("/v1/events/{bad}")),
            ("DELETE", format!("/v1/events/{bad}")),
            ("GET", format!("/v1/events/{bad}/pods")),
            ("POST", format!("/v1/events/{bad}/pods")),
            ("GET", format!("/v1/events/{bad}/members")),
            ("PUT", format!("/v1/events/{bad}/members/me")),
        ] {
            let body = matches!(method, "POST" | "PUT" | "PATCH").then(|| match path.rsplit_once('/') {
                Some((_, "messages")) => json!({"text": "x"}),
                Some((_, "pods")) => json!({"name": "x"}),
                _ => json!({}),
            });
            let answer = server.http(method, &path, Some(&ana.token), body).await;
            assert!(matches!(answer.status, 400 | 404), "{method} {path}: {} {}", answer.status, answer.body);
            assert!(matches!(answer.body["code"].as_str(), Some("not_found" | "malformed")), "{method} {path}");
        }
    }
    // Any form of a UUID is one.
    server.get(&format!("/v1/pods/{}", pod.simple()), &ana).await.ok(200);
    server.get(&format!("/v1/pods/{}", pod.to_string().to_uppercase()), &ana).await.ok(200);
    server.get(&format!("/v1/events/{event}/pods"), &ana).await.ok(200);
    no_trouble(&server);
}

#[tokio::test]
async fn every_body_refuses_what_is_not_its_own() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let routes = [
        ("PATCH", "/v1/me".to_owned()),
        ("POST", "/v1/events".to_owned()),
        ("PATCH", format!("/v1/events/{event}")),
        ("PUT", format!("/v1/events/{event}/members/me")),
        ("POST", format!("/v1/events/{event}/pods")),
        ("PATCH", format!("/v1/pods/{pod}")),
        ("POST", format!("/v1/pods/{pod}/messages")),
    ];
    for (method, path) in &routes {
        // The two with surrogates are JSON in form, and stand in a field that most of these do not know.
        for body in NOT_JSON.into_iter().filter(|body| !body.contains(&b'u')) {
            let answer = server.raw(method, path, &ana.token, "application/json", body.to_vec()).await;
            answer.refused(400, "malformed");
        }
        for body in [json!([]), json!("x"), json!(7), json!(null)] {
            server.http(method, path, Some(&ana.token), Some(body)).await.refused(422, "invalid");
        }
        let no_type = server.raw(method, path, &ana.token, "text/html", b"{}".to_vec()).await;
        no_type.refused(415, "unsupported_type");
        server.raw(method, path, &ana.token, "application/json", vec![b'['; 2 << 20]).await.refused(413, "too_large");
    }
    let long = "x".repeat(201);
    let gig = json!({"artist": "A", "city": "B", "venue": "C", "date_utc": "2099-01-01T20:00:00Z"});
    for (pointer, value) in [
        ("artist", json!("a\0b")),
        ("artist", json!(long)),
        ("city", json!("")),
        ("venue", json!({"name": "x"})),
        ("date_utc", json!("tomorrow")),
        ("date_utc", json!("99999-01-01T00:00:00Z")),
        ("date_utc", json!("-0001-01-01T00:00:00Z")),
        ("date_utc", json!(4_000_000_000u64)),
        ("time_zone", json!("Mars/Olympus")),
        ("ends_at", json!("2098-01-01T20:00:00Z")),
        ("id", json!("not-an-id")),
        ("slug", json!("../etc")),
    ] {
        let mut body = gig.clone();
        body[pointer] = value;
        let problem = server.post("/v1/events", &ana, body.clone()).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], json!(format!("/{pointer}")), "{body}");
    }
    server.post("/v1/events", &ana, gig).await.ok(201);
    no_trouble(&server);
}

#[tokio::test]
async fn unknown_paths_and_unknown_methods_differ() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    server.get("/v1/nothing", &ana).await.refused(404, "not_found");
    let program = [("accept", "application/json")];
    server.http_with("GET", "/nothing/at/all", &program, json!({})).await.refused(404, "not_found");
    let answer = server.delete("/v1/me", &ana).await;
    assert_eq!(answer.status, 405);
    assert!(answer.headers["allow"].to_str().unwrap().contains("PATCH"));
    no_trouble(&server);
}

/// Nothing was the server's own fault.
fn no_trouble(server: &Server) {
    server.assert_no_panic();
    let errors: Vec<_> = server.log().into_iter().filter(|line| is_error(line)).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn is_error(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|line| line["level"] == "ERROR")
}

/// Kept here since only this file sends so much at once.
#[tokio::test]
async fn a_hundred_bad_requests_at_once_do_no_harm() {
    let server = Server::start().await;
    let ana: Person = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let path = format!("/v1/pods/{pod}/messages");
    let requests = (0..100).map(|number| {
        let body = match number % 3 {
            0 => b"{\"text\":\"\\u0000\"}".to_vec(),
            1 => vec![b'{'; 60_000],
            _ => b"{\"text\":".to_vec(),
        };
        server.raw("POST", &path, &ana.token, "application/json", body)
    });
    for answer in futures_util::future::join_all(requests).await {
        assert!(matches!(answer.status, 400 | 422), "{}", answer.body);
    }
    server.post(&path, &ana, json!({"text": "still here"})).await.ok(201);
    no_trouble(&server);
}

//! No request carries what nobody reads: every route and every push refuses fields that it does not know.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::declared;
use crate::support::server::{Server, list};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn pointers(problem: &Value) -> Vec<&str> {
    list(problem, "errors").iter().map(|error| error["pointer"].as_str().expect("a pointer")).collect()
}

#[tokio::test]
async fn every_route_refuses_what_it_does_not_know() {
    let server = Server::start().await;
    let [ana] = server.people();
    let document = server.http("GET", "/openapi.json", None, None).await.ok(200);
    let (mut bodies, mut without) = (0, 0);
    for (path, item) in document["paths"].as_object().expect("paths") {
        let nobody = Uuid::now_v7().to_string();
        let address = path.split('{').enumerate().fold(String::new(), |address, (index, part)| match index {
            0 => part.to_owned(),
            _ => format!("{address}{nobody}{}", part.split_once('}').expect("a parameter").1),
        });
        for (method, operation) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
            let ask = async |address: &str, body: Option<Value>| {
                server.http(&method.to_uppercase(), address, Some(&ana.token), body).await.refused(422, "invalid")
            };
            let takes = operation.get("requestBody").is_some();
            let body = takes.then(|| json!({}));
            let problem = ask(&format!("{address}?no_such_parameter=1"), body).await;
            assert_eq!(pointers(&problem), ["?no_such_parameter"], "{method} {path}");
            if takes {
                let problem = ask(&address, Some(json!({"no_such_field": {"a": 1}}))).await;
                assert_eq!(pointers(&problem)[0], "/no_such_field", "{method} {path}: {problem}");
                bodies += 1;
            } else if *method != "get" {
                ask(&address, Some(json!({"no_such_field": 1}))).await;
                without += 1;
            }
        }
    }
    assert!(bodies >= 15 && without >= 5, "{bodies} with a body, {without} without");
}

#[tokio::test]
async fn the_document_says_that_requests_have_no_other_fields() {
    let server = Server::start().await;
    let document = server.http("GET", "/openapi.json", None, None).await.ok(200);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in METHODS.iter().filter_map(|method| item.get(method)) {
            let Some(name) = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str() else {
                continue;
            };
            let schema = &schemas[name.rsplit('/').next().expect("a name")];
            assert_eq!(schema["additionalProperties"], false, "{name}");
        }
    }
    assert_eq!(schemas["Message"].get("additionalProperties"), None, "answers may grow");
}

#[tokio::test]
async fn every_push_refuses_what_it_does_not_know() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana] = server.people();
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let (topic, own) = (format!("pod:{pod}"), format!("user:{}", ana.id));
    let client = Client::open(&server, &ana).await;
    // Clients of other makers add to joins and to what they push by themselves.
    client.join(&topic, json!({"no_such_field": 1})).await.ok();
    client.join(&own, json!({"no_such_field": 1})).await.ok();
    client.ask(&own, "access_token", json!({"token": ana.token, "no_such_field": 1})).await.ok();
    let id = Uuid::now_v7();
    for (event, mut payload) in [
        ("message:new", json!({"id": id, "text": "a text"})),
        ("message:edit", json!({"id": id, "text": "a text", "mentions": []})),
        ("reaction:set", json!({"id": id, "emoji": "🔥", "on": true})),
        ("message:delete", json!({"id": id})),
        ("history", json!({"after": 0})),
        ("read", json!({"seq": 1})),
        ("typing", json!({"on": true})),
    ] {
        payload["no_such_field"] = json!(null);
        let problem = client.ask(&topic, event, payload.clone()).await.refused("invalid");
        assert_eq!(pointers(&problem), ["/no_such_field"], "{event}");
        payload.as_object_mut().expect("an object").remove("no_such_field");
        client.ask(&topic, event, payload).await.ok();
    }
    let document = declared::document();
    let operations = document["operations"].as_object().expect("operations").iter();
    let pushes = operations.filter(|(key, _)| key.starts_with("pod.receive.") && !key.contains(".phx_"));
    assert_eq!(pushes.count(), 7, "a push that this test does not know");
    let schemas = document["components"]["schemas"].as_object().expect("schemas").iter();
    let closed = schemas.filter(|(_, schema)| schema["additionalProperties"] == json!(false));
    assert_eq!(closed.count(), 7, "the document says of each that it refuses what it does not know");
}

#[tokio::test]
async fn a_badge_is_named_by_its_key_or_as_the_list_has_it() {
    let server = Server::start().await;
    let [ana] = server.people();
    let event = server.event(&ana).await;
    let path = format!("/v1/events/{event}/members/me");
    let badge = list(&server.get("/v1/badges", &ana).await.ok(200), "items")[0].clone();
    server.put(&path, &ana, json!({"vibe_badges": ["solo", badge]})).await.ok(200);
    let problem =
        server.put(&path, &ana, json!({"vibe_badges": [{"key": "solo", "size": 3}]})).await.refused(422, "invalid");
    assert_eq!(pointers(&problem), ["/vibe_badges/0"]);
}

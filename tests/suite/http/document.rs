//! Routes and OpenAPI document agree, both ways round.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::account::Account;
use crate::support::server::{Server, id_of};
use crate::wall::post;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn document(server: &Server) -> Value {
    server.http("GET", "/openapi.json", None, None).await.ok(200)
}

/// Every `(METHOD, path)` of the document, with its description.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            operations.push((method.to_uppercase(), path.clone(), item[*method].clone()));
        }
    }
    operations
}

#[tokio::test]
async fn every_operation_of_the_document_is_served_as_it_says() {
    let server = Server::start().await;
    let document = document(&server).await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let operations = operations(&document);
    assert!(operations.len() >= 25, "{} operations", operations.len());
    for (method, path, operation) in operations {
        // An event and a pod for each, since some of them end one.
        let [ana, ben] = server.people();
        let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
        let id = if path.starts_with("/v1/pods") || path.starts_with("/v1/me/pods") {
            pod
        } else if path.starts_with("/v1/events") {
            event
        } else if path.starts_with("/v1/posts") {
            post(&server, event, &ana).await
        } else if path.starts_with("/v1/comments") {
            let comments = format!("/v1/posts/{}/comments", post(&server, event, &ana).await);
            id_of(&server.post(&comments, &ana, json!({"text": "a comment"})).await.ok(201))
        } else {
            ana.id
        };
        // The one thing that a token of another issuer has nowhere: a device that is signed in to an account of ours.
        let (token, id) = if path == "/v1/me/sessions/{id}" {
            let account = Account::register(&server, "ana@example.org").await;
            let session = account.sessions(&server).await[0]["id"].as_str().expect("an id").parse().expect("a uuid");
            (account.access_token, session)
        } else {
            (ana.token.clone(), id)
        };
        let message = server.post(&format!("/v1/pods/{pod}/messages"), &ana, json!({"text": "a text"})).await.ok(201);
        let invite = server.post(&format!("/v1/pods/{pod}/invites"), &ana, json!({})).await.ok(201);
        if method != "PUT" && path.ends_with("/meet-point") {
            server.put(&format!("/v1/events/{event}/meet-point"), &ana, json!({"title": "Here"})).await.ok(201);
        }
        if method != "PUT" && path.ends_with("/memorabilia/me") {
            server.put(&format!("/v1/events/{event}/memorabilia/me"), &ana, json!({})).await.ok(201);
        }
        let address = path
            .replace("{id}", &id.to_string())
            .replace("{user_id}", &ben.id.to_string())
            .replace("{invite_id}", invite["id"].as_str().expect("an id"))
            .replace("{code}", invite["code"].as_str().expect("a code"))
            .replace("{message_id}", message["id"].as_str().expect("an id"))
            .replace("{emoji}", "%F0%9F%94%A5");
        assert!(!address.contains('{'), "{path} has a parameter that this test does not know");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path} documents no success");

        let body = operation.get("requestBody").map(|_| json!({}));
        let answer = server.http(&method, &address, Some(&token), body.clone()).await;
        assert!(!matches!(answer.status, 404 | 405), "{method} {path}: {} {}", answer.status, answer.body);
        documented(&method, &path, responses, answer.status);
        let answer = server.http(&method, &address, None, body).await;
        documented(&method, &path, responses, answer.status);
        let open = operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| way == &json!({})));
        assert_eq!(answer.status == 401, !open, "{method} {path} without a token: {}", answer.status);
    }
}

fn documented(method: &str, path: &str, responses: &serde_json::Map<String, Value>, status: u16) {
    let known: Vec<_> = responses.keys().collect();
    assert!(responses.contains_key(&status.to_string()), "{method} {path} answered {status}, documented are {known:?}");
}

#[tokio::test]
async fn every_route_of_the_source_is_in_the_document() {
    let server = Server::start().await;
    let documented: BTreeSet<_> =
        operations(&document(&server).await).into_iter().map(|(method, path, _)| (method, path)).collect();
    let mut written = BTreeSet::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/crew")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for line in text.lines().map(str::trim) {
            for method in METHODS {
                let path = line.strip_prefix(&format!("#[{method}(\"")).and_then(|rest| rest.split('"').next());
                written.extend(path.map(|path| (method.to_uppercase(), path.to_owned())));
            }
            // Ways to register a route that would leave it out of the document.
            for hidden in [".route(", "web::resource(", "web::scope(", "#[route(", "#[actix_web::"] {
                assert!(!line.contains(hidden), "{}: {line}", file.display());
            }
        }
    }
    let of_crew: BTreeSet<_> = documented.into_iter().filter(|(_, path)| path.starts_with("/v1/")).collect();
    assert_eq!(written, of_crew);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn the_document_names_every_schema_and_tells_every_operation_apart() {
    let server = Server::start().await;
    let document = document(&server).await;
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()) {
        assert!(schemas.contains_key(name), "{name} is referred to, and is not there");
    }
    let operations = operations(&document);
    let ids: BTreeSet<_> = operations.iter().map(|(_, _, operation)| operation["operationId"].to_string()).collect();
    assert_eq!(ids.len(), operations.len());
    for (method, path, operation) in operations {
        assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        let in_path: BTreeSet<_> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let named: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(in_path, named, "{method} {path}");
        // Accepting and closing say everything by their address, and asking for the mail again says nothing.
        let takes_body = matches!(method.as_str(), "POST" | "PATCH")
            && !path.ends_with("/accept")
            && !path.ends_with("/close")
            && path != "/v1/auth/verify/resend";
        assert!(!takes_body || operation["requestBody"]["content"]["application/json"].is_object(), "{method} {path}");
    }
    assert!(!text.contains(&Uuid::nil().to_string()));
}

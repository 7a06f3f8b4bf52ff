//! The document of what goes over sockets, and its page.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::support::declared;
use crate::support::needs;
use crate::support::server::Server;

#[tokio::test]
async fn the_document_and_its_page_are_served_to_everyone() {
    let server = Server::start().await;
    let document = server.http("GET", "/asyncapi.json", None, None).await.ok(200);
    assert_eq!(document, declared::document(), "what is served is what is printed");
    let answer = reqwest::get(format!("{}/docs/socket", server.url)).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().expect("a text").to_owned();
    assert!(header("content-type").starts_with("text/html"));
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("style-src 'sha256-"), "{policy}");
    let page = answer.text().await.expect("the page");
    for operation in document["operations"].as_object().expect("operations").keys() {
        assert!(page.contains(&format!("id=\"{operation}\"")), "{operation} is not on the page");
    }
    for (name, _) in document["components"]["schemas"].as_object().expect("schemas") {
        assert!(page.contains(&format!("id=\"type.{name}\"")), "{name} is not on the page");
    }
    assert!(!page.contains("<script") && page.contains("4401"));
}

#[tokio::test]
async fn the_document_passes_its_official_parser() {
    needs::uses("node");
    let clients = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");
    let mut node = Command::new("node")
        .arg("asyncapi.mjs")
        .current_dir(clients)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node");
    let mut input = node.stdin.take().expect("its input");
    input.write_all(declared::document().to_string().as_bytes()).await.expect("the document");
    drop(input);
    let output = node.wait_with_output().await.expect("its end");
    let found: Value = serde_json::from_slice(&output.stdout).expect("what it found");
    assert!(output.status.success() && found["parsed"] == true, "{found:#}");
    assert_eq!(found["faults"], Value::Array(Vec::new()), "{found:#}");
}

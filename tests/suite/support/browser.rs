//! Scenarios in a real Chromium: scripts of `web/tests/browser` that drive it against a real server.

use serde_json::{Value, json};

use super::node::Node;
use super::server::Person;

/// Runs a script to its end.
pub async fn browse(script: &str, scenario: Value) {
    let mut node = Node::browser(script, &scenario).await;
    node.until("done").await;
}

/// People whose tokens were minted, as a script takes them.
pub fn people(people: &[&Person]) -> Value {
    people.iter().map(|person| json!({"id": person.id, "name": person.name, "token": person.token})).collect()
}

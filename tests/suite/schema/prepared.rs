//! What is read on every join, for every inbox and every list of pods, and what opens and changes pods: Postgres parses
//! it once a connection, not each time.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::database::Database;
use crate::support::gate::Gate;
use crate::support::server::Server;

/// How often each is done.
const TIMES: usize = 6;

/// Part of each statement, which is in none of the others.
const STATEMENTS: [&str; 9] = [
    // What an actor starts from; the join's snapshot; and that of `pod:changed`.
    "ARRAY(SELECT m.user_id FROM pod_members m",
    "podium.head(p.id) AS head",
    "p.last_seq AS head, p.revision AS revision",
    // The inbox, live and as a list; read marks.
    "l.message AS last_message",
    "FROM podium.inbox(",
    "FROM podium.mark_read(",
    // A pod's members.
    "FROM podium.roster(ARRAY[$1",
    // Calls of the journal.
    "FROM podium.pod_open(",
    "FROM podium.pod_change(",
];

#[tokio::test]
async fn what_is_read_often_is_parsed_once_a_connection() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    // One connection for requests, two for the service: so many times each may be parsed.
    let settings = [("PODIUM_LIMIT_MESSAGES", "off"), ("DATABASE_URL", gate.url.as_str()), ("PODIUM_DB_POOL", "1")];
    let server = Server::start_on(Arc::clone(&database), &settings).await;
    gate.listen();
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let client = Client::open(&server, &ana).await;
    client.join(&format!("user:{}", ana.id), json!({})).await.ok();
    for number in 0..TIMES {
        let listener = Client::open(&server, &ben).await;
        let (own, topic) = (format!("pod:{pod}"), format!("user:{}", ana.id));
        listener.join(&own, json!({})).await.ok();
        // A line of the log: every member receives the pod as it is now.
        server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": format!("Crew {number}")})).await.ok(200);
        listener.event(&own, "pod:changed").await;
        let seq = listener.say(pod, Uuid::now_v7(), "hello").await.ok()["seq"].clone();
        listener.ask(&own, "read", json!({"seq": seq})).await.ok();
        client.event_where(&topic, "pod:activity", |push| push["head"] == seq).await;
        server.get("/v1/me/pods", &ana).await.ok(200);
        server.get(&format!("/v1/pods/{pod}"), &ana).await.ok(200);
        server.get(&format!("/v1/events/{event}/pods"), &ana).await.ok(200);
        // Another pod's actor starts each time.
        let other = json!({"name": format!("Another {number}")});
        let other = server.post(&format!("/v1/events/{event}/pods"), &ana, other).await.ok(201);
        let other = format!("pod:{}", other["id"].as_str().expect("an id"));
        client.join(&other, json!({})).await.ok();
        client.leave(&other).await.ok();
    }
    for statement in STATEMENTS {
        let parsed = gate.heard(statement);
        assert!((1..=3).contains(&parsed), "parsed {parsed} times: {statement}");
    }
}

//! Finding messages in the web client, in a real Chromium (`web/tests/browser/search.mjs`).

use serde_json::json;

use crate::support::browser::{browse, people};
use crate::support::server::Server;

/// The messages of the pod in which one goes back a long way.
const LINES: usize = 900;

#[tokio::test]
async fn a_message_is_found_by_its_words_and_gone_to() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let mut pods = Vec::new();
    for name in ["By the desk", "Upstairs"] {
        let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
        server.patch(&format!("/v1/pods/{pod}"), &ana, json!({ "name": name })).await.ok(200);
        pods.push(pod);
    }
    // In the first pod a long talk, with a find near its beginning. In the second one so many messages that a page of
    // the search ends before it comes to the lantern.
    let client = server.database.connect().await;
    client
        .batch_execute(&format!(
            "SET session_replication_role = replica;
             INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text, created_at)
               SELECT gen_random_uuid(), '{a}', 10 + n, 10 + n, '{ben}',
                      CASE n WHEN 30 THEN 'We meet at the Fußballplatz 👨‍👩‍👧' ELSE 'line ' || n END,
                      now() + (n - 1000) * interval '1 s'
               FROM generate_series(1, {LINES}) n;
             INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text, created_at)
               SELECT gen_random_uuid(), '{b}', 10 + n, 10 + n, '{ben}',
                      CASE n WHEN 1 THEN 'Whose lantern is this?' ELSE 'hay' END, now() + (n - 55000) * interval '50 ms'
               FROM generate_series(1, 30000) n;
             UPDATE pods SET last_seq = 50000;
             ANALYZE messages",
            a = pods[0],
            b = pods[1],
            ben = ben.id,
        ))
        .await
        .expect("many messages");
    let text = json!({"text": "Or behind the FUSSBALLPLATZ"});
    server.post(&format!("/v1/pods/{}/messages", pods[1]), &ben, text).await.ok(201);
    let people = people(&[&ana, &ben]);
    browse("search.mjs", json!({"url": server.url, "pods": pods, "lines": LINES, "people": people})).await;
}

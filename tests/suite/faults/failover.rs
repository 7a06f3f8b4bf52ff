//! Postgres fails over to a standby that lacks the last commits.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::support::cluster::Cluster;
use crate::support::database::Database;
use crate::support::node::Node;
use crate::support::pair::Pair;
use crate::support::pod_client::{PodClient, assert_same_log, stored};
use crate::support::server::Person;
use crate::support::wait::until;

/// Joins again as clients do, on the same socket, until it is there and has what is stored.
async fn come_back(client: &mut PodClient, what: Uuid) {
    loop {
        let here = |client: &PodClient| client.order().iter().any(|(_, id)| *id == what);
        client.until_or_over("the newest message", here).await;
        if !client.is_over() {
            return;
        }
        assert_eq!(client.client().end(), None, "the socket stays");
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.join_again();
    }
}

#[tokio::test]
async fn after_a_failover_that_lost_commits_everyone_has_the_log_as_it_is() {
    let pair = Pair::start().await;
    let database = Arc::new(Database::create_in(&pair.url()).await);
    let cluster =
        Cluster::start_on(Arc::clone(&database), 2, &[("PODIUM_LIMIT_SEND_WAIT", "30s"), ("PODIUM_LIMIT_IDLE", "10m")])
            .await;
    let people: [Person; 3] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&people).await;
    // The unmodified client, which does by itself what is to be done.
    let scenario = json!({"url": cluster.nodes[1].url, "pod": pod, "token": people[2].token});
    let mut script = Node::run("failover.mjs", &scenario).await;
    script.until("joined").await;
    let mut ana = PodClient::joined(&cluster.nodes[0], &people[0], pod).await;
    let mut ben = PodClient::joined(&cluster.nodes[1], &people[1], pod).await;
    let epoch = ana.epoch.clone();
    let say = |client: &PodClient, text: String| client.say(Uuid::now_v7(), &text);
    for number in 0..5 {
        let pushed = say(&ana, format!("Kept {number}"));
        ana.client().reply(&pushed).await.ok();
    }
    pair.part().await;
    for number in 0..5 {
        let pushed = say(&ben, format!("Lost {number}"));
        ben.client().reply(&pushed).await.ok();
    }
    let shown = ben.last().max(12);
    for client in [&mut ana, &mut ben] {
        client.until("what will be lost", |client| client.last() >= shown).await;
    }
    pair.fail_over().await;
    // The new history begins where the standby was.
    let id = Uuid::now_v7();
    let path = format!("/v1/pods/{pod}/messages");
    until("a message in the new history", async || {
        let body = json!({"id": id, "text": "A new beginning."});
        [200, 201].contains(&cluster.nodes[0].post(&path, &people[0], body).await.status)
    })
    .await;
    come_back(&mut ana, id).await;
    come_back(&mut ben, id).await;
    let log =
        script.until_where("log", |event| event["ids"].as_array().is_some_and(|ids| ids.contains(&json!(id)))).await;
    assert_eq!((&log["opened"], &log["resets"]), (&json!(1), &json!(1)), "on the same socket, with a reset: {log}");
    let stored: Vec<String> = stored(&cluster.nodes[0], pod).await.iter().map(|(_, id, ..)| id.to_string()).collect();
    assert_eq!(log["ids"], json!(stored[2..]), "from their coming on, and nothing of what was lost");
    for client in [&ana, &ben] {
        assert!(client.resets >= 1, "they are sent `reset`");
        assert_ne!(client.epoch, epoch);
    }
    assert_same_log(&cluster.nodes[0], pod, &[ana, ben]).await;
}

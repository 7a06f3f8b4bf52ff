//! Nodes whose clocks differ by a minute, with a leeway of a minute: a token is good on all of them or on none.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::client::{Client, Way};
use crate::support::clock;
use crate::support::cluster::Cluster;
use crate::support::server::{Person, SECRET, Server, sign};

const LEEWAY: (&str, &str) = ("PODIUM_JWT_LEEWAY", "60s");

/// Three nodes: one whose clock is right, one a minute ahead, and one a minute behind.
async fn nodes() -> Cluster {
    let mut cluster = Cluster::start_with(1, &[LEEWAY]).await;
    let database = Arc::clone(&cluster.nodes[0].database);
    for offset in ["+59s", "-59s"] {
        let mut settings = clock::off_by(offset).to_vec();
        settings.push(LEEWAY);
        cluster.add(&database, &settings).await;
    }
    cluster.until_well().await;
    for (node, expected) in cluster.nodes.iter().zip([0, 59, -59]) {
        let off = clock::seconds_ahead(node).await;
        assert!((off - expected).abs() <= 10, "a clock is off by {off} s instead of {expected}");
    }
    cluster
}

/// The same person with another token.
fn with(person: &Person, claims: Value) -> Person {
    let mut all = json!({"sub": person.id, "name": person.name});
    all.as_object_mut().expect("claims").extend(claims.as_object().expect("claims").clone());
    Person { token: sign(&all, SECRET), ..person.clone() }
}

async fn is_accepted(node: &Server, person: &Person) -> bool {
    let answer = node.get("/v1/me", person).await;
    let socket = Client::try_open(node, &person.token, Way::Query).await;
    assert_eq!(answer.status == 200, socket.is_ok(), "HTTP and sockets agree: {answer:?}");
    answer.status == 200
}

#[tokio::test]
async fn a_token_is_good_on_every_node_or_on_none() {
    let cluster = nodes().await;
    let ana = cluster.nodes[0].person("Ana");
    // Whether such a token is good, and its claims at a time.
    type Kind = (bool, fn(i64) -> Value);
    let kinds: [Kind; 5] = [
        (true, |now| json!({"exp": now + 3600})),
        // The node ahead thinks that it has been over for a while.
        (true, |now| json!({"exp": now + 40})),
        // The node behind thinks that it is not good yet.
        (true, |now| json!({"exp": now + 3600, "nbf": now})),
        (false, |now| json!({"exp": now - 300})),
        (false, |now| json!({"exp": now + 3600, "nbf": now + 300})),
    ];
    for node in &cluster.nodes {
        for (good, claims) in kinds {
            let claims = claims(Utc::now().timestamp());
            assert_eq!(is_accepted(node, &with(&ana, claims.clone())).await, good, "{claims}");
        }
    }
}

#[tokio::test]
async fn every_node_tells_the_same_time() {
    let cluster = nodes().await;
    let [ana]: [Person; 1] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(std::slice::from_ref(&ana)).await;
    for node in &cluster.nodes {
        let client = Client::open(node, &ana).await;
        let began = Utc::now() - Duration::from_secs(1);
        let joined = client.join(&format!("pod:{pod}"), json!({})).await.ok();
        let parsed =
            |value: &Value| value.as_str().and_then(|time| time.parse::<DateTime<Utc>>().ok()).expect("a time");
        let time = parsed(&joined["server_time"]);
        assert!((began..=Utc::now() + Duration::from_secs(1)).contains(&time), "server_time {time}");
        let said = client.say(pod, uuid::Uuid::now_v7(), "What time is it?").await.ok();
        let time = parsed(&said["at"]);
        assert!((began..=Utc::now() + Duration::from_secs(1)).contains(&time), "at {time}");
    }
}

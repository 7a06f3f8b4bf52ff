//! All nodes are restarted, one after the other, behind a real balancer and under load.

use std::time::Duration;

use crate::support::balancer::Balancer;
use crate::support::cluster::{Cluster, finish, more};
use crate::support::server::Person;
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};
use crate::support::wait::until;

#[tokio::test]
async fn a_rolling_restart_loses_and_doubles_nothing() {
    let settings =
        [("PODIUM_HEALTH_INTERVAL", "2500ms"), ("PODIUM_DRAIN", "1s"), ("PODIUM_TRUSTED_PROXIES", "127.0.0.1")];
    let mut cluster = Cluster::start_with(3, &settings).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    until("the balancer to know its nodes", async || balancer.status("/v1/badges").await == 200).await;
    let mut crowd = Vec::new();
    for _ in 0..3 {
        let people: [Person; 5] = cluster.nodes[0].people();
        let (_, pod) = cluster.nodes[0].pod(&people).await;
        let manner = Manner { pace: Duration::from_millis(80), at_once: 3 };
        let groups: Vec<Speakers> = people
            .iter()
            .map(|person| Speakers::start_at(&balancer.url, pod, std::slice::from_ref(person), manner))
            .collect();
        crowd.push((pod, groups));
    }
    for (_, groups) in &crowd {
        more(groups, 5).await;
    }
    for number in 0..3 {
        let status = cluster.nodes[number].terminate().await;
        assert_eq!(status.code(), Some(0));
        if number == 1 {
            // Amid it, a step of the kind that expands, as the next release would bring it.
            let database = cluster.nodes[number].database.connect().await;
            let expand = "SET lock_timeout = '5s'; ALTER TABLE pods ADD COLUMN later text; \
                          ALTER TABLE messages ADD COLUMN later jsonb";
            database.batch_execute(expand).await.expect("the expansion");
        }
        cluster.nodes[number].restart().await;
        cluster.until_well().await;
        let node = &cluster.nodes[number];
        let before = node.metric("podium_http_requests_total").await;
        until("the balancer to send somebody there again", async || {
            assert_eq!(balancer.status("/v1/badges").await, 200, "somebody always answers");
            node.metric("podium_http_requests_total").await > before
        })
        .await;
        for (_, groups) in &crowd {
            more(groups, 3).await;
        }
    }
    for (pod, groups) in crowd {
        assert_nothing_lost(&cluster.nodes[0], pod, finish(groups).await).await;
    }
}

//! Several nodes: one pod with members everywhere, while Redis does whatever it likes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::{Cluster, at_home, bus, finish, more, until};
use crate::support::redis::Faults;
use crate::support::server::{Person, Server};
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};

const MANNER: Manner = Manner { pace: Duration::from_millis(60), at_once: 3 };

/// So many pods of five, whose members sit on different nodes and talk.
async fn talking(cluster: &Cluster, pods: usize) -> Vec<(Uuid, Vec<Speakers>)> {
    let mut talking = Vec::new();
    for number in 0..pods {
        let people: [Person; 5] = cluster.nodes[0].people();
        let (_, pod) = cluster.nodes[number % cluster.nodes.len()].pod(&people).await;
        talking.push((pod, cluster.talk(pod, &people, MANNER)));
    }
    for (_, groups) in &talking {
        at_home(groups).await;
    }
    talking
}

async fn more_of_all(talking: &[(Uuid, Vec<Speakers>)], count: usize) {
    for (_, groups) in talking {
        more(groups, count).await;
    }
}

async fn assert_all_well(cluster: &Cluster, talking: Vec<(Uuid, Vec<Speakers>)>) {
    for (pod, groups) in talking {
        assert_nothing_lost(&cluster.nodes[0], pod, finish(groups).await).await;
    }
}

#[tokio::test]
async fn members_on_three_nodes_have_the_same_log() {
    let cluster = Cluster::start(3).await;
    let talking = talking(&cluster, 4).await;
    more_of_all(&talking, 20).await;
    assert_all_well(&cluster, talking).await;
    for node in &cluster.nodes {
        assert!(node.metric("podium_bus_received_total").await > 100.0);
    }
}

#[tokio::test]
async fn a_bus_that_loses_doubles_and_delays_changes_nothing_but_timing() {
    let cluster = Cluster::start(3).await;
    let talking = talking(&cluster, 3).await;
    let faults = Faults { lost: 0.2, doubled: 0.1, late: 0.1 };
    cluster.proxies.iter().for_each(|proxy| proxy.fault(faults));
    more_of_all(&talking, 30).await;
    assert_all_well(&cluster, talking).await;
}

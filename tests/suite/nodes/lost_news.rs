//! What is no line of a log, and which the bus loses.

use serde_json::json;

use crate::support::client::Client;
use crate::support::cluster::Cluster;
use crate::support::redis::Faults;
use crate::support::server::Person;

#[tokio::test]
async fn who_may_join_is_known_everywhere_though_the_bus_loses_it() {
    let cluster = Cluster::start(2).await;
    cluster.proxies[1].fault(Faults { lost: 1.0, ..Faults::NONE });
    let [ana, ben]: [Person; 2] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&[ana.clone(), ben.clone()]).await;
    let (topic, path) = (format!("pod:{pod}"), format!("/v1/pods/{pod}"));
    let bens = Client::open(&cluster.nodes[1], &ben).await;
    let joined = bens.join(&topic, json!({})).await.ok();
    assert_eq!(joined["pod"]["join_policy"], "open");
    for policy in ["invite", "open", "invite"] {
        cluster.nodes[0].patch(&path, &ana, json!({"join_policy": policy})).await.ok(200);
        bens.event_where(&topic, "pod:changed", |push| push["pod"]["join_policy"] == policy).await;
    }
    cluster.nodes[0].patch(&path, &ana, json!({"name": "The back row"})).await.ok(200);
    bens.event_where(&topic, "pod:changed", |push| push["pod"]["name"] == "The back row").await;
    // Once it is known, nobody asks again and again.
    let repeated = cluster.nodes[1].metric("podium_sweep_found_total").await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let again = cluster.nodes[1].metric("podium_sweep_found_total").await - repeated;
    assert!(again < 4.0, "found {again} times within eight looks");
}

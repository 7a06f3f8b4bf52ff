//! Several nodes under load: pods whose members sit on different nodes, write and change what was written throughout, while
//! Redis does whatever it likes or a clock is wrong. In the end every member has the log that Postgres has, each change
//! exactly once.
//!
//! `make nodes` runs them at full scale, where they also measure (see [`crate::support::crowd`]).

use std::time::Duration;

use crate::support::clock;
use crate::support::cluster::{Cluster, bus};
use crate::support::crowd::{Crowd, Limit, Plan};
use crate::support::redis::Faults;
use crate::support::server::Server;
use crate::support::wait::until;

/// While the bus is well.
const AT_ONCE: Duration = Duration::from_millis(250);

/// While it is not.
const BY_THE_SWEEP: Duration = Duration::from_millis(500);

/// How long it may take to be noticed that it is not.
const NOTICED: Duration = Duration::from_secs(2);

/// How long Redis is away.
const AWAY: Duration = Duration::from_secs(10);

const fn limit(phase: &'static str, part: f64, within: Duration) -> Limit {
    Limit { phase, part, within }
}

fn rate(plan: &Plan) -> f64 {
    5.0 * plan.pods as f64 / plan.pace.as_secs_f64()
}

async fn until_noticed(nodes: &[Server]) {
    for node in nodes {
        until("the loss to be noticed", async || bus(node).await.is_some_and(|bus| bus != "ok")).await;
    }
}

#[tokio::test]
async fn members_on_three_nodes_have_the_same_log() {
    let cluster = Cluster::start(3).await;
    let plan = Plan::of_environment();
    let mut crowd = Crowd::gather_for(&cluster, plan).await;
    crowd.start();
    crowd.phase("all well", &cluster).await;
    crowd.go_on().await;
    for node in &cluster.nodes {
        assert!(node.metric("podium_bus_received_total").await > 100.0);
    }
    let figures = crowd.assert_same_logs(&cluster).await;
    figures.assert_within("Three nodes", rate(&plan), &[limit("all well", 0.99, AT_ONCE)]);
}

/// One of three nodes has a clock that is off.
async fn with_a_clock_off_by(offset: &'static str, title: &str) {
    let mut cluster = Cluster::start(2).await;
    let database = std::sync::Arc::clone(&cluster.nodes[0].database);
    cluster.add(&database, &clock::off_by(offset)).await;
    cluster.until_well().await;
    let off = clock::seconds_ahead(&cluster.nodes[2]).await;
    assert!((50..70).contains(&off.abs()), "the clock is off by {off} s");
    let plan = Plan::of_environment();
    let mut crowd = Crowd::gather_for(&cluster, plan).await;
    crowd.start();
    crowd.phase("all well", &cluster).await;
    crowd.go_on().await;
    let figures = crowd.assert_same_logs(&cluster).await;
    figures.assert_within(title, rate(&plan), &[limit("all well", 0.99, AT_ONCE)]);
}

#[tokio::test]
async fn a_clock_a_minute_ahead_changes_nothing() {
    with_a_clock_off_by("+60s", "One node's clock a minute ahead").await;
}

#[tokio::test]
async fn a_clock_a_minute_behind_changes_nothing() {
    with_a_clock_off_by("-60s", "One node's clock a minute behind").await;
}

/// Redis goes by `go` and comes back by `come`, amid a crowd that talks throughout.
async fn while_redis_is_away(title: &str, go: impl AsyncFn(&mut Cluster), come: impl AsyncFn(&mut Cluster)) {
    let mut cluster = Cluster::start(3).await;
    let plan = Plan::of_environment();
    let mut crowd = Crowd::gather_for(&cluster, plan).await;
    crowd.start();
    crowd.phase("before", &cluster).await;
    crowd.go_on().await;
    go(&mut cluster).await;
    crowd.phase("first 2 s", &cluster).await;
    crowd.go_on_for(if plan.measured { NOTICED } else { Duration::ZERO }).await;
    until_noticed(&cluster.nodes).await;
    for node in &cluster.nodes {
        let ready = reqwest::get(format!("{}/readyz", node.admin_url)).await.expect("an answer");
        assert_eq!(ready.status(), 200, "another node would fare no better");
    }
    crowd.phase("gone", &cluster).await;
    crowd.go_on_for(if plan.measured { AWAY - NOTICED } else { Duration::ZERO }).await;
    for node in &cluster.nodes {
        until("the sweep to find something", async || node.metric("podium_sweep_found_total").await > 0.0).await;
    }
    come(&mut cluster).await;
    crowd.phase("coming back", &cluster).await;
    cluster.until_well().await;
    crowd.phase("after", &cluster).await;
    crowd.go_on().await;
    let limits = [
        limit("before", 0.99, AT_ONCE),
        limit("first 2 s", 1.0, NOTICED + BY_THE_SWEEP),
        limit("gone", 1.0, BY_THE_SWEEP),
        limit("coming back", 1.0, BY_THE_SWEEP),
        limit("after", 0.99, AT_ONCE),
    ];
    crowd.assert_same_logs(&cluster).await.assert_within(title, rate(&plan), &limits);
}

#[tokio::test]
async fn redis_is_killed_and_comes_back_empty() {
    let go = async |cluster: &mut Cluster| cluster.redis.kill().await;
    let come = async |cluster: &mut Cluster| cluster.redis.start_again().await;
    while_redis_is_away("Redis is killed, and started empty after ten seconds", go, come).await;
}

#[tokio::test]
async fn redis_is_halted_and_goes_on() {
    let go = async |cluster: &mut Cluster| cluster.redis.freeze();
    let come = async |cluster: &mut Cluster| cluster.redis.thaw();
    while_redis_is_away("Redis is halted for ten seconds", go, come).await;
}

#[tokio::test]
async fn a_bus_that_loses_doubles_and_delays_changes_nothing_but_timing() {
    let cluster = Cluster::start(3).await;
    let plan = Plan::of_environment();
    let mut crowd = Crowd::gather_for(&cluster, plan).await;
    crowd.start();
    crowd.phase("before", &cluster).await;
    crowd.go_on().await;
    let faults = Faults { lost: 0.2, doubled: 0.1, late: 0.1 };
    cluster.proxies.iter().for_each(|proxy| proxy.fault(faults));
    crowd.phase("20 % lost, 10 % doubled, 10 % late", &cluster).await;
    crowd.go_on().await;
    cluster.proxies.iter().for_each(|proxy| proxy.fault(Faults::NONE));
    crowd.phase("after", &cluster).await;
    crowd.go_on().await;
    let limits = [limit("before", 0.99, AT_ONCE), limit("after", 0.99, AT_ONCE)];
    crowd.assert_same_logs(&cluster).await.assert_within("A bus with faults", rate(&plan), &limits);
}

//! The load tester against the real server: each scenario for two seconds, and nothing left behind.

use clap::Parser;
use podium_loadtest::cli::{Cli, Command, measure};
use podium_loadtest::crowd::{Pace, What};
use podium_loadtest::report::Report;
use podium_loadtest::run::{Failure, Stage};
use podium_loadtest::search::{Goal, search};

use crate::support::cluster::Cluster;
use crate::support::server::{SECRET, Server};

async fn server() -> Server {
    Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_TYPING", "off")]).await
}

/// Runs a scenario with 50 sessions.
async fn load(server: &Server, arguments: &[&str]) -> Result<Report, Failure> {
    let mut line = vec!["podium-loadtest"];
    line.extend(arguments);
    line.extend(["--url", &server.url, "--secret", SECRET, "--quiet"]);
    line.extend(["--sessions", "50", "--seconds", "2", "--warm-up", "0.3", "--patience", "20"]);
    let cli = Cli::parse_from(line);
    let run = move || measure(&cli.command).expect("a scenario");
    tokio::task::spawn_blocking(run).await.expect("the load tester panicked")
}

/// Runs it, and expects it to be proved right.
async fn good(server: &Server, arguments: &[&str]) -> Report {
    let report = load(server, arguments).await.unwrap_or_else(|failure| panic!("{arguments:?}: {failure}"));
    assert!(report.is_good(), "{report}");
    report
}

#[tokio::test]
async fn messages_at_a_rate_and_flat_out_are_proved_right() {
    let server = server().await;
    let report = good(&server, &["pods", "--rate", "200"]).await;
    assert!(report.checked_deliveries >= 1900, "{report}");
    good(&server, &["pods", "--rate", "100", "--size", "2000", "--poisson", "--threads", "2", "--inbox"]).await;
    let report = good(&server, &["flat-out", "--window", "2"]).await;
    assert!(report.deliveries > 500, "{report}");
}

#[tokio::test]
async fn sessions_that_come_and_go_lose_nothing() {
    let server = server().await;
    let report = good(&server, &["churn", "--rate", "200", "--leaving", "20", "--away", "0.5", "--storm", "0.9"]).await;
    assert!(report.churned > 50, "{report}");
}

#[tokio::test]
async fn an_evening_and_silence_are_proved_right() {
    let server = server().await;
    let report = good(&server, &["typing", "--rate", "200"]).await;
    assert!(report.deliveries > 100, "{report}");
    let report = good(&server, &["mixed", "--rate", "200"]).await;
    assert!(report.deliveries > 100, "{report}");
    good(&server, &["idle"]).await;
}

#[tokio::test]
async fn posts_reach_everybody_once_and_in_order() {
    let server = server().await;
    let report = good(&server, &["wall", "--rate", "10", "--sessions", "50"]).await;
    assert!(report.latency_ms.to_all.is_some() && report.checked_deliveries >= 1000, "{report}");
}

#[tokio::test]
async fn votes_and_taps_are_counted_exactly() {
    let server = server().await;
    let report = good(&server, &["poll", "--rate", "100", "--polls", "2"]).await;
    let counted = report.counted.expect("polls");
    assert_eq!((counted.acknowledged, counted.counted, counted.expected), (230, 100, 100), "{report}");
    assert!(counted.least > 0, "{report}");
    let report = good(&server, &["hype", "--rate", "100", "--taps", "3"]).await;
    let counted = report.counted.expect("posts");
    assert!(counted.counted == counted.expected && counted.expected > 0, "{report}");
}

#[tokio::test]
async fn a_poll_and_hype_are_exact_although_a_node_is_killed() {
    for scenario in ["poll", "hype"] {
        let cluster = Cluster::start(2).await;
        let [first, second] = &cluster.nodes[..] else { panic!("not two nodes") };
        let victim = second.pid().to_string();
        let arguments = [scenario, "--rate", "100", "--warm-up", "0", "--url", &second.url, "--kill", &victim];
        let report = load(first, &arguments).await.unwrap_or_else(|failure| panic!("{scenario}: {failure}"));
        assert!(report.findings.is_empty() && !report.ended.is_empty(), "{report}");
        let counted = report.counted.expect("figures");
        assert!(counted.counted == counted.expected && counted.expected > 0, "{report}");
    }
}

#[tokio::test]
async fn the_highest_rate_is_looked_for() {
    let server = server().await;
    let line = ["podium-loadtest", "search", "--sessions", "50", "--seconds", "2", "--warm-up", "0.2", "--quiet"];
    let cli = Cli::parse_from(line.into_iter().chain(["--url", &server.url, "--secret", SECRET]));
    let Command::Search { common, .. } = cli.command else { panic!("not a search") };
    let look = move || {
        let mut stage = Stage::set(&common, What::Messages)?;
        let found = search(
            &mut stage,
            &common.plan(What::Messages, Pace::Still),
            Goal { p99: 60_000.0, from: 50.0, to: 100.0 },
        );
        stage.strike()?;
        found
    };
    let found = tokio::task::spawn_blocking(look).await.expect("the load tester panicked");
    let found = found.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(found.right, "{found}");
    assert_eq!(found.steps[0].rate, 50.0);
}

#[tokio::test]
async fn nobody_is_left_behind() {
    let server = server().await;
    good(&server, &["pods", "--rate", "50"]).await;
    let database = server.database.connect().await;
    for (left, query) in [
        ("members of events", "SELECT count(*) FROM event_members"),
        ("members of pods", "SELECT count(*) FROM pod_members"),
        ("open pods", "SELECT count(*) FROM pods WHERE closed_at IS NULL"),
        ("events", "SELECT count(*) FROM events WHERE cancelled_at IS NULL"),
    ] {
        let count: i64 = database.query_one(query, &[]).await.expect("a count").get(0);
        assert_eq!(count, 0, "{left}");
    }
    // Kept on demand: the second run finds the people of the first.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.json");
    let keep = ["pods", "--rate", "50", "--keep", file.to_str().expect("a path")];
    good(&server, &keep).await;
    good(&server, &keep).await;
    let count: i64 = database.query_one("SELECT count(*) FROM pod_members", &[]).await.expect("a count").get(0);
    assert_eq!(count, 50);
}

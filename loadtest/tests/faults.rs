//! The checks find deliberate faults, tested with the real program.

#![allow(clippy::unwrap_used, reason = "a test says by a panic that it failed")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_podium-loadtest");

/// A bare server in a process of its own, which ends with this value.
struct Bare {
    child: Child,
    url: String,
}

impl Bare {
    fn start(fault: Option<&str>) -> Bare {
        let mut command = Command::new(PROGRAM);
        command.args(["bare", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped());
        if let Some(fault) = fault {
            command.args(["--fault", fault]);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said {line:?}")).to_owned();
        Bare { child, url }
    }

    /// Runs a scenario of 100 sessions for two seconds. Returns the report and the exit code.
    fn run(&self, arguments: &[&str]) -> (Value, i32) {
        let output = Command::new(PROGRAM)
            .args(arguments)
            .args(["--url", &self.url, "--secret", "any", "--json", "-", "--quiet"])
            .args(["--sessions", "100", "--seconds", "2", "--warm-up", "0.2", "--patience", "10"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"));
        (report, output.status.code().unwrap())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PODS: &[&str] = &["pods", "--rate", "2000", "--size", "100"];

/// Runs `pods` against a fault, and expects exactly this one to be named, with pod, seq and member.
#[track_caller]
fn is_found(fault: &str, name: &str) {
    let (report, code) = Bare::start(Some(fault)).run(PODS);
    let counts = report["findings"]["counts"].as_object().unwrap();
    assert_eq!(code, 1, "{counts:?}");
    assert_eq!(counts.keys().collect::<Vec<_>>(), [name], "{:?}", report["findings"]);
    // Every thousandth message is affected, and a doubled or swapped one may be found at two.
    let (count, hits) = (counts[name].as_u64().unwrap(), report["checked_sends"].as_u64().unwrap() / 1000);
    assert!(hits > 0 && (hits..=2 * hits).contains(&count), "{counts:?} of {hits}");
    // It affects the last member that joined a pod, which is a race; but it is always the same one of a pod.
    let mut unlucky = HashMap::new();
    for finding in report["findings"]["first"].as_array().unwrap() {
        let pod = finding["pod"].as_str().unwrap();
        assert!(pod.starts_with("pod:"), "{finding}");
        assert!(finding["seq"].is_u64(), "{finding}");
        let member = finding["member"].as_u64().unwrap();
        assert!(member < 5, "{finding}");
        assert_eq!(*unlucky.entry(pod).or_insert(member), member, "{finding}");
    }
}

#[test]
fn one_left_out_in_a_thousand_is_found() {
    is_found("drop", "lost");
}

#[test]
fn one_doubled_is_found() {
    is_found("double", "repeated");
}

#[test]
fn two_swapped_are_found() {
    is_found("swap", "unordered");
}

#[test]
fn two_members_with_different_orders_are_found() {
    is_found("diverge", "divergent");
}

#[test]
fn a_stall_of_a_second_shows_in_the_open_loop() {
    let (report, code) = Bare::start(Some("stall")).run(PODS);
    assert_eq!((code, &report["findings"]["counts"]), (0, &serde_json::json!({})), "slow is not wrong");
    let latency = &report["latency_ms"]["delivery"];
    let (tail, max) = (latency["p999"].as_f64().unwrap(), latency["max"].as_f64().unwrap());
    assert!(tail >= 900.0 && max >= tail, "{latency}");
    // Everything that was due meanwhile waited too, on average for half of it: a third of the messages of two seconds.
    assert!(latency["p90"].as_f64().unwrap() > 300.0, "{latency}");
}

#[test]
fn a_good_server_is_found_good_by_every_scenario() {
    let bare = Bare::start(None);
    for arguments in [
        PODS,
        &["pods", "--rate", "1000", "--poisson", "--threads", "2"],
        &["flat-out", "--size", "100"],
        &["flat-out", "--window", "1", "--pod-size", "70"],
        &["typing", "--rate", "1000"],
        &["mixed", "--rate", "1000"],
        &["wall", "--rate", "20"],
        &["poll", "--rate", "500", "--polls", "2"],
        &["hype", "--rate", "500", "--posts", "2"],
        &["idle"],
    ] {
        let (report, code) = bare.run(arguments);
        assert_eq!((code, &report["findings"]["counts"]), (0, &serde_json::json!({})), "{arguments:?}");
        assert!(arguments[0] == "idle" || report["checked_deliveries"].as_u64().unwrap() > 1000, "{arguments:?}");
    }
}

#[test]
fn votes_and_taps_that_are_not_counted_are_found() {
    let bare = Bare::start(Some("drop"));
    for arguments in [&["poll", "--rate", "500"], &["hype", "--rate", "500"]] {
        let (report, code) = bare.run(arguments);
        assert_eq!((code, &report["findings"]["counts"]), (1, &serde_json::json!({"miscounted": 1})), "{arguments:?}");
        let counted = &report["counted"];
        assert!(counted["counted"].as_u64() <= counted["expected"].as_u64(), "{counted}");
    }
}

#[test]
fn what_is_missed_while_away_is_found() {
    // The bare server has no log, so a session that is away misses messages.
    let (report, code) = Bare::start(None).run(&["churn", "--rate", "1000", "--leaving", "20"]);
    assert_eq!(code, 1);
    assert!(report["findings"]["counts"]["lost"].as_u64().unwrap() > 10, "{:?}", report["findings"]["counts"]);
    assert!(report["churned"].as_u64().unwrap() > 10);
}

#[test]
fn two_thousand_sockets_come_from_one_process() {
    let (report, code) = Bare::start(None).run(&["idle", "--connecting", "200", "--pod-size", "4", "--inbox"]);
    assert_eq!((code, &report["settings"]["pods"]), (0, &"25".into()));
    let idle = |url: &str| {
        let arguments =
            ["idle", "--sessions", "2000", "--seconds", "0.5", "--warm-up", "0", "--json", "-", "--secret", "x"];
        Command::new(PROGRAM).args(arguments).args(["--url", url]).output().unwrap()
    };
    let bare = Bare::start(None);
    let output = idle(&bare.url);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let url = bare.url.clone();
    drop(bare);
    assert_eq!(idle(&url).status.code(), Some(2), "nobody is there");
}

#[test]
fn ctrl_c_ends_a_run_and_tidies_up() {
    let bare = Bare::start(None);
    let mut child = Command::new(PROGRAM)
        .args(["pods", "--seconds", "60", "--secret", "any", "--url", &bare.url])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    let asked = std::time::Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("were removed") && asked.elapsed().as_secs() < 10, "{said}");
}

#[test]
fn the_highest_rate_is_searched_and_servers_are_compared() {
    let (one, other) = (Bare::start(None), Bare::start(None));
    let (found, code) = one.run(&["search", "--from", "50", "--to", "200", "--p99", "5000"]);
    assert_eq!((code, &found["right"]), (0, &true.into()), "{found}");
    let steps = found["steps"].as_array().unwrap();
    assert_eq!(steps[0]["rate"].as_f64(), Some(50.0), "{found}");
    let good = steps.iter().filter(|step| step["good"] == true).map(|step| step["rate"].as_f64().unwrap());
    assert_eq!(found["rate"].as_f64(), Some(good.fold(0.0, f64::max)), "{found}");
    let servers = [format!("one={}", one.url), format!("other={},pid={}", other.url, other.child.id())];
    let arguments = ["compare", "pods", "--rounds", "2", "--server", &servers[0], "--server", &servers[1]];
    let (compared, code) = one.run(&arguments);
    assert_eq!(code, 0);
    let rate = &compared["servers"][1][1]["deliveries/s"];
    assert!(rate["ratio"][0].as_f64().unwrap() > 0.0, "{rate}");
    assert!(compared["servers"][1][1]["server µs"]["median"].as_f64().is_some());
    assert_eq!(compared["reports"].as_array().unwrap().len(), 4);
}

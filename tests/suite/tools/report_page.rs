//! The load tester's page in a real Chromium: nothing on its console, nothing asked of anybody, everything drawn.

use std::path::Path;

use clap::Parser;
use podium_loadtest::cli::{Cli, measure};
use podium_loadtest::report::{Report, page};
use serde_json::json;

use crate::support::needs;
use crate::support::node::Node;
use crate::support::server::{SECRET, Server};

async fn report(server: &Server, name: &str, rate: &str) -> Report {
    let pid = format!("server={}", server.pid());
    let line = ["podium-loadtest", "pods", "--sessions", "50", "--seconds", "2", "--warm-up", "0.2", "--quiet"];
    let more = ["--rate", rate, "--label", name, "--pid", &pid, "--url", &server.url, "--secret", SECRET];
    let cli = Cli::parse_from(line.into_iter().chain(more));
    let run = tokio::task::spawn_blocking(move || measure(&cli.command).expect("a scenario"));
    run.await.expect("the load tester panicked").unwrap_or_else(|failure| panic!("{failure}"))
}

#[tokio::test]
async fn one_run_and_several_open_without_a_complaint() {
    needs::uses("chromium");
    assert!(
        Path::new("/usr/bin/chromium").exists() || std::env::var_os("CHROMIUM").is_some(),
        "Chromium is not installed: run the tests with `make test`, or name it in CHROMIUM"
    );
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let runs = [report(&server, "calm", "100").await, report(&server, "busy <b>", "200").await];
    // Kept, to be looked at.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut pages = Vec::new();
    for (name, runs) in [("one", &runs[..1]), ("several", &runs[..])] {
        let html = folder.join(format!("{name}.html"));
        std::fs::write(&html, page(&runs.iter().collect::<Vec<_>>()).expect("a page")).expect("writing the page");
        for (look, width, dark) in [("desktop", 1280, false), ("phone", 390, true)] {
            let screenshot = folder.join(format!("{name}-{look}.png"));
            let url = format!("file://{}", html.display());
            pages.push(json!({"url": url, "screenshot": screenshot, "width": width, "height": 800, "dark": dark}));
        }
    }
    let mut node = Node::run("page.mjs", &json!({"pages": pages})).await;
    for opened in &pages {
        let shown = node.until("page").await;
        let several = opened["url"].as_str().expect("a URL").ends_with("several.html");
        assert_eq!(shown["complaints"], json!([]), "{opened}");
        assert_eq!(shown["asked"], json!([opened["url"]]), "it needs nothing else");
        assert_eq!(shown["heading"], if several { "calm · busy <b>" } else { "calm, pods" });
        assert_eq!(shown["verdict"], "Nothing lost, nothing twice, one order");
        let plots = json!(["Latency by percentile", "Latency over time", "Throughput", "CPU"]);
        assert_eq!(shown["plots"], plots);
        // By percentile, two over time, throughput, CPU of two processes: for each run.
        assert_eq!(shown["lines"], if several { 12 } else { 6 });
        assert_eq!(shown["rows"], if several { 2 } else { 0 });
        assert_eq!(shown["wider"], 0, "nothing sticks out on a screen of {} pixels", opened["width"]);
        for hint in shown["hints"].as_array().expect("hints") {
            assert!(hint.as_str().expect("a hint").lines().count() > 1, "{shown}");
        }
        assert!(opened["screenshot"].as_str().is_some_and(|path| Path::new(path).exists()));
    }
    node.ended_silently().await;
}

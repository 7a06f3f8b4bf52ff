//! Runs scripts of Node: the unmodified npm client in `tests/clients`, and a browser in `web/tests/browser`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::client::PATIENCE;
use super::needs;

/// How long a scenario in a browser may take in all.
const BROWSER: Duration = Duration::from_secs(280);

/// A running script. It is killed with this value.
pub struct Node {
    script: String,
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    patience: Duration,
}

impl Node {
    /// Starts a script of the npm client and tells it its scenario.
    pub async fn run(script: &str, scenario: &Value) -> Node {
        needs::uses("node");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");
        assert!(
            Path::new(folder).join("node_modules/phoenix").exists(),
            "the npm client is not installed: run the tests with `make test`, or `npm ci` in tests/clients"
        );
        Node::start(folder, script, scenario, PATIENCE * 2).await
    }

    /// Starts a script of the web client's that drives a browser, and tells it its scenario. It waits for its own
    /// conditions, and says what it waited for in vain.
    pub async fn browser(script: &str, scenario: &Value) -> Node {
        needs::uses("chromium");
        needs::uses("web");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/web/tests/browser");
        assert!(
            Path::new(folder).join("../../node_modules/playwright-core").exists()
                && Path::new(folder).join("../../dist/index.html").exists(),
            "the web client is not built: run the tests with `make test`, or `make web`"
        );
        Node::start(folder, script, scenario, BROWSER).await
    }

    async fn start(folder: &str, script: &str, scenario: &Value, patience: Duration) -> Node {
        let mut child = Command::new("node")
            .arg(script)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node, which `make test` installs");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut node = Node { script: script.to_owned(), _child: child, input, output, patience };
        node.tell(scenario).await;
        node
    }

    /// Tells it something.
    pub async fn tell(&mut self, line: &Value) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.expect("the script has ended");
    }

    /// What it tells next.
    pub async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(self.patience, self.output.next_line()).await;
        let line = line.unwrap_or_else(|_| panic!("{} says nothing more", self.script)).expect("its output");
        let line = line.unwrap_or_else(|| panic!("{} has ended; its error is above", self.script));
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{} said {line}: {error}", self.script))
    }

    /// The next thing of this kind that it tells; what comes before is passed over.
    pub async fn until(&mut self, event: &str) -> Value {
        self.until_where(event, |_| true).await
    }

    /// The next thing of this kind that is wanted; what comes before is passed over.
    pub async fn until_where(&mut self, event: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let next = self.next().await;
            if next["event"] == event && wanted(&next) {
                return next;
            }
        }
    }

    /// Waits for its end, before which it tells nothing more.
    pub async fn ended_silently(mut self) {
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await.expect("the script's end");
        assert_eq!(line.expect("its output"), None);
    }
}

//! The balancer of `deploy/haproxy.cfg` before three nodes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::server::Server;
use super::{needs, port};

/// A running HAProxy. It ends with this value.
pub struct Balancer {
    /// `http://127.0.0.1:…`
    pub url: String,
    _child: Child,
}

impl Balancer {
    /// Before these three.
    pub async fn start(nodes: impl IntoIterator<Item = &Server>) -> Balancer {
        Balancer::start_with(nodes, &[]).await
    }

    /// Before these three, with other limits than the file has.
    pub async fn start_with(nodes: impl IntoIterator<Item = &Server>, limits: &[(&str, &str)]) -> Balancer {
        needs::uses("haproxy");
        let address = port::free();
        let mut command = Command::new("haproxy");
        command.args(["-q", "-db", "-f", concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/haproxy.cfg")]);
        command.env("BALANCER", address.to_string()).envs(limits.iter().copied());
        for (number, node) in (1..).zip(nodes) {
            let admin = node.admin_url.trim_start_matches("http://");
            let (host, port) = admin.rsplit_once(':').expect("a port");
            command.env(format!("NODE_{number}"), node.url.trim_start_matches("http://"));
            command.env(format!("ADMIN_{number}"), host).env(format!("ADMIN_PORT_{number}"), port);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn();
        let mut child = child.expect("haproxy, which `make test` installs");
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).await.is_err() {
            assert!(child.try_wait().expect("its state").is_none(), "HAProxy has ended");
            assert!(Instant::now() < deadline, "HAProxy does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Balancer { url: format!("http://{address}"), _child: child }
    }

    /// Asks for something, whichever node answers; gives the status.
    pub async fn status(&self, path: &str) -> u16 {
        // Without keeping the connection, so that each time a node is chosen.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        client.get(format!("{}{path}", self.url)).send().await.map_or(0, |answer| answer.status().as_u16())
    }
}

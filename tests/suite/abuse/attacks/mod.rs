//! The attacks, each with its name, what it sends, and what it costs the attacker.

mod bodies;
mod docs;
mod members;
mod passwords;
mod registrations;
mod searches;
mod sockets;
mod stalls;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Client as Http, Method, RequestBuilder};
use tokio::time::timeout;

use crate::support::server::Server;

/// The address that the attacker has, as the trusted proxy says.
pub const ATTACKER: &str = "203.0.113.66";

/// How long one request of an attack may take; then it is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is attacked.
pub struct Target {
    pub server: Server,
    /// At full size, or small enough for the suite.
    pub full: bool,
    /// The account of the victim: what attackers may know of it.
    pub email: String,
}

impl Target {
    /// Returns a number by the size.
    pub fn size(&self, full: usize, small: usize) -> usize {
        if self.full { full } else { small }
    }

    /// Begins a request of the attacker.
    pub fn ask(&self, http: &Http, method: Method, path: &str) -> RequestBuilder {
        self.ask_from(http, method, path, ATTACKER)
    }

    /// Begins a request from an address.
    pub fn ask_from(&self, http: &Http, method: Method, path: &str, address: &str) -> RequestBuilder {
        http.request(method, format!("{}{path}", self.server.url)).header("x-forwarded-for", address)
    }

    /// Returns the host and port of the server.
    pub fn address(&self) -> &str {
        self.server.url.trim_start_matches("http://")
    }
}

/// Says when an attack is to end.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn now(&self) {
        self.0.store(true, Relaxed);
    }

    pub fn is_over(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Waits until it is over.
    pub async fn over(&self) {
        while !self.is_over() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// What an attack has cost the attacker, and what it was answered.
#[derive(Default)]
pub struct Cost {
    pub connections: AtomicU64,
    pub requests: AtomicU64,
    pub bytes: AtomicU64,
    pub refused: AtomicU64,
}

impl Cost {
    pub fn add(&self, requests: u64, bytes: usize) {
        self.requests.fetch_add(requests, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub fn refuse(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub fn connect(&self, connections: usize) {
        self.connections.fetch_add(connections as u64, Relaxed);
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One attack.
pub struct Attack {
    pub name: &'static str,
    /// Runs until it is stopped.
    pub run: for<'a> fn(&'a Target, &'a Stop, &'a Cost) -> Running<'a>,
}

/// Every attack.
pub const ATTACKS: &[Attack] = &[
    Attack { name: "stalled requests", run: |target, stop, cost| Box::pin(stalls::run(target, stop, cost)) },
    Attack { name: "anonymous searches", run: |target, stop, cost| Box::pin(searches::run(target, stop, cost)) },
    Attack { name: "right passwords", run: |target, stop, cost| Box::pin(passwords::right(target, stop, cost)) },
    Attack { name: "invented reset tokens", run: |target, stop, cost| Box::pin(passwords::resets(target, stop, cost)) },
    Attack { name: "wrong passwords", run: |target, stop, cost| Box::pin(passwords::wrong(target, stop, cost)) },
    Attack { name: "invented addresses", run: |target, stop, cost| Box::pin(passwords::addresses(target, stop, cost)) },
    Attack { name: "registrations", run: |target, stop, cost| Box::pin(registrations::run(target, stop, cost)) },
    Attack { name: "changes of membership", run: |target, stop, cost| Box::pin(members::changes(target, stop, cost)) },
    Attack { name: "coming and going", run: |target, stop, cost| Box::pin(members::comings(target, stop, cost)) },
    Attack { name: "sockets of one person", run: |target, stop, cost| Box::pin(sockets::run(target, stop, cost)) },
    Attack { name: "large bodies", run: |target, stop, cost| Box::pin(bodies::run(target, stop, cost)) },
    Attack { name: "files of /docs", run: |target, stop, cost| Box::pin(docs::run(target, stop, cost)) },
];

/// Sends requests until the end: so many connections, on each of them one after the other with a pause between two.
/// `make` gets the number of each.
async fn hammer(
    stop: &Stop,
    cost: &Cost,
    (connections, pause): (usize, Duration),
    make: impl Fn(&Http, u64) -> RequestBuilder,
) {
    cost.connect(connections);
    let number = AtomicU64::new(0);
    join_all((0..connections).map(async |_| {
        let http = Http::new();
        while !stop.is_over() {
            let request = make(&http, number.fetch_add(1, Relaxed)).build().expect("a request");
            let body = request.body().and_then(|body| body.as_bytes()).map_or(0, <[u8]>::len);
            // About what the head takes beside its path.
            cost.add(1, 150 + request.url().as_str().len() + body);
            let answered = timeout(PATIENCE, async {
                let answer = http.execute(request).await.ok()?;
                let status = answer.status().as_u16();
                answer.bytes().await.ok().map(|_| status)
            });
            let status = tokio::select! {
                answered = answered => answered.ok().flatten(),
                () = stop.over() => return,
            };
            if status.is_none_or(|status| matches!(status, 429 | 503)) {
                cost.refuse();
            }
            // An attacker does not wait out what it is asked to; but a machine that only counts refusals is none.
            let pause = if status.is_none() { pause.max(Duration::from_millis(50)) } else { pause };
            tokio::time::sleep(pause).await;
        }
    }))
    .await;
}

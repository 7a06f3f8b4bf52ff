//! A person who uses Podium while others attack it: they say something in a pod, join and leave a topic, read their own
//! profile, and sign in from another address.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::timeout;
use uuid::Uuid;

use super::attacks::{Stop, Target};
use crate::support::account::{Account, login_from};
use crate::support::client::{Client, Reply};
use crate::support::server::Person;

/// The address that the victim signs in from.
const ADDRESS: &str = "198.51.100.7";

/// After this an action has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two rounds.
const PACE: Duration = Duration::from_millis(200);

/// A sign-in comes with every so many rounds.
const SIGN_INS: u32 = 15;

/// What one kind of action was like.
#[derive(Default)]
pub struct Felt {
    times: Vec<Duration>,
    /// Answered with 429 or `rate_limited`.
    pub limited: usize,
    /// Answered with 503, `overloaded` or `unavailable`.
    pub unavailable: usize,
    /// Not answered, or with anything else.
    pub failed: usize,
}

impl Felt {
    /// Returns the time below which this part of the actions were answered.
    pub fn quantile(&self, part: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        let place = (times.len() as f64 * part) as usize;
        times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    pub fn count(&self) -> usize {
        self.times.len()
    }

    async fn note(&mut self, action: impl Future<Output = u16>) {
        let start = Instant::now();
        let status = timeout(PATIENCE, action).await.unwrap_or(0);
        self.times.push(start.elapsed());
        match status {
            200..300 => {}
            429 => self.limited += 1,
            503 => self.unavailable += 1,
            _ => self.failed += 1,
        }
    }
}

/// What a victim felt, by action.
pub type Report = BTreeMap<&'static str, Felt>;

/// The victim, with a pod and a friend in it.
pub struct Victim {
    person: Person,
    email: String,
    event: Uuid,
    pod: Uuid,
}

impl Victim {
    pub async fn new(target: &Target) -> Victim {
        let account = Account::register(&target.server, &target.email).await;
        let friend = target.server.person("Ben");
        let person = account.person();
        let (event, pod) = target.server.pod(&[person.clone(), friend]).await;
        Victim { person, email: account.email, event, pod }
    }

    /// Lives until it is over; at least one round.
    pub async fn live(&self, target: &Target, stop: &Stop) -> Report {
        let mut report = Report::new();
        let mut socket: Option<Client> = None;
        for round in 0_u32.. {
            if round > 0 && stop.is_over() {
                break;
            }
            let began = Instant::now();
            if socket.as_ref().is_none_or(|socket| socket.end().is_some()) {
                socket = None;
                report.entry("connect").or_default().note(self.connect(target, &mut socket)).await;
            }
            if let Some(socket) = &socket {
                report.entry("send").or_default().note(self.send(socket)).await;
                report.entry("join").or_default().note(self.join(socket)).await;
            }
            let me = async { target.server.get("/v1/me", &self.person).await.status };
            report.entry("me").or_default().note(me).await;
            if round % SIGN_INS == 0 {
                let password = crate::support::account::PASSWORD;
                let sign_in = async { login_from(&target.server, &self.email, password, Some(ADDRESS)).await.status };
                report.entry("sign in").or_default().note(sign_in).await;
            }
            tokio::time::sleep(PACE.saturating_sub(began.elapsed())).await;
        }
        report
    }

    async fn connect(&self, target: &Target, socket: &mut Option<Client>) -> u16 {
        let url = format!("{}?vsn=2.0.0&token={}", target.server.socket_url(), self.person.token);
        let open = match Client::handshake(&url, &[("x-forwarded-for", ADDRESS)]).await {
            Ok(open) => open,
            Err(refused) => return refused.status,
        };
        let joined = open.start_join(&format!("pod:{}", self.pod), json!({}));
        let status = open.reply_or_end(&joined).await.map_or(0, |reply| status(&reply));
        *socket = Some(open);
        status
    }

    async fn send(&self, socket: &Client) -> u16 {
        let payload = json!({"id": Uuid::now_v7(), "text": "still here"});
        let sent = socket.push(&format!("pod:{}", self.pod), "message:new", payload);
        socket.reply_or_end(&sent).await.map_or(0, |reply| status(&reply))
    }

    async fn join(&self, socket: &Client) -> u16 {
        let topic = format!("event:{}", self.event);
        let joined = socket.start_join(&topic, json!({}));
        let reply = socket.reply_or_end(&joined).await.map_or(0, |reply| status(&reply));
        let left = socket.push(&topic, "phx_leave", json!({}));
        let _ = socket.reply_or_end(&left).await;
        reply
    }
}

/// Returns the status that HTTP has for a reply.
fn status(reply: &Reply) -> u16 {
    match (reply.status.as_str(), reply.response["code"].as_str()) {
        ("ok", _) => 200,
        (_, Some("rate_limited")) => 429,
        (_, Some("overloaded" | "unavailable")) => 503,
        _ => 500,
    }
}

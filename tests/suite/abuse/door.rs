//! A whole crowd at the door, all from one address: each registers, signs in again and opens a socket. Who is
//! refused for the moment waits as long as is asked for, as the web client does. Beside them wrong passwords are tried
//! from the same address.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use rand::Rng;
use reqwest::{Client as Http, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::crowd::setting;
use crate::support::server::{Server, as_delivered, text};

/// The address of the venue.
const VENUE: &str = "203.0.113.1";

/// By then all of them must be in.
const PROMISED: Duration = Duration::from_secs(600);

/// Asks until it is not refused for the moment; counts the refusals.
async fn patiently(ask: impl AsyncFn() -> reqwest::Result<Response>, refused: &AtomicUsize) -> Value {
    loop {
        // A connection may fail where thousands are opened at once.
        let Ok(answer) = ask().await else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        };
        let wait = answer.headers().get("retry-after").and_then(|wait| wait.to_str().ok()?.parse::<u64>().ok());
        match (answer.status().as_u16(), wait) {
            (200..300, _) => return answer.json().await.expect("a body"),
            (429 | 503, Some(wait)) => {
                refused.fetch_add(1, Relaxed);
                let more = rand::rng().random_range(0.0..2.0);
                tokio::time::sleep(Duration::from_secs(wait) + Duration::from_secs_f64(more)).await;
            }
            (status, _) => panic!("{status} without a time to wait: {:?}", answer.text().await),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_one_address_gets_in() {
    let full = std::env::var("PODIUM_TEST_ABUSE").is_ok_and(|size| size == "full");
    let people = if full { setting("PODIUM_TEST_ABUSE_CROWD", 2_000) } else { 30 };
    let cheap: &[(&str, &str)] =
        if full { &[] } else { &[("PODIUM_HASH_MEMORY", "1MiB"), ("PODIUM_HASH_PASSES", "1")] };
    let mut settings = as_delivered();
    settings.push(("PODIUM_TRUSTED_PROXIES", "127.0.0.0/8"));
    settings.extend(cheap);
    let server = Server::start_with(&settings).await;
    let http = Http::new();
    let post = async |path: &str, body: &Value| {
        http.post(format!("{}{path}", server.url)).header("x-forwarded-for", VENUE).json(body).send().await
    };
    let refused = AtomicUsize::new(0);
    let wrong = async {
        for number in 0.. {
            let body =
                json!({"email": format!("person{}@example.org", number % people), "password": "a wrong password"});
            let _ = post("/v1/auth/login", &body).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    };
    let start = Instant::now();
    let crowd = stream::iter(0..people).map(async |number| {
        let email = format!("person{number}@example.org");
        let body = json!({"email": email, "password": "the floor shakes at nine", "display_name": "A person"});
        let answer = patiently(async || post("/v1/auth/register", &body).await, &refused).await;
        // The proof that the device was there, as the web client keeps it: without it the wrong passwords of others count.
        let body = json!({"email": email, "password": "the floor shakes at nine", "devices": [answer["device"]]});
        let answer = patiently(async || post("/v1/auth/login", &body).await, &refused).await;
        let url = format!("{}?vsn=2.0.0&token={}", server.socket_url(), text(&answer, "access_token"));
        let socket = Client::handshake(&url, &[("x-forwarded-for", VENUE)]).await.expect("a socket");
        (start.elapsed(), socket)
    });
    let all = crowd.buffer_unordered(people).collect::<Vec<_>>();
    let sockets = tokio::select! {
        all = timeout(PROMISED, all) => all.unwrap_or_else(|_| panic!("not all are in after {PROMISED:?}")),
        () = wrong => unreachable!("they go on"),
    };
    let mut times: Vec<_> = sockets.iter().map(|(time, _)| *time).collect();
    times.sort();
    assert_eq!(times.len(), people);
    println!(
        "{people} people of one address are in: half after {:.1} s, all after {:.1} s, with {} refusals",
        times[people / 2].as_secs_f64(),
        times[people - 1].as_secs_f64(),
        refused.load(Relaxed)
    );
}

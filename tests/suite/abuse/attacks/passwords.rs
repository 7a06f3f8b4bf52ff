//! What fills the room for password hashes, and guesses.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{Cost, Stop, Target, hammer};
use crate::support::account::PASSWORD;

/// Sign-ins of one person with the right password.
pub async fn right(target: &Target, stop: &Stop, cost: &Cost) {
    let body = json!({"email": "attacker@example.org", "password": PASSWORD, "display_name": "A"});
    target.server.http("POST", "/v1/auth/register", None, Some(body.clone())).await;
    let body = json!({"email": body["email"], "password": PASSWORD});
    hammer(stop, cost, (target.size(200, 10), Duration::ZERO), |http, _| {
        target.ask(http, Method::POST, "/v1/auth/login").json(&body)
    })
    .await;
}

/// New passwords with tokens that nobody was sent.
pub async fn resets(target: &Target, stop: &Stop, cost: &Cost) {
    hammer(stop, cost, (target.size(200, 10), Duration::ZERO), |http, number| {
        let body = json!({"token": format!("{number:A>43}"), "password": PASSWORD});
        target.ask(http, Method::POST, "/v1/auth/reset/confirm").json(&body)
    })
    .await;
}

/// Wrong passwords for many accounts, from the address that the victim has, too.
pub async fn wrong(target: &Target, stop: &Stop, cost: &Cost) {
    hammer(stop, cost, (target.size(4, 2), Duration::from_millis(500)), |http, number| {
        let body = json!({"email": format!("guess{number}@example.org"), "password": "a wrong password"});
        target.ask(http, Method::POST, "/v1/auth/login").json(&body)
    })
    .await;
}

/// A wrong password for one account from ever other addresses: the counts of failures are filled.
pub async fn addresses(target: &Target, stop: &Stop, cost: &Cost) {
    let body = json!({"email": "nobody@example.org", "password": "a wrong password"});
    hammer(stop, cost, (target.size(100, 10), Duration::ZERO), |http, number| {
        let address = format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255);
        target.ask_from(http, Method::POST, "/v1/auth/login", &address).json(&body)
    })
    .await;
}

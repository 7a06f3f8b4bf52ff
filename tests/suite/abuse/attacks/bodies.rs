//! Bodies as large as may be, without a token.

use std::time::Duration;

use reqwest::Method;

use super::{Cost, Stop, Target, hammer};

pub async fn run(target: &Target, stop: &Stop, cost: &Cost) {
    let body = format!("{{\"email\":\"{}\"}}", "x".repeat(1_000_000));
    hammer(stop, cost, (target.size(200, 4), Duration::ZERO), |http, _| {
        target.ask(http, Method::POST, "/v1/auth/login").header("content-type", "application/json").body(body.clone())
    })
    .await;
}

//! The largest file of `/docs`, compressed.

use std::time::Duration;

use reqwest::Method;

use super::{Cost, Stop, Target, hammer};

pub async fn run(target: &Target, stop: &Stop, cost: &Cost) {
    hammer(stop, cost, (target.size(16, 4), Duration::ZERO), |http, _| {
        target.ask(http, Method::GET, "/docs/swagger-ui-bundle.js").header("accept-encoding", "gzip")
    })
    .await;
}

//! Accounts of one address, whose mails all go to one mailbox.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{Cost, Stop, Target, hammer};
use crate::support::account::PASSWORD;

pub async fn run(target: &Target, stop: &Stop, cost: &Cost) {
    hammer(stop, cost, (target.size(64, 8), Duration::ZERO), |http, _| {
        let email = format!("box+{}@example.org", Uuid::now_v7().simple());
        let body = json!({"email": email, "password": PASSWORD, "display_name": "A"});
        target.ask(http, Method::POST, "/v1/auth/register").json(&body)
    })
    .await;
}

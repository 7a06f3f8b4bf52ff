//! Joining and leaving, as fast as it goes, by people who may.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{Cost, Stop, Target, hammer};

/// Many people join an event and leave it, each on a connection of its own.
pub async fn changes(target: &Target, stop: &Stop, cost: &Cost) {
    let maker = target.server.person("Maker");
    let event = target.server.event(&maker).await;
    let path = format!("/v1/events/{event}/members/me");
    let people: Vec<_> = (0..target.size(50, 5)).map(|number| target.server.person(&format!("M {number}"))).collect();
    hammer(stop, cost, (target.size(5_000, 20), Duration::ZERO), |http, number| {
        let person = &people[number as usize % people.len()];
        let come = (number / people.len() as u64).is_multiple_of(2);
        let method = if come { Method::PUT } else { Method::DELETE };
        let request = target.ask(http, method, &path).bearer_auth(&person.token);
        if come { request.json(&json!({})) } else { request }
    })
    .await;
}

/// One person comes into an open pod and leaves it, over and over: each is a line of its log.
pub async fn comings(target: &Target, stop: &Stop, cost: &Cost) {
    let [owner, guest] = target.server.people();
    let (event, pod) = target.server.pod(&[owner]).await;
    target.server.join_event(event, &guest).await;
    let path = format!("/v1/pods/{pod}/members/me");
    hammer(stop, cost, (target.size(16, 4), Duration::ZERO), |http, number| {
        if number.is_multiple_of(2) {
            target.ask(http, Method::PUT, &path).bearer_auth(&guest.token).json(&json!({}))
        } else {
            target.ask(http, Method::DELETE, &path).bearer_auth(&guest.token)
        }
    })
    .await;
}

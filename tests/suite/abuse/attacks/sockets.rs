//! Sockets of one person, all in one pod: each receives the presence of all.

use std::time::Duration;

use serde_json::json;

use super::{Cost, Stop, Target};
use crate::support::client::{Client, Way};

pub async fn run(target: &Target, stop: &Stop, cost: &Cost) {
    let [person] = target.server.people();
    let (_, pod) = target.server.pod(std::slice::from_ref(&person)).await;
    let topic = format!("pod:{pod}");
    let mut sockets = Vec::new();
    while !stop.is_over() {
        if sockets.len() < target.size(1_000, 20) {
            match Client::try_open(&target.server, &person.token, Way::Query).await {
                Ok(socket) => {
                    cost.connect(1);
                    cost.add(2, 700);
                    let _ = socket.start_join(&topic, json!({}));
                    sockets.push(socket);
                }
                Err(_) => {
                    cost.refuse();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        } else {
            // All leave and come again.
            for socket in &sockets {
                let _ = (socket.push(&topic, "phx_leave", json!({})), socket.start_join(&topic, json!({})));
                cost.add(2, 150);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

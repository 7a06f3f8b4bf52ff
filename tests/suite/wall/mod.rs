//! The wall of an event: what its people share beyond their pods.

mod attacks;
mod crowd;
mod event_changed;
mod hosts;
mod meet_point;
mod memorabilia;
mod posts;
mod rate;
mod remarks;
mod votes;

use serde_json::json;
use uuid::Uuid;

use crate::support::server::{Person, Server, id_of};

/// A new post by a member of the event.
pub async fn post(server: &Server, event: Uuid, author: &Person) -> Uuid {
    let post = json!({"kind": "text", "body": {"text": "Hello"}});
    id_of(&server.post(&format!("/v1/events/{event}/posts"), author, post).await.ok(201))
}

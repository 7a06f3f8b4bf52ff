//! The domain: people, the events that they go to, the pods that they form there, and what they say to each other.
//!
//! A folder a feature, and in each the same rooms, where it needs them: `mod.rs` the types and the rules, `store.rs`
//! every query, `routes.rs` HTTP, `channel.rs` live. Features use each other's types and functions, never each
//! other's tables.

use std::sync::Arc;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::foundation::auth::Tokens;
use crate::foundation::db::Database;
use crate::foundation::http::Previews;
use crate::realtime::channel::{Channel, Channels};

pub mod accounts;
pub mod demo;
pub mod events;
pub mod invites;
pub mod messages;
pub mod place;
pub mod pods;
pub mod profiles;
pub mod refusals;

/// Registers the routes of every feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    accounts::routes::routes(config);
    profiles::routes::routes(config);
    events::routes::routes(config);
    pods::routes::routes(config);
    invites::routes::routes(config);
    messages::routes::routes(config);
}

/// The texts for links to what features have pages of.
pub fn previews(database: &Database) -> Vec<Box<dyn Previews>> {
    vec![
        Box::new(events::preview::EventPreviews(database.clone())),
        Box::new(invites::preview::InvitePreviews(database.clone())),
    ]
}

/// The channels of every feature, by the kind of topic that each serves.
pub fn channels(pods: &pods::Pods, events: &Arc<events::hub::EventHub>, tokens: Arc<Tokens>) -> Channels {
    let user = pods::user_channel::UserChannel::new(pods.inbox().clone(), tokens);
    let pod = pods::channel::PodChannel::new(pods.clone());
    let event = events::channel::EventChannel::new(Arc::clone(events));
    let all: [(&'static str, Arc<dyn Channel>); 3] = [
        (pods::change::KIND, Arc::new(pod)),
        (pods::inbox::KIND, Arc::new(user)),
        (events::hub::KIND, Arc::new(event)),
    ];
    Channels::from(all)
}

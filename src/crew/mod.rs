//! The domain: people, the events that they go to, the pods that they form there, and what they say to each other.
//!
//! A folder a feature, and in each the same rooms, where it needs them: `mod.rs` the types and the rules, `store.rs`
//! every query, `routes.rs` HTTP, `channel.rs` live. Features use each other's types and functions, never each
//! other's tables.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod demo;
pub mod events;
pub mod messages;
pub mod place;
pub mod pods;
pub mod profiles;
pub mod refusals;

/// Registers the routes of every feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    profiles::routes::routes(config);
    events::routes::routes(config);
    pods::routes::routes(config);
    messages::routes::routes(config);
}

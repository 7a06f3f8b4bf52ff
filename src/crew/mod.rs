//! The domain of people who go to events together: the events, the pods that they form there, and what they say to each other.
//!
//! A folder a feature, and in each the same rooms, where it needs them: `mod.rs` the types and the rules, `service.rs` what one
//! can do, `store.rs` every query, `routes.rs` HTTP, `channel.rs` live. Features use each other's types and functions, never
//! each other's tables, and import only those that stand before them in [`FEATURES`].

use self::accounts::settings::AccountSettings;
use crate::foundation::settings::OwnSettings;
use crate::realtime::domain::{Domain, Feature};

pub mod accounts;
pub mod demo;
pub mod events;
pub mod feed;
pub mod inbox;
pub mod invites;
pub mod journal;
pub mod messages;
pub mod pods;
pub mod profiles;

/// Every feature, in the order of their imports. The layer test holds the code against it.
pub const FEATURES: &[Feature] = &[
    Feature::new("profiles", profiles::mount::mount).with_routes(profiles::mount::ROUTES),
    Feature::new("accounts", accounts::mount::mount)
        .with_routes(accounts::mount::ROUTES)
        .with_settings(AccountSettings::ROWS)
        .with_metrics(accounts::metrics::ALL),
    Feature::new("messages", Feature::nothing),
    Feature::new("journal", journal::mount::mount).with_metrics(journal::metrics::ALL),
    Feature::new("feed", feed::mount::mount).with_metrics(feed::metrics::ALL),
    Feature::new("events", events::mount::mount).with_routes(events::mount::ROUTES),
    Feature::new("pods", pods::mount::mount).with_routes(pods::mount::ROUTES).with_metrics(pods::metrics::ALL),
    Feature::new("inbox", inbox::mount::mount).with_routes(inbox::mount::ROUTES),
    Feature::new("invites", invites::mount::mount).with_routes(invites::mount::ROUTES),
    Feature::new("demo", demo::mount),
];

/// The domain.
pub const DOMAIN: Domain = Domain(FEATURES);

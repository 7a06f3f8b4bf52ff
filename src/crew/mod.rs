//! The crew domain: people, the events that they go to, the pods that they form there, and the messages in them.
//!
//! Each feature is a folder with the same files, as far as it needs them: `mod.rs` holds types and rules, `service.rs`
//! the operations, `store.rs` every query, `routes.rs` HTTP, `channel.rs` the topic. Features use each other's types
//! and functions but not each other's tables, and import only features that stand before them in [`FEATURES`].

use self::accounts::settings::AccountSettings;
use self::journal::settings::ChangeLimits;
use self::pods::settings::JoinLimits;
use self::posts::settings::PostSettings;
use self::remarks::settings::RemarkSettings;
use crate::foundation::settings::OwnSettings;
use crate::realtime::domain::{Domain, Feature};

pub mod accounts;
pub mod catalogue;
pub mod demo;
pub mod events;
pub mod feed;
pub mod inbox;
pub mod invites;
pub mod journal;
pub mod meet_points;
pub mod memorabilia;
pub mod messages;
pub mod pods;
pub mod posts;
pub mod profiles;
pub mod remarks;
pub mod search;

/// All features, in the order of their imports. The layer test checks the code against it.
pub const FEATURES: &[Feature] = &[
    Feature::new("catalogue", Feature::nothing),
    Feature::new("profiles", profiles::mount::mount).with_routes(profiles::mount::ROUTES),
    Feature::new("accounts", accounts::mount::mount)
        .with_routes(accounts::mount::ROUTES)
        .with_settings(AccountSettings::ROWS)
        .with_metrics(accounts::metrics::ALL),
    Feature::new("messages", Feature::nothing),
    Feature::new("journal", journal::mount::mount)
        .with_settings(ChangeLimits::ROWS)
        .with_declared(journal::change::DECLARED)
        .with_metrics(journal::metrics::ALL),
    Feature::new("feed", feed::mount::mount).with_declared(feed::declared::DECLARED).with_metrics(feed::metrics::ALL),
    Feature::new("events", events::mount::mount)
        .with_routes(events::mount::ROUTES)
        .with_declared(events::declared::DECLARED),
    Feature::new("remarks", remarks::mount::mount)
        .with_routes(remarks::mount::ROUTES)
        .with_settings(RemarkSettings::ROWS)
        .with_declared(remarks::declared::DECLARED),
    Feature::new("posts", posts::mount::mount)
        .with_routes(posts::mount::ROUTES)
        .with_settings(PostSettings::ROWS)
        .with_declared(posts::declared::DECLARED)
        .with_metrics(posts::counting::METRICS),
    Feature::new("meet_points", meet_points::mount::mount)
        .with_routes(meet_points::mount::ROUTES)
        .with_declared(meet_points::declared::DECLARED),
    Feature::new("memorabilia", memorabilia::mount::mount).with_routes(memorabilia::mount::ROUTES),
    Feature::new("pods", pods::mount::mount)
        .with_routes(pods::mount::ROUTES)
        .with_settings(JoinLimits::ROWS)
        .with_declared(pods::declared::DECLARED)
        .with_metrics(pods::metrics::ALL),
    Feature::new("inbox", inbox::mount::mount)
        .with_routes(inbox::mount::ROUTES)
        .with_declared(inbox::declared::DECLARED),
    Feature::new("search", search::mount::mount).with_routes(search::mount::ROUTES),
    Feature::new("invites", invites::mount::mount).with_routes(invites::mount::ROUTES),
    Feature::new("demo", demo::mount),
];

/// The domain, as the server mounts it.
pub const DOMAIN: Domain = Domain(FEATURES);

//! The domain of people who go to events together: the events, the pods that they form there, and what they say to each other.
//!
//! A folder a feature, and in each the same rooms, where it needs them: `mod.rs` the types and the rules, `service.rs` what one
//! can do, `store.rs` every query, `routes.rs` HTTP, `channel.rs` live. Features use each other's types and functions, never
//! each other's tables, and import only those that stand before them in [`FEATURES`].

use crate::realtime::domain::{MountError, Mounted, Parts};

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

/// A feature: its folder's name, and what puts it together.
pub type Feature = (&'static str, fn(&mut Parts) -> Result<Mounted, MountError>);

/// Every feature, in the order of their imports. The layer test holds the code against it.
pub const FEATURES: &[Feature] = &[
    ("profiles", profiles::mount::mount),
    ("accounts", accounts::mount::mount),
    ("messages", |_| Ok(Mounted::default())),
    ("journal", journal::mount::mount),
    ("feed", feed::mount::mount),
    ("events", events::mount::mount),
    ("pods", pods::mount::mount),
    ("inbox", inbox::mount::mount),
    ("invites", invites::mount::mount),
    ("demo", demo::mount),
];

/// Puts the domain together.
///
/// # Errors
/// [`MountError`] of the first feature that cannot be.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let mut all = Mounted::default();
    for (_, mount) in FEATURES {
        all.add(mount(parts)?);
    }
    Ok(all)
}

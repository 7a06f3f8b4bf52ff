//! Limits of how often, and how many at once: by person, by address, and by kind.
//!
//! ```ignore
//! let searches = Rates::new("searches", settings.searches);   // by person
//! searches.take(&user_id)?;                                   // `rate_limited`, with the time to wait
//!
//! let changes = AtOnce::new(2, "this person has as many changes under way as are allowed");
//! let _place = changes.enter(user_id)?;                       // given back when it is dropped
//! ```
//!
//! The rules, the same for every kind:
//!
//! - **A venue's whole crowd shares one address.** A limit of an address counts only what carries no valid token. With
//!   one, the person's limit alone holds ([`Callers`]).
//! - An address is an IPv4 address, or an IPv6 network: /64, /56 and /48, each with a limit of its own, since one
//!   customer may have any of them ([`Addresses`]).
//! - A refusal costs no write and no lock in Postgres. The counts are the node's own; several nodes together allow as
//!   many times more. What was accepted, and must hold over all nodes, is counted from its rows.
//! - The counts cannot be emptied by filling them: each kind has a map of its own, which drops the oldest key.
//! - Each rate says itself in the answer's `RateLimit` and `RateLimit-Policy` headers ([`announce()`]).

mod announce;
mod at_once;
mod budget;
mod connections;
mod networks;
mod newest;
mod rates;

pub use announce::announce;
pub use at_once::{Admitted, AtOnce};
pub use budget::{Budget, Share};
pub use connections::{Connection, Connections};
pub use networks::{Addresses, Callers, Counted, Network, networks};
pub use newest::{MOST, Newest};
pub use rates::Rates;

//! Pods, who is in them, who is there, and the talk.

mod bars;
mod busy_join;
pub(crate) mod membership;
mod outsider;
mod over_http;
mod presence;
mod resume;
mod revoked;
mod seats;
mod talk;
mod typing_ends;

//! The web client, and what its addresses answer.

mod client;
mod events;
mod keepsakes;
mod link_previews;
mod platform;
mod search;
mod texts;
mod types;
mod wall;

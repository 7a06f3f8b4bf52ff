//! The wire: Phoenix frames and topics as pure functions. No actix, no database.
//!
//! Literal frames in the tests, not round trips, pin the protocol: see [`frame`].

pub mod frame;
pub mod topic;

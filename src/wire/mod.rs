//! The wire protocol: Phoenix frames and topics, as pure functions without actix or a database.
//!
//! The tests pin the protocol by literal frames, not by round trips: see [`frame`].

pub mod frame;
pub mod topic;

//! The wire as this client speaks it: websocket frames and what they carry, as pure functions over bytes.

pub mod phoenix;
pub mod speech;
pub mod websocket;

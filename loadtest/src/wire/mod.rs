//! The wire as this client speaks it: websocket frames and Phoenix's, as pure functions over bytes.

pub mod phoenix;
pub mod websocket;

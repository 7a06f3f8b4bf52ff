//! The protocols in bytes: websocket frames and their content, as pure functions.

pub mod phoenix;
pub mod speech;
pub mod websocket;

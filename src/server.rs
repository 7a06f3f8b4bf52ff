//! Puts the parts together, binds, drains.

pub mod engine;

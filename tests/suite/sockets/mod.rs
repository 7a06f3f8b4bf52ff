//! The wire: what clients send, how fast they read, and the version before.

mod bad_input;
mod slow_reader;
mod version_1;

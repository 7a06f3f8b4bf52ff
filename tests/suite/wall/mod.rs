//! The wall of an event.

mod posts;

//! The wall of an event.

mod event_changed;
mod hosts;
mod meet_point;
mod memorabilia;
mod posts;

//! The wall of an event.

mod crowd;
mod event_changed;
mod hosts;
mod meet_point;
mod memorabilia;
mod posts;
mod rate;
mod votes;

//! What is counted here.

use crate::foundation::metrics::Metric;

/// Events that have an actor here.
pub const EVENTS_LIVE: Metric =
    Metric::new_gauge("podium_events_live", "Events whose topic has a session on this node.");
/// Readings of what has changed on events' walls, for all sessions of the node at once.
pub const EVENT_READINGS: Metric = Metric::new_counter(
    "podium_event_readings_total",
    "Readings of what has changed in events whose topic is open here.",
);

/// All of them.
pub const ALL: &[Metric] = &[EVENTS_LIVE, EVENT_READINGS];

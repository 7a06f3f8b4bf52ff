//! The feature's metrics.

use crate::foundation::metrics::Metric;

/// Events that have an actor on this node.
pub const EVENTS_LIVE: Metric =
    Metric::new_gauge("podium_events_live", "Events whose topic has a session on this node.");
/// Readings of what has changed on events' feeds, each for all sessions of the node.
pub const EVENT_READINGS: Metric = Metric::new_counter(
    "podium_event_readings_total",
    "Readings of what has changed in events whose topic is open here.",
);

/// All metrics of the feature.
pub const ALL: &[Metric] = &[EVENTS_LIVE, EVENT_READINGS];

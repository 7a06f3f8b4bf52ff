//! The metrics of votes and taps.

use crate::foundation::metrics::{ENTRIES, Metric, SECONDS};

/// Number of entries in the groups.
pub const COUNTING_GROUP: Metric =
    Metric::new_histogram("podium_counting_group_entries", ENTRIES, "Votes or taps committed together.");
/// Time to commit a group.
pub const COUNTING_SECONDS: Metric = Metric::new_histogram(
    "podium_counting_commit_seconds",
    SECONDS,
    "Time that Postgres took to commit votes or taps.",
);
/// Groups that were sent again.
pub const COUNTING_RETRIES: Metric = Metric::new_counter(
    "podium_counting_retries_total",
    "Groups of votes or taps sent again after a lost connection or a lost race.",
);

/// All metrics of votes and taps.
pub const ALL: &[Metric] = &[COUNTING_GROUP, COUNTING_SECONDS, COUNTING_RETRIES];

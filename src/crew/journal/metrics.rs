//! The feature's metrics.

use crate::foundation::metrics::{ENTRIES, Metric, SECONDS};

/// Number of entries in the journal's groups.
pub const JOURNAL_GROUP: Metric =
    Metric::new_histogram("podium_journal_group_entries", ENTRIES, "Messages committed together.");
/// Time to commit a group.
pub const JOURNAL_SECONDS: Metric =
    Metric::new_histogram("podium_journal_commit_seconds", SECONDS, "Time that Postgres took to commit a group.");
/// Groups that were sent again.
pub const JOURNAL_RETRIES: Metric =
    Metric::new_counter("podium_journal_retries_total", "Groups sent again after a lost connection or a lost race.");

/// All metrics of the feature.
pub const ALL: &[Metric] = &[JOURNAL_GROUP, JOURNAL_SECONDS, JOURNAL_RETRIES];

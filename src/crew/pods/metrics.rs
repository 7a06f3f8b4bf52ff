//! The feature's metrics.

use crate::foundation::metrics::Metric;

/// Pods that have an actor on this node.
pub const PODS_LIVE: Metric = Metric::new_gauge("podium_pods_live", "Pods with a session on this node.");
/// Pages of missing changes that were read.
pub const POD_REPAIRS: Metric =
    Metric::new_counter("podium_pod_repairs_total", "Pages read from Postgres because a pod's log had a gap here.");
/// Readings from Postgres for repairs, each for all pods that need one.
pub const POD_READINGS: Metric =
    Metric::new_counter("podium_pod_readings_total", "Times that Postgres was read for repairs, for all pods at once.");
/// Gaps in pods' logs, by how they were closed.
pub const POD_GAPS: Metric =
    Metric::new_counter("podium_pod_gaps_total", "Gaps in pods' logs that were closed, by themselves or by reading.");
/// Changes of the database's epoch.
pub const EPOCHS: Metric = Metric::new_counter(
    "podium_epochs_total",
    "Times that the database was found to have another line of history, after a failover.",
);

/// All metrics of the feature.
pub const ALL: &[Metric] = &[PODS_LIVE, POD_REPAIRS, POD_READINGS, POD_GAPS, EPOCHS];

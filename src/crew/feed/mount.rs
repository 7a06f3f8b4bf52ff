//! Mounts the feature.

use std::sync::Arc;

use super::hub::EventHub;
use super::sweep::Sweep;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// Provides the [`EventHub`], to which later features add kinds, tallies and fields of join replies.
///
/// # Errors
/// None.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let (bus, nodes, threads) = (Arc::clone(&parts.bus), parts.nodes.clone(), parts.threads.clone());
    let hub = EventHub::start(&parts.database, bus, nodes, &parts.settings.limits, threads);
    if let Some(nodes) = &parts.nodes {
        let sweep = Sweep::new(parts.database.clone(), Arc::clone(&hub), nodes.status());
        parts.threads.spare().spawn(sweep.run());
    }
    let mut mounted = Mounted::default();
    mounted.receivers.extend(hub.receivers());
    parts.provide(hub);
    Ok(mounted)
}

//! Mounts the feature.

use futures_util::FutureExt;

use super::Options;
use super::service::Journal;
use super::settings::ChangeLimits;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// Provides the [`Journal`], and drains it before the node stops.
///
/// # Errors
/// None.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let (settings, limits) = (&parts.settings, &parts.settings.limits);
    let options = Options {
        url: parts.database_url.clone(),
        writers: settings.journal_writers,
        entries: limits.journal_entries,
        wait: limits.send_wait,
        changes: settings.own::<ChangeLimits>(),
    };
    let journal = Journal::start(&options, &parts.threads);
    let mut mounted = Mounted::default();
    let drained = journal.clone();
    mounted.after_sockets.push(Box::new(move |patience| async move { drained.drain(patience).await }.boxed_local()));
    parts.provide(journal);
    Ok(mounted)
}

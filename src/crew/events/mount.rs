//! Puts the feature together.

use std::sync::Arc;

use actix_web::web;

use super::channel::EventChannel;
use super::hub::{self, EventHub};
use super::preview::EventPreviews;
use super::routes;
use super::service::Events;
use crate::crew::journal::Journal;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// Gives the routes of events, their topic, and the texts for links to them.
///
/// # Errors
/// [`MountError`] where the journal is not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let (bus, nodes, threads) = (Arc::clone(&parts.bus), parts.nodes.clone(), parts.threads.clone());
    let live = EventHub::start(&parts.database, bus, nodes, &parts.settings.limits, threads);
    let journal = parts.service::<Journal>()?;
    let events = Events::new(parts.database.clone(), journal, Arc::clone(&live), parts.settings.limits.events);
    let mut mounted = Mounted::default();
    mounted.routes.push(routes::routes);
    mounted.share(web::Data::new(events.clone()));
    mounted.channels.push((hub::KIND, Arc::new(EventChannel::new(Arc::clone(&live)))));
    mounted.receivers.extend(live.receivers());
    mounted.previews.push(Box::new(EventPreviews(events.clone())));
    parts.provide(live);
    parts.provide(events);
    Ok(mounted)
}

//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;

use super::channel::EventChannel;
use super::declared::EVENT;
use super::feed::{Changes, Departures, Members};
use super::preview::EventPreviews;
use super::routes;
use super::service::Events;
use crate::crew::feed::hub::EventHub;
use crate::crew::journal::service::Journal;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Provides the service of events, their topic, and the previews of their links.
///
/// # Errors
/// [`MountError`] where journal and feed are not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let (journal, hub) = (parts.service::<Journal>()?, parts.service::<Arc<EventHub>>()?);
    hub.kinds().add_kind(Changes)?;
    hub.kinds().add_kind(Departures)?;
    let members = hub.kinds().add_tally(Members)?;
    let limit = parts.settings.limits.events;
    let events = Events::new(parts.database.clone(), journal, Arc::clone(&hub), members, limit);
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(events.clone()));
    mounted.topic(EVENT, EventChannel::new(hub));
    mounted.previews.push(Box::new(EventPreviews(events.clone())));
    parts.provide(events);
    Ok(mounted)
}

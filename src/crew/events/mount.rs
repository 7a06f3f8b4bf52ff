//! Puts the feature together.

use std::sync::Arc;

use actix_web::web;

use super::channel::EventChannel;
use super::counts::EventCounts;
use super::live::{self, LiveEvents};
use super::preview::EventPreviews;
use super::routes;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// Gives the routes of events, their topic, and the texts for links to them.
///
/// # Errors
/// None.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let (bus, nodes, threads) = (Arc::clone(&parts.bus), parts.nodes.clone(), parts.threads.clone());
    let events = LiveEvents::start(&parts.database, bus, nodes, &parts.settings.limits, threads);
    let mut mounted = Mounted::default();
    mounted.routes.push(routes::routes);
    mounted.share(web::Data::from(Arc::clone(&events)));
    mounted.share(web::Data::new(EventCounts::new()));
    mounted.channels.push((live::KIND, Arc::new(EventChannel::new(Arc::clone(&events)))));
    mounted.receivers.extend(events.receivers());
    mounted.previews.push(Box::new(EventPreviews(parts.database.clone())));
    parts.provide(events);
    Ok(mounted)
}

//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;

use super::feed::MeetPointItems;
use super::routes;
use super::service::MeetPoints;
use crate::crew::feed::hub::EventHub;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Adds meet points to the feed, and provides their service to handlers.
///
/// # Errors
/// [`MountError`] when the feed is not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let hub = parts.service::<Arc<EventHub>>()?;
    hub.kinds().add_kind(MeetPointItems)?;
    let mut mounted = Mounted::default();
    let meet_points = MeetPoints::new(parts.database.clone(), hub);
    mounted.share(web::Data::new(meet_points.clone()));
    parts.provide(meet_points);
    Ok(mounted)
}

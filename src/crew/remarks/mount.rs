//! Puts the feature together.

use std::sync::Arc;

use actix_web::web;

use super::routes;
use super::service::Remarks;
use super::settings::RemarkSettings;
use super::tally::PostTally;
use crate::crew::feed::hub::EventHub;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Adds the counts of posts to the feed, and provides the service of comments and reactions.
///
/// # Errors
/// [`MountError`] where the feed is not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let hub = parts.service::<Arc<EventHub>>()?;
    let tally = hub.kinds().add_keyed_tally(PostTally)?;
    let remarks = Remarks::new(parts.database.clone(), hub, tally, parts.settings.own::<RemarkSettings>());
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(remarks.clone()));
    parts.provide(remarks);
    Ok(mounted)
}

//! Mounts the feature.

use actix_web::web;

use super::routes;
use super::service::MessageSearch;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Provides the search for messages to handlers.
///
/// # Errors
/// None.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(MessageSearch::new(parts.database.clone())));
    Ok(mounted)
}

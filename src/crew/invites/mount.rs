//! Puts the feature together.

use super::preview::InvitePreviews;
use super::routes;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// Gives the routes of invitations, and the texts for links to them.
///
/// # Errors
/// None.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let mut mounted = Mounted::default();
    mounted.routes.push(routes::routes);
    mounted.previews.push(Box::new(InvitePreviews(parts.database.clone())));
    Ok(mounted)
}

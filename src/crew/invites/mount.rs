//! Puts the feature together.

use actix_web::web;

use super::preview::InvitePreviews;
use super::routes;
use super::service::Invites;
use crate::crew::journal::service::Journal;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// Gives the routes of invitations, and the texts for links to them.
///
/// # Errors
/// [`MountError`] where the journal is not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let journal = parts.service::<Journal>()?;
    let invites = Invites::new(parts.database.clone(), journal, parts.public_url.clone());
    let mut mounted = Mounted::default();
    mounted.routes.push(routes::routes);
    mounted.previews.push(Box::new(InvitePreviews(invites.clone())));
    mounted.share(web::Data::new(invites));
    Ok(mounted)
}

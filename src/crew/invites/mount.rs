//! Mounts the feature.

use actix_web::web;

use super::preview::InvitePreviews;
use super::routes;
use super::service::Invites;
use crate::crew::journal::service::Journal;
use crate::crew::pods::settings::JoinLimits;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Provides the service of invitations, and the previews of their links.
///
/// # Errors
/// [`MountError`] where the journal is not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let journal = parts.service::<Journal>()?;
    let invites =
        Invites::new(parts.database.clone(), journal, parts.settings.own::<JoinLimits>(), parts.public_url.clone());
    let mut mounted = Mounted::default();
    mounted.previews.push(Box::new(InvitePreviews(invites.clone())));
    mounted.share(web::Data::new(invites));
    Ok(mounted)
}

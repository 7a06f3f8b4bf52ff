//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;

use super::routes;
use super::service::Profiles;
use super::sign_in::SignIns;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Provides [`SignIns`] and the service of profiles.
///
/// # Errors
/// None.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let sign_ins = SignIns::new(parts.database.clone());
    let mut mounted = Mounted { sign_in: Some(sign_ins.of_sockets(Arc::clone(&parts.tokens))), ..Mounted::default() };
    mounted.share(web::Data::new(sign_ins.clone()));
    mounted.share(web::Data::new(Profiles::new(parts.database.clone())));
    parts.provide(sign_ins);
    Ok(mounted)
}

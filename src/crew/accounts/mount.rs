//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;
use futures_util::FutureExt;

use super::receipts::Receipts;
use super::service::{self, Accounts};
use super::{revocation, routes};
use crate::crew::profiles::sign_in::SignIns;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Gives what accounts do by themselves.
///
/// # Errors
/// [`MountError`] if argon2 does not take the settings.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let accounts = Accounts::start(
        &parts.settings,
        service::AccountParts {
            database: parts.database.clone(),
            tokens: Arc::clone(&parts.tokens),
            mailer: parts.mailer.clone(),
            public_url: parts.public_url.clone(),
            relays: parts.relays.clone(),
            doorkeeper: None,
        },
    );
    let accounts =
        accounts.map_err(|error| MountError::new(format!("PODIUM_HASH_MEMORY, PODIUM_HASH_PASSES: {error}")))?;
    parts.service::<SignIns>()?.observe(Arc::new(Receipts::new(parts.database.clone())));
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(accounts.clone()));
    mounted.jobs.push(revocation::watch(accounts.clone()).boxed_local());
    let drained = accounts.clone();
    mounted.after_requests.push(Box::new(move |patience| {
        async move {
            drained.drain(patience).await;
            true
        }
        .boxed_local()
    }));
    parts.provide(accounts);
    Ok(mounted)
}

//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;

use super::channel::UserChannel;
use super::declared::{RENEW_TOKEN, USER};
use super::service::Inboxes;
use super::{KIND, routes};
use crate::crew::events::service::Events;
use crate::crew::pods::service::Pods;
use crate::realtime::bus::Receive;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes];

/// Provides the service of inboxes, and the topic `user:`.
///
/// # Errors
/// [`MountError`] if pods are not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let inboxes = Inboxes::start(parts.database.clone(), Arc::clone(&parts.bus), parts.threads.spare());
    let pods = parts.service::<Pods>()?;
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(inboxes.clone()));
    let channel = UserChannel::new(inboxes.clone(), Arc::clone(&parts.tokens));
    mounted.topic(USER, channel).now(RENEW_TOKEN, UserChannel::renew);
    // Kept by the pods, for as long as these live.
    let kept = Arc::new(inboxes.clone());
    let receiver: Arc<dyn Receive> = kept.clone();
    mounted.receivers.push((KIND, Arc::downgrade(&receiver)));
    pods.observe(kept.clone());
    parts.service::<Events>()?.observe(kept);
    parts.provide(inboxes);
    Ok(mounted)
}

//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;
use futures_util::FutureExt;

use super::counting::Counting;
use super::feed::{NewestPosts, PostItems};
use super::service::Posts;
use super::settings::PostSettings;
use super::{routes, vote_routes};
use crate::crew::feed::hub::EventHub;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of the feature.
pub const ROUTES: &[Routes] = &[routes::routes, vote_routes::routes];

/// Adds posts to the feed and to join replies, and provides their service.
///
/// # Errors
/// [`MountError`] if the feed is not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let hub = parts.service::<Arc<EventHub>>()?;
    hub.kinds().add_kind(PostItems)?;
    hub.joins().add(NewestPosts);
    let limit = parts.settings.own::<PostSettings>().limit;
    let counting = Counting::start(parts, &hub)?;
    parts.provide(counting.clone());
    let posts = Posts::new(parts.database.clone(), hub, limit);
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(counting.clone()));
    mounted.after_requests.push(Box::new(move |patience| async move { counting.drain(patience).await }.boxed_local()));
    mounted.share(web::Data::new(posts.clone()));
    parts.provide(posts);
    Ok(mounted)
}

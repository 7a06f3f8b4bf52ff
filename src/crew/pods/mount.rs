//! Mounts the feature.

use std::sync::Arc;

use actix_web::web;

use super::channel::PodChannel;
use super::feed::Cards;
use super::service::Pods;
use super::{declared, message_routes, routes};
use crate::crew::events::service::Events;
use crate::crew::feed::hub::EventHub;
use crate::crew::journal::service::Journal;
use crate::realtime::domain::{MountError, Mounted, Parts, Routes};

/// The routes of pods and of messages.
pub const ROUTES: &[Routes] = &[routes::routes, message_routes::routes];

/// Provides the [`Pods`], and serves the topic `pod:`.
///
/// # Errors
/// [`MountError`] if the events are not mounted before.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let (feed, events) = (parts.service::<Arc<EventHub>>()?, parts.service::<Events>()?);
    feed.kinds().add_kind(Cards)?;
    let journal = parts.service::<Journal>()?;
    let pods = Pods::start(parts, feed, events, journal);
    let mut mounted = Mounted::default();
    mounted.share(web::Data::new(pods.clone()));
    mounted
        .topic(declared::POD, PodChannel::new(pods.clone()))
        .later(declared::SEND_MESSAGE, PodChannel::send)
        .later(declared::EDIT_MESSAGE, PodChannel::edit)
        .later(declared::DELETE_MESSAGE, PodChannel::delete)
        .later(declared::SET_REACTION, PodChannel::react)
        .later(declared::READ_HISTORY, PodChannel::history)
        .later(declared::MARK_READ, PodChannel::read)
        .now(declared::SET_TYPING, PodChannel::typing);
    mounted.receivers.extend(pods.receivers());
    parts.provide(pods);
    Ok(mounted)
}

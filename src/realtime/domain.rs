//! What a domain is given when the server is put together ([`Parts`]), and what it gives ([`Mounted`]).
//!
//! A domain is a folder of features, such as [`crew`](crate::crew), and says what they are ([`Domain`]). The server mounts the
//! domains in the order of its one list (`server/domains.rs`), which is the order of their imports, and each domain its features in
//! theirs: a feature is called once with the parts of the node, and returns a value that says what it serves.
//!
//! ```ignore
//! pub const ROUTES: &[Routes] = &[routes::routes];
//!
//! pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
//!     let polls = Polls::new(parts.database.clone(), parts.service::<Arc<EventHub>>()?);
//!     let mut mounted = Mounted::default();
//!     mounted.share(web::Data::new(polls.clone()));
//!     parts.provide(polls);
//!     Ok(mounted)
//! }
//! ```
//!
//! What stands with a feature of another domain is registered there, by its service: kinds of items and tallies with the feed, what
//! joins are answered with the topic's owner. How well a part of the node is it says to [`Parts::health`].

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::web;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use thiserror::Error;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bus::{Bus, Receive};
use super::channel::{Answer, Channel, Channels, Handler, Member, Served};
use super::declared::{Declaration, Push, TopicKind, What};
use super::handshake::SignIn;
use super::nodes::Nodes;
use super::relays::Relays;
use super::threads::Threads;
use crate::foundation::auth::Tokens;
use crate::foundation::db::Database;
use crate::foundation::errors::Error as Refusal;
use crate::foundation::health::Health;
use crate::foundation::http::{Previews, PublicUrl};
use crate::foundation::mail::Mailer;
use crate::foundation::metrics::Metric;
use crate::foundation::settings::{Setting, Settings};

/// A feature: a folder of a domain.
#[derive(Clone, Copy)]
pub struct Feature {
    /// Its folder's name.
    pub name: &'static str,
    /// Puts it together.
    pub mount: fn(&mut Parts) -> Result<Mounted, MountError>,
    /// The routes of HTTP, from which the OpenAPI document is made.
    pub routes: &'static [Routes],
    /// The declarations for sockets, from which the AsyncAPI document is made.
    pub declared: &'static [Declaration],
    /// What it goes by.
    pub settings: &'static [Setting],
    /// What it counts.
    pub metrics: &'static [Metric],
}

impl Feature {
    /// Returns a feature without routes, declarations, settings and metrics of its own.
    pub const fn new(name: &'static str, mount: fn(&mut Parts) -> Result<Mounted, MountError>) -> Self {
        Feature { name, mount, routes: &[], declared: &[], settings: &[], metrics: &[] }
    }

    /// Returns the feature with these routes.
    pub const fn with_routes(self, routes: &'static [Routes]) -> Self {
        Feature { routes, ..self }
    }

    /// Returns the feature with these declarations.
    pub const fn with_declared(self, declared: &'static [Declaration]) -> Self {
        Feature { declared, ..self }
    }

    /// Returns it with these settings.
    pub const fn with_settings(self, settings: &'static [Setting]) -> Self {
        Feature { settings, ..self }
    }

    /// Returns it with these metrics.
    pub const fn with_metrics(self, metrics: &'static [Metric]) -> Self {
        Feature { metrics, ..self }
    }

    /// Mounts nothing: the feature is types and queries that others use.
    ///
    /// # Errors
    /// None.
    pub fn nothing(_: &mut Parts) -> Result<Mounted, MountError> {
        Ok(Mounted::default())
    }
}

/// A domain: its features, in the order of their imports.
#[derive(Clone, Copy)]
pub struct Domain(pub &'static [Feature]);

impl Domain {
    /// Mounts the features one after the other.
    ///
    /// # Errors
    /// [`MountError`] of the first that cannot be mounted.
    pub fn mount(&self, parts: &mut Parts) -> Result<Mounted, MountError> {
        let mut all = Mounted::default();
        for feature in self.0 {
            all.add((feature.mount)(parts)?);
        }
        Ok(all)
    }
}

/// The parts of a node, which every domain may use, and the services of the domains that are mounted already.
pub struct Parts {
    /// What is in force.
    pub settings: Settings,
    /// The pools.
    pub database: Database,
    /// Where connections of one's own go. May hold a password.
    pub database_url: String,
    /// Who signs and judges tokens.
    pub tokens: Arc<Tokens>,
    /// Who sends mails.
    pub mailer: Mailer,
    /// Where links lead.
    pub public_url: PublicUrl,
    /// Where a part of the node says how it is, for `/readyz`.
    pub health: Health,
    /// The threads that carry sessions and actors.
    pub threads: Threads,
    /// The way to the sockets of this node.
    pub relays: Relays,
    /// The way to the other nodes, chosen before anything is mounted.
    pub bus: Arc<dyn Bus>,
    /// The other nodes, where there may be some.
    pub nodes: Option<Nodes>,
    /// What the domains before this one provide, by its type.
    pub services: Services,
}

impl Parts {
    /// Provides a service to the domains that come later.
    pub fn provide<T: Clone + Send + Sync + 'static>(&mut self, service: T) {
        self.services.0.insert(TypeId::of::<T>(), Box::new(service));
    }

    /// Returns a service that a domain or a feature before this one provides.
    ///
    /// # Errors
    /// [`MountError`] when none before provides it: the list is in the wrong order.
    pub fn service<T: Clone + Send + Sync + 'static>(&self) -> Result<T, MountError> {
        let found = self.services.0.get(&TypeId::of::<T>()).and_then(|service| service.downcast_ref::<T>());
        found.cloned().ok_or_else(|| MountError::new(format!("{} must be provided before", type_name::<T>())))
    }
}

/// Services by their types.
#[derive(Default)]
pub struct Services(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Services").field(&self.0.len()).finish()
    }
}

/// Why a domain cannot be mounted, in one line: the start stops.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct MountError(String);

impl MountError {
    /// One with this text.
    pub fn new(text: impl Into<String>) -> Self {
        MountError(text.into())
    }
}

/// Registers what handlers take from the app with one worker.
pub type Share = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// Registers routes, which the OpenAPI document is made of, too.
pub type Routes = fn(&mut ServiceConfig<'_>);

/// Comes to an end within a time. Returns whether it did.
pub type End = Box<dyn FnOnce(Duration) -> LocalBoxFuture<'static, bool>>;

/// What a domain, or a feature of one, gives the server.
#[derive(Default)]
pub struct Mounted {
    /// What its handlers take from the app. [`Mounted::share`] adds one.
    pub shared: Vec<Share>,
    /// The channels of its topics, by their kind. [`Mounted::topic`] adds one.
    pub channels: Vec<(&'static str, Arc<dyn Channel>)>,
    /// The handlers of pushes, by kind of topic and name. [`Mounted::pushes`] adds some.
    pub pushes: Vec<(&'static str, &'static str, Handler)>,
    /// Who takes what the bus brings, by kind of topic.
    pub receivers: Vec<(&'static str, Weak<dyn Receive>)>,
    /// The texts for links to what it has pages of.
    pub previews: Vec<Box<dyn Previews>>,
    /// Work that runs as long as the node serves, on the main thread.
    pub jobs: Vec<LocalBoxFuture<'static, ()>>,
    /// What must end after the last socket is closed, while the bus is there still.
    pub after_sockets: Vec<End>,
    /// What must end after the last request is answered.
    pub after_requests: Vec<End>,
    /// Who turns a socket's token into a person. One domain has it.
    pub sign_in: Option<SignIn>,
    /// What it puts into the demo.
    pub demo: Option<Demo>,
}

impl Mounted {
    /// Lets handlers take this as `web::Data<T>`.
    pub fn share<T: Send + Sync + ?Sized + 'static>(&mut self, data: web::Data<T>) {
        self.shared.push(Arc::new(move |config| {
            config.app_data(data.clone());
        }));
    }

    /// Serves a kind of topic with this channel, which may also take its pushes.
    pub fn topic<J, R, C: Channel>(&mut self, topic: TopicKind<J, R>, channel: C) -> Pushes<'_, C> {
        let channel = Arc::new(channel);
        self.channels.push((topic.kind, channel.clone()));
        self.pushes(channel)
    }

    /// Takes pushes, on the kinds of topics that they are declared for.
    pub fn pushes<T: Send + Sync + 'static>(&mut self, taker: Arc<T>) -> Pushes<'_, T> {
        Pushes { mounted: self, taker }
    }

    /// Adds what another gives, behind what is there.
    pub fn add(&mut self, other: Mounted) {
        let Mounted {
            shared,
            channels,
            pushes,
            receivers,
            previews,
            jobs,
            after_sockets,
            after_requests,
            sign_in,
            demo,
        } = other;
        self.shared.extend(shared);
        self.channels.extend(channels);
        self.pushes.extend(pushes);
        self.receivers.extend(receivers);
        self.previews.extend(previews);
        self.jobs.extend(jobs);
        self.after_sockets.extend(after_sockets);
        self.after_requests.extend(after_requests);
        self.sign_in = sign_in.or(self.sign_in.take());
        self.demo = demo.or(self.demo.take());
    }
}

/// Adds handlers of pushes to a [`Mounted`].
pub struct Pushes<'a, T> {
    mounted: &'a mut Mounted,
    taker: Arc<T>,
}

impl<T: Send + Sync + 'static> Pushes<'_, T> {
    /// Answers a push at once.
    pub fn now<P, R>(
        self,
        push: Push<P, R>,
        answer: impl Fn(&T, &Member<'_>, P) -> Result<R, Refusal> + Send + Sync + 'static,
    ) -> Self
    where
        P: DeserializeOwned + 'static,
        R: Serialize + 'static,
    {
        let taker = Arc::clone(&self.taker);
        self.add(push, move |member, raw| {
            let reply = push.read(raw).and_then(|payload| answer(&taker, member, payload));
            Answer::Now(reply.and_then(|reply| push.reply(&reply)))
        })
    }

    /// Answers a push later. Work that must keep the order of one session's pushes is done before `begin` returns; the rest
    /// may follow in the future.
    pub fn later<P, R, F>(
        self,
        push: Push<P, R>,
        begin: impl Fn(&T, &Member<'_>, P) -> Result<F, Refusal> + Send + Sync + 'static,
    ) -> Self
    where
        P: DeserializeOwned + 'static,
        R: Serialize + 'static,
        F: Future<Output = Result<R, Refusal>> + 'static,
    {
        let taker = Arc::clone(&self.taker);
        self.add(push, move |member, raw| match push.read(raw).and_then(|payload| begin(&taker, member, payload)) {
            Ok(done) => Answer::later(async move { push.reply(&done.await?) }),
            Err(error) => Answer::refuse(error),
        })
    }

    fn add<P, R>(
        self,
        push: Push<P, R>,
        handler: impl Fn(&Member<'_>, &RawValue) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.mounted.pushes.push((push.topic, push.name, Arc::new(handler)));
        self
    }
}

/// Returns the kinds of topics with their pushes, compared with the declarations.
///
/// # Errors
/// [`MountError`] if a topic or a push is declared and not served, served and not declared, or served twice.
pub fn served(
    declared: &[Declaration],
    channels: Vec<(&'static str, Arc<dyn Channel>)>,
    pushes: Vec<(&'static str, &'static str, Handler)>,
) -> Result<Channels, MountError> {
    let mut all: HashMap<&'static str, Served> = HashMap::new();
    for (kind, channel) in channels {
        if all.insert(kind, Served::new(channel)).is_some() {
            return Err(MountError::new(format!("the topic {kind} must be served once")));
        }
    }
    let kinds = declared.iter().filter(|each| matches!(each.what, What::Topic { .. }));
    if kinds.clone().count() != all.len() || !kinds.clone().all(|each| all.contains_key(each.topic)) {
        return Err(MountError::new("the topics that are served must be those that are declared"));
    }
    let mut rest: Vec<(&str, &str)> = declared.iter().filter_map(Declaration::push).collect();
    for (kind, name, handler) in pushes {
        let place = rest.iter().position(|declared| *declared == (kind, name));
        let (Some(place), Some(served)) = (place, all.get_mut(kind)) else {
            return Err(MountError::new(format!("the push {name} on {kind} must be declared, and served once")));
        };
        rest.swap_remove(place);
        served.add(name, handler);
    }
    match rest.first() {
        Some((kind, name)) => Err(MountError::new(format!("the push {name} on {kind} is declared, and not served"))),
        None => Ok(all.into_iter().map(|(kind, served)| (kind, Arc::new(served))).collect()),
    }
}

/// A small set of data to look at.
#[derive(Clone)]
pub struct Demo {
    /// Fills it in, as far as it is not there.
    pub fill: Arc<dyn Fn() -> LocalBoxFuture<'static, Result<(), Refusal>>>,
    /// Says in the log that it is there, and how to look at it.
    pub announce: fn(),
}

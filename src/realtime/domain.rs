//! The interface between domains and the server: what a domain gets when the server is put together ([`Parts`]), and
//! what it contributes ([`Mounted`]).
//!
//! A domain is a folder of features, such as [`crew`](crate::crew), listed in a [`Domain`]. The server mounts the
//! domains in the order of its one list (`server/domains.rs`), which is the order of their imports, and each domain its
//! features in the same way: a feature is called once with the parts of the node, and returns its contributions.
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
//! Contributions to another feature are registered with that feature's service: kinds of items and tallies with the
//! feed, fields of join replies with the topic's owner. Parts of the node report their health to [`Parts::health`].

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
    /// The name of its folder.
    pub name: &'static str,
    /// Mounts the feature.
    pub mount: fn(&mut Parts) -> Result<Mounted, MountError>,
    /// The routes of HTTP, from which the OpenAPI document is made.
    pub routes: &'static [Routes],
    /// The declarations for sockets, from which the AsyncAPI document is made.
    pub declared: &'static [Declaration],
    /// The settings.
    pub settings: &'static [Setting],
    /// The metrics.
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

    /// Sets the settings.
    pub const fn with_settings(self, settings: &'static [Setting]) -> Self {
        Feature { settings, ..self }
    }

    /// Sets the metrics.
    pub const fn with_metrics(self, metrics: &'static [Metric]) -> Self {
        Feature { metrics, ..self }
    }

    /// Mounts nothing, for a feature that is only types and queries for others.
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

/// The parts of a node that every domain may use, and the services of the domains that are mounted already.
pub struct Parts {
    /// The settings in force.
    pub settings: Settings,
    /// The connection pools.
    pub database: Database,
    /// The URL of the database, for connections outside the pools. May contain a password.
    pub database_url: String,
    /// The service that signs and verifies tokens.
    pub tokens: Arc<Tokens>,
    /// The service that sends mails.
    pub mailer: Mailer,
    /// The address to which links lead.
    pub public_url: PublicUrl,
    /// The node's health, to which its parts report for `/readyz`.
    pub health: Health,
    /// The threads that run sessions and actors.
    pub threads: Threads,
    /// Handles to the relays of this node.
    pub relays: Relays,
    /// The bus to the other nodes, chosen before anything is mounted.
    pub bus: Arc<dyn Bus>,
    /// The other nodes, if there may be any.
    pub nodes: Option<Nodes>,
    /// The services of the domains before this one, by type.
    pub services: Services,
}

impl Parts {
    /// Provides a service to the domains that come later.
    pub fn provide<T: Clone + Send + Sync + 'static>(&mut self, service: T) {
        self.services.0.insert(TypeId::of::<T>(), Box::new(service));
    }

    /// Returns a service that an earlier domain or feature provides.
    ///
    /// # Errors
    /// [`MountError`] if none does: the list is in the wrong order.
    pub fn service<T: Clone + Send + Sync + 'static>(&self) -> Result<T, MountError> {
        let found = self.services.0.get(&TypeId::of::<T>()).and_then(|service| service.downcast_ref::<T>());
        found.cloned().ok_or_else(|| MountError::new(format!("{} must be provided before", type_name::<T>())))
    }
}

/// Services, by type.
#[derive(Default)]
pub struct Services(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Services").field(&self.0.len()).finish()
    }
}

/// The reason why a domain cannot be mounted, in one line. It stops the start.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct MountError(String);

impl MountError {
    /// Creates an error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        MountError(text.into())
    }
}

/// Registers data for handlers with the app of one worker.
pub type Share = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// Registers routes, from which the OpenAPI document is made too.
pub type Routes = fn(&mut ServiceConfig<'_>);

/// Ends within a time. Returns whether it did.
pub type End = Box<dyn FnOnce(Duration) -> LocalBoxFuture<'static, bool>>;

/// The contributions of a domain or feature to the server.
#[derive(Default)]
pub struct Mounted {
    /// Data for handlers. [`Mounted::share`] adds one.
    pub shared: Vec<Share>,
    /// The channels, by the kind of topic.
    pub channels: Vec<(&'static str, Arc<dyn Channel>)>,
    /// The handlers of pushes, by kind of topic and name. [`Mounted::pushes`] adds some.
    pub pushes: Vec<(&'static str, &'static str, Handler)>,
    /// The receivers of packets from the bus, by kind of topic.
    pub receivers: Vec<(&'static str, Weak<dyn Receive>)>,
    /// The previews of links to its pages.
    pub previews: Vec<Box<dyn Previews>>,
    /// Tasks that run on the main thread as long as the node serves.
    pub jobs: Vec<LocalBoxFuture<'static, ()>>,
    /// Ends that run after the last socket is closed, while the bus is still there.
    pub after_sockets: Vec<End>,
    /// Ends that run after the last request is answered.
    pub after_requests: Vec<End>,
    /// The function that turns a socket's token into an identity. One domain has it.
    pub sign_in: Option<SignIn>,
    /// Its demo data.
    pub demo: Option<Demo>,
}

impl Mounted {
    /// Shares data with handlers as `web::Data<T>`.
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

    /// Appends the contributions of another.
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

/// A small set of demo data.
#[derive(Clone)]
pub struct Demo {
    /// Creates the data, as far as it does not exist.
    pub fill: Arc<dyn Fn() -> LocalBoxFuture<'static, Result<(), Refusal>>>,
    /// Logs that the data is there, and how to see it.
    pub announce: fn(),
}

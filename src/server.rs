//! Assembles the server, binds its addresses, serves, and drains.
//!
//! ```text
//! bind both addresses → Postgres (own or outside), secret → migrations → bus → domains → engine → listen → `listening`
//!   … serve until the shutdown comes …
//! /readyz 503, still serving for a health interval → sockets closed, domains drained → HTTP → own Postgres
//! ```
//!
//! A failure during the start is reported as one line that names the setting or the cause. Everything already started
//! is stopped first.

mod admin;
mod app;
pub mod base;
pub mod domains;
pub mod engine;
mod entry;
mod listen;
mod site;
mod unread;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web;
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout};

use self::app::App;
use self::base::{Base, BaseError};
use self::engine::{Engine, Link};
use self::entry::Requests;
use self::listen::{Listener, Room};
use self::site::Site;
use crate::foundation::auth::Tokens;
use crate::foundation::db::Database;
use crate::foundation::errors::Error as Refusal;
use crate::foundation::health::{self, Health};
use crate::foundation::http::{ApiPage, PublicUrl};
use crate::foundation::limits::Connections;
use crate::foundation::mail::{MailError, Mailer};
use crate::foundation::settings::Settings;
use crate::foundation::{metrics, telemetry};
use crate::realtime::bus::redis::BusError;
use crate::realtime::declared::page::Page;
use crate::realtime::domain::{Demo, End, MountError, Mounted, Parts, Services, served};
use crate::realtime::nodes::Nodes;
use crate::realtime::relays::Relays;
use crate::realtime::threads::Threads;

/// The reasons why the server could not start, or ended. Each is one line.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The address is not available.
    #[error("{name}: cannot listen on {address}: {cause}")]
    Listen {
        /// The name of the setting.
        name: &'static str,
        /// The value of the setting.
        address: SocketAddr,
        /// The error of the system.
        cause: io::Error,
    },
    /// Postgres, its schema or the secret failed.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The bus failed.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The mailer could not be set up.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A domain could not be mounted.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The demo data could not be written.
    #[error("the demo data could not be written: {0}")]
    Demo(Refusal),
    /// The HTTP server ended without being stopped.
    #[error("the HTTP server failed: {0}")]
    Http(io::Error),
}

/// Starts, serves until `shutdown` resolves, drains, and returns when everything has ended. Must run on an actix
/// runtime.
///
/// # Errors
/// [`ServerError`] if it cannot start, or fails while it runs.
pub async fn run(settings: Settings, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
    tokio::pin!(shutdown);
    let server = tokio::select! {
        server = Server::start(settings) => server?,
        () = &mut shutdown => return Ok(()),
    };
    server.serve(false, shutdown).await
}

/// A server that is up but not yet listening.
pub struct Server {
    settings: Settings,
    room: Room,
    base: Base,
    app: App,
    engine: Engine,
    works: Works,
    health: Health,
    public: Listener,
    admin: Listener,
}

impl Server {
    /// Starts all parts and binds the addresses. No request is accepted yet.
    ///
    /// # Errors
    /// [`ServerError`]; nothing is left running then.
    pub async fn start(mut settings: Settings) -> Result<Self, ServerError> {
        metrics::install(&domains::metrics());
        let room = Room::make(settings.limits.sessions);
        settings.limits.sessions = room.sessions;
        // First, since binding fails most often, and before Postgres is started in vain.
        let public = Listener::bind("PODIUM_LISTEN", settings.listen)?;
        let admin = Listener::bind("PODIUM_ADMIN_LISTEN", settings.admin_listen)?;
        let tokens = base::tokens(&settings)?;
        let mailer = Mailer::new(&settings)?;
        let base = Base::open(&settings).await?;
        if let Err(error) = base.migrate().await {
            base.close().await;
            return Err(error.into());
        }
        let health = Health::new();
        base.report_to(&health);
        match assemble(&settings, &base, &health, PublicUrl::new(&settings, public.address), tokens, mailer) {
            Ok((app, engine, works)) => Ok(Server { settings, room, base, app, engine, works, health, public, admin }),
            Err(error) => {
                base.close().await;
                Err(error)
            }
        }
    }

    /// Returns the address for clients.
    pub fn address(&self) -> SocketAddr {
        self.public.address
    }

    /// Returns the address for operators.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin.address
    }

    /// Writes the demo data that is missing, without serving.
    ///
    /// # Errors
    /// Fails with the error of the database.
    pub async fn fill_demo(&self) -> Result<(), ServerError> {
        self.engine.settle();
        self.works.fill_demo().await
    }

    /// Stops a server that has not served.
    pub async fn stop(self) {
        self.engine.drain(Duration::ZERO, self.works.after_sockets).await;
        self.base.close().await;
    }

    /// Serves until `shutdown` resolves, then drains and stops. With `demo`, writes the demo data before it logs
    /// `listening`.
    ///
    /// # Errors
    /// [`ServerError`] if it cannot listen, or if the HTTP server fails.
    pub async fn serve(self, demo: bool, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Server { settings, room, base, app, engine, mut works, health, public, admin } = self;
        let (address, admin_address) = (public.address, admin.address);
        let mut background = vec![
            spawn(metrics::upkeep()),
            spawn(health::watch_database(health.clone(), base.url.clone())),
            spawn(base.watch(health.clone())),
        ];
        let (of_address, proxies) = (settings.limits.address_connections, settings.trusted_proxies.clone());
        let connections = Connections::new(room.connections, of_address, proxies);
        background.push(spawn(connections.clone().watch(health.clone())));
        background.extend(works.jobs.drain(..).map(spawn));
        metrics::BUILD
            .gauge(&[("version", env!("CARGO_PKG_VERSION").to_owned()), ("node", settings.node.clone())])
            .set(1.0);

        let outcome = async {
            let server = app.serve(public.listen()?, room, connections).map_err(ServerError::Http)?;
            let operators = admin::serve(admin.listen()?, &health).map_err(ServerError::Http)?;
            let handles = [server.handle(), operators.handle()];
            let server = actix_web::rt::spawn(server);
            let operators = actix_web::rt::spawn(operators);
            if demo {
                works.fill_demo().await?;
                works.demo.iter().for_each(|demo| (demo.announce)());
            }
            tracing::info!(
                %address,
                %admin_address,
                node = settings.node,
                version = env!("CARGO_PKG_VERSION"),
                "listening"
            );
            let failed = tokio::select! {
                () = shutdown => None,
                ended = server => Some(ended),
                ended = operators => Some(ended),
            };
            match failed {
                None => {
                    drain(&settings, &engine, works.after_sockets, &health, handles).await;
                    for end in works.after_requests {
                        end(settings.drain).await;
                    }
                    Ok(())
                }
                Some(ended) => {
                    let cause = ended.unwrap_or_else(|panic| Err(io::Error::other(panic))).err();
                    Err(ServerError::Http(
                        cause.unwrap_or_else(|| io::Error::other("the listener ended without being stopped")),
                    ))
                }
            }
        }
        .await;
        background.iter().for_each(AbortHandle::abort);
        base.close().await;
        tracing::info!("stopped");
        outcome
    }
}

/// What the domains do besides answering requests.
struct Works {
    jobs: Vec<LocalBoxFuture<'static, ()>>,
    after_sockets: Vec<End>,
    after_requests: Vec<End>,
    demo: Option<Demo>,
}

impl Works {
    async fn fill_demo(&self) -> Result<(), ServerError> {
        match &self.demo {
            Some(demo) => (demo.fill)().await.map_err(ServerError::Demo),
            None => Ok(()),
        }
    }
}

/// Assembles the parts, once: the bus, then the domains, then what serves them.
fn assemble(
    settings: &Settings,
    base: &Base,
    health: &Health,
    public_url: PublicUrl,
    tokens: Tokens,
    mailer: Mailer,
) -> Result<(App, Engine, Works), ServerError> {
    let (threads, relays, tokens) = (Threads::new(settings.workers), Relays::default(), Arc::new(tokens));
    let database = Database::new(&base.url, settings.db_pool, settings.search_pool);
    let link = Link::choose(settings, &database, &threads)?;
    let mut parts = Parts {
        settings: settings.clone(),
        database: database.clone(),
        database_url: base.url.clone(),
        tokens: Arc::clone(&tokens),
        mailer,
        public_url: public_url.clone(),
        health: health.clone(),
        threads: threads.clone(),
        relays: relays.clone(),
        bus: Arc::clone(&link.bus),
        nodes: link.nodes.clone(),
        services: Services::default(),
    };
    let Mounted {
        shared,
        channels,
        pushes,
        receivers,
        previews,
        jobs,
        mut after_sockets,
        after_requests,
        sign_in,
        demo,
    } = domains::mount(&mut parts)?;
    link.listen(receivers, &threads, health);
    after_sockets.extend(link.nodes.map(leave));
    let sign_in = sign_in.ok_or_else(|| MountError::new("a domain must provide the sign-in for sockets"))?;
    let channels = served(&domains::declared(), channels, pushes)?;
    let document = domains::openapi();
    let engine = Engine::new(settings, threads, relays, sign_in, channels);
    let app = App {
        settings: web::Data::new(settings.clone()),
        requests: web::Data::new(Requests::new(settings)),
        api_page: web::Data::new(ApiPage::of(&document)),
        document: web::Data::new(document),
        sockets_page: web::Data::new(Page::of(&domains::asyncapi())),
        health: web::Data::new(health.clone()),
        database: web::Data::new(database),
        tokens: web::Data::from(tokens),
        public_url: web::Data::new(public_url.clone()),
        site: web::Data::new(Site::load(public_url, previews)),
        routes: domains::routes().into(),
        shared: shared.into(),
        engine: engine.clone(),
    };
    Ok((app, engine, Works { jobs, after_sockets, after_requests, demo }))
}

/// Removes the node from the other nodes' view.
fn leave(nodes: Nodes) -> End {
    Box::new(move |_| {
        async move {
            nodes.leave().await;
            true
        }
        .boxed_local()
    })
}

/// Reports the node as not ready while it still serves; then ends the sockets, the requests and the listeners, in this
/// order.
async fn drain(
    settings: &Settings,
    engine: &Engine,
    ends: Vec<End>,
    health: &Health,
    [public, admin]: [ServerHandle; 2],
) {
    health.drain();
    tracing::info!(sockets = engine.sockets(), seconds = settings.health_interval.as_secs_f64(), "stopping: not ready");
    sleep(settings.health_interval).await;
    tracing::info!(sockets = engine.sockets(), seconds = settings.drain.as_secs_f64(), "stopping: draining");
    if !engine.drain(settings.drain, ends).await {
        tracing::warn!(sockets = engine.sockets(), "the drain did not finish in time");
    }
    let patience = Instant::now() + settings.drain.max(Duration::from_secs(1));
    while telemetry::in_flight() > 0 && Instant::now() < patience {
        sleep(Duration::from_millis(5)).await;
    }
    // A graceful stop would wait for idle kept-alive connections until they time out; `shutdown_timeout` is one second.
    for handle in [public, admin] {
        if timeout(Duration::from_secs(5), handle.stop(true)).await.is_err() {
            tracing::warn!("a listener did not stop in time");
        }
    }
}

fn spawn(work: impl Future<Output = ()> + 'static) -> AbortHandle {
    let (handle, registration) = AbortHandle::new_pair();
    actix_web::rt::spawn(Abortable::new(work, registration));
    handle
}

//! Puts the parts together, binds, serves, drains.
//!
//! ```text
//! bind both addresses → Postgres (own or outside), secret → migrations → engine → listen → `listening`
//!   … serve until the shutdown comes …
//! /readyz 503, still serving for a health interval → sockets closed, journal emptied → HTTP → own Postgres
//! ```
//!
//! Whatever fails on the way up is one line that names the setting or the cause, and what was started is stopped.

mod admin;
mod app;
pub mod base;
pub mod engine;
mod listen;
mod site;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web;
use futures_util::future::{AbortHandle, Abortable};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout};

use self::app::App;
use self::base::{Base, BaseError};
use self::engine::{Engine, Parts};
use self::listen::{Listener, Room};
use self::site::Site;
use crate::crew;
use crate::crew::accounts::{self, Accounts};
use crate::crew::events::counts::EventCounts;
use crate::crew::profiles::sign_in::KnownProfiles;
use crate::foundation::db::Database;
use crate::foundation::errors::Error as Refusal;
use crate::foundation::health::{self, Health};
use crate::foundation::http::{Document, PublicUrl};
use crate::foundation::mail::{MailError, Mailer};
use crate::foundation::settings::Settings;
use crate::foundation::{metrics, telemetry};
use crate::realtime::bus::redis::BusError;

/// Why the server could not start, or ended. Each is one line.
#[derive(Debug, Error)]
pub enum ServerError {
    /// An address cannot be had.
    #[error("{name}: cannot listen on {address}: {cause}")]
    Listen {
        /// The setting.
        name: &'static str,
        /// Its value.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// Postgres, its schema or the secret.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The bus.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// Mails cannot be sent.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The parameters of password hashes.
    #[error("PODIUM_HASH_MEMORY, PODIUM_HASH_PASSES: {0}")]
    Hashing(Refusal),
    /// The demo could not be filled in.
    #[error("the demo cannot be filled in: {0}")]
    Demo(Refusal),
    /// The HTTP server ended by itself.
    #[error("the HTTP server failed: {0}")]
    Http(io::Error),
}

/// Starts, serves until `shutdown`, drains, and answers when all has ended. Runs on an actix runtime.
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
    health: Health,
    public: Listener,
    admin: Listener,
}

impl Server {
    /// Makes everything ready; the addresses are taken, and nobody is served yet.
    ///
    /// # Errors
    /// [`ServerError`]; nothing is left running then.
    pub async fn start(mut settings: Settings) -> Result<Self, ServerError> {
        metrics::install();
        let room = Room::make(settings.limits.sessions);
        settings.limits.sessions = room.sessions;
        // First, since it is what fails most often, and before Postgres is woken for nothing.
        let public = Listener::bind("PODIUM_LISTEN", settings.listen)?;
        let admin = Listener::bind("PODIUM_ADMIN_LISTEN", settings.admin_listen)?;
        let tokens = Arc::new(base::tokens(&settings)?);
        let mailer = Mailer::new(&settings)?;
        let base = Base::open(&settings).await?;
        if let Err(error) = base.migrate().await {
            base.close().await;
            return Err(error.into());
        }
        let health = Health::new();
        base.report_to(&health);

        let database = Database::new(&base.url, settings.db_pool);
        let known = Arc::new(KnownProfiles::new());
        let parts = Parts {
            database: database.clone(),
            database_url: base.url.clone(),
            tokens: Arc::clone(&tokens),
            known: Arc::clone(&known),
        };
        let engine = match Engine::start(&settings, parts, &health) {
            Ok(engine) => engine,
            Err(error) => {
                base.close().await;
                return Err(error.into());
            }
        };
        let public_url = PublicUrl::new(&settings, public.address);
        let parts = accounts::Parts {
            database: database.clone(),
            tokens: Arc::clone(&tokens),
            mailer,
            public_url: public_url.clone(),
            end_sockets: Box::new(engine.ender()),
        };
        let accounts = match Accounts::start(&settings, parts) {
            Ok(accounts) => accounts,
            Err(error) => {
                base.close().await;
                return Err(ServerError::Hashing(error));
            }
        };
        let app = App {
            settings: web::Data::new(settings.clone()),
            document: web::Data::new(Document::of(crew::routes)),
            health: web::Data::new(health.clone()),
            database: web::Data::new(database.clone()),
            tokens: web::Data::from(tokens),
            known: web::Data::from(known),
            pods: web::Data::new(engine.pods().clone()),
            events: web::Data::from(Arc::clone(engine.events())),
            public_url: web::Data::new(public_url.clone()),
            accounts: web::Data::new(accounts),
            site: web::Data::new(Site::load(public_url, crew::previews(&database))),
            event_counts: web::Data::new(EventCounts::new()),
            engine: engine.clone(),
        };
        Ok(Server { settings, room, base, app, engine, health, public, admin })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.public.address
    }

    /// Where operators connect.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin.address
    }

    /// Fills in the small demo event, as far as it is not there, without serving.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn fill_demo(&self) -> Result<(), ServerError> {
        self.engine.settle();
        crew::demo::fill(&self.app.database, self.engine.pods(), &self.app.accounts).await.map_err(ServerError::Demo)
    }

    /// Ends without having served.
    pub async fn stop(self) {
        self.engine.drain(Duration::ZERO).await;
        self.base.close().await;
    }

    /// Serves until `shutdown`, then drains and ends. With `demo`, fills in the small demo event before it says that it
    /// listens.
    ///
    /// # Errors
    /// [`ServerError`] if it cannot listen, or if the HTTP server fails.
    pub async fn serve(self, demo: bool, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Server { settings, room, base, app, engine, health, public, admin } = self;
        let (address, admin_address) = (public.address, admin.address);
        let (url, database, accounts) = (base.url.clone(), app.database.clone(), app.accounts.clone());
        let background = [
            spawn(metrics::upkeep()),
            spawn(health::watch_database(health.clone(), url)),
            spawn(base.watch(health.clone())),
            spawn(Accounts::clone(&accounts).watch()),
        ];
        metrics::BUILD
            .level(&[("version", env!("CARGO_PKG_VERSION").to_owned()), ("node", settings.node.clone())])
            .set(1.0);

        let outcome = async {
            let server = app.serve(public.listen()?, room).map_err(ServerError::Http)?;
            let operators = admin::serve(admin.listen()?, &health).map_err(ServerError::Http)?;
            let handles = [server.handle(), operators.handle()];
            let server = actix_web::rt::spawn(server);
            let operators = actix_web::rt::spawn(operators);
            if demo {
                crew::demo::fill(&database, engine.pods(), &accounts).await.map_err(ServerError::Demo)?;
                tracing::info!(
                    accounts = crew::demo::ACCOUNTS.join(", "),
                    password = crew::demo::PASSWORD,
                    "the demo is there"
                );
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
                    drain(&settings, &engine, &health, handles).await;
                    accounts.drain(settings.drain).await;
                    Ok(())
                }
                Some(ended) => {
                    let cause = ended.unwrap_or_else(|panic| Err(io::Error::other(panic))).err();
                    Err(ServerError::Http(cause.unwrap_or_else(|| io::Error::other("it ended by itself"))))
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

/// Not ready, but still serving; then the sockets, the requests, the listeners, in this order.
async fn drain(settings: &Settings, engine: &Engine, health: &Health, [public, admin]: [ServerHandle; 2]) {
    health.drain();
    tracing::info!(sockets = engine.sockets(), seconds = settings.health_interval.as_secs_f64(), "stopping: not ready");
    sleep(settings.health_interval).await;
    tracing::info!(sockets = engine.sockets(), seconds = settings.drain.as_secs_f64(), "stopping: draining");
    if !engine.drain(settings.drain).await {
        tracing::warn!(sockets = engine.sockets(), "the drain did not come to its end in time");
    }
    let patience = Instant::now() + settings.drain.max(Duration::from_secs(1));
    while telemetry::in_flight() > 0 && Instant::now() < patience {
        sleep(Duration::from_millis(5)).await;
    }
    // Connections that are kept alive would hold a graceful stop up for their whole timeout; it gives them a second.
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

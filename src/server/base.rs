//! The base of a server and of most commands: a Postgres with its schema, and the secret that signs tokens.

use std::io;
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection};
use thiserror::Error;
use tokio::sync::watch;

use crate::foundation::auth::{Tokens, WeakSecret};
use crate::foundation::embedded::{self, Embedded, EmbeddedError, Options, PODIUM};
use crate::foundation::health::{Health, PartState};
use crate::foundation::kept_secret;
use crate::foundation::migrate::{self, Done, MigrateError};
use crate::foundation::settings::{Secret, Settings};

/// How often an unreachable database is tried, a second apart, since containers start in any order.
const ATTEMPTS: u32 = 10;

/// The name of the embedded Postgres in `/readyz`.
const PART: &str = "embedded_postgres";

/// The reasons why Postgres or the secret is not available. Each is one line.
#[derive(Debug, Error)]
pub enum BaseError {
    /// The embedded Postgres failed.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The secret is missing. With an external database it must be set, since several nodes share it.
    #[error("PODIUM_JWT_SECRET must be set to at least 32 bytes, since DATABASE_URL names an external database")]
    NoSecret,
    /// The secret could not be kept in the state folder.
    #[error("the secret for tokens could not be kept in the state folder: {0}")]
    KeptSecret(io::Error),
    /// The secret is too short.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
}

/// A Postgres, embedded or external.
pub struct Base {
    /// The connection URL. May contain a password.
    pub url: String,
    embedded: Option<Embedded>,
}

impl Base {
    /// Uses the external database, or starts the embedded one.
    ///
    /// # Errors
    /// [`BaseError`]; nothing is left running then.
    pub async fn open(settings: &Settings) -> Result<Self, BaseError> {
        match &settings.database_url {
            Some(url) => Ok(Base { url: url.expose().to_owned(), embedded: None }),
            None => {
                let options = Options {
                    identity: &PODIUM,
                    state: settings.state.clone(),
                    postgres_bin: settings.postgres_bin.clone(),
                    durable: true,
                };
                let embedded = Embedded::start(&options).await?;
                Ok(Base { url: embedded.url(), embedded: Some(embedded) })
            }
        }
    }

    /// Does the same as [`Base::open`], but connects to the embedded Postgres of a running Podium if there is one. For commands
    /// that run beside a server.
    ///
    /// # Errors
    /// [`BaseError`]; nothing is left running then.
    pub async fn beside(settings: &Settings) -> Result<Self, BaseError> {
        match Base::open(settings).await {
            Err(BaseError::Embedded(EmbeddedError::InUse { .. })) => {
                Ok(Base { url: embedded::url_of_running(&PODIUM, &settings.state)?, embedded: None })
            }
            outcome => outcome,
        }
    }

    /// Applies the pending migrations and the changed functions, and returns which. Tries an unreachable database again
    /// for ten seconds.
    ///
    /// # Errors
    /// [`BaseError::Migrate`].
    pub async fn migrate(&self) -> Result<Done, BaseError> {
        let mut attempt = 1;
        loop {
            match migrate::run(&self.url).await {
                Err(MigrateError::Connect(cause)) if attempt < ATTEMPTS => {
                    tracing::warn!(%cause, attempt, "database not reachable yet");
                    attempt += 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                outcome => {
                    let done = outcome?;
                    if !done.is_empty() {
                        let (migrations, functions) = (done.migrations.len(), done.functions.len());
                        tracing::info!(migrations, functions, newest = done.migrations.last(), "schema migrated");
                    }
                    return Ok(done);
                }
            }
        }
    }

    /// Connects as the login role, which owns the tables. For commands, never for requests.
    ///
    /// # Errors
    /// [`BaseError::Migrate`] if the connection fails.
    pub async fn connect(&self) -> Result<AsyncPgConnection, BaseError> {
        Ok(AsyncPgConnection::establish(&self.url).await.map_err(MigrateError::Connect)?)
    }

    /// Reports the embedded Postgres's current state to the node's health.
    pub fn report_to(&self, health: &Health) {
        if let Some(embedded) = &self.embedded {
            health.report(PART, state(&embedded.health().borrow()));
        }
    }

    /// Reports every change of the embedded Postgres's state. Never returns.
    pub fn watch(&self, health: Health) -> impl Future<Output = ()> + use<> {
        let states = self.embedded.as_ref().map(Embedded::health);
        async move {
            match states {
                Some(states) => follow(states, &health).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Stops the embedded Postgres, if there is one.
    pub async fn close(self) {
        if let Some(embedded) = self.embedded
            && let Err(error) = embedded.stop().await
        {
            tracing::warn!(%error, "embedded Postgres did not stop cleanly");
        }
    }
}

async fn follow(mut states: watch::Receiver<embedded::Health>, health: &Health) {
    while states.changed().await.is_ok() {
        let state = state(&states.borrow_and_update());
        health.report(PART, state);
    }
}

fn state(health: &embedded::Health) -> PartState {
    match health {
        embedded::Health::Running => PartState::Ok,
        embedded::Health::Down(why) => PartState::Degraded(why.clone()),
    }
}

/// Returns the tokens with the secret in use: the setting, or the one kept with the embedded Postgres, which is made if
/// it is missing.
///
/// # Errors
/// [`BaseError`] if there is no secret, or it is too short.
pub fn tokens(settings: &Settings) -> Result<Tokens, BaseError> {
    let secret = match (&settings.jwt_secret, &settings.database_url) {
        (Some(secret), _) => secret.clone(),
        (None, Some(_)) => return Err(BaseError::NoSecret),
        (None, None) => {
            let state = embedded::state_folder(&PODIUM, &settings.state)?;
            Secret::new(kept_secret::secret(&state).map_err(BaseError::KeptSecret)?)
        }
    };
    Ok(Tokens::new(&secret)?.with_leeway(settings.jwt_leeway))
}

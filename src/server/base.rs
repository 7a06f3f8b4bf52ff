//! What a server, and most commands, stand on: a Postgres, its schema, and the secret that signs tokens.

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

/// How often a database that cannot be reached yet is asked again, a second apart: containers start in any order.
const ATTEMPTS: u32 = 10;

/// What the embedded Postgres is called in `/readyz`.
const PART: &str = "embedded_postgres";

/// Why the base is missing. Each is one line.
#[derive(Debug, Error)]
pub enum BaseError {
    /// The embedded Postgres.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The schema.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// An outside database comes with an outside secret: several nodes have to agree on it.
    #[error("PODIUM_JWT_SECRET is not set; expected at least 32 bytes, since DATABASE_URL names an outside database")]
    NoSecret,
    /// The secret kept in the state folder.
    #[error("the secret for tokens cannot be kept in the state folder: {0}")]
    KeptSecret(io::Error),
    /// The secret is too short.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
}

/// A Postgres.
pub struct Base {
    /// Where it is. May hold a password.
    pub url: String,
    embedded: Option<Embedded>,
}

impl Base {
    /// Takes the outside database, or starts the embedded one.
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

    /// The same, but beside a Podium that runs on the embedded one, for a command that has something to tell it.
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

    /// Runs the migrations that have not yet run and applies the functions that are newer; answers which. A database that
    /// cannot be reached is asked again for some seconds.
    ///
    /// # Errors
    /// [`BaseError::Migrate`].
    pub async fn migrate(&self) -> Result<Done, BaseError> {
        let mut attempt = 1;
        loop {
            match migrate::run(&self.url).await {
                Err(MigrateError::Connect(cause)) if attempt < ATTEMPTS => {
                    tracing::warn!(%cause, attempt, "the database cannot be reached yet");
                    attempt += 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                outcome => {
                    let done = outcome?;
                    if !done.is_empty() {
                        let (migrations, functions) = (done.migrations.len(), done.functions.len());
                        tracing::info!(migrations, functions, newest = done.migrations.last(), "migrated");
                    }
                    return Ok(done);
                }
            }
        }
    }

    /// A connection as the login role, which owns the tables. For commands, never for requests.
    ///
    /// # Errors
    /// [`BaseError::Migrate`] when there is no way to the database.
    pub async fn connect(&self) -> Result<AsyncPgConnection, BaseError> {
        Ok(AsyncPgConnection::establish(&self.url).await.map_err(MigrateError::Connect)?)
    }

    /// Makes the embedded Postgres a part of the node's health, as it is now.
    pub fn report_to(&self, health: &Health) {
        if let Some(embedded) = &self.embedded {
            health.report(PART, state(&embedded.health().borrow()));
        }
    }

    /// Follows the embedded Postgres, for ever.
    pub fn watch(&self, health: Health) -> impl Future<Output = ()> + use<> {
        let reports = self.embedded.as_ref().map(Embedded::health);
        async move {
            match reports {
                Some(reports) => follow(reports, &health).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Stops the embedded Postgres, if there is one.
    pub async fn close(self) {
        if let Some(embedded) = self.embedded
            && let Err(error) = embedded.stop().await
        {
            tracing::warn!(%error, "the embedded Postgres did not stop as it should");
        }
    }
}

async fn follow(mut reports: watch::Receiver<embedded::Health>, health: &Health) {
    while reports.changed().await.is_ok() {
        let state = state(&reports.borrow_and_update());
        health.report(PART, state);
    }
}

fn state(health: &embedded::Health) -> PartState {
    match health {
        embedded::Health::Running => PartState::Ok,
        embedded::Health::Down(why) => PartState::Degraded(why.clone()),
    }
}

/// Tokens with the secret in force: the setting, or the one kept beside the embedded Postgres, which is made if need be.
///
/// # Errors
/// [`BaseError`] if there is none, or it is too short.
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

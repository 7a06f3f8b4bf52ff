//! Brings a database to the schema that this binary was built with.
//!
//! The migrations are part of the binary and run in order, each in a transaction, as the login role, which so becomes
//! the owner of all tables. It needs no superuser: owning the database and CREATEROLE are enough. An advisory lock makes
//! any number of nodes that start at once take turns. After them the SQL functions whose text is newer are applied, under
//! the same lock ([`functions`]).
//!
//! `podium_user` and `podium_service`, the two roles that everything else runs as, belong to the cluster, which may hold
//! several Podium databases. So they are made here, before the migrations, and no migration drops them.

pub mod functions;

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use functions::Function;

/// The connection as diesel's migrations take it, which are synchronous.
type Wrapped = AsyncConnectionWrapper<AsyncPgConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// A database migrates alone; the number names the lock among the database's advisory locks and means nothing else.
const TAKE_TURNS: &str = "SET lock_timeout = '120s'; SELECT pg_advisory_lock(5802163790412447); SET lock_timeout = 0";

/// A login role that is called podium, as an operator's may well be and the embedded Postgres's is, would otherwise put
/// the tables into the schema of that name, which is for functions.
const PUBLIC: &str = "SET search_path = public";

/// Makes the two roles and lets the login role act as them. Another database of the cluster may be doing the same at
/// this moment, and advisory locks do not reach across databases: whoever comes second takes what the first has made.
const ROLES: &str = r#"
DO $$
DECLARE
  wanted text;
  -- From 16 on, membership without SET does not allow SET ROLE.
  right_to text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['podium_user', 'podium_service'] LOOP
    FOR attempt IN 1..20 LOOP
      BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
          EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
        IF NOT pg_has_role(current_user, wanted, right_to) THEN
          EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
        EXIT;
      EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
        -- internal_error is how Postgres says «tuple concurrently updated».
        IF attempt = 20 THEN RAISE; END IF;
        PERFORM pg_sleep(0.05);
      END;
    END LOOP;
  END LOOP;
END $$
"#;

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// There is no way to the database.
    #[error("cannot connect to the database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// The roles could not be made, the lock was not to be had, or what is applied could not be read.
    #[error("cannot prepare the database: {0}")]
    Prepare(#[from] diesel::result::Error),
    /// A migration failed; those before it are done, itself left no trace.
    #[error("a migration failed: {0}")]
    Run(Box<dyn std::error::Error + Send + Sync>),
    /// A function's text does not say what it must.
    #[error("sql/functions/{name}.sql: {problem}")]
    Text {
        /// The file, without its ending.
        name: String,
        /// What is missing.
        problem: &'static str,
    },
    /// A function could not be applied; none was. The migrations are done.
    #[error("cannot apply the function {function}: {cause}")]
    Function {
        /// Its signature.
        function: String,
        /// What Postgres said.
        cause: diesel::result::Error,
    },
    /// A function has a new text whose results are stored; no function was applied.
    #[error(
        "the function {function} must not change, since {by} holds its results: make one of another name, and a new index"
    )]
    Pinned {
        /// Its signature.
        function: String,
        /// What holds its results.
        by: String,
    },
}

/// What was done to a database.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The names of the migrations that ran.
    pub migrations: Vec<String>,
    /// The signatures of the functions that were made or changed.
    pub functions: Vec<String>,
}

impl Done {
    /// Whether the database was up to date before.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty() && self.functions.is_empty()
    }
}

/// Makes the roles, runs the migrations that have not yet run, and applies the functions that are newer.
///
/// # Errors
/// See [`MigrateError`]. Running it again goes on where it stopped.
pub async fn run(url: &str) -> Result<Done, MigrateError> {
    run_with(url, functions::embedded()?).await
}

/// As [`run`], with other functions than this binary's.
///
/// # Errors
/// See [`MigrateError`].
pub async fn run_with(url: &str, functions: Vec<Function>) -> Result<Done, MigrateError> {
    let mut connection = establish(url).await?;
    connection.batch_execute(TAKE_TURNS).await?;
    connection.batch_execute(ROLES).await?;
    blocking(connection, move |connection| {
        let mut done = Done::default();
        for migration in connection.pending_migrations(MIGRATIONS).map_err(MigrateError::Run)? {
            done.functions.extend(functions::make_missing(connection, &functions)?);
            connection.run_migration(&migration).map_err(MigrateError::Run)?;
            done.migrations.push(migration.name().to_string());
        }
        done.functions.extend(functions::apply(connection, &functions)?);
        Ok(done)
    })
    .await
}

/// Makes the functions that a migration finds: those that do not exist, as far as they can be made. [`run`] does so before
/// each migration; this is for whoever runs the migrations' files by hand.
///
/// # Errors
/// See [`MigrateError`].
pub async fn make_missing(url: &str, functions: Vec<Function>) -> Result<Vec<String>, MigrateError> {
    let mut connection = establish(url).await?;
    connection.batch_execute(TAKE_TURNS).await?;
    blocking(connection, move |connection| functions::make_missing(connection, &functions)).await
}

/// Applies the functions that are newer, as [`run`] does after the migrations.
///
/// # Errors
/// See [`MigrateError`].
pub async fn apply(url: &str, functions: Vec<Function>) -> Result<Vec<String>, MigrateError> {
    let mut connection = establish(url).await?;
    connection.batch_execute(TAKE_TURNS).await?;
    blocking(connection, move |connection| functions::apply(connection, &functions)).await
}

/// Returns the migrations and functions that this binary knows and the database has not: none when the schema is up to
/// date. A database that a newer binary has migrated counts as up to date, since each migration is safe for the version
/// before it.
///
/// # Errors
/// See [`MigrateError`].
pub async fn pending(url: &str) -> Result<Vec<String>, MigrateError> {
    let connection = establish(url).await?;
    let functions = functions::embedded()?;
    blocking(connection, move |connection| {
        let waiting = connection.pending_migrations(MIGRATIONS).map_err(MigrateError::Run)?;
        let mut names: Vec<_> = waiting.iter().map(|migration| migration.name().to_string()).collect();
        names.extend(functions::pending(connection, &functions)?);
        Ok(names)
    })
    .await
}

/// Takes all migrations back, the newest first, **and all data with them**. The roles stay.
///
/// # Errors
/// See [`MigrateError`].
pub async fn revert_all(url: &str) -> Result<Vec<String>, MigrateError> {
    let mut connection = establish(url).await?;
    connection.batch_execute(TAKE_TURNS).await?;
    blocking(connection, |connection| {
        let done = connection.revert_all_migrations(MIGRATIONS).map_err(MigrateError::Run)?;
        Ok(done.iter().map(ToString::to_string).collect())
    })
    .await
}

/// The names of all migrations of this binary, in order.
///
/// # Errors
/// [`MigrateError::Run`] when one that was embedded cannot be read.
pub fn names() -> Result<Vec<String>, MigrateError> {
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrateError::Run)?;
    Ok(all.iter().map(|migration| migration.name().to_string()).collect())
}

async fn establish(url: &str) -> Result<AsyncPgConnection, MigrateError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection.batch_execute(PUBLIC).await?;
    Ok(connection)
}

/// Diesel's migrations are synchronous, and on a runtime of one thread they may not block: so on a thread of their own.
async fn blocking<T: Send + 'static>(
    connection: AsyncPgConnection,
    work: impl FnOnce(&mut Wrapped) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    tokio::task::spawn_blocking(move || work(&mut Wrapped::from(connection)))
        .await
        .map_err(|panic| MigrateError::Run(panic.into()))?
}

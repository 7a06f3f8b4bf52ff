//! Brings a database to the schema of this binary.
//!
//! The migrations are part of the binary and run in order, each in a transaction, as the login role, which becomes the
//! owner of all tables. It need not be a superuser: owning the database and CREATEROLE are enough. An advisory lock
//! makes nodes that start at the same time take turns. After the migrations, the SQL functions with a newer text are
//! applied under the same lock ([`functions`]).
//!
//! `podium_user` and `podium_service`, the roles that everything else runs as, belong to the cluster, which may have
//! several Podium databases. So they are created here, before the migrations, and no migration drops them.

pub mod functions;

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use functions::Function;

/// The connection in the synchronous form that diesel's migrations take.
type Wrapped = AsyncConnectionWrapper<AsyncPgConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Takes the advisory lock under which a database is migrated. Its number has no other meaning.
const TAKE_TURNS: &str = "SET lock_timeout = '120s'; SELECT pg_advisory_lock(5802163790412447); SET lock_timeout = 0";

/// Puts the tables into `public`. A login role named podium, like the embedded Postgres's, would otherwise create them
/// in the schema of that name, which is for functions.
const PUBLIC: &str = "SET search_path = public";

/// Creates the two roles and lets the login role act as them. Another database of the cluster may do the same at this
/// moment, and advisory locks do not reach across databases: the second one uses what the first has created.
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

/// The reasons why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The connection failed.
    #[error("cannot connect to the database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// The roles could not be created, the lock was not available in time, or the applied migrations could not be read.
    #[error("cannot prepare the database: {0}")]
    Prepare(#[from] diesel::result::Error),
    /// A migration failed. Those before it are done; it has changed nothing itself.
    #[error("a migration failed: {0}")]
    Run(Box<dyn std::error::Error + Send + Sync>),
    /// The text of a function is incomplete.
    #[error("sql/functions/{name}.sql: {problem}")]
    Text {
        /// The file, without its extension.
        name: String,
        /// The condition that it does not meet.
        problem: &'static str,
    },
    /// A function could not be applied, and so none was. The migrations are done.
    #[error("cannot apply the function {function}: {cause}")]
    Function {
        /// The signature of the function.
        function: String,
        /// The error of Postgres.
        cause: diesel::result::Error,
    },
    /// A function whose results are stored has a new text. No function was applied.
    #[error(
        "the function {function} must not change, since {by} stores its results: add one with another name, and a new index"
    )]
    Pinned {
        /// The signature of the function.
        function: String,
        /// The object that stores its results.
        by: String,
    },
}

/// The changes made to a database.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The names of the migrations that ran.
    pub migrations: Vec<String>,
    /// The signatures of the functions that were created or changed.
    pub functions: Vec<String>,
}

impl Done {
    /// Returns `true` if the database was up to date before.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty() && self.functions.is_empty()
    }
}

/// Creates the roles, runs the pending migrations, and applies the functions that are newer.
///
/// # Errors
/// See [`MigrateError`]. A repeated call continues where it stopped.
pub async fn run(url: &str) -> Result<Done, MigrateError> {
    run_with(url, functions::embedded()?).await
}

/// Does the same as [`run`], with these functions instead of the binary's.
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

/// Creates the functions that do not exist, as far as they can be created, for a migration to use. [`run`] does so
/// before each migration; this is for tests that run the migrations' files themselves.
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

/// Returns the migrations and functions of this binary that the database does not have: none if the schema is up to
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

/// Reverts all migrations, the newest first, **and drops all data with them**. The roles stay.
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

/// Returns the names of all migrations of this binary, in order.
///
/// # Errors
/// [`MigrateError::Run`] if an embedded migration cannot be read.
pub fn names() -> Result<Vec<String>, MigrateError> {
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrateError::Run)?;
    Ok(all.iter().map(|migration| migration.name().to_string()).collect())
}

async fn establish(url: &str) -> Result<AsyncPgConnection, MigrateError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection.batch_execute(PUBLIC).await?;
    Ok(connection)
}

/// Runs diesel's synchronous migrations on a thread of their own, since they must not block a single-threaded runtime.
async fn blocking<T: Send + 'static>(
    connection: AsyncPgConnection,
    work: impl FnOnce(&mut Wrapped) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    tokio::task::spawn_blocking(move || work(&mut Wrapped::from(connection)))
        .await
        .map_err(|panic| MigrateError::Run(panic.into()))?
}

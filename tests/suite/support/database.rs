//! A database of its own for every test, copied from a template that carries all migrations.
//!
//! `make test` starts one Postgres cluster for the whole run and names it in `PODIUM_TEST_DATABASE_URL` (a superuser's
//! URL of the maintenance database). Tests run as processes of their own, at once: the first one makes the template,
//! under an advisory lock; the others wait for it. Its name carries a hash of the migrations and functions, so a
//! cluster that outlives a change of them does not serve an old schema.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Duration;

use podium::foundation::migrate::{self, functions};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// A database that is dropped with this value, even while connections are open.
pub struct Database {
    name: String,
    url: String,
    maintenance: String,
}

impl Database {
    /// A fresh copy of the template: all migrations, no rows.
    pub async fn create() -> Self {
        Self::create_ready_in(&maintenance_url()).await
    }

    /// The same in the Postgres of this URL.
    pub async fn create_ready_in(maintenance: &str) -> Self {
        let admin = connect(maintenance).await;
        let template = template(&admin, maintenance).await;
        Self::make(admin, maintenance.to_owned(), &format!("TEMPLATE {template} STRATEGY file_copy")).await
    }

    /// A database without anything in it, in the Postgres of this URL.
    pub async fn create_in(maintenance: &str) -> Self {
        Self::make(connect(maintenance).await, maintenance.to_owned(), "TEMPLATE template0").await
    }

    /// A database without anything in it, for tests of the migrations themselves.
    pub async fn create_empty() -> Self {
        let maintenance = maintenance_url();
        let admin = connect(&maintenance).await;
        Self::make(admin, maintenance, "TEMPLATE template0").await
    }

    async fn make(admin: Client, maintenance: String, from: &str) -> Self {
        let name = format!("podium_test_{}", Uuid::now_v7().simple());
        admin.batch_execute(&format!("CREATE DATABASE {name} {from}")).await.expect("copy the template");
        let url = with_database(&maintenance, &name);
        Database { name, url, maintenance }
    }

    /// Where it is, as the cluster's superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name in the cluster.
    #[allow(dead_code, reason = "a helper that not every build uses")]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection as the superuser, who is the tables' owner and meets no row level security.
    pub async fn connect(&self) -> Client {
        connect(&self.url).await
    }

    /// What `pg_dump` writes, by the one that belongs to the server.
    pub async fn dump(&self, options: &[&str]) -> String {
        let bin = "SELECT setting FROM pg_config WHERE name = 'BINDIR'";
        let bin: String = self.connect().await.query_one(bin, &[]).await.expect("ask where Postgres is").get(0);
        let mut dump = tokio::process::Command::new(Path::new(&bin).join("pg_dump"));
        let output = dump.args(options).args(["--dbname", self.url()]).output().await.expect("run pg_dump");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// A connection that has taken `role`, as the server's connections have.
    pub async fn connect_as(&self, role: &str) -> Client {
        let client = self.connect().await;
        client.batch_execute(&format!("SET ROLE {role}")).await.expect("take the role");
        client
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (maintenance, name) = (self.maintenance.clone(), self.name.clone());
        // The test's own runtime may be busy ending; a thread with another one waits for the drop. A cluster that is
        // gone has taken the database with it.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let work = async {
                    if let Ok((client, connection)) = tokio_postgres::connect(&maintenance, NoTls).await {
                        tokio::spawn(connection);
                        let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                    }
                };
                let _ = tokio::time::timeout(Duration::from_secs(10), work).await;
            });
            Ok::<_, std::io::Error>(())
        });
        let _ = dropped.join();
    }
}

/// Connects to `url`, and keeps the connection going until the client is dropped.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connect to the test's database");
    tokio::spawn(connection);
    client
}

/// The URL of another database of the same cluster.
pub fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, None), |(address, rest)| (address, Some(rest)));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address[authority..].find('/').map_or(address.len(), |at| authority + at);
    let parameters = parameters.map(|rest| format!("?{rest}")).unwrap_or_default();
    format!("{}/{name}{parameters}", &address[..end])
}

/// The folder with the migrations.
pub fn migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

/// A connection to the cluster's maintenance database, as its superuser.
pub async fn maintenance() -> Client {
    connect(&maintenance_url()).await
}

fn maintenance_url() -> String {
    std::env::var("PODIUM_TEST_DATABASE_URL")
        .unwrap_or_else(|_| panic!("PODIUM_TEST_DATABASE_URL is not set: run the tests with `make test`"))
}

/// The template's name, after making it if this is the first to ask.
async fn template(admin: &Client, maintenance: &str) -> String {
    let fingerprint = fingerprint();
    let name = format!("podium_template_{fingerprint:016x}");
    let exists = "SELECT 1 FROM pg_database WHERE datname = $1";
    if admin.query_opt(exists, &[&name]).await.expect("look for the template").is_some() {
        return name;
    }
    let lock = fingerprint as i64;
    admin.execute("SELECT pg_advisory_lock($1)", &[&lock]).await.expect("wait for one's turn");
    if admin.query_opt(exists, &[&name]).await.expect("look for the template").is_none() {
        // It gets its name when it is complete, so that nobody copies half of it; a process that was killed amid this
        // has left its draft behind.
        let draft = format!("{name}_draft");
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await.expect("clear the draft");
        admin.batch_execute(&format!("CREATE DATABASE {draft}")).await.expect("create the draft");
        migrate::run(&with_database(maintenance, &draft)).await.expect("migrate the template");
        loop {
            match admin.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}")).await {
                Ok(()) => break,
                // The connection that migrated is still on its way out.
                Err(busy) if busy.code() == Some(&SqlState::OBJECT_IN_USE) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(error) => panic!("cannot name the template: {error}"),
            }
        }
    }
    admin.execute("SELECT pg_advisory_unlock($1)", &[&lock]).await.expect("let the next one in");
    name
}

/// A hash over the names and contents of all migrations and functions.
fn fingerprint() -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut folders: Vec<_> = std::fs::read_dir(migrations())
        .expect("read the migrations")
        .map(|entry| entry.expect("read the migrations").path())
        .collect();
    folders.sort();
    for folder in folders {
        folder.file_name().hash(&mut hasher);
        std::fs::read_to_string(folder.join("up.sql")).expect("read a migration").hash(&mut hasher);
    }
    for function in functions::embedded().expect("the functions' texts") {
        (function.name, function.hash).hash(&mut hasher);
    }
    hasher.finish()
}

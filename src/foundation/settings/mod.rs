//! What an operator can set, and what is in force.
//!
//! A table of rows ([`Rows`]) is the one place that knows a setting's name, default and form. The environment variable, the
//! flag, the key of the TOML file, `podium config`, `--help` and docs/SETTINGS.md are all made from it. A flag wins
//! over the environment, that over the file, and that over the default.
//!
//! Adding a setting: a field and a row, here and in `table.rs` for the server's own ([`TABLE`]), or in a feature's `settings.rs`
//! ([`OwnSettings`]); then `podium config --markdown > docs/SETTINGS.md`.

mod load;
mod own;
mod show;
mod table;
mod values;

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

pub use ipnet::IpNet;

pub use load::{InForce, Loaded, Origin, SettingsError, Sources};
pub use own::{Own, OwnSettings};
pub use show::listing;
pub use table::{COUNT, Fallback, Rows, Setting, TABLE, cores, count, put};
pub use values::{bytes, duration, duration_within, number};

/// The least that a secret for tokens may have: HS256 is as strong as its key, and no stronger than 256 bits.
pub const MIN_SECRET_BYTES: usize = 32;

/// Everything that can be set. [`Settings::default`] is what is in force when nothing is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The TOML file that was read.
    pub config: Option<PathBuf>,
    /// Where clients connect; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where operators connect: `/metrics`, `/healthz`, `/readyz`. Not meant for the open network.
    pub admin_listen: SocketAddr,
    /// An outside Postgres; `None` means the embedded one.
    pub database_url: Option<Secret>,
    /// The bus between nodes; `None` means a single node.
    pub redis_url: Option<Secret>,
    /// Who vouches for a Redis that speaks TLS: a file of certificates; `None` means the system's.
    pub redis_ca: Option<PathBuf>,
    /// What the bus's channels begin with, so that two installations may share a Redis.
    pub redis_prefix: String,
    /// Signs and checks tokens; `None` means the one kept beside the embedded Postgres.
    pub jwt_secret: Option<Secret>,
    /// How far the clocks of issuers and nodes may differ before a token's times are held against it.
    pub jwt_leeway: Duration,
    /// This node's name in logs, metrics and presence.
    pub node: String,
    /// The web origins that may use the API and the sockets beside the server's own; `*` means any.
    pub origins: Vec<String>,
    /// Networks whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The address that clients use, without a slash at its end; `None` means the listen address.
    pub public_url: Option<String>,
    /// Connections to Postgres for requests; the service's own come on top.
    pub db_pool: u32,
    /// Threads that serve HTTP and sockets.
    pub workers: usize,
    /// Writers of pods' logs, each with a connection of its own.
    pub journal_writers: usize,
    /// Over how long sockets are closed, and the longest that a stop may take after that.
    pub drain: Duration,
    /// How long a stopping node still serves after `/readyz` says 503, so that balancers see it first.
    pub health_interval: Duration,
    /// Where the embedded Postgres and its secret live, as
    /// [`state_folder`](super::embedded::state_folder) understands it.
    pub state: PathBuf,
    /// The folder of `initdb` and `postgres`, when they are not where they are looked for.
    pub postgres_bin: Option<PathBuf>,
    /// What is logged: a level, or directives such as `info,podium=debug`.
    pub log: String,
    /// How it is written.
    pub log_format: LogFormat,
    /// How mails are sent.
    pub mail: MailSettings,
    /// How much is too much.
    pub limits: Limits,
    /// What the domains go by.
    pub own: Own,
}

/// How mails are sent.
#[derive(Debug, Clone, Default)]
pub struct MailSettings {
    /// The mail server; `None` writes the mails' links to the log.
    pub smtp_url: Option<Secret>,
    /// Whom mails are from.
    pub from: Option<String>,
}

/// How much is too much. Bytes, counts and times are inclusive: what equals the limit is still accepted.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Messages a person.
    pub messages: Option<Rate>,
    /// New events a person.
    pub events: Option<Allowance>,
    /// New pods a person.
    pub pods: Option<Allowance>,
    /// `typing` pushes a person.
    pub typing: Option<Rate>,
    /// Frames a socket.
    pub frames: Option<Rate>,
    /// Characters (Unicode scalar values) of a message's text.
    pub text_chars: usize,
    /// Bytes of one websocket message, however many fragments it comes in.
    pub frame_bytes: usize,
    /// Topics that one socket may have joined.
    pub topics: usize,
    /// Frames waiting for one session.
    pub session_frames: usize,
    /// Bytes waiting for one session.
    pub session_bytes: usize,
    /// Entries waiting for the journal.
    pub journal_entries: usize,
    /// A socket that says nothing for so long is closed.
    pub idle: Duration,
    /// Bytes of an HTTP body.
    pub body_bytes: usize,
    /// Bytes of a photo or video.
    pub media_bytes: usize,
    /// Sockets that this node holds at once.
    pub sessions: usize,
    /// How long a send waits for Postgres before it is told `unavailable`.
    pub send_wait: Duration,
}

/// So many a second, and so many at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What is granted each second.
    pub per_second: NonZeroU32,
    /// What may come at once.
    pub burst: NonZeroU32,
}

/// So many in any stretch of time of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many.
    pub count: NonZeroU32,
    /// In how many seconds.
    pub seconds: NonZeroU32,
}

impl Allowance {
    /// Count and seconds as Postgres takes them.
    pub fn as_sql(self) -> [i32; 2] {
        [self.count, self.seconds].map(|number| i32::try_from(number.get()).unwrap_or(i32::MAX))
    }
}

/// A text that must not be seen: `Debug` and `Display` show stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself. What is done with it must not reach a log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Settings::blank();
        for setting in TABLE {
            if let Some(text) = setting.default.text() {
                (setting.apply)(&mut settings, &text).expect("a test holds every default against its own form");
            }
        }
        settings
    }
}

impl Settings {
    /// A value for every field, before the table's defaults are applied. None of them is ever in force.
    fn blank() -> Self {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Settings {
            config: None,
            listen: nowhere,
            admin_listen: nowhere,
            database_url: None,
            redis_url: None,
            redis_ca: None,
            redis_prefix: String::new(),
            jwt_secret: None,
            jwt_leeway: Duration::ZERO,
            node: String::new(),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            public_url: None,
            db_pool: 0,
            workers: 0,
            journal_writers: 0,
            drain: Duration::ZERO,
            health_interval: Duration::ZERO,
            state: PathBuf::new(),
            postgres_bin: None,
            log: String::new(),
            log_format: LogFormat::Auto,
            mail: MailSettings::default(),
            limits: Limits {
                messages: None,
                events: None,
                pods: None,
                typing: None,
                frames: None,
                text_chars: 0,
                frame_bytes: 0,
                topics: 0,
                session_frames: 0,
                session_bytes: 0,
                journal_entries: 0,
                idle: Duration::ZERO,
                body_bytes: 0,
                media_bytes: 0,
                sessions: 0,
                send_wait: Duration::ZERO,
            },
            own: Own::default(),
        }
    }
}

//! The settings of an operator.
//!
//! A table of rows ([`Rows`]) defines each setting's name, default and form. The environment variable, the flag, the
//! key of the TOML file, `podium config`, `--help` and docs/SETTINGS.md are all generated from it. A flag takes
//! precedence over the environment, that over the file, and that over the default.
//!
//! To add a setting: a field, its value in `Settings::blank()`, and a row, here and in `table.rs` for the server's own
//! ([`TABLE`]), or in a feature's `settings.rs` ([`OwnSettings`]); then `podium config --markdown > docs/SETTINGS.md`.

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
pub use table::{ALLOWANCE, COUNT, Fallback, RATE, Rows, Setting, TABLE, cores, count, put};
pub use values::{allowance, bytes, duration, duration_within, number, rate};

/// The shortest secret for tokens, in bytes: HS256 is as strong as its key, up to 256 bits.
pub const MIN_SECRET_BYTES: usize = 32;

/// All settings. [`Settings::default`] has the defaults of the table.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The TOML file that was read.
    pub config: Option<PathBuf>,
    /// The address for clients; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address for operators: `/metrics`, `/healthz`, `/readyz`. Not meant for the public network.
    pub admin_listen: SocketAddr,
    /// The external Postgres; `None` for the embedded one.
    pub database_url: Option<Secret>,
    /// The Redis between nodes; `None` for a single node.
    pub redis_url: Option<Secret>,
    /// The file of certificate authorities for a Redis with TLS; `None` for the system's.
    pub redis_ca: Option<PathBuf>,
    /// The prefix of the bus's channels, so that several installations can share a Redis.
    pub redis_prefix: String,
    /// The secret that signs tokens; `None` for the one kept beside the embedded Postgres.
    pub jwt_secret: Option<Secret>,
    /// The accepted difference between the clocks of issuers and nodes, for the times in a token.
    pub jwt_leeway: Duration,
    /// The node's name in logs, metrics and presence.
    pub node: String,
    /// The web origins that may use the API and the sockets besides the server's own; `*` means any.
    pub origins: Vec<String>,
    /// The networks whose `X-Forwarded-*` headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The address that clients use, without a trailing slash; `None` for the listen address.
    pub public_url: Option<String>,
    /// Connections to Postgres for requests; those of the service are additional.
    pub db_pool: u32,
    /// Connections to Postgres for searches; `None` for a quarter of those for requests, at least 2.
    pub search_pool: Option<u32>,
    /// Threads that serve HTTP and sockets.
    pub workers: usize,
    /// Writers of pods' logs, each with its own connection.
    pub journal_writers: usize,
    /// The time over which sockets are closed, and the longest that a stop may take after that.
    pub drain: Duration,
    /// The time for which a stopping node still serves after `/readyz` answers 503, so that balancers notice first.
    pub health_interval: Duration,
    /// The folder of the embedded Postgres and its secret, as
    /// [`state_folder`](super::embedded::state_folder) resolves it.
    pub state: PathBuf,
    /// The folder of `initdb` and `postgres`, if they are not in the usual places.
    pub postgres_bin: Option<PathBuf>,
    /// The log filter: a level, or directives such as `info,podium=debug`.
    pub log: String,
    /// The format of log lines.
    pub log_format: LogFormat,
    /// The mail server and the sender.
    pub mail: MailSettings,
    /// The limits.
    pub limits: Limits,
    /// The settings of the domains.
    pub own: Own,
}

/// The settings of mails.
#[derive(Debug, Clone, Default)]
pub struct MailSettings {
    /// The mail server; `None` writes the mails' links to the log.
    pub smtp_url: Option<Secret>,
    /// The sender of mails.
    pub from: Option<String>,
}

/// The limits. Bytes, counts and times are inclusive: a value equal to the limit is accepted.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Requests over HTTP per person.
    pub requests: Option<Rate>,
    /// Requests over HTTP without a valid token per address.
    pub strangers: Option<Rate>,
    /// Connections of an address at once that have shown no valid token.
    pub address_connections: usize,
    /// Sockets of a person at once.
    pub person_sockets: usize,
    /// Sockets that a person opens.
    pub connects: Option<Rate>,
    /// Messages per person.
    pub messages: Option<Rate>,
    /// New events per person.
    pub events: Option<Allowance>,
    /// New pods per person.
    pub pods: Option<Allowance>,
    /// `typing` pushes per person.
    pub typing: Option<Rate>,
    /// Frames per socket.
    pub frames: Option<Rate>,
    /// Characters (Unicode scalar values) of a message's text.
    pub text_chars: usize,
    /// Bytes of one websocket message, over all its fragments.
    pub frame_bytes: usize,
    /// Joins of topics per person.
    pub topic_joins: Option<Rate>,
    /// Topics that one socket may have joined.
    pub topics: usize,
    /// Frames queued for one session.
    pub session_frames: usize,
    /// Bytes queued for one session.
    pub session_bytes: usize,
    /// Bytes of one session's pushes that are not answered yet.
    pub unanswered_bytes: usize,
    /// Entries queued for the journal.
    pub journal_entries: usize,
    /// The time after which a silent socket is closed.
    pub idle: Duration,
    /// Bytes of an HTTP body.
    pub body_bytes: usize,
    /// Bytes of all HTTP bodies that are being received.
    pub bodies_bytes: usize,
    /// Bytes of a photo or video.
    pub media_bytes: usize,
    /// Sockets of this node at once.
    pub sessions: usize,
    /// The time for which a send waits for Postgres before it is answered `unavailable`.
    pub send_wait: Duration,
}

/// A rate with a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The number allowed per second.
    pub per_second: NonZeroU32,
    /// The number allowed at once.
    pub burst: NonZeroU32,
}

/// A number allowed in any period of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The number.
    pub count: NonZeroU32,
    /// The length of the period, in seconds.
    pub seconds: NonZeroU32,
}

impl Allowance {
    /// Returns count and seconds as Postgres takes them.
    pub fn as_sql(self) -> [i32; 2] {
        [self.count, self.seconds].map(|number| i32::try_from(number.get()).unwrap_or(i32::MAX))
    }
}

/// A text that must not be shown: `Debug` and `Display` print asterisks.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// Returns the text. It must not reach a log.
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

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// Text for people.
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
    /// Returns a value for every field, which the table's defaults then replace.
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
            search_pool: None,
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
                requests: None,
                strangers: None,
                address_connections: 0,
                person_sockets: 0,
                connects: None,
                messages: None,
                events: None,
                pods: None,
                typing: None,
                frames: None,
                text_chars: 0,
                frame_bytes: 0,
                topic_joins: None,
                topics: 0,
                session_frames: 0,
                session_bytes: 0,
                unanswered_bytes: 0,
                journal_entries: 0,
                idle: Duration::ZERO,
                body_bytes: 0,
                bodies_bytes: 0,
                media_bytes: 0,
                sessions: 0,
                send_wait: Duration::ZERO,
            },
            own: Own::default(),
        }
    }
}

//! The table of settings.

use std::borrow::Cow;
use std::thread::available_parallelism;

use rand::Rng;

use super::{Settings, values};
use crate::foundation::embedded::DEFAULT_STATE;

/// One setting: its name is that of the environment variable, and the flag and the key follow from it.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable, such as `PODIUM_LIMIT_MESSAGES`.
    pub name: &'static str,
    /// What is in force when nobody sets it.
    pub default: Fallback,
    /// The form of a value, to complete "expected …".
    pub expected: &'static str,
    /// Whether its value is hidden wherever it is shown.
    pub secret: bool,
    /// What it is for, in one sentence without a full stop.
    pub help: &'static str,
    /// Reads a value into its field; `None` if it is not of the expected form.
    pub apply: fn(&mut Settings, &str) -> Option<()>,
}

impl Setting {
    /// The flag without its dashes: `limit-messages`.
    pub fn flag(&self) -> String {
        self.key().replace('_', "-")
    }

    /// The key in the TOML file: `limit_messages`.
    pub fn key(&self) -> String {
        self.name.strip_prefix("PODIUM_").unwrap_or(self.name).to_ascii_lowercase()
    }
}

/// What is in force when nobody sets it.
#[derive(Debug)]
pub enum Fallback {
    /// A value.
    Text(&'static str),
    /// Nothing; the text says what that means.
    Unset(&'static str),
    /// A value made at start; the text says from what.
    Made(&'static str, fn() -> String),
}

impl Fallback {
    /// The value, where there is one.
    pub fn text(&self) -> Option<Cow<'static, str>> {
        match self {
            Fallback::Text(text) => Some(Cow::Borrowed(text)),
            Fallback::Unset(_) => None,
            Fallback::Made(_, make) => Some(Cow::Owned(make())),
        }
    }

    /// How the documentation puts it.
    pub fn described(&self) -> &'static str {
        match self {
            Fallback::Text(text) | Fallback::Unset(text) | Fallback::Made(text, _) => text,
        }
    }
}

const ADDRESS: &str = "an address and a port, such as 127.0.0.1:4000";
const BYTES: &str = "bytes, such as 65536, 64KiB or 1MiB";
const DURATION: &str = "a duration, such as 500ms, 10s or 2m";
const RATE: &str = "rate/burst with both above 0, such as 10/20, or off";
const ALLOWANCE: &str = "count/duration with both above 0, such as 10/1h, or off";
/// The form of most counts.
pub const COUNT: &str = "a whole number from 1 to 1000000";

/// All settings of a program: the server's own, and those of its domains behind them.
#[derive(Debug, Clone)]
pub struct Rows(Vec<&'static Setting>);

impl Rows {
    /// Returns the server's settings and those of these tables.
    pub fn with(domains: impl IntoIterator<Item = &'static [Setting]>) -> Self {
        Rows(TABLE.iter().chain(domains.into_iter().flatten()).collect())
    }

    /// Returns them in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = &'static Setting> {
        self.0.iter().copied()
    }
}

/// The settings of the server itself, in the order in which they are shown. Those of the domains follow them ([`Rows`]).
pub const TABLE: &[Setting] = &[
    Setting {
        name: "PODIUM_CONFIG",
        default: Fallback::Unset("none"),
        expected: "the path of a TOML file",
        secret: false,
        help: "A TOML file with settings; its keys are the flags' names with underscores",
        apply: |s, text| put(&mut s.config, values::path(text).map(Some)),
    },
    Setting {
        name: "PODIUM_LISTEN",
        default: Fallback::Text("127.0.0.1:4000"),
        expected: ADDRESS,
        secret: false,
        help: "Where clients connect; port 0 takes any free one",
        apply: |s, text| put(&mut s.listen, text.parse().ok()),
    },
    Setting {
        name: "PODIUM_ADMIN_LISTEN",
        default: Fallback::Text("127.0.0.1:4001"),
        expected: ADDRESS,
        secret: false,
        help: "Where operators connect: /metrics, /healthz, /readyz; keep it off the open network",
        apply: |s, text| put(&mut s.admin_listen, text.parse().ok()),
    },
    Setting {
        name: "DATABASE_URL",
        default: Fallback::Unset("a Postgres of its own, in PODIUM_STATE"),
        expected: "the address of a Postgres, such as postgres://user:password@host/podium",
        secret: true,
        help: "The Postgres that holds everything, 15 or later",
        apply: |s, text| put(&mut s.database_url, values::database_url(text).map(Some)),
    },
    Setting {
        name: "REDIS_URL",
        default: Fallback::Unset("a single node"),
        expected: "redis://user:password@host:port, or rediss:// for TLS",
        secret: true,
        help: "The Redis through which several nodes speak to each other",
        apply: |s, text| put(&mut s.redis_url, values::redis_url(text).map(Some)),
    },
    Setting {
        name: "PODIUM_REDIS_CA",
        default: Fallback::Unset("the system's authorities, or those of `SSL_CERT_FILE`"),
        expected: "a file of certificates in PEM",
        secret: false,
        help: "The authorities that a `rediss://` Redis must have its certificate from",
        apply: |s, text| put(&mut s.redis_ca, values::path(text).map(Some)),
    },
    Setting {
        name: "PODIUM_REDIS_PREFIX",
        default: Fallback::Text("podium"),
        expected: "1 to 64 letters, digits, dots, dashes and underscores",
        secret: false,
        help: "What the channels of Redis begin with; nodes of one database have one, and of two databases two",
        apply: |s, text| put(&mut s.redis_prefix, values::name(text)),
    },
    Setting {
        name: "PODIUM_JWT_SECRET",
        default: Fallback::Unset("made at first start and kept in PODIUM_STATE; must be set with DATABASE_URL"),
        expected: "at least 32 bytes, such as what `openssl rand -hex 32` prints",
        secret: true,
        help: "Signs and checks tokens (HS256)",
        apply: |s, text| put(&mut s.jwt_secret, values::signing_secret(text).map(Some)),
    },
    Setting {
        name: "PODIUM_JWT_LEEWAY",
        default: Fallback::Text("0s"),
        expected: "a duration of at most 5m, such as 60s, or 0s",
        secret: false,
        help: "How long before its nbf and after its exp a token is taken, where clocks differ",
        apply: |s, text| put(&mut s.jwt_leeway, values::duration_within(text, 0, 300)),
    },
    Setting {
        name: "PODIUM_NODE",
        default: Fallback::Made("a random name", random_name),
        expected: "1 to 64 letters, digits, dots, dashes and underscores",
        secret: false,
        help: "This node's name in logs, metrics and presence",
        apply: |s, text| put(&mut s.node, values::name(text)),
    },
    Setting {
        name: "PODIUM_ORIGINS",
        default: Fallback::Unset("the server's own origin"),
        expected: "origins separated by commas, such as https://app.example.org,http://localhost:5173, or *",
        secret: false,
        help: "Web origins that may use the API and the sockets",
        apply: |s, text| put(&mut s.origins, values::list(text, values::origin)),
    },
    Setting {
        name: "PODIUM_TRUSTED_PROXIES",
        default: Fallback::Unset("none"),
        expected: "networks or addresses separated by commas, such as 10.0.0.0/8,::1",
        secret: false,
        help: "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed",
        apply: |s, text| put(&mut s.trusted_proxies, values::list(text, values::network)),
    },
    Setting {
        name: "PODIUM_PUBLIC_URL",
        default: Fallback::Unset("from the listen address"),
        expected: "an http or https address, such as https://podium.example.org",
        secret: false,
        help: "The address by which clients reach this server",
        apply: |s, text| put(&mut s.public_url, values::public_url(text).map(Some)),
    },
    Setting {
        name: "PODIUM_DB_POOL",
        default: Fallback::Made("four a core, at least 8", || (4 * cores()).clamp(8, 64).to_string()),
        expected: "a whole number from 1 to 1000",
        secret: false,
        help: "Connections to Postgres for requests; a third of that comes on top for the service, and the journal's",
        apply: |s, text| put(&mut s.db_pool, values::number(text, 1..=1_000)),
    },
    Setting {
        name: "PODIUM_WORKERS",
        default: Fallback::Made("one a core but one", || workers().to_string()),
        expected: "a whole number from 1 to 512",
        secret: false,
        help: "Threads that serve HTTP and sockets; one core is left to Postgres, Redis and the kernel's network",
        apply: |s, text| put(&mut s.workers, values::number(text, 1..=512)),
    },
    Setting {
        name: "PODIUM_JOURNAL_WRITERS",
        default: Fallback::Made("one for four workers", || workers().div_ceil(4).to_string()),
        expected: "a whole number from 1 to 64",
        secret: false,
        help: "Writers of pods' logs, each with a connection to Postgres of its own; fewer write in larger groups",
        apply: |s, text| put(&mut s.journal_writers, values::number(text, 1..=64)),
    },
    Setting {
        name: "PODIUM_DRAIN",
        default: Fallback::Text("10s"),
        expected: DURATION,
        secret: false,
        help: "How long a stopping node takes to close its sockets and empty its journal",
        apply: |s, text| put(&mut s.drain, values::duration(text)),
    },
    Setting {
        name: "PODIUM_HEALTH_INTERVAL",
        default: Fallback::Text("2s"),
        expected: DURATION,
        secret: false,
        help: "How long a stopping node still serves after /readyz says 503; longer than the balancer's check",
        apply: |s, text| put(&mut s.health_interval, values::duration(text)),
    },
    Setting {
        name: "PODIUM_STATE",
        default: Fallback::Text(DEFAULT_STATE),
        expected: "the path of a folder",
        secret: false,
        help: "Where the embedded Postgres and the secret for tokens are kept; the default moves below /var/lib/podium where \
               root's folders bar Postgres's account",
        apply: |s, text| put(&mut s.state, values::path(text)),
    },
    Setting {
        name: "PODIUM_POSTGRES_BIN",
        default: Fallback::Unset("PATH, pg_config, the usual folders"),
        expected: "the path of a folder",
        secret: false,
        help: "The folder of initdb and postgres, for the embedded Postgres",
        apply: |s, text| put(&mut s.postgres_bin, values::path(text).map(Some)),
    },
    Setting {
        name: "PODIUM_LOG",
        default: Fallback::Text("info,actix_server=warn"),
        expected: "a level (error, warn, info, debug, trace) or directives such as info,podium=debug",
        secret: false,
        help: "What is logged",
        apply: |s, text| put(&mut s.log, values::log_filter(text)),
    },
    Setting {
        name: "PODIUM_LOG_FORMAT",
        default: Fallback::Text("auto"),
        expected: "auto (text on a terminal, JSON otherwise), text or json",
        secret: false,
        help: "How log lines are written",
        apply: |s, text| put(&mut s.log_format, values::log_format(text)),
    },
    Setting {
        name: "PODIUM_SMTP_URL",
        default: Fallback::Unset("no mail server: the links go to the log"),
        expected: "smtps://user:password@host, or smtp://user:password@host:587?tls=required",
        secret: true,
        help: "The mail server through which addresses are confirmed and passwords reset",
        apply: |s, text| put(&mut s.mail.smtp_url, values::smtp_url(text).map(Some)),
    },
    Setting {
        name: "PODIUM_MAIL_FROM",
        default: Fallback::Unset("none; must be set with PODIUM_SMTP_URL"),
        expected: "a mail address, such as no-reply@podium.example.org or Podium <no-reply@podium.example.org>",
        secret: false,
        help: "Whom mails are from",
        apply: |s, text| put(&mut s.mail.from, values::mailbox(text).map(Some)),
    },
    Setting {
        name: "PODIUM_LIMIT_MESSAGES",
        default: Fallback::Text("10/20"),
        expected: RATE,
        secret: false,
        help: "Messages a person; off for load tests, which also lifts PODIUM_LIMIT_FRAMES unless that is set",
        apply: |s, text| put(&mut s.limits.messages, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_EVENTS",
        default: Fallback::Text("10/24h"),
        expected: ALLOWANCE,
        secret: false,
        help: "Events that a person may create in a time, over all nodes",
        apply: |s, text| put(&mut s.limits.events, values::allowance(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_PODS",
        default: Fallback::Text("10/1h"),
        expected: ALLOWANCE,
        secret: false,
        help: "Pods that a person may open in a time, over all nodes",
        apply: |s, text| put(&mut s.limits.pods, values::allowance(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_TYPING",
        default: Fallback::Text("2/4"),
        expected: RATE,
        secret: false,
        help: "Typing notices a person",
        apply: |s, text| put(&mut s.limits.typing, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_FRAMES",
        default: Fallback::Text("200/1000"),
        expected: RATE,
        secret: false,
        help: "Frames a socket; beyond it the socket is closed with 4429",
        apply: |s, text| put(&mut s.limits.frames, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_TEXT_CHARS",
        default: Fallback::Text("4000"),
        expected: COUNT,
        secret: false,
        help: "Characters of a message's text",
        apply: |s, text| put(&mut s.limits.text_chars, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_FRAME_BYTES",
        default: Fallback::Text("64KiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes of one websocket message, all its fragments together",
        apply: |s, text| put(&mut s.limits.frame_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_TOPICS",
        default: Fallback::Text("100"),
        expected: COUNT,
        secret: false,
        help: "Topics that one socket may have joined",
        apply: |s, text| put(&mut s.limits.topics, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_SESSION_FRAMES",
        default: Fallback::Text("256"),
        expected: COUNT,
        secret: false,
        help: "Frames waiting for one socket; beyond it the socket is closed with 4408",
        apply: |s, text| put(&mut s.limits.session_frames, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_SESSION_BYTES",
        default: Fallback::Text("1MiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes waiting for one socket; beyond it the socket is closed with 4408",
        apply: |s, text| put(&mut s.limits.session_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_JOURNAL_ENTRIES",
        default: Fallback::Text("4096"),
        expected: COUNT,
        secret: false,
        help: "Entries waiting for the journal; beyond it a send is told overloaded",
        apply: |s, text| put(&mut s.limits.journal_entries, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_IDLE",
        default: Fallback::Text("60s"),
        expected: DURATION,
        secret: false,
        help: "A socket that says nothing for so long is closed",
        apply: |s, text| put(&mut s.limits.idle, values::some_time(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_BODY_BYTES",
        default: Fallback::Text("1MiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes of an HTTP body",
        apply: |s, text| put(&mut s.limits.body_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_MEDIA_BYTES",
        default: Fallback::Text("25MiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes of a photo or video",
        apply: |s, text| put(&mut s.limits.media_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_SESSIONS",
        default: Fallback::Text("50000"),
        expected: COUNT,
        secret: false,
        help: "Sockets that this node holds at once; more are refused with 503",
        apply: |s, text| put(&mut s.limits.sessions, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_SEND_WAIT",
        default: Fallback::Text("5s"),
        expected: DURATION,
        secret: false,
        help: "How long a send waits for Postgres before it is told unavailable",
        apply: |s, text| put(&mut s.limits.send_wait, values::some_time(text)),
    },
];

/// Puts a value into a field, if it is of the expected form.
pub fn put<T>(field: &mut T, value: Option<T>) -> Option<()> {
    *field = value?;
    Some(())
}

/// Reads a count of the form [`COUNT`].
pub fn count(text: &str) -> Option<usize> {
    values::number(text, 1..=1_000_000)
}

/// Returns how many processors there are.
pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn workers() -> usize {
    (cores() - 1).max(1)
}

fn random_name() -> String {
    format!("node-{:08x}", rand::rng().random::<u32>())
}

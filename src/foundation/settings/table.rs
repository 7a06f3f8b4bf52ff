//! The table of settings.

use std::borrow::Cow;
use std::thread::available_parallelism;

use rand::Rng;

use super::{Settings, values};
use crate::foundation::embedded::DEFAULT_STATE;

/// A setting. The flag and the key are derived from its name, that of the environment variable.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable, such as `PODIUM_LIMIT_MESSAGES`.
    pub name: &'static str,
    /// The value if it is not set.
    pub default: Fallback,
    /// The form of a value, to complete "expected …".
    pub expected: &'static str,
    /// Whether the value is hidden wherever it is shown.
    pub secret: bool,
    /// The purpose, in one sentence without a full stop.
    pub help: &'static str,
    /// Parses a value into its field; `None` if it does not have the expected form.
    pub apply: fn(&mut Settings, &str) -> Option<()>,
}

impl Setting {
    /// Returns the flag without its dashes: `limit-messages`.
    pub fn flag(&self) -> String {
        self.key().replace('_', "-")
    }

    /// Returns the key in the TOML file: `limit_messages`.
    pub fn key(&self) -> String {
        self.name.strip_prefix("PODIUM_").unwrap_or(self.name).to_ascii_lowercase()
    }
}

/// The value of a setting that is not set.
#[derive(Debug)]
pub enum Fallback {
    /// A value.
    Text(&'static str),
    /// No value; the text says what that means.
    Unset(&'static str),
    /// A value computed at start; the text says from what.
    Made(&'static str, fn() -> String),
}

impl Fallback {
    /// Returns the value, if there is one.
    pub fn text(&self) -> Option<Cow<'static, str>> {
        match self {
            Fallback::Text(text) => Some(Cow::Borrowed(text)),
            Fallback::Unset(_) => None,
            Fallback::Made(_, make) => Some(Cow::Owned(make())),
        }
    }

    /// Returns the text for the documentation.
    pub fn described(&self) -> &'static str {
        match self {
            Fallback::Text(text) | Fallback::Unset(text) | Fallback::Made(text, _) => text,
        }
    }
}

const ADDRESS: &str = "an address and a port, such as 127.0.0.1:4000";
const BYTES: &str = "bytes, such as 65536, 64KiB or 1MiB";
const DURATION: &str = "a duration, such as 500ms, 10s or 2m";
/// The form of a rate.
pub const RATE: &str = "rate/burst with both above 0, such as 10/20, or off";
/// The form of an allowance: a number in any period of a length.
pub const ALLOWANCE: &str = "count/duration with both above 0, such as 10/1h, or off";
/// The form of most counts.
pub const COUNT: &str = "a whole number from 1 to 1000000";

/// All settings of a program: the server's own, followed by those of its domains.
#[derive(Debug, Clone)]
pub struct Rows(Vec<&'static Setting>);

impl Rows {
    /// Returns the server's settings followed by these tables.
    pub fn with(domains: impl IntoIterator<Item = &'static [Setting]>) -> Self {
        Rows(TABLE.iter().chain(domains.into_iter().flatten()).collect())
    }

    /// Returns the settings in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = &'static Setting> {
        self.0.iter().copied()
    }
}

/// The server's own settings, in the order in which they are shown. Those of the domains follow them ([`Rows`]).
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
        help: "The address for clients; port 0 takes any free one",
        apply: |s, text| put(&mut s.listen, text.parse().ok()),
    },
    Setting {
        name: "PODIUM_ADMIN_LISTEN",
        default: Fallback::Text("127.0.0.1:4001"),
        expected: ADDRESS,
        secret: false,
        help: "The address for operators: /metrics, /healthz, /readyz; must not be reachable from the public network",
        apply: |s, text| put(&mut s.admin_listen, text.parse().ok()),
    },
    Setting {
        name: "DATABASE_URL",
        default: Fallback::Unset("an embedded Postgres, in PODIUM_STATE"),
        expected: "the address of a Postgres, such as postgres://user:password@host/podium",
        secret: true,
        help: "The Postgres that stores everything, version 15 or later",
        apply: |s, text| put(&mut s.database_url, values::database_url(text).map(Some)),
    },
    Setting {
        name: "REDIS_URL",
        default: Fallback::Unset("a single node"),
        expected: "redis://user:password@host:port, or rediss:// for TLS",
        secret: true,
        help: "The Redis that connects several nodes",
        apply: |s, text| put(&mut s.redis_url, values::redis_url(text).map(Some)),
    },
    Setting {
        name: "PODIUM_REDIS_CA",
        default: Fallback::Unset("the system's authorities, or those of `SSL_CERT_FILE`"),
        expected: "a file of certificates in PEM",
        secret: false,
        help: "The certificate authorities for a `rediss://` Redis",
        apply: |s, text| put(&mut s.redis_ca, values::path(text).map(Some)),
    },
    Setting {
        name: "PODIUM_REDIS_PREFIX",
        default: Fallback::Text("podium"),
        expected: "1 to 64 letters, digits, dots, dashes and underscores",
        secret: false,
        help: "The prefix of the channels in Redis: the same for all nodes of a database, different for each database",
        apply: |s, text| put(&mut s.redis_prefix, values::name(text)),
    },
    Setting {
        name: "PODIUM_JWT_SECRET",
        default: Fallback::Unset(
            "generated at the first start and kept in PODIUM_STATE; must be set with DATABASE_URL",
        ),
        expected: "at least 32 bytes, such as the output of `openssl rand -hex 32`",
        secret: true,
        help: "The secret that signs tokens (HS256)",
        apply: |s, text| put(&mut s.jwt_secret, values::signing_secret(text).map(Some)),
    },
    Setting {
        name: "PODIUM_JWT_LEEWAY",
        default: Fallback::Text("0s"),
        expected: "a duration of at most 5m, such as 60s, or 0s",
        secret: false,
        help: "How long before its nbf and after its exp a token is accepted, since clocks differ",
        apply: |s, text| put(&mut s.jwt_leeway, values::duration_within(text, 0, 300)),
    },
    Setting {
        name: "PODIUM_NODE",
        default: Fallback::Made("a random name", random_name),
        expected: "1 to 64 letters, digits, dots, dashes and underscores",
        secret: false,
        help: "The name of this node in logs, metrics and presence",
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
        help: "The proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted",
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
        default: Fallback::Made("four per core, at least 8", || (4 * cores()).clamp(8, 64).to_string()),
        expected: "a whole number from 1 to 1000",
        secret: false,
        help: "Connections to Postgres for requests; a third as many for the service, those for searches and those of the journal \
               are additional",
        apply: |s, text| put(&mut s.db_pool, values::number(text, 1..=1_000)),
    },
    Setting {
        name: "PODIUM_SEARCH_POOL",
        default: Fallback::Unset("a quarter of PODIUM_DB_POOL, at least 2"),
        expected: "a whole number from 1 to 1000",
        secret: false,
        help: "Connections to Postgres for searches; four searches wait for each of them, others are answered overloaded",
        apply: |s, text| put(&mut s.search_pool, values::number(text, 1..=1_000).map(Some)),
    },
    Setting {
        name: "PODIUM_WORKERS",
        default: Fallback::Made("one per core, less one", || workers().to_string()),
        expected: "a whole number from 1 to 512",
        secret: false,
        help: "Threads that serve HTTP and sockets; one core is left to Postgres, Redis and the kernel's network",
        apply: |s, text| put(&mut s.workers, values::number(text, 1..=512)),
    },
    Setting {
        name: "PODIUM_JOURNAL_WRITERS",
        default: Fallback::Made("one per four workers", || workers().div_ceil(4).to_string()),
        expected: "a whole number from 1 to 64",
        secret: false,
        help: "Writers of pods' logs, each with its own connection to Postgres; fewer writers form larger groups",
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
        help: "How long a stopping node still serves after /readyz answers 503; must be longer than the balancer's check",
        apply: |s, text| put(&mut s.health_interval, values::duration(text)),
    },
    Setting {
        name: "PODIUM_STATE",
        default: Fallback::Text(DEFAULT_STATE),
        expected: "the path of a folder",
        secret: false,
        help: "The folder of the embedded Postgres and the secret for tokens; the default moves below /var/lib/podium where \
               Postgres's account may not enter root's folders",
        apply: |s, text| put(&mut s.state, values::path(text)),
    },
    Setting {
        name: "PODIUM_POSTGRES_BIN",
        default: Fallback::Unset("searched in PATH, pg_config and the usual folders"),
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
        help: "The log filter",
        apply: |s, text| put(&mut s.log, values::log_filter(text)),
    },
    Setting {
        name: "PODIUM_LOG_FORMAT",
        default: Fallback::Text("auto"),
        expected: "auto (text on a terminal, JSON otherwise), text or json",
        secret: false,
        help: "The format of log lines",
        apply: |s, text| put(&mut s.log_format, values::log_format(text)),
    },
    Setting {
        name: "PODIUM_SMTP_URL",
        default: Fallback::Unset("no mail server: links are written to the log"),
        expected: "smtps://user:password@host, or smtp://user:password@host:587?tls=required",
        secret: true,
        help: "The mail server for confirmations of addresses and password resets",
        apply: |s, text| put(&mut s.mail.smtp_url, values::smtp_url(text).map(Some)),
    },
    Setting {
        name: "PODIUM_MAIL_FROM",
        default: Fallback::Unset("none; must be set with PODIUM_SMTP_URL"),
        expected: "a mail address, such as no-reply@podium.example.org or Podium <no-reply@podium.example.org>",
        secret: false,
        help: "The sender of mails",
        apply: |s, text| put(&mut s.mail.from, values::mailbox(text).map(Some)),
    },
    Setting {
        name: "PODIUM_LIMIT_REQUESTS",
        default: Fallback::Text("100/1000"),
        expected: RATE,
        secret: false,
        help: "Requests over HTTP per person",
        apply: |s, text| put(&mut s.limits.requests, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_STRANGERS",
        default: Fallback::Text("200/2000"),
        expected: RATE,
        secret: false,
        help: "Requests to the API without a valid token per address",
        apply: |s, text| put(&mut s.limits.strangers, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_ADDRESS_CONNECTIONS",
        default: Fallback::Text("4096"),
        expected: COUNT,
        secret: false,
        help: "Connections of an address at once that have shown no valid token, at most half of the node's; further ones are closed",
        apply: |s, text| put(&mut s.limits.address_connections, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_PERSON_SOCKETS",
        default: Fallback::Text("32"),
        expected: COUNT,
        secret: false,
        help: "Sockets of a person at once; further ones are refused with 429",
        apply: |s, text| put(&mut s.limits.person_sockets, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_CONNECTS",
        default: Fallback::Text("2/64"),
        expected: RATE,
        secret: false,
        help: "Sockets that a person opens",
        apply: |s, text| put(&mut s.limits.connects, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_MESSAGES",
        default: Fallback::Text("10/20"),
        expected: RATE,
        secret: false,
        help: "Messages per person; `off` is for load tests, and also lifts PODIUM_LIMIT_FRAMES unless that is set",
        apply: |s, text| put(&mut s.limits.messages, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_EVENTS",
        default: Fallback::Text("10/24h"),
        expected: ALLOWANCE,
        secret: false,
        help: "Events that a person may create in a period, over all nodes",
        apply: |s, text| put(&mut s.limits.events, values::allowance(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_PODS",
        default: Fallback::Text("10/1h"),
        expected: ALLOWANCE,
        secret: false,
        help: "Pods that a person may open in a period, over all nodes",
        apply: |s, text| put(&mut s.limits.pods, values::allowance(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_TYPING",
        default: Fallback::Text("2/4"),
        expected: RATE,
        secret: false,
        help: "Typing notices per person",
        apply: |s, text| put(&mut s.limits.typing, values::rate(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_FRAMES",
        default: Fallback::Text("200/1000"),
        expected: RATE,
        secret: false,
        help: "Frames per socket; beyond the limit the socket is closed with 4429",
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
        help: "Bytes of one websocket message, over all its fragments",
        apply: |s, text| put(&mut s.limits.frame_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_TOPIC_JOINS",
        default: Fallback::Text("20/400"),
        expected: RATE,
        secret: false,
        help: "Joins of topics per person, on all sockets together",
        apply: |s, text| put(&mut s.limits.topic_joins, values::rate(text)),
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
        help: "Frames queued for one socket; beyond the limit the socket is closed with 4408",
        apply: |s, text| put(&mut s.limits.session_frames, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_SESSION_BYTES",
        default: Fallback::Text("1MiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes queued for one socket; beyond the limit the socket is closed with 4408",
        apply: |s, text| put(&mut s.limits.session_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_UNANSWERED_BYTES",
        default: Fallback::Text("1MiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes of one socket's pushes that are not answered yet; further ones are answered `overloaded`",
        apply: |s, text| put(&mut s.limits.unanswered_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_JOURNAL_ENTRIES",
        default: Fallback::Text("4096"),
        expected: COUNT,
        secret: false,
        help: "Entries queued for the journal; beyond the limit a send is answered `overloaded`",
        apply: |s, text| put(&mut s.limits.journal_entries, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_IDLE",
        default: Fallback::Text("60s"),
        expected: DURATION,
        secret: false,
        help: "The time after which a silent socket is closed",
        apply: |s, text| put(&mut s.limits.idle, values::some_time(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_BODY_BYTES",
        default: Fallback::Text("64KiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes of an HTTP body; those of /v1/auth have at most 16 KiB",
        apply: |s, text| put(&mut s.limits.body_bytes, values::bytes(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_BODIES_BYTES",
        default: Fallback::Text("64MiB"),
        expected: BYTES,
        secret: false,
        help: "Bytes of all HTTP bodies that are being received; further ones are refused with `overloaded`",
        apply: |s, text| put(&mut s.limits.bodies_bytes, values::bytes(text)),
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
        help: "Sockets of this node at once; further ones are refused with 503",
        apply: |s, text| put(&mut s.limits.sessions, count(text)),
    },
    Setting {
        name: "PODIUM_LIMIT_SEND_WAIT",
        default: Fallback::Text("5s"),
        expected: DURATION,
        secret: false,
        help: "How long a send waits for Postgres before it is answered `unavailable`",
        apply: |s, text| put(&mut s.limits.send_wait, values::some_time(text)),
    },
];

/// Sets a field, or returns `None` if the value does not have the expected form.
pub fn put<T>(field: &mut T, value: Option<T>) -> Option<()> {
    *field = value?;
    Some(())
}

/// Parses a count of the form [`COUNT`].
pub fn count(text: &str) -> Option<usize> {
    values::number(text, 1..=1_000_000)
}

/// Returns the number of processors.
pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn workers() -> usize {
    (cores() - 1).max(1)
}

fn random_name() -> String {
    format!("node-{:08x}", rand::rng().random::<u32>())
}

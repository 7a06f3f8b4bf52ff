//! The metrics: each declared once with its help text, and exported to Prometheus.
//!
//! A metric is a constant, and is counted through it: `metrics::HTTP_REQUESTS.counter(labels).increment(1)`. The help
//! texts on `/metrics` come from the same constants.
//!
//! To add one, declare a constant and name it in [`ALL`], or in the list of a feature's `metrics.rs`. Labels must be
//! few and have few values: a route's pattern, never a path or an id.

use std::fmt::Write;
use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, IntoLabels, Label};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::db;

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows; its name ends in `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observed values in buckets with these upper bounds.
    Histogram(&'static [f64]),
}

/// A metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The name in Prometheus.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: Kind,
    /// The help text: one sentence.
    pub help: &'static str,
}

/// The labels of a metric without labels.
pub const NONE: Vec<Label> = Vec::new();

/// The buckets for times: from half a millisecond to ten seconds.
pub const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The buckets for entries of a group: from one to the largest group.
pub const ENTRIES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// HTTP requests that were answered, by `method`, `route` and `status`.
pub const HTTP_REQUESTS: Metric =
    Metric::new_counter("podium_http_requests_total", "HTTP requests that were answered.");
/// The time that HTTP requests took, by `method` and `route`.
pub const HTTP_SECONDS: Metric =
    Metric::new_histogram("podium_http_request_seconds", SECONDS, "Time from a request's head to its answer's head.");
/// HTTP requests that are being served.
pub const HTTP_IN_FLIGHT: Metric = Metric::new_gauge("podium_http_requests_in_flight", "HTTP requests being served.");
/// Statements sent through the pools.
pub const DB_STATEMENTS: Metric =
    Metric::new_counter("podium_db_statements_total", "Statements sent to Postgres through the pools.");
/// Searches that were refused.
pub const SEARCHES_REFUSED: Metric = Metric::new_counter(
    "podium_searches_refused_total",
    "Searches that were refused, since too many were under way or they took too long.",
);
/// The outcome of the last query of Postgres: 1 if it answered, else 0.
pub const DB_UP: Metric = Metric::new_gauge("podium_db_up", "1 if Postgres answered the last query, else 0.");
/// Refusals by a rate, by the rate's name as `limit`.
pub const LIMITED: Metric =
    Metric::new_counter("podium_limited_total", "Requests and pushes refused by a rate, by the rate's name.");
/// Connections to the public address that are open.
pub const CONNECTIONS: Metric =
    Metric::new_gauge("podium_connections", "Connections to the public address that are open, sockets among them.");
/// Sockets that are open.
pub const SESSIONS: Metric = Metric::new_gauge("podium_sessions", "Websockets that are open.");
/// Sockets that this node ended, by `code`.
pub const SESSIONS_ENDED: Metric =
    Metric::new_counter("podium_sessions_ended_total", "Websockets that the node ended, by close code.");
/// Frames received from clients.
pub const FRAMES_IN: Metric = Metric::new_counter("podium_frames_received_total", "Websocket messages from clients.");
/// Frames sent to clients.
pub const FRAMES_OUT: Metric = Metric::new_counter("podium_frames_sent_total", "Websocket messages to clients.");
/// Overflows of a relay, after which its sockets had to resume.
pub const RELAY_OVERFLOWS: Metric = Metric::new_counter(
    "podium_relay_overflows_total",
    "Times that a worker fell so far behind that its sockets had to resume.",
);
/// The state of the bus: 1 if every live node hears every other.
pub const BUS_UP: Metric = Metric::new_gauge(
    "podium_bus_up",
    "1 if this node and all others that are alive hear each other on the bus, else 0.",
);
/// Messages received from the bus.
pub const BUS_RECEIVED: Metric = Metric::new_counter("podium_bus_received_total", "Messages received from the bus.");
/// Messages published on the bus.
pub const BUS_PUBLISHED: Metric = Metric::new_counter("podium_bus_published_total", "Messages that Redis accepted.");
/// Messages that could not be published.
pub const BUS_DROPPED: Metric = Metric::new_counter(
    "podium_bus_dropped_total",
    "Messages that were not published, because Redis was unavailable or too slow; the sweep repairs that.",
);
/// Connections to Redis that were lost or could not be made, by `connection`.
pub const BUS_LOST: Metric = Metric::new_counter(
    "podium_bus_connections_lost_total",
    "Connections to Redis that were lost or could not be made.",
);
/// Nodes that are alive.
pub const NODES_LIVE: Metric =
    Metric::new_gauge("podium_nodes_live", "Nodes that are alive as this one sees it, itself included.");
/// The time that one comparison of the sweep took, by its subject.
pub const SWEEP_SECONDS: Metric =
    Metric::new_histogram("podium_sweep_seconds", SECONDS, "Time that one comparison with Postgres took.");
/// Differences that the sweep found, by its subject.
pub const SWEEP_FOUND: Metric =
    Metric::new_counter("podium_sweep_found_total", "Differences that the sweep found between Postgres and this node.");
/// Presence entries, by `sessions`: `here` for this node, `elsewhere` for others.
pub const PRESENCE: Metric =
    Metric::new_gauge("podium_presence_entries", "Sessions in topics whose presence this node knows, by their node.");
/// Mails, by `outcome`.
pub const MAILS: Metric = Metric::new_counter(
    "podium_mails_total",
    "Mails that were sent, failed, or were written to the log without a mail server.",
);
/// The running version, by `version` and `node`; always 1.
pub const BUILD: Metric = Metric::new_gauge("podium_build_info", "The running version and the node's name.");

const PROCESS_CPU: Metric =
    Metric::new_counter("process_cpu_seconds_total", "CPU time of the process, user and system.");
const PROCESS_MEMORY: Metric =
    Metric::new_gauge("process_resident_memory_bytes", "Memory of the process that is resident.");
const PROCESS_FILES: Metric = Metric::new_gauge("process_open_fds", "Open file descriptors.");
const PROCESS_MAX_FILES: Metric = Metric::new_gauge("process_max_fds", "How many file descriptors may be open.");
const PROCESS_THREADS: Metric = Metric::new_gauge("process_threads", "Threads of the process.");

/// The server's own metrics. Each domain has a list of its own.
pub const ALL: &[Metric] = &[
    HTTP_REQUESTS,
    HTTP_SECONDS,
    HTTP_IN_FLIGHT,
    DB_STATEMENTS,
    SEARCHES_REFUSED,
    DB_UP,
    LIMITED,
    CONNECTIONS,
    SESSIONS,
    SESSIONS_ENDED,
    FRAMES_IN,
    FRAMES_OUT,
    RELAY_OVERFLOWS,
    BUS_UP,
    BUS_RECEIVED,
    BUS_PUBLISHED,
    BUS_DROPPED,
    BUS_LOST,
    NODES_LIVE,
    SWEEP_SECONDS,
    SWEEP_FOUND,
    PRESENCE,
    MAILS,
    BUILD,
    PROCESS_CPU,
    PROCESS_MEMORY,
    PROCESS_FILES,
    PROCESS_MAX_FILES,
    PROCESS_THREADS,
];

impl Metric {
    /// Declares a counter, which only grows.
    pub const fn new_counter(name: &'static str, help: &'static str) -> Self {
        Metric { name, kind: Kind::Counter, help }
    }

    /// Declares a gauge, which goes up and down.
    pub const fn new_gauge(name: &'static str, help: &'static str) -> Self {
        Metric { name, kind: Kind::Gauge, help }
    }

    /// Declares a histogram with these upper bounds.
    pub const fn new_histogram(name: &'static str, bounds: &'static [f64], help: &'static str) -> Self {
        Metric { name, kind: Kind::Histogram(bounds), help }
    }

    /// Returns the counter with these labels. Keep it where it is used often: each call costs a look-up.
    pub fn counter(&self, labels: impl IntoLabels) -> Counter {
        debug_assert!(matches!(self.kind, Kind::Counter));
        metrics::with_recorder(|recorder| recorder.register_counter(&self.key(labels), &METADATA))
    }

    /// Returns the gauge with these labels.
    pub fn gauge(&self, labels: impl IntoLabels) -> Gauge {
        debug_assert!(matches!(self.kind, Kind::Gauge));
        metrics::with_recorder(|recorder| recorder.register_gauge(&self.key(labels), &METADATA))
    }

    /// Returns the histogram with these labels.
    pub fn histogram(&self, labels: impl IntoLabels) -> Histogram {
        debug_assert!(matches!(self.kind, Kind::Histogram(_)));
        metrics::with_recorder(|recorder| recorder.register_histogram(&self.key(labels), &METADATA))
    }

    fn key(&self, labels: impl IntoLabels) -> metrics::Key {
        metrics::Key::from_parts(self.name, labels)
    }
}

static METADATA: metrics::Metadata<'static> = metrics::Metadata::new("podium", metrics::Level::INFO, None);

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Installs the recorder, once a process; earlier counts are lost. Several servers in one process, as in tests, share
/// the counts.
pub fn install(all: &[Metric]) {
    RECORDER.get_or_init(|| {
        let mut builder = PrometheusBuilder::new();
        for metric in all {
            if let Kind::Histogram(bounds) = metric.kind {
                let name = Matcher::Full(metric.name.to_owned());
                builder = builder.set_buckets_for_metric(name, bounds).expect("every histogram has bounds");
            }
        }
        // If another recorder is installed already, that one exports the counts.
        let handle = builder.install_recorder().ok()?;
        for metric in all {
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
                Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                Kind::Histogram(_) => metrics::describe_histogram!(metric.name, metric.help),
            }
        }
        Some(handle)
    });
}

/// Returns the text of `/metrics`.
pub fn render() -> String {
    DB_STATEMENTS.counter(NONE).absolute(db::statements());
    let mut text = RECORDER.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    process(&mut text);
    text
}

/// Aggregates histograms between scrapes, so that they stay small. Never returns.
pub async fn upkeep() {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        if let Some(Some(handle)) = RECORDER.get() {
            handle.run_upkeep();
        }
    }
}

/// Appends the process's metrics from `/proc`; on other systems than Linux few of them are available. Done here, since
/// the recorder's counters are integers, and whole seconds of CPU time are too coarse.
fn process(text: &mut String) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    if let Some(usage) = Usage::of(&stat) {
        let ticks = rustix::param::clock_ticks_per_second().max(1);
        sample(text, &PROCESS_CPU, usage.ticks as f64 / ticks as f64);
        sample(text, &PROCESS_MEMORY, usage.pages as f64 * rustix::param::page_size() as f64);
        sample(text, &PROCESS_THREADS, usage.threads as f64);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        sample(text, &PROCESS_FILES, files.count() as f64);
    }
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        sample(text, &PROCESS_MAX_FILES, most as f64);
    }
}

fn sample(text: &mut String, metric: &Metric, value: f64) {
    let kind = if metric.kind == Kind::Counter { "counter" } else { "gauge" };
    let (name, help) = (metric.name, metric.help);
    // Writing to a String cannot fail.
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n\n");
}

struct Usage {
    ticks: u64,
    threads: u64,
    pages: u64,
}

impl Usage {
    /// Parses `/proc/<pid>/stat`: fields 14 and 15, 20 and 24, counted behind the command's name, which may contain
    /// spaces.
    fn of(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Usage { ticks: field(14)? + field(15)?, threads: field(20)?, pages: field(24)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_may_have_any_name() {
        let stat = "4711 (a (b) c) S 1 1 1 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 9 0 100 1000 321 18446744073709551615";
        let usage = Usage::of(stat).unwrap();
        assert_eq!((usage.ticks, usage.threads, usage.pages), (300, 9, 321));
        assert!(Usage::of("nonsense").is_none());
    }

    #[test]
    fn metrics_are_exported_with_their_help() {
        install(ALL);
        HTTP_REQUESTS.counter(&[("route", "/a"), ("status", "200")]).increment(2);
        HTTP_SECONDS.histogram(&[("route", "/a")]).record(0.003);
        DB_UP.gauge(NONE).set(1.0);
        let text = render();
        for line in [
            "# HELP podium_http_requests_total HTTP requests that were answered.",
            r#"podium_http_requests_total{route="/a",status="200"} 2"#,
            r#"podium_http_request_seconds_bucket{route="/a",le="0.005"} 1"#,
            "# TYPE podium_db_statements_total counter",
            "podium_db_up 1",
            "# TYPE process_cpu_seconds_total counter",
        ] {
            assert!(text.contains(line), "{line}\nis not in\n{text}");
        }
    }
}

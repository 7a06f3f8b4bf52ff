//! The options.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand};

use crate::bare::Fault;
use crate::compare::Server;
use crate::crowd::{Counting, Pace, Plan, What, nanoseconds};
use crate::http::Url;
use crate::processes::Watched;
use crate::wire::speech::Speech;

/// Measures how fast messages fan out, and proves that none was lost, doubled or out of order.
///
/// Exits with 0 if everything was right, with 1 if something was lost, doubled, out of order or refused, with 2 if the
/// run could not be made, and with 130 after Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "podium-loadtest", version, args_override_self = true)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The scenarios.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open loop: messages at a rate over all pods, each measured from when it was due
    Pods {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
    },
    /// Closed loop: each session keeps some messages unanswered, so that the server is as busy as possible
    FlatOut {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// Unanswered messages per session
        #[arg(long, default_value_t = 4)]
        window: usize,
    },
    /// Typing notices at a rate, which the server forwards without storing them
    Typing {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
    },
    /// One to all: posts on the event's wall, received by every session
    #[command(mut_arg("sessions", |arg| arg.default_value("1000")))]
    Wall {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// Posts per second; what comes within a quarter of a second of another post is sent together with the next
        #[arg(long, default_value_t = 2.0)]
        rate: f64,
    },
    /// All to one to all: people vote in polls on the wall, and every session receives the tallies, which must be exact
    Poll {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// Votes per second over all people, each in turn; if absent, as fast as they are answered
        #[arg(long)]
        rate: Option<f64>,
        /// Polls
        #[arg(long, default_value_t = 1, value_parser = number(1..=20))]
        polls: usize,
        /// Options per poll
        #[arg(long, default_value_t = 4, value_parser = number(2..=10))]
        options: usize,
        /// Votes that may be unanswered at a time
        #[arg(long, default_value_t = 64, value_parser = number(1..=1024))]
        hands: usize,
    },
    /// People tap on posts of the wall, and every session receives the total, which must be the sum of what was accepted
    Hype {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// Requests per second over all people, each in turn; if absent, as fast as they are answered
        #[arg(long)]
        rate: Option<f64>,
        /// Posts
        #[arg(long, default_value_t = 1, value_parser = number(1..=20))]
        posts: usize,
        /// Devices of each person
        #[arg(long, default_value_t = 2, value_parser = number(1..=8))]
        sources: usize,
        /// Taps that one request adds
        #[arg(long, default_value_t = 1)]
        taps: u64,
        /// Requests that may be unanswered at a time
        #[arg(long, default_value_t = 64, value_parser = number(1..=1024))]
        hands: usize,
    },
    /// Silent sessions: the memory that one costs
    Idle {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Sessions that leave, are cut off and return while others send, and storms in which all do at once
    Churn {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
        /// Sessions that leave, per second
        #[arg(long, default_value_t = 50.0)]
        leaving: f64,
        /// The longest absence, in seconds
        #[arg(long, default_value_t = 2.0)]
        away: f64,
        /// Cut all sessions off at once, at this interval in seconds
        #[arg(long)]
        storm: Option<f64>,
    },
    /// The actions of a group chat in proportion: typing, reading, writing, reacting, editing and deleting
    Mixed {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
    },
    /// The highest rate of `pods` whose p99 stays under a bound, by bisection
    Search {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// The bound of the p99, in milliseconds
        #[arg(long, default_value_t = 10.0)]
        p99: f64,
        /// The first rate, in messages per second
        #[arg(long, default_value_t = 1000.0)]
        from: f64,
        /// The highest rate to try
        #[arg(long, default_value_t = 200_000.0)]
        to: f64,
    },
    /// The same scenario on several servers in turn, A B A B, as ratios to the first with their range
    Compare {
        /// The scenario
        #[arg(value_enum)]
        scenario: Scenario,
        /// A server: its name, its protocol if not Podium's, its addresses (the members of each pod are spread over
        /// them), and its processes; give several
        #[arg(
            long = "server",
            required = true,
            value_name = "NAME=[phoenix+|socketio+]URL[,url=URL]…[,pid=[NAME:]PID]…"
        )]
        servers: Vec<Server>,
        /// The number of rounds
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
        /// Unanswered messages per session, for flat-out
        #[arg(long, default_value_t = 4)]
        window: usize,
    },
    /// Show several reports written with --json in one page, for comparison
    Report {
        /// The reports
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// The page
        #[arg(long, default_value = "report.html")]
        html: PathBuf,
    },
    /// Print comparisons written with --json as one table in Markdown
    Table {
        /// The comparisons
        #[arg(required = true)]
        comparisons: Vec<PathBuf>,
    },
    /// Serve hand-made frames over bare sockets, on one thread and without storage, to find the limit of the machine
    Bare {
        /// The address to listen on
        #[arg(long, default_value = "127.0.0.1:4100")]
        listen: SocketAddr,
        /// Make this fault on purpose, to test the checks
        #[arg(long, value_enum)]
        fault: Option<Fault>,
    },
}

/// Parses a number in a range.
fn number(range: std::ops::RangeInclusive<i64>) -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u16).range(range).map(usize::from)
}

/// The scenarios that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs, reason = "they are the commands of the same names")]
pub enum Scenario {
    Pods,
    FlatOut,
    Typing,
    Wall,
    Idle,
}

impl Scenario {
    pub(super) fn name(self) -> &'static str {
        match self {
            Scenario::Pods => "pods",
            Scenario::FlatOut => "flat-out",
            Scenario::Typing => "typing",
            Scenario::Wall => "wall",
            Scenario::Idle => "idle",
        }
    }

    pub(super) fn plan(self, common: &Common, rate: Rate, window: usize) -> Plan {
        match self {
            Scenario::Pods => common.plan(What::Messages, rate.pace()),
            Scenario::FlatOut => common.plan(What::Messages, Pace::Closed { window: window.max(1) }),
            Scenario::Typing => common.plan(What::Typing, rate.pace()),
            Scenario::Wall => common.plan(What::Posts, rate.pace()),
            Scenario::Idle => common.plan(What::Messages, Pace::Still),
        }
    }
}

/// The rate of an open loop.
#[derive(Debug, Clone, Copy, Args)]
pub struct Rate {
    /// Sends per second over all sessions
    #[arg(long, default_value_t = 2000.0)]
    pub rate: f64,
    /// Send at random moments, as people do, instead of evenly
    #[arg(long)]
    pub poisson: bool,
}

impl Rate {
    pub(super) fn pace(self) -> Pace {
        Pace::Open { rate: self.rate, poisson: self.poisson }
    }
}

/// The options of all scenarios.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// A node or a balancer; if given several times, each pod's members are spread over them
    #[arg(long = "url", default_value = "http://127.0.0.1:4000")]
    pub urls: Vec<Url>,
    /// The protocol of the server
    #[arg(long = "speaks", value_enum, default_value_t)]
    pub speech: Speech,
    /// The server's secret, to sign tokens with
    #[arg(long, env = "PODIUM_JWT_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// A file of tokens, one a line, instead of the secret
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// Sockets, each of another person
    #[arg(long, default_value_t = 500)]
    pub sessions: usize,
    /// Members per pod
    #[arg(long, default_value_t = 5)]
    pub pod_size: usize,
    /// The topic to join, instead of the scenario's own; {pod} and {event} stand for ids
    #[arg(long)]
    pub topic: Option<String>,
    /// Let each session also join its person's own topic, as clients do
    #[arg(long)]
    pub inbox: bool,
    /// The time to measure, in seconds
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
    /// Load before the measurement, in seconds; it is checked but not measured
    #[arg(long, default_value_t = 2.0)]
    pub warm_up: f64,
    /// The time to wait for late deliveries, in seconds
    #[arg(long, default_value_t = 10.0)]
    pub patience: f64,
    /// Bytes of each text; if absent, texts like those of a group chat
    #[arg(long)]
    pub size: Option<usize>,
    /// Processes on this machine whose CPU and memory are measured, with their children: `server=123`, or `123`
    #[arg(long = "pid")]
    pub pids: Vec<Watched>,
    /// End this process without warning in the middle of the measured time: one of several nodes, for example
    #[arg(long, value_name = "PID")]
    pub kill: Option<u32>,
    /// Threads of the load tester; one reads some hundred thousand deliveries per second
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Sockets that may be connecting at a time, per thread
    #[arg(long, default_value_t = 64)]
    pub connecting: usize,
    /// The seed of random choices, to repeat a run
    #[arg(long)]
    pub seed: Option<u64>,
    /// Keep people, event and pods after the run, listed in this file, and use them again if it exists
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// The name of the run in reports
    #[arg(long)]
    pub label: Option<String>,
    /// Write the report as JSON to this file, or to standard output (`-`)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as a page with plots to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Count only the checks' findings as failures, not refused sends and ended sockets: for runs that break servers
    #[arg(long)]
    pub tolerate: bool,
    /// Show no progress
    #[arg(long)]
    pub quiet: bool,
}

impl Common {
    /// Returns the plan of a scenario.
    pub fn plan(&self, what: What, pace: Pace) -> Plan {
        let topic = if what.is_on_wall() { "event:{event}" } else { "pod:{pod}" };
        Plan {
            speech: self.speech,
            what,
            pace,
            churn: None,
            inbox: self.inbox,
            topic: self.topic.clone().unwrap_or_else(|| topic.to_owned()),
            warm_up: nanoseconds(self.warm_up),
            measured: nanoseconds(self.seconds),
            patience: nanoseconds(self.patience),
            slice: nanoseconds((self.seconds / 100.0).max(0.1)),
            counting: Counting::default(),
            connecting: self.connecting.max(1),
        }
    }
}

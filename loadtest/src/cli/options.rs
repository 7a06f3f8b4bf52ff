//! What can be asked for.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::bare::Fault;
use crate::compare::Server;
use crate::crowd::{Pace, Plan, What, nanoseconds};
use crate::http::Url;
use crate::processes::Watched;
use crate::wire::speech::Speech;

/// Measures how fast messages fan out, and proves that none was lost, doubled or out of order.
///
/// Ends with 0 when all was well, with 1 when something was lost, doubled, out of order or refused, with 2 when the run
/// could not be made, and with 130 after Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "podium-loadtest", version, args_override_self = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The scenarios.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open loop: messages at a rate over all pods, each counted from when it was due
    Pods {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
    },
    /// Closed loop: each session keeps some messages unanswered, so that the server is as busy as it can be
    FlatOut {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// Unanswered messages a session
        #[arg(long, default_value_t = 4)]
        window: usize,
    },
    /// Typing notices at a rate, which the server hands on without storing them
    Typing {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
    },
    /// One to all: posts on the event's wall, heard by every session
    Wall {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// Posts a second
        #[arg(long, default_value_t = 10.0)]
        rate: f64,
    },
    /// Sessions that say nothing: what one costs in memory
    Idle {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Sessions that go, are cut off and come back while others talk, and storms in which all do at once
    Churn {
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
        /// Sessions that go, a second
        #[arg(long, default_value_t = 50.0)]
        leaving: f64,
        /// The longest that they stay away, in seconds
        #[arg(long, default_value_t = 2.0)]
        away: f64,
        /// Every so many seconds all are cut off at once
        #[arg(long)]
        storm: Option<f64>,
    },
    /// What people do of an evening: they type, read, write, react, mend and take back
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
        /// Milliseconds
        #[arg(long, default_value_t = 10.0)]
        p99: f64,
        /// The first rate, in messages a second
        #[arg(long, default_value_t = 1000.0)]
        from: f64,
        /// The highest rate to try
        #[arg(long, default_value_t = 200_000.0)]
        to: f64,
    },
    /// The same scenario on several servers in turn, A B A B, as ratios to the first with their spread
    Compare {
        /// What to run
        #[arg(value_enum)]
        scenario: Scenario,
        /// A server: what to call it, its language if it is not Podium's, where it is (over several addresses the members
        /// of each pod are spread), and its processes; give several
        #[arg(
            long = "server",
            required = true,
            value_name = "NAME=[phoenix+|socketio+]URL[,url=URL]…[,pid=[NAME:]PID]…"
        )]
        servers: Vec<Server>,
        /// How often each has its turn
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
        /// See [`Rate`].
        #[command(flatten)]
        rate: Rate,
        /// Unanswered messages a session, for flat-out
        #[arg(long, default_value_t = 4)]
        window: usize,
    },
    /// Lay reports that were written with --json over each other, in one page
    Report {
        /// The reports
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// The page
        #[arg(long, default_value = "report.html")]
        html: PathBuf,
    },
    /// Print comparisons that were written with --json as one table in Markdown
    Table {
        /// The comparisons
        #[arg(required = true)]
        comparisons: Vec<PathBuf>,
    },
    /// Serve: hand-made frames over bare sockets, on one thread and without storage, as the limit of the machine
    Bare {
        /// Where
        #[arg(long, default_value = "127.0.0.1:4100")]
        listen: SocketAddr,
        /// Do something wrong on purpose, to see the checks find it
        #[arg(long, value_enum)]
        fault: Option<Fault>,
    },
}

/// What can be compared.
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

/// The pace of an open loop.
#[derive(Debug, Clone, Copy, Args)]
pub struct Rate {
    /// Sends a second over all sessions
    #[arg(long, default_value_t = 2000.0)]
    pub rate: f64,
    /// Let them come by chance, as people's do, instead of evenly
    #[arg(long)]
    pub poisson: bool,
}

impl Rate {
    pub(super) fn pace(self) -> Pace {
        Pace::Open { rate: self.rate, poisson: self.poisson }
    }
}

/// What all scenarios take.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// A node or a balancer; given several times, each pod's members are spread over them
    #[arg(long = "url", default_value = "http://127.0.0.1:4000")]
    pub urls: Vec<Url>,
    /// What the server speaks
    #[arg(long = "speaks", value_enum, default_value_t)]
    pub speech: Speech,
    /// The server's secret, with which tokens are minted
    #[arg(long, env = "PODIUM_JWT_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// A file of tokens, one a line, instead of the secret
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// Sockets, each of a person of its own
    #[arg(long, default_value_t = 500)]
    pub sessions: usize,
    /// Members of a pod
    #[arg(long, default_value_t = 5)]
    pub pod_size: usize,
    /// The topic that is joined, instead of the scenario's own; {pod} and {event} stand for ids
    #[arg(long)]
    pub topic: Option<String>,
    /// Let each session join its person's own topic besides, as clients do
    #[arg(long)]
    pub inbox: bool,
    /// How long is measured
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
    /// Load before that, which is checked but not measured
    #[arg(long, default_value_t = 2.0)]
    pub warm_up: f64,
    /// How long stragglers are waited for
    #[arg(long, default_value_t = 10.0)]
    pub patience: f64,
    /// Bytes of each text; like what people write if absent
    #[arg(long)]
    pub size: Option<usize>,
    /// Processes on this machine whose CPU and memory count, with their children: `server=123`, or `123`
    #[arg(long = "pid")]
    pub pids: Vec<Watched>,
    /// Threads of the load tester; one reads some hundred thousand deliveries a second
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Sockets that may be connecting at a time, a thread
    #[arg(long, default_value_t = 64)]
    pub connecting: usize,
    /// Makes the run's choices repeatable
    #[arg(long)]
    pub seed: Option<u64>,
    /// Keep the people, the event and the pods, written down in this file, and use them again if it is there
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// What the run is called in reports
    #[arg(long)]
    pub label: Option<String>,
    /// Write the report as JSON to this file, or to standard output (`-`)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as a page with plots to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Refused sends and ended sockets are no failure, only what the checks find: for runs that break servers
    #[arg(long)]
    pub tolerate: bool,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
}

impl Common {
    /// The plan of a scenario.
    pub fn plan(&self, what: What, pace: Pace) -> Plan {
        let topic = if what == What::Posts { "event:{event}" } else { "pod:{pod}" };
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
            connecting: self.connecting.max(1),
        }
    }
}

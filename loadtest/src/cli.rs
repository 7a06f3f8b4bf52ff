//! The command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bare::{Bare, Fault};
use crate::compare::{Server, compare, table};
use crate::crowd::{Churn, Pace, Plan, What, nanoseconds};
use crate::http::Url;
use crate::interrupt;
use crate::processes::Watched;
use crate::report::{Report, page};
use crate::run::{self, Failure, Stage};
use crate::search::{Goal, search};
use crate::sockets::raise_descriptors;
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
        /// NAME=[podium+|phoenix+|socketio+]URL[,pid=[NAME:]PID]…; give several
        #[arg(long = "server", required = true)]
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
    fn name(self) -> &'static str {
        match self {
            Scenario::Pods => "pods",
            Scenario::FlatOut => "flat-out",
            Scenario::Typing => "typing",
            Scenario::Wall => "wall",
            Scenario::Idle => "idle",
        }
    }

    fn plan(self, common: &Common, rate: Rate, window: usize) -> Plan {
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
    fn pace(self) -> Pace {
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

/// Does what the command line says.
pub fn run(cli: Cli) -> ExitCode {
    let listening = match &cli.command {
        // It serves until it is told to stop, and has nothing to clean up.
        Command::Bare { .. } => Ok(()),
        _ => interrupt::listen().map_err(|error| Failure::Other(error.to_string())),
    };
    let outcome = listening.and_then(|()| obey(&cli.command));
    match outcome {
        Ok(code) => code,
        Err(Failure::Interrupted) => {
            eprintln!("interrupted; what was made for the run has been taken away");
            ExitCode::from(130)
        }
        Err(failure) => {
            eprintln!("podium-loadtest: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Runs one of the scenarios that end in one report. `None` for the other commands.
pub fn measure(command: &Command) -> Option<Result<Report, Failure>> {
    let plain =
        |scenario: Scenario, common: &Common, rate, window| (scenario.name(), scenario.plan(common, rate, window));
    let still = Rate { rate: 0.0, poisson: false };
    let (common, (name, plan)) = match command {
        Command::Pods { common, rate } => (common, plain(Scenario::Pods, common, *rate, 0)),
        Command::FlatOut { common, window } => (common, plain(Scenario::FlatOut, common, still, *window)),
        Command::Typing { common, rate } => (common, plain(Scenario::Typing, common, *rate, 0)),
        Command::Wall { common, rate } => (common, plain(Scenario::Wall, common, Rate { rate: *rate, ..still }, 0)),
        Command::Idle { common } => (common, plain(Scenario::Idle, common, still, 0)),
        Command::Churn { common, rate, leaving, away, storm } => {
            let away = (nanoseconds((away / 10.0).min(0.1)), nanoseconds(*away));
            let churn = Churn { rate: *leaving, away, storm: storm.map(nanoseconds) };
            (common, ("churn", Plan { churn: Some(churn), ..common.plan(What::Messages, rate.pace()) }))
        }
        Command::Mixed { common, rate } => {
            (common, ("mixed", Plan { inbox: true, ..common.plan(What::Evening, rate.pace()) }))
        }
        _ => return None,
    };
    Some(run::run(name, common, &plan))
}

fn obey(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Pods { common, .. }
        | Command::FlatOut { common, .. }
        | Command::Typing { common, .. }
        | Command::Wall { common, .. }
        | Command::Idle { common }
        | Command::Churn { common, .. }
        | Command::Mixed { common, .. } => {
            let report = measure(command).ok_or_else(|| Failure::Other("no scenario".into()))??;
            print(common, &report, &report)?;
            write_page(common.html.as_deref(), &[&report])?;
            Ok(verdict(report.is_good() || common.tolerate && report.findings.is_empty()))
        }
        Command::Search { common, p99, from, to } => highest(common, Goal { p99: *p99, from: *from, to: *to }),
        Command::Compare { scenario, servers, rounds, common, rate, window } => {
            let plan = |common: &Common| scenario.plan(common, *rate, *window);
            let found = compare(scenario.name(), common, servers, (*rounds).max(1), plan)?;
            print(common, &found, &found)?;
            // One run of each server, of the last round.
            let last = &found.reports[found.reports.len() - servers.len()..];
            write_page(common.html.as_deref(), &last.iter().collect::<Vec<_>>())?;
            Ok(verdict(found.good))
        }
        Command::Report { reports, html } => lay_over(reports, html),
        Command::Table { comparisons } => {
            print!("{}", table(&read_all(comparisons)?));
            Ok(ExitCode::SUCCESS)
        }
        Command::Bare { listen, fault } => bare(*listen, *fault),
    }
}

fn highest(common: &Common, goal: Goal) -> Result<ExitCode, Failure> {
    let plan = common.plan(What::Messages, Pace::Still);
    let mut stage = Stage::set(common)?;
    let outcome = search(&mut stage, &plan, goal);
    let struck = stage.strike();
    let found = outcome?;
    struck?;
    print(common, &found, &found)?;
    if let Some(report) = &found.report {
        write_page(common.html.as_deref(), &[report])?;
    }
    Ok(verdict(found.right && found.rate > 0.0))
}

fn verdict(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// Shows a result to people, and writes it for machines.
fn print(common: &Common, text: &impl std::fmt::Display, json: &impl Serialize) -> Result<(), Failure> {
    let other = |error: &dyn std::fmt::Display| Failure::Other(error.to_string());
    match &common.json {
        None => print!("{text}"),
        Some(file) => {
            let json = serde_json::to_string_pretty(json).map_err(|error| other(&error))?;
            if file.as_os_str() == "-" {
                println!("{json}");
                eprint!("{text}");
            } else {
                print!("{text}");
                std::fs::write(file, json).map_err(|error| other(&format!("{}: {error}", file.display())))?;
            }
        }
    }
    Ok(())
}

fn write_page(file: Option<&Path>, reports: &[&Report]) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    let page = page(reports).map_err(|error| Failure::Other(error.to_string()))?;
    std::fs::write(file, page).map_err(|error| Failure::Other(format!("{}: {error}", file.display())))
}

fn read_all<T: DeserializeOwned>(files: &[PathBuf]) -> Result<Vec<T>, Failure> {
    let read = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
        let value = text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        value.map_err(|why| Failure::Other(format!("{}: {why}", file.display())))
    };
    files.iter().map(read).collect()
}

fn lay_over(files: &[PathBuf], html: &Path) -> Result<ExitCode, Failure> {
    let reports: Vec<Report> = read_all(files)?;
    write_page(Some(html), &reports.iter().collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

fn bare(listen: SocketAddr, fault: Option<Fault>) -> Result<ExitCode, Failure> {
    raise_descriptors(1 << 16).or_else(|_| raise_descriptors(1 << 14)).map_err(Failure::Other)?;
    let other = |error: std::io::Error| Failure::Other(format!("{listen}: {error}"));
    let mut server = Bare::bind(listen, fault).map_err(other)?;
    eprintln!("listening on http://{}", server.address().map_err(other)?);
    server.serve(&AtomicBool::new(false)).map_err(other)?;
    Ok(ExitCode::SUCCESS)
}

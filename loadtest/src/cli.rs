//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use clap::{Args, Parser, Subcommand};

use crate::bare::{Bare, Fault};
use crate::crowd::{Pace, Plan, nanoseconds};
use crate::http::Url;
use crate::processes::Watched;
use crate::report::Report;
use crate::run;
use crate::sockets::raise_descriptors;

/// Measures how fast messages fan out, and proves that none was lost, doubled or out of order.
///
/// Ends with 0 when all was well, with 1 when something was lost, doubled, out of order or refused, with 2 when the run
/// could not be made, and with 130 after Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "podium-loadtest", version)]
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
        /// Messages a second over all sessions
        #[arg(long, default_value_t = 2000.0)]
        rate: f64,
        /// Let the messages come by chance, as people's do, instead of evenly
        #[arg(long)]
        poisson: bool,
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

/// What all scenarios take.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// A node or a balancer; given several times, each pod's members are spread over them
    #[arg(long = "url", default_value = "http://127.0.0.1:4000")]
    pub urls: Vec<Url>,
    /// The server's secret, with which tokens are minted
    #[arg(long, env = "PODIUM_JWT_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// A file of tokens, one a line, instead of the secret
    #[arg(long, conflicts_with = "secret")]
    pub tokens: Option<PathBuf>,
    /// Sockets, each of a person of its own
    #[arg(long, default_value_t = 500)]
    pub sessions: usize,
    /// Members of a pod
    #[arg(long, default_value_t = 5)]
    pub pod_size: usize,
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
    /// Write the report as JSON to this file, or to standard output (`-`)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
}

impl Common {
    fn plan(&self, pace: Pace) -> Plan {
        Plan {
            pace,
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
    let (common, scenario, pace) = match cli.command {
        Command::Pods { common, rate, poisson } => (common, "pods", Pace::Open { rate, poisson }),
        Command::Bare { listen, fault } => return bare(listen, fault),
        Command::FlatOut { common, window } => (common, "flat-out", Pace::Closed { window: window.max(1) }),
    };
    match run::run(scenario, &common, &common.plan(pace)) {
        Ok(report) => finish(&common, &report),
        Err(run::Failure::Interrupted) => {
            eprintln!("interrupted; everything made for the run was taken away");
            ExitCode::from(130)
        }
        Err(failure) => {
            eprintln!("podium-loadtest: {failure}");
            ExitCode::from(2)
        }
    }
}

fn bare(listen: SocketAddr, fault: Option<Fault>) -> ExitCode {
    let served = raise_descriptors(1 << 16).or_else(|_| raise_descriptors(1 << 14)).and_then(|()| {
        let mut server = Bare::bind(listen, fault).map_err(|error| format!("{listen}: {error}"))?;
        let address = server.address().map_err(|error| error.to_string())?;
        eprintln!("listening on http://{address}");
        server.serve(&AtomicBool::new(false)).map_err(|error| error.to_string())
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("podium-loadtest: {why}");
            ExitCode::from(2)
        }
    }
}

fn finish(common: &Common, report: &Report) -> ExitCode {
    let text = report.to_string();
    match &common.json {
        None => print!("{text}"),
        Some(file) => {
            let json = serde_json::to_string_pretty(report).unwrap_or_default();
            if file.as_os_str() == "-" {
                println!("{json}");
                eprint!("{text}");
            } else {
                print!("{text}");
                if let Err(error) = std::fs::write(file, json) {
                    eprintln!("podium-loadtest: {}: {error}", file.display());
                    return ExitCode::from(2);
                }
            }
        }
    }
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

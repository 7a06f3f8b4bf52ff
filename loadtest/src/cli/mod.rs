//! The command line.

mod options;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::options::{Cli, Command, Common, Rate, Scenario};
use crate::bare::{Bare, Fault};
use crate::compare::{compare, table};
use crate::crowd::{Churn, Counting, Pace, Plan, What, nanoseconds};
use crate::interrupt;
use crate::report::{Report, page};
use crate::run::{self, Failure, Stage};
use crate::search::{Goal, search};
use crate::sockets::raise_descriptors;

/// Runs the command.
pub fn run(cli: Cli) -> ExitCode {
    let listening = match &cli.command {
        // It serves until it is stopped, and has nothing to clean up.
        Command::Bare { .. } => Ok(()),
        _ => interrupt::listen().map_err(|error| Failure::Other(error.to_string())),
    };
    let outcome = listening.and_then(|()| obey(&cli.command));
    match outcome {
        Ok(code) => code,
        Err(Failure::Interrupted) => {
            eprintln!("interrupted; people, event and pods of the run were removed");
            ExitCode::from(130)
        }
        Err(failure) => {
            eprintln!("podium-loadtest: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Runs one of the scenarios that produce one report. Returns `None` for the other commands.
pub fn measure(command: &Command) -> Option<Result<Report, Failure>> {
    let plain =
        |scenario: Scenario, common: &Common, rate, window| (scenario.name(), scenario.plan(common, rate, window));
    let still = Rate { rate: 0.0, poisson: false };
    let (common, (name, plan)) = match command {
        Command::Pods { common, rate } => (common, plain(Scenario::Pods, common, *rate, 0)),
        Command::FlatOut { common, window } => (common, plain(Scenario::FlatOut, common, still, *window)),
        Command::Typing { common, rate } => (common, plain(Scenario::Typing, common, *rate, 0)),
        Command::Wall { common, rate } => (common, plain(Scenario::Wall, common, Rate { rate: *rate, ..still }, 0)),
        Command::Poll { common, rate, polls, options, hands } => {
            let counting = Counting { posts: *polls, options: *options, hands: *hands, ..Counting::default() };
            (common, ("poll", Plan { counting, ..common.plan(What::Votes, answered(*rate)) }))
        }
        Command::Hype { common, rate, posts, sources, taps, hands } => {
            let counting = Counting { posts: *posts, sources: *sources, taps: *taps, hands: *hands, options: 0 };
            (common, ("hype", Plan { counting, ..common.plan(What::Taps, answered(*rate)) }))
        }
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

/// Returns the pace of requests at a rate, or as fast as they are answered.
fn answered(rate: Option<f64>) -> Pace {
    rate.map_or(Pace::Closed { window: 1 }, |rate| Pace::Open { rate, poisson: false })
}

fn obey(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Pods { common, .. }
        | Command::FlatOut { common, .. }
        | Command::Typing { common, .. }
        | Command::Wall { common, .. }
        | Command::Poll { common, .. }
        | Command::Hype { common, .. }
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
            // The runs of the last round, one for each server.
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
    let mut stage = Stage::set(common, plan.what)?;
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

/// Prints a result for people, and writes it as JSON.
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

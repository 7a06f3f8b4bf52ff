//! The same scenario on several servers in turn, A B A B: changes of the machine over an hour affect all of them alike,
//! and a ratio between neighbours is more reliable than two figures.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::cli::Common;
use crate::crowd::Plan;
use crate::http::Url;
use crate::processes::Watched;
use crate::report::{Report, thousands};
use crate::run::{Failure, Stage};
use crate::wire::speech::Speech;

/// A server to compare, such as `podium=http://127.0.0.1:4000,pid=server:12,pid=postgres:13`,
/// `node=socketio+http://127.0.0.1:4300,pid=14`, or, with three nodes of one cluster over which the members of each pod
/// are spread, `cluster=http://127.0.0.1:4000,url=http://127.0.0.1:4002,url=http://127.0.0.1:4004,pid=12`.
#[derive(Debug, Clone)]
pub struct Server {
    /// The name.
    pub name: String,
    /// The addresses of its nodes.
    pub urls: Vec<Url>,
    /// The protocol.
    pub speech: Speech,
    /// The processes.
    pub pids: Vec<Watched>,
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) =
            text.split_once('=').ok_or("expected NAME=[podium+|phoenix+|socketio+]URL[,url=URL]…[,pid=[NAME:]PID]…")?;
        let mut parts = rest.split(',');
        let url = parts.next().unwrap_or_default();
        let (speech, url) = match url.split_once('+') {
            Some(("podium", url)) => (Speech::Podium, url),
            Some(("phoenix", url)) => (Speech::Phoenix, url),
            Some(("socketio", url)) => (Speech::Socketio, url),
            Some((other, _)) => return Err(format!("unknown protocol {other}: must be podium, phoenix or socketio")),
            None => (Speech::Podium, url),
        };
        let (mut urls, mut pids) = (vec![url.parse()?], Vec::new());
        for part in parts {
            match part.split_once('=') {
                Some(("url", url)) => urls.push(url.parse()?),
                Some(("pid", pid)) if pid.contains(':') => pids.push(pid.replacen(':', "=", 1).parse()?),
                Some(("pid", pid)) => pids.push(format!("server={pid}").parse()?),
                _ => return Err("after the address only url=URL and pid=[NAME:]PID may follow".to_owned()),
            }
        }
        Ok(Server { name: name.to_owned(), urls, speech, pids })
    }
}

/// A figure over all runs of a server, compared with that of the first server.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Figure {
    /// The median.
    pub median: f64,
    /// The lowest and the highest.
    pub spread: (f64, f64),
    /// The ratio to the first server's figure of the same round: the median, the lowest and the highest. `None` if the
    /// first server has no such figure.
    pub ratio: Option<(f64, (f64, f64))>,
}

/// The results of all servers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Comparison {
    /// The scenario.
    pub scenario: String,
    /// The number of rounds.
    pub rounds: usize,
    /// The servers in order, each with its figures by name.
    pub servers: Vec<(String, BTreeMap<String, Figure>)>,
    /// All runs, in the order in which they ran.
    pub reports: Vec<Report>,
    /// Whether all runs of servers with Podium's protocol were right. Faults of other servers are shown, but do not
    /// count.
    pub good: bool,
}

/// A figure's name, and how to get it from a report.
type Read = (&'static str, fn(&Report) -> Option<f64>);

/// The compared figures.
const FIGURES: [Read; 11] = [
    ("deliveries/s", |report| Some(report.deliveries_per_second).filter(|rate| *rate > 0.0)),
    ("p50 ms", |report| report.latency_ms.delivery.map(|latency| latency.p50)),
    ("p99 ms", |report| report.latency_ms.delivery.map(|latency| latency.p99)),
    ("p99.9 ms", |report| report.latency_ms.delivery.map(|latency| latency.p999)),
    ("all p50 ms", |report| report.latency_ms.to_all.map(|latency| latency.p50)),
    ("all p99 ms", |report| report.latency_ms.to_all.map(|latency| latency.p99)),
    ("all max ms", |report| report.latency_ms.to_all.map(|latency| latency.max)),
    ("after answer ms", |report| report.latency_ms.after_answer.map(|latency| latency.max)),
    ("server µs", |report| report.processes.get("server").and_then(|cost| cost.delivery_us)),
    ("all µs", |report| {
        let served = report.processes.iter().filter(|(name, _)| *name != "load");
        served.map(|(_, cost)| cost.delivery_us).sum::<Option<f64>>().filter(|sum| *sum > 0.0)
    }),
    ("KiB/session", |report| {
        let server = report.processes.get("server").filter(|_| report.scenario == "idle")?;
        Some(server.session_bytes / 1024.0)
    }),
];

/// Runs the scenario on each server in turn.
///
/// # Errors
/// If a run cannot be made.
pub fn compare(
    scenario: &str,
    common: &Common,
    servers: &[Server],
    rounds: usize,
    plan: impl Fn(&Common) -> Plan,
) -> Result<Comparison, Failure> {
    let commons: Vec<Common> = servers.iter().map(|server| of(common, server)).collect();
    // People and pods are made once a server, and used in all rounds.
    let mut stages = Vec::new();
    let mut outcome = Ok(Vec::new());
    for common in &commons {
        match Stage::set(common, plan(common).what) {
            Ok(stage) => stages.push(stage),
            Err(failure) => {
                outcome = Err(failure);
                break;
            }
        }
    }
    if outcome.is_ok() {
        outcome = take_turns(scenario, &commons, &mut stages, rounds, plan);
    }
    for stage in stages {
        if let Err(why) = stage.strike() {
            eprintln!("could not clean up: {why}");
        }
    }
    let reports = outcome?;
    let good = reports.iter().zip(servers.iter().cycle()).all(|(report, server)| {
        server.speech != Speech::Podium || report.is_good() || common.tolerate && report.findings.is_empty()
    });
    let named = |(at, server): (usize, &Server)| (server.name.clone(), figures(&reports, servers.len(), at));
    let servers = servers.iter().enumerate().map(named).collect();
    Ok(Comparison { scenario: scenario.to_owned(), rounds, servers, reports, good })
}

fn take_turns(
    scenario: &str,
    commons: &[Common],
    stages: &mut [Stage<'_>],
    rounds: usize,
    plan: impl Fn(&Common) -> Plan,
) -> Result<Vec<Report>, Failure> {
    let mut reports = Vec::new();
    for round in 0..rounds {
        for (common, stage) in commons.iter().zip(stages.iter_mut()) {
            let report = stage.measure(scenario, &plan(common))?;
            if !common.quiet {
                let p99 =
                    report.latency_ms.delivery.map_or(String::new(), |latency| format!(", p99 {:.2} ms", latency.p99));
                let rate = thousands(report.deliveries_per_second);
                eprintln!("  round {}, {}: {rate} deliveries/s{p99}", round + 1, report.name);
            }
            reports.push(report);
        }
    }
    Ok(reports)
}

fn of(common: &Common, server: &Server) -> Common {
    Common {
        urls: server.urls.clone(),
        speech: server.speech,
        pids: server.pids.clone(),
        label: Some(server.name.clone()),
        keep: None,
        ..common.clone()
    }
}

fn figures(reports: &[Report], servers: usize, at: usize) -> BTreeMap<String, Figure> {
    let of = |server: usize, read: fn(&Report) -> Option<f64>| {
        let turns = reports.iter().skip(server).step_by(servers);
        turns.map(read).collect::<Option<Vec<f64>>>().unwrap_or_default()
    };
    let figure = |(name, read): Read| {
        let own = of(at, read);
        let ratios: Vec<f64> = own.iter().zip(of(0, read)).map(|(own, first)| own / first).collect();
        let (median, spread) = middle(own)?;
        Some((name.to_owned(), Figure { median, spread, ratio: middle(ratios) }))
    };
    FIGURES.into_iter().filter_map(figure).collect()
}

/// Returns the median, the lowest and the highest.
fn middle(mut values: Vec<f64>) -> Option<(f64, (f64, f64))> {
    values.sort_by(f64::total_cmp);
    let (first, last) = (*values.first()?, *values.last()?);
    let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    Some(((low + high) / 2.0, (first, last)))
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.servers.first().map_or("", |(name, _)| name.as_str());
        writeln!(
            f,
            "compare {} · {} rounds, in turn · median (lowest–highest), × {first}",
            self.scenario, self.rounds
        )?;
        let width = self.servers.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (figure, _) in FIGURES {
            let rows: Vec<_> = self.servers.iter().filter_map(|(name, all)| Some((name, all.get(figure)?))).collect();
            if rows.is_empty() {
                continue;
            }
            writeln!(f, "  {figure}")?;
            for (name, row) in rows {
                let show = |value: f64| if value >= 1000.0 { thousands(value) } else { format!("{value:.2}") };
                let (low, high) = row.spread;
                let own = format!("{} ({}–{})", show(row.median), show(low), show(high));
                write!(f, "    {name:<width$}  {own:>32}")?;
                if let Some((ratio, (low, high))) = row.ratio.filter(|_| name != first) {
                    write!(f, "   × {ratio:.2} ({low:.2}–{high:.2})")?;
                }
                writeln!(f)?;
            }
        }
        for (turn, report) in self.reports.iter().enumerate().filter(|(_, report)| !report.is_good()) {
            let round = turn / self.servers.len().max(1) + 1;
            let all =
                report.findings.counts.iter().map(|(fault, count)| format!("{} {fault:?}", thousands(*count as f64)));
            let refused = report.refused.iter().map(|(code, count)| format!("{count} refused: {code}"));
            let ended = report.ended.iter().map(|(why, count)| format!("{count} sockets ended: {why}"));
            let all: Vec<_> = all.chain(refused).chain(ended).collect();
            writeln!(f, "  WRONG {}, round {round}: {}", report.name, all.join(", "))?;
            report.findings.first.iter().take(3).try_for_each(|finding| writeln!(f, "    {finding}"))?;
        }
        Ok(())
    }
}

/// The columns of the table for each scenario: figure and heading.
const COLUMNS: [(&str, &[(&str, &str)]); 5] = [
    (
        "pods",
        &[("p50 ms", "p50 ms"), ("p99 ms", "p99 ms"), ("server µs", "server µs"), ("all µs", "with its store µs")],
    ),
    ("flat-out", &[("deliveries/s", "deliveries/s"), ("server µs", "server µs"), ("all µs", "with its store µs")]),
    ("typing", &[("p99 ms", "p99 ms"), ("server µs", "server µs")]),
    (
        "wall",
        &[
            ("all p50 ms", "all have it, p50 ms"),
            ("all p99 ms", "p99 ms"),
            ("all max ms", "max ms"),
            ("after answer ms", "max ms after the answer"),
            ("server µs", "server µs"),
        ],
    ),
    ("idle", &[("KiB/session", "KiB per session")]),
];

/// Formats several comparisons as one Markdown table: a row a server, medians with their range.
pub fn table(comparisons: &[Comparison]) -> String {
    let columns: Vec<_> = COLUMNS
        .iter()
        .filter_map(|(scenario, figures)| Some((comparisons.iter().find(|each| each.scenario == *scenario)?, figures)))
        .flat_map(|(comparison, figures)| figures.iter().map(move |(figure, heading)| (comparison, *figure, *heading)))
        .filter(|(comparison, figure, _)| comparison.servers.iter().any(|(_, all)| all.contains_key(*figure)))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in comparisons.iter().flat_map(|comparison| &comparison.servers) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let headings = columns.iter().map(|(comparison, _, heading)| format!(" {}: {heading} |", comparison.scenario));
    let mut lines = vec![format!("| server |{}", headings.collect::<String>())];
    lines.push(format!("| --- |{}", " ---: |".repeat(columns.len())));
    for name in names {
        let cell = |(comparison, figure, _): &(&Comparison, &str, &str)| {
            let all = comparison.servers.iter().find(|(other, _)| other == name).map(|(_, all)| all);
            all.and_then(|all| all.get(*figure)).map_or(" – |".to_owned(), |figure| {
                let (low, high) = figure.spread;
                format!(" {} ({}–{}) |", brief(figure.median), brief(low), brief(high))
            })
        };
        lines.push(format!("| {name} |{}", columns.iter().map(cell).collect::<String>()));
    }
    lines.join("\n") + "\n"
}

/// Formats a figure with three significant digits.
fn brief(value: f64) -> String {
    match value {
        1000.0.. => thousands((value / 100.0).round() * 100.0),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_name_a_language_an_address_and_processes() {
        let server: Server = "node=socketio+http://127.0.0.1:4300,pid=14,pid=postgres:15".parse().unwrap();
        assert_eq!((server.name.as_str(), server.speech), ("node", Speech::Socketio));
        let pids: Vec<_> = server.pids.iter().map(|watched| (watched.name.as_deref().unwrap(), watched.pid)).collect();
        assert_eq!(pids, [("server", 14), ("postgres", 15)]);
        assert_eq!("a=http://127.0.0.1:1".parse::<Server>().unwrap().speech, Speech::Podium);
        let cluster: Server = "three=http://127.0.0.1:1,url=http://127.0.0.1:2,pid=3".parse().unwrap();
        assert_eq!((cluster.urls.len(), cluster.pids.len()), (2, 1));
        for odd in
            ["http://127.0.0.1:1", "a=http://127.0.0.1:1,url=2", "a=grpc+http://127.0.0.1:1", "a=http://127.0.0.1:1,7"]
        {
            assert!(odd.parse::<Server>().is_err(), "{odd}");
        }
    }

    #[test]
    fn a_table_has_a_row_a_server_and_leaves_out_what_nobody_has() {
        let figure = Figure { median: 12_345.0, spread: (0.5, 20.0), ratio: None };
        let server = |name: &str| (name.to_owned(), BTreeMap::from([("deliveries/s".to_owned(), figure)]));
        let servers = vec![server("a"), server("b")];
        let comparison =
            Comparison { scenario: "flat-out".into(), rounds: 1, servers, reports: Vec::new(), good: true };
        assert_eq!(
            table(&[comparison]),
            "| server | flat-out: deliveries/s |\n| --- | ---: |\n| a | 12,300 (0.50–20.0) |\n| b | 12,300 (0.50–20.0) |\n"
        );
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between() {
        assert_eq!(middle(vec![3.0, 1.0]), Some((2.0, (1.0, 3.0))));
        assert_eq!(middle(vec![5.0, 1.0, 3.0]), Some((3.0, (1.0, 5.0))));
        assert_eq!(middle(Vec::new()), None);
    }
}

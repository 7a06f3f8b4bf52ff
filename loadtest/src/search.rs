//! The highest rate that a server can sustain: first doubled until it fails, then bisected.

use std::fmt;

use serde::Serialize;

use crate::crowd::{Pace, Plan};
use crate::report::{Report, thousands};
use crate::run::{Failure, Stage};

/// The largest ratio of the last two rates.
const CLOSE: f64 = 1.05;

/// The goal of a search.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The highest accepted p99 of delivery, in milliseconds.
    pub p99: f64,
    /// The first rate, in messages per second.
    pub from: f64,
    /// The highest rate to try.
    pub to: f64,
}

/// A rate that was tried.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Messages per second.
    pub rate: f64,
    /// The p99 of delivery in milliseconds.
    pub p99: f64,
    /// Whether the server kept up.
    pub good: bool,
    /// The reason if it did not.
    pub why: String,
}

/// The result of a search.
#[derive(Debug, Clone, Serialize)]
pub struct SearchResult {
    /// The highest rate that was good; 0 if none was.
    pub rate: f64,
    /// All rates that were tried.
    pub steps: Vec<Step>,
    /// The run at that rate.
    pub report: Option<Report>,
    /// Whether every run was right, also those that were too slow.
    pub right: bool,
}

/// Searches the highest good rate.
///
/// # Errors
/// If a run fails.
pub fn search(stage: &mut Stage<'_>, plan: &Plan, goal: Goal) -> Result<SearchResult, Failure> {
    let mut found = SearchResult { rate: 0.0, steps: Vec::new(), report: None, right: true };
    let (mut rate, mut bad) = (goal.from, None);
    loop {
        let report = stage.measure("search", &Plan { pace: Pace::Open { rate, poisson: false }, ..plan.clone() })?;
        let step = judge(&report, rate, goal.p99);
        found.right &= report.findings.is_empty();
        eprintln!("  {step}");
        if step.good {
            (found.rate, found.report) = (rate, Some(report));
        } else {
            bad = Some(rate);
        }
        found.steps.push(step);
        rate = match bad {
            None if rate >= goal.to => return Ok(found),
            None => (rate * 2.0).min(goal.to),
            Some(bad) if bad / found.rate.max(1.0) <= CLOSE || bad < 2.0 => return Ok(found),
            // The geometric mean; from nothing, a half.
            Some(bad) if found.rate > 0.0 => (bad * found.rate).sqrt().round(),
            Some(bad) => bad / 2.0,
        };
    }
}

fn judge(report: &Report, rate: f64, bound: f64) -> Step {
    let p99 = report.latency_ms.delivery.map_or(f64::INFINITY, |latency| latency.p99);
    let why = if !report.is_good() {
        "something was lost, refused or ended".to_owned()
    } else if report.answers_per_second < rate * 0.98 {
        format!("{} answers/s", thousands(report.answers_per_second))
    } else if report.latency_ms.lateness.is_some_and(|late| late.p99 > bound) {
        "the load tester itself was late".to_owned()
    } else if p99 > bound {
        format!("above {bound} ms")
    } else {
        String::new()
    };
    Step { rate, p99, good: why.is_empty(), why }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.good { "good" } else { self.why.as_str() };
        write!(f, "{:>9} messages/s   p99 {:>8.2} ms   {verdict}", thousands(self.rate), self.p99)
    }
}

impl fmt::Display for SearchResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "search · the highest good rate is {} messages/s", thousands(self.rate))?;
        self.steps.iter().try_for_each(|step| writeln!(f, "  {step}"))?;
        self.report.iter().try_for_each(|report| write!(f, "{report}"))
    }
}

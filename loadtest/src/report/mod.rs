//! The results of a run, for people and for programs.

mod page;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::page::page;
use crate::check::Findings;
use crate::crowd::{Counted, Measured, Pace, Plan};
use crate::processes::Usage;
use crate::timeline::{Percentiles, percentiles};

/// The processes at one moment.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The time in seconds since the beginning of the measured time.
    pub seconds: f64,
    /// The resources that each group of processes had used.
    pub usage: BTreeMap<String, Usage>,
}

/// The cost of a group of processes in the measured time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// Cores in use on average.
    pub cores: f64,
    /// Microseconds of CPU per delivery.
    pub delivery_us: Option<f64>,
    /// Microseconds of CPU per send.
    pub send_us: Option<f64>,
    /// Memory in bytes at the end.
    pub memory: u64,
    /// Growth in bytes since before the first connection, per session.
    pub session_bytes: f64,
}

/// Latencies, in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Latencies {
    /// The time from when a send was due to each of its deliveries.
    pub delivery: Option<Percentiles>,
    /// The time from when a send was due to its answer.
    pub answer: Option<Percentiles>,
    /// The delay of the load tester itself.
    pub lateness: Option<Percentiles>,
    /// The time from the first packet to the upgrade.
    pub connect: Option<Percentiles>,
    /// The time from the push of a join to its answer.
    pub join: Option<Percentiles>,
    /// The time from when a session wanted to return to when it had.
    pub back: Option<Percentiles>,
    /// The time from when a post was due until the last session had it; or from the last vote or tap that was answered
    /// until each session was shown the final figures.
    #[serde(default)]
    pub to_all: Option<Percentiles>,
    /// The time from the answer to a post until the last session had it.
    #[serde(default)]
    pub after_answer: Option<Percentiles>,
    /// The times from other pushes than messages to their answers, by event.
    pub others: BTreeMap<String, Percentiles>,
}

/// A slice of the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Slice {
    /// The beginning, in seconds.
    pub at: f64,
    /// Deliveries per second.
    pub deliveries_per_second: f64,
    /// The latencies of deliveries.
    pub latency: Option<Percentiles>,
}

/// CPU in use between two samples.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CpuSlice {
    /// The end, in seconds.
    pub at: f64,
    /// Cores, by group of processes.
    pub cores: BTreeMap<String, f64>,
}

/// The results of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// The name of this run.
    pub name: String,
    /// The beginning, RFC 3339.
    pub began: String,
    /// The options.
    pub settings: BTreeMap<String, String>,
    /// The measured time in seconds.
    pub seconds: f64,
    /// Sends that were due in the measured time.
    pub sends: u64,
    /// Answers in the measured time.
    pub answers: u64,
    /// Answers per second.
    pub answers_per_second: f64,
    /// Deliveries in the measured time.
    pub deliveries: u64,
    /// Deliveries per second.
    pub deliveries_per_second: f64,
    /// Sends that were refused, by code.
    pub refused: BTreeMap<String, u64>,
    /// Votes or taps, and what the server counted of them.
    #[serde(default)]
    pub counted: Option<Counted>,
    /// Votes and taps that were sent again, by reason.
    #[serde(default)]
    pub repeated: BTreeMap<String, u64>,
    /// Sockets that ended before the run did, by reason.
    pub ended: BTreeMap<String, u64>,
    /// Sessions that left, or were cut off, by the plan.
    pub churned: u64,
    /// Pushes that the server does not know, by event; they were not made again.
    pub unserved: BTreeMap<String, u64>,
    /// Latencies.
    pub latency_ms: Latencies,
    /// CPU and memory of the watched processes.
    pub processes: BTreeMap<String, Cost>,
    /// All sends that were checked, warm-up included.
    pub checked_sends: u64,
    /// All deliveries that were checked.
    pub checked_deliveries: u64,
    /// The findings of the checks.
    pub findings: Findings,
    /// The run over time.
    pub timeline: Vec<Slice>,
    /// CPU over time.
    pub cpu: Vec<CpuSlice>,
    /// The delivery latency by percentile: `[percentile, milliseconds]`.
    pub by_percentile: Vec<(f64, f64)>,
}

impl Report {
    /// Makes the report from the measurements.
    #[allow(clippy::too_many_arguments, reason = "it is called in one place, with all data of a run")]
    pub fn new(
        scenario: &str,
        name: String,
        began: String,
        settings: BTreeMap<String, String>,
        plan: &Plan,
        measured: &Measured,
        before: &BTreeMap<String, Usage>,
        samples: &[Sample],
        sessions: usize,
    ) -> Report {
        let seconds = plan.measured as f64 / 1e9;
        let total = measured.delivery.total();
        let slice_seconds = measured.delivery.slice_seconds();
        let slices = measured.delivery.slices().take_while(|(at, ..)| *at < seconds + 1.0);
        let lateness = matches!(plan.pace, Pace::Open { .. }).then(|| percentiles(&measured.lateness)).flatten();
        let steps = (0..400).map(|step| 100.0 - 100.0 / 10f64.powf(f64::from(step) / 100.0));
        Report {
            scenario: scenario.to_owned(),
            name,
            began,
            settings,
            seconds,
            sends: measured.sends,
            answers: measured.answers,
            answers_per_second: measured.answers as f64 / seconds,
            deliveries: measured.deliveries,
            deliveries_per_second: measured.deliveries as f64 / seconds,
            refused: measured.refused.clone(),
            counted: measured.counted,
            repeated: measured.repeated.clone(),
            ended: measured.ended.clone(),
            churned: measured.churned,
            unserved: measured.unserved.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect(),
            latency_ms: Latencies {
                delivery: percentiles(&total),
                answer: percentiles(&measured.answer.total()),
                lateness,
                connect: percentiles(&measured.connect),
                join: percentiles(&measured.join),
                back: percentiles(&measured.back),
                to_all: percentiles(&measured.to_all),
                after_answer: percentiles(&measured.after_answer),
                others: measured
                    .others
                    .iter()
                    .filter_map(|(what, times)| Some(((*what).to_owned(), percentiles(times)?)))
                    .collect(),
            },
            processes: costs(before, samples, measured, sessions),
            checked_sends: measured.checked.0,
            checked_deliveries: measured.checked.1,
            findings: measured.findings.clone(),
            timeline: slices
                .map(|(at, latency, count)| Slice { at, deliveries_per_second: count as f64 / slice_seconds, latency })
                .collect(),
            cpu: samples.windows(2).map(|pair| cpu_slice(&pair[0], &pair[1])).collect(),
            by_percentile: steps
                .filter(|_| !total.is_empty())
                .map(|percentile| (percentile, total.value_at_percentile(percentile) as f64 / 1000.0))
                .collect(),
        }
    }

    /// Returns `true` if everything was right.
    pub fn is_good(&self) -> bool {
        let unwanted = [&self.refused, &self.ended, &self.repeated];
        self.findings.is_empty() && unwanted.iter().all(|all| all.is_empty())
    }
}

/// Returns the cost of each group of processes between the first sample and the last.
fn costs(
    before: &BTreeMap<String, Usage>,
    samples: &[Sample],
    measured: &Measured,
    sessions: usize,
) -> BTreeMap<String, Cost> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return BTreeMap::new() };
    let seconds = (last.seconds - first.seconds).max(1e-9);
    let cost = |(name, usage): (&String, &Usage)| {
        let cpu = (usage.cpu - first.usage.get(name).map_or(0.0, |usage| usage.cpu)).max(0.0);
        let each = |count: u64| (count > 0).then(|| cpu * 1e6 / count as f64);
        let empty = before.get(name).map_or(0, |usage| usage.memory);
        let cost = Cost {
            cores: cpu / seconds,
            delivery_us: each(measured.deliveries),
            send_us: each(measured.answers),
            memory: usage.memory,
            session_bytes: (usage.memory as f64 - empty as f64) / sessions.max(1) as f64,
        };
        (name.clone(), cost)
    };
    last.usage.iter().map(cost).collect()
}

fn cpu_slice(from: &Sample, to: &Sample) -> CpuSlice {
    let seconds = (to.seconds - from.seconds).max(1e-9);
    let cores = |(name, usage): (&String, &Usage)| {
        let cpu = usage.cpu - from.usage.get(name).map_or(0.0, |usage| usage.cpu);
        (name.clone(), (cpu / seconds).max(0.0))
    };
    CpuSlice { at: to.seconds, cores: to.usage.iter().map(cores).collect() }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
        writeln!(f, "{} · {}", self.name, settings.join(" · "))?;
        for (what, count, rate) in [
            ("answered", self.answers, self.answers_per_second),
            ("delivered", self.deliveries, self.deliveries_per_second),
        ] {
            if count > 0 {
                writeln!(f, "  {what:<16} {:>12}  {:>10}/s", thousands(count as f64), thousands(rate))?;
            }
        }
        if self.churned > 0 {
            writeln!(f, "  {:<16} {:>12}", "went and came", thousands(self.churned as f64))?;
        }
        if let Some(counted) = &self.counted {
            let of = if self.scenario == "poll" { "voters" } else { "taps" };
            let (acknowledged, expected, counted_by) =
                (counted.acknowledged, counted.expected, thousands(counted.counted as f64));
            writeln!(f, "  {:<16} {:>12}  requests", "acknowledged", thousands(acknowledged as f64))?;
            writeln!(f, "  {of:<16} {:>12}  counted of {}", counted_by, thousands(expected as f64))?;
            writeln!(
                f,
                "  {:<16} {:>12}  to a session about a post",
                "pushes",
                format!("{}–{}", counted.least, counted.most)
            )?;
        }
        self.fmt_latencies(f)?;
        self.fmt_processes(f)?;
        for (code, count) in &self.refused {
            writeln!(f, "  refused          {count}: {code}")?;
        }
        for (why, count) in &self.repeated {
            writeln!(f, "  repeated         {count} requests: {why}")?;
        }
        for (why, count) in &self.ended {
            writeln!(f, "  ended            {count} sockets: {why}")?;
        }
        for what in self.unserved.keys() {
            writeln!(f, "  not supported    {what}: not pushed again")?;
        }
        if let Some(lateness) = self.latency_ms.lateness.filter(|late| late.p99 > 5.0) {
            writeln!(
                f,
                "  note             the load tester itself was late by {:.1} ms (p99): it wants more CPU",
                lateness.p99
            )?;
        }
        let (sends, deliveries) = (thousands(self.checked_sends as f64), thousands(self.checked_deliveries as f64));
        if self.findings.is_empty() {
            let words = match self.counted {
                Some(_) => "the figures are exact, ascend, and were shown to all",
                None => "none lost, none twice, all in one order",
            };
            return writeln!(f, "  checks           {sends} sends, {deliveries} deliveries: {words}");
        }
        writeln!(f, "  checks           {sends} sends, {deliveries} deliveries: WRONG {:?}", self.findings.counts)?;
        for finding in self.findings.first.iter().take(40) {
            writeln!(f, "    {finding}")?;
        }
        Ok(())
    }
}

impl Report {
    fn fmt_latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latencies = &self.latency_ms;
        let rows = [
            ("delivery", latencies.delivery),
            ("answer", latencies.answer),
            ("sent late", latencies.lateness),
            ("connect", latencies.connect),
            ("join", latencies.join),
            ("back again", latencies.back),
            (if self.counted.is_some() { "all show the last" } else { "all have a post" }, latencies.to_all),
            ("after its answer", latencies.after_answer),
        ];
        let others = latencies.others.iter().map(|(what, row)| (what.as_str(), Some(*row)));
        writeln!(f, "  {:<16} {:>9} {:>9} {:>9} {:>9} {:>9}", "ms", "p50", "p90", "p99", "p99.9", "max")?;
        for (name, row) in rows.into_iter().chain(others) {
            let Some(row) = row else { continue };
            let cells = [row.p50, row.p90, row.p99, row.p999, row.max].map(|value| format!("{value:>9.2}"));
            writeln!(f, "  {name:<16} {}", cells.join(" "))?;
        }
        Ok(())
    }

    fn fmt_processes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, cost) in &self.processes {
            let delivery = match cost.send_us {
                // Fewer things are delivered than sent, since a tally has several votes.
                Some(us) if self.counted.is_some() => format!("{us:>8.2} µs per request"),
                _ => cost.delivery_us.map_or(String::new(), |us| format!("{us:>8.2} µs per delivery")),
            };
            let memory = thousands(cost.memory as f64 / 1024.0);
            let session = match self.scenario.as_str() {
                "idle" => format!("  {:>7.1} KiB per session", cost.session_bytes / 1024.0),
                _ => String::new(),
            };
            writeln!(f, "  {name:<16} {:>5.2} cores {delivery}  {memory:>9} KiB{session}", cost.cores)?;
        }
        Ok(())
    }
}

/// Formats a number with thousands separators.
pub fn thousands(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0.0 { format!("-{text}") } else { text }
}

//! What a crowd has measured, a phase at a time.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use crate::support::server::Server;

/// What nodes count, over all of them.
const COUNTED: [&str; 6] = [
    "podium_pod_repairs_total",
    "podium_sweep_found_total",
    "podium_bus_received_total",
    "podium_bus_dropped_total",
    "podium_db_statements_total",
    "process_cpu_seconds_total",
];

/// The beginning of a phase.
pub(super) struct Mark {
    name: &'static str,
    at: Duration,
    /// Messages, changes and deliveries so far.
    counts: [usize; 3],
    lost: usize,
    metrics: HashMap<&'static str, f64>,
}

impl Mark {
    pub async fn new(name: &'static str, at: Duration, counts: [usize; 3], lost: usize, nodes: &[Server]) -> Mark {
        let mut metrics = HashMap::new();
        for node in nodes {
            for (name, value) in node.metrics(&COUNTED).await {
                *metrics.entry(name).or_default() += value;
            }
        }
        Mark { name, at, counts, lost, metrics }
    }
}

/// The phases so far.
#[derive(Default)]
pub(super) struct Phases(Vec<Mark>);

impl Phases {
    pub fn begin(&mut self, mark: Mark) {
        self.0.push(mark);
    }

    /// From delays of deliveries across nodes: when each was said, and how long it took, in microseconds.
    pub fn figures(self, delays: Vec<(u64, u32)>, measured: bool) -> Figures {
        let phases = self.0.windows(2).map(|pair| {
            let (from, to) = (&pair[0], &pair[1]);
            let within = |at: u64| (from.at..to.at).contains(&Duration::from_micros(at));
            let mut delays: Vec<u32> = delays.iter().filter(|(at, _)| within(*at)).map(|(_, delay)| *delay).collect();
            delays.sort_unstable();
            let count = |index: usize| to.counts[index] - from.counts[index];
            let counted = COUNTED.map(|name| {
                let value = |mark: &Mark| mark.metrics.get(name).copied().unwrap_or(0.0);
                value(to) - value(from)
            });
            Phase {
                name: from.name,
                lasted: to.at - from.at,
                counts: [count(0), count(1), count(2)],
                lost: to.lost - from.lost,
                delays,
                counted,
            }
        });
        Figures { phases: phases.collect(), measured }
    }
}

struct Phase {
    name: &'static str,
    lasted: Duration,
    counts: [usize; 3],
    lost: usize,
    /// Ascending, in microseconds.
    delays: Vec<u32>,
    counted: [f64; 6],
}

impl Phase {
    fn delay(&self, part: f64) -> Duration {
        let at = ((self.delays.len() as f64 * part).ceil() as usize).clamp(1, self.delays.len().max(1)) - 1;
        Duration::from_micros(u64::from(self.delays.get(at).copied().unwrap_or(0)))
    }
}

/// What deliveries across nodes may take at most.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    pub phase: &'static str,
    /// Of all deliveries, this part.
    pub part: f64,
    pub within: Duration,
}

/// What was measured.
pub struct Figures {
    phases: Vec<Phase>,
    measured: bool,
}

impl Figures {
    /// Prints them, and holds them against the limits; nothing of both if nothing was to be measured. A crowd that was not let
    /// talk at the pace that it was to have proves nothing: less than nine tenths of the rate exceed the limit, too.
    pub fn assert_within(&self, title: &str, rate: f64, limits: &[Limit]) {
        if !self.measured {
            return;
        }
        println!("{}", self.table(title));
        let mut exceeded = Vec::new();
        for phase in &self.phases {
            let said = phase.counts[0] as f64 / phase.lasted.as_secs_f64();
            if phase.lasted > Duration::from_secs(5) && said < rate * 0.9 {
                exceeded.push(format!("{}: {said:.0} messages/s instead of {rate}", phase.name));
            }
        }
        for limit in limits {
            let phase = self.phases.iter().find(|phase| phase.name == limit.phase).expect("a phase of this name");
            let took = phase.delay(limit.part);
            if took > limit.within {
                let part = limit.part * 100.0;
                exceeded.push(format!("{}: {part} % within {took:?}, not {:?}", phase.name, limit.within));
            }
        }
        assert!(exceeded.is_empty(), "{title}: {}", exceeded.join("; "));
    }

    fn table(&self, title: &str) -> String {
        let mut out = format!(
            "\n### {title}\n\n| phase | s | messages/s | changes/s | deliveries/s | across nodes: p50 | p99 | max | repairs | found by the sweep | dropped | statements/s | CPU of the nodes | sockets lost |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        );
        for phase in &self.phases {
            let seconds = phase.lasted.as_secs_f64();
            let [said, changed, delivered] = phase.counts.map(|count| count as f64 / seconds);
            let [p50, p99, most] =
                [0.5, 0.99, 1.0].map(|part| format!("{:.1} ms", phase.delay(part).as_secs_f64() * 1e3));
            let [repairs, found, _, dropped, statements, cpu] = phase.counted;
            let _ = writeln!(
                out,
                "| {} | {seconds:.1} | {said:.0} | {changed:.0} | {delivered:.0} | {p50} | {p99} | {most} | {repairs} | {found} | {dropped} | {:.0} | {:.0} % | {} |",
                phase.name,
                statements / seconds,
                cpu / seconds * 100.0,
                phase.lost,
            );
        }
        out
    }
}

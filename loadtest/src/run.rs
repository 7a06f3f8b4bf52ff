//! A run from its first person to its report.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::cli::Common;
use crate::crowd::{Crowd, Gauges, Measured, Pace, Plan};
use crate::people::{Population, Tokens, Trouble, rfc3339};
use crate::processes::{Processes, Usage};
use crate::random::Random;
use crate::report::{Cost, Report, Sample};
use crate::sockets::raise_descriptors;
use crate::texts::Texts;
use crate::tokens::Minter;

/// Between everybody's arrival and the first send.
const CALM: u64 = 300_000_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Ctrl-C; what was made for the run has been taken away.
    #[error("interrupted")]
    Interrupted,
    /// People, event or pods could not be made.
    #[error(transparent)]
    People(#[from] Trouble),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// Runs a scenario.
///
/// # Errors
/// When it cannot be run, or is interrupted. What was wrong with the server's messages is in the report.
pub fn run(scenario: &str, common: &Common, plan: &Plan) -> Result<Report, Failure> {
    let gauges = Arc::new(Gauges::default());
    on_interrupt(&gauges)?;
    raise_descriptors(common.sessions).map_err(Failure::Other)?;
    let processes = Processes::new(&common.pids);
    if let Some(pid) = processes.missing().first() {
        return Err(Failure::Other(format!("there is no process {pid}")));
    }
    let mut random = common.seed.map_or_else(Random::fresh, Random::seeded);
    let tokens = tokens(common, plan)?;
    let (sessions, pod_size) = (common.sessions.max(1), common.pod_size.max(1));
    let kept = match &common.keep {
        Some(file) => Population::kept(file, &tokens, sessions, pod_size)?,
        None => None,
    };
    let fresh = kept.is_none();
    let population = match kept {
        Some(population) => population,
        None => Population::invent(&mut random, &tokens, sessions, pod_size)?,
    };
    let done = AtomicUsize::new(0);
    let settled =
        if fresh { population.settle(&common.urls, &gauges.stop, &done).map_err(Failure::from) } else { Ok(()) };
    let outcome = settled.and_then(|()| measure(scenario, common, plan, &population, &processes, &gauges, random));
    match &common.keep {
        Some(file) if outcome.is_ok() || !fresh => population.keep(file)?,
        // A run that failed says why; that it could not be cleaned up either says nothing more.
        _ => match population.remove(&common.urls, &done) {
            Err(trouble) if outcome.is_ok() => eprintln!("cleaning up: {trouble}"),
            _ => {}
        },
    }
    if gauges.stop.load(Ordering::Relaxed) && outcome.is_err() {
        return Err(Failure::Interrupted);
    }
    outcome
}

/// The first Ctrl-C ends the run and cleans up; the second ends the process.
fn on_interrupt(gauges: &Arc<Gauges>) -> Result<(), Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&flag)))
            .map_err(|error| Failure::Other(format!("signals: {error}")))?;
    }
    let gauges = Arc::downgrade(gauges);
    thread::spawn(move || {
        while let Some(gauges) = gauges.upgrade() {
            if flag.load(Ordering::Relaxed) {
                gauges.stop.store(true, Ordering::Relaxed);
            }
            drop(gauges);
            thread::sleep(Duration::from_millis(50));
        }
    });
    Ok(())
}

fn tokens(common: &Common, plan: &Plan) -> Result<Tokens, Failure> {
    // Long enough for the run, and for making and removing its people.
    let lifetime = Duration::from_nanos(plan.warm_up + plan.measured + plan.patience) + Duration::from_secs(3600);
    match (&common.secret, &common.tokens) {
        (Some(secret), _) => Ok(Tokens::Minted(Minter::new(secret), lifetime)),
        (None, Some(file)) => {
            let text =
                fs::read_to_string(file).map_err(|error| Failure::Other(format!("{}: {error}", file.display())))?;
            Ok(Tokens::Given(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()))
        }
        (None, None) => Err(Failure::Other("--secret (or PODIUM_JWT_SECRET) or --tokens is needed".into())),
    }
}

fn measure(
    scenario: &str,
    common: &Common,
    plan: &Plan,
    population: &Population,
    processes: &Processes,
    gauges: &Gauges,
    mut random: Random,
) -> Result<Report, Failure> {
    let texts = match common.size {
        Some(size) => Texts::sized(&mut random, size),
        None => Texts::human(&mut random),
    };
    let threads = common.threads.clamp(1, population.pods.len());
    let epoch = Instant::now();
    let barrier = Barrier::new(threads + 1);
    let start = OnceLock::new();
    let before = processes.usage();
    let began = SystemTime::now();
    let (outcomes, samples) = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|lane| {
                let random = Random::seeded(random.bits());
                let crowd = Crowd::new(population, &common.urls, &texts, plan, gauges, random, (lane, threads));
                let (barrier, start) = (&barrier, &start);
                scope.spawn(move || work(crowd, epoch, barrier, start, (lane, threads)))
            })
            .collect();
        // Everybody has come, or somebody has failed to.
        barrier.wait();
        let at = *start.get_or_init(|| epoch.elapsed().as_nanos() as u64 + CALM);
        barrier.wait();
        let samples = watch(processes, epoch, at, plan, gauges);
        let outcomes: Vec<_> = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err("a thread of the load tester panicked".into())))
            .collect();
        (outcomes, samples)
    });
    if gauges.stop.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    let mut outcomes = outcomes;
    // The lane that failed, before those that it stopped.
    outcomes.sort_by_key(|outcome| outcome.as_ref().err().is_some_and(|why| why == "interrupted"));
    let mut total: Option<Measured> = None;
    for outcome in outcomes {
        let measured = outcome.map_err(Failure::Other)?;
        match &mut total {
            None => total = Some(measured),
            Some(total) => total.merge(measured),
        }
    }
    let Some(measured) = total else { return Err(Failure::Other("nobody took part".into())) };
    let settings = settings(common, plan, population);
    Ok(Report::new(scenario, rfc3339(began), settings, plan, &measured, &before, &samples))
}

fn work(
    mut crowd: Crowd<'_>,
    epoch: Instant,
    barrier: &Barrier,
    start: &OnceLock<u64>,
    lane: (usize, usize),
) -> Result<Measured, String> {
    let mut sockets = crowd.sockets(epoch).map_err(|error| format!("no poll: {error}"));
    let gathered = match &mut sockets {
        Ok(sockets) => crowd.gather(sockets),
        Err(why) => Err(why.clone()),
    };
    if gathered.is_err() {
        crowd.fail();
    }
    barrier.wait();
    barrier.wait();
    gathered?;
    crowd.talk(&mut sockets?, start.get().copied().unwrap_or(0), lane)
}

/// Samples the processes through the measured time: at its beginning, at its end, and some times between.
fn watch(processes: &Processes, epoch: Instant, start: u64, plan: &Plan, gauges: &Gauges) -> Vec<Sample> {
    let from = start + plan.warm_up;
    let count = (plan.measured / 500_000_000).clamp(1, 60);
    let mut samples = Vec::new();
    for at in 0..=count {
        let due = from + plan.measured * at / count;
        loop {
            let now = epoch.elapsed().as_nanos() as u64;
            if now >= due {
                break;
            }
            if gauges.halted() {
                return samples;
            }
            thread::sleep(Duration::from_nanos(due - now).min(Duration::from_millis(100)));
        }
        samples.push(Sample {
            seconds: (epoch.elapsed().as_nanos() as u64).saturating_sub(from) as f64 / 1e9,
            usage: processes.usage(),
            sends: gauges.sends.load(Ordering::Relaxed),
            deliveries: gauges.deliveries.load(Ordering::Relaxed),
        });
    }
    samples
}

fn settings(common: &Common, plan: &Plan, population: &Population) -> BTreeMap<String, String> {
    let size = common.size.map_or("like people's".to_owned(), |size| format!("{size} bytes"));
    let mut settings = BTreeMap::from([
        ("sessions".to_owned(), population.people.len().to_string()),
        ("pods".to_owned(), population.pods.len().to_string()),
        ("texts".to_owned(), size),
        ("seconds".to_owned(), common.seconds.to_string()),
        ("servers".to_owned(), common.urls.iter().map(|url| url.host.clone()).collect::<Vec<_>>().join(", ")),
    ]);
    match plan.pace {
        Pace::Open { rate, poisson } => {
            let how = if poisson { ", by chance" } else { "" };
            settings.insert("rate".into(), format!("{rate} messages/s{how}"));
        }
        Pace::Closed { window } => drop(settings.insert("window".into(), format!("{window} unanswered a session"))),
        Pace::Still => {}
    }
    settings
}

/// What a group of processes cost over the samples.
pub fn costs(
    before: &BTreeMap<String, Usage>,
    samples: &[Sample],
    sends: u64,
    deliveries: u64,
) -> BTreeMap<String, Cost> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return BTreeMap::new() };
    let seconds = (last.seconds - first.seconds).max(1e-9);
    let mut costs = BTreeMap::new();
    for (name, usage) in &last.usage {
        let cpu = (usage.cpu - first.usage.get(name).map_or(0.0, |usage| usage.cpu)).max(0.0);
        let a = |count: u64| (count > 0).then(|| cpu * 1e6 / count as f64);
        let cost = Cost {
            cores: cpu / seconds,
            delivery_us: a(deliveries),
            send_us: a(sends),
            memory: usage.memory,
            memory_before: before.get(name).map_or(0, |usage| usage.memory),
        };
        costs.insert(name.clone(), cost);
    }
    costs
}

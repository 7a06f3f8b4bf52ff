//! A run, from its people to its report.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::cli::Common;
use crate::crowd::{Counting, Crowd, Gauges, Measured, Pace, Plan, What};
use crate::http::Url;
use crate::interrupt::interrupted;
use crate::people::{Population, Tokens, Trouble, rfc3339};
use crate::processes::{Processes, kill};
use crate::progress::{Phase, Progress};
use crate::random::Random;
use crate::report::{Report, Sample};
use crate::sockets::raise_descriptors;
use crate::texts::Texts;
use crate::tokens::Minter;
use crate::wire::speech::Speech;

/// The pause between the last join and the first send, in nanoseconds.
const CALM: u64 = 300_000_000;

/// The lifetime of tokens: longer than any run.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The reasons why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Ctrl-C was pressed; people, event and pods were removed.
    #[error("interrupted")]
    Interrupted,
    /// People, event or pods could not be created.
    #[error(transparent)]
    People(#[from] Trouble),
    /// Another reason, as a text.
    #[error("{0}")]
    Other(String),
}

/// People, event and pods on a server, ready for runs.
pub struct Stage<'a> {
    common: &'a Common,
    population: Population,
    /// Whether they were created now, and not by an earlier run.
    fresh: bool,
    gauges: Arc<Gauges>,
    progress: Progress,
    processes: Processes,
    random: Random,
}

impl<'a> Stage<'a> {
    /// Creates what runs of this kind need, or uses what an earlier one has kept.
    ///
    /// # Errors
    /// If something cannot be created. What was created until then is removed.
    pub fn set(common: &'a Common, what: What) -> Result<Self, Failure> {
        raise_descriptors(common.sessions).map_err(Failure::Other)?;
        let processes = Processes::new(&common.pids);
        if let Some(pid) = processes.missing().first() {
            return Err(Failure::Other(format!("there is no process {pid}")));
        }
        let mut random = common.seed.map_or_else(Random::fresh, Random::seeded);
        let tokens = tokens(common)?;
        let pod_size = if what.is_on_wall() { 0 } else { common.pod_size.max(1) };
        let sessions = common.sessions.max(1);
        let kept = match &common.keep {
            Some(file) => Population::kept(file, &tokens, sessions, pod_size)?,
            None => None,
        };
        let fresh = kept.is_none();
        let population = match kept {
            Some(population) => population,
            None => Population::invent(&mut random, &tokens, sessions, pod_size)?,
        };
        let gauges = Arc::new(Gauges::default());
        let progress = Progress::start(Arc::clone(&gauges), common.quiet);
        let stage = Stage { common, population, fresh, gauges, progress, processes, random };
        if fresh && common.speech == Speech::Podium {
            stage.progress.enter(Phase::Making(stage.population.steps()));
            if let Err(trouble) = stage.population.settle(&common.urls, &stage.gauges.done) {
                // The first error says more than a failed removal.
                let _ = stage.remove();
                return Err(if interrupted() { Failure::Interrupted } else { trouble.into() });
            }
        }
        Ok(stage)
    }

    /// Removes everything, or writes it to the file for the next run.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn strike(self) -> Result<(), Failure> {
        match &self.common.keep {
            Some(file) => Ok(self.population.keep(file)?),
            None => self.remove(),
        }
    }

    fn remove(&self) -> Result<(), Failure> {
        if self.common.speech != Speech::Podium || !self.fresh {
            return Ok(());
        }
        self.gauges.done.store(0, Ordering::Relaxed);
        self.progress.enter(Phase::Removing(self.population.steps()));
        // One of several nodes may have ended meanwhile.
        let alive: Vec<Url> = self.common.urls.iter().filter(|url| url.is_listening()).cloned().collect();
        let urls = if alive.is_empty() { &self.common.urls } else { &alive };
        Ok(self.population.remove(urls, &self.gauges.done)?)
    }

    /// Runs a scenario.
    ///
    /// # Errors
    /// If it cannot be run, or is interrupted. Faults of the server are in the report.
    pub fn measure(&mut self, scenario: &str, plan: &Plan) -> Result<Report, Failure> {
        self.gauges.reset();
        let (common, gauges, population) = (self.common, &*self.gauges, &self.population);
        let texts = match common.size {
            Some(size) => Texts::sized(&mut self.random, size),
            None => Texts::human(&mut self.random),
        };
        let lanes = if plan.what.is_on_wall() { 1 } else { population.pods.len() };
        let threads = common.threads.clamp(1, lanes);
        let (epoch, began) = (Instant::now(), SystemTime::now());
        let (barrier, start) = (Barrier::new(threads + 1), OnceLock::new());
        let before = self.processes.usage(true);
        self.progress.enter(Phase::Connecting(population.people.len()));
        let (outcomes, samples) = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|lane| {
                    let random = Random::seeded(self.random.bits());
                    let crowd = Crowd::new(population, &common.urls, &texts, plan, gauges, random, (lane, threads));
                    let (barrier, start) = (&barrier, &start);
                    scope.spawn(move || work(crowd, epoch, barrier, start, (lane, threads)))
                })
                .collect();
            // All have joined, or one has failed to.
            barrier.wait();
            let at = *start.get_or_init(|| epoch.elapsed().as_nanos() as u64 + CALM);
            self.progress.enter(Phase::Talking(Duration::from_nanos(CALM + plan.warm_up + plan.measured)));
            barrier.wait();
            let samples = watch(&self.processes, epoch, at, plan, gauges, common.kill);
            let panicked = |_| Err("a thread of the load tester panicked".into());
            (workers.into_iter().map(|worker| worker.join().unwrap_or_else(panicked)).collect::<Vec<_>>(), samples)
        });
        let measured = together(outcomes)?;
        let settings = settings(common, plan, population);
        let name = common.label.clone().unwrap_or_else(|| scenario.to_owned());
        Ok(Report::new(
            scenario,
            name,
            rfc3339(began),
            settings,
            plan,
            &measured,
            &before,
            &samples,
            population.people.len(),
        ))
    }
}

/// Runs one scenario with people and pods of its own.
///
/// # Errors
/// Those of [`Stage::set`] and [`Stage::measure`].
pub fn run(scenario: &str, common: &Common, plan: &Plan) -> Result<Report, Failure> {
    let mut stage = Stage::set(common, plan.what)?;
    let outcome = stage.measure(scenario, plan);
    let struck = stage.strike();
    let report = outcome?;
    if let Err(why) = struck {
        eprintln!("could not clean up: {why}");
    }
    Ok(report)
}

fn tokens(common: &Common) -> Result<Tokens, Failure> {
    match (&common.secret, &common.tokens) {
        (_, Some(file)) => {
            let text =
                fs::read_to_string(file).map_err(|error| Failure::Other(format!("{}: {error}", file.display())))?;
            Ok(Tokens::Given(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()))
        }
        (Some(secret), None) => Ok(Tokens::Minted(Minter::new(secret), LIFETIME)),
        // No other program uses them.
        (None, None) if common.speech != Speech::Podium => Ok(Tokens::Minted(Minter::new(""), LIFETIME)),
        (None, None) => Err(Failure::Other("--secret (or PODIUM_JWT_SECRET) or --tokens is required".into())),
    }
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
    let gauges = crowd.gauges();
    let outcome = crowd.talk(&mut sockets?, start.get().copied().unwrap_or(0), lane);
    if outcome.is_err() {
        gauges.failed.store(true, Ordering::Relaxed);
    }
    outcome
}

fn together(mut outcomes: Vec<Result<Measured, String>>) -> Result<Measured, Failure> {
    if interrupted() {
        return Err(Failure::Interrupted);
    }
    // The thread that failed, before those that it stopped.
    outcomes.sort_by_key(|outcome| outcome.as_ref().err().is_none_or(|why| why == "interrupted"));
    let mut total: Option<Measured> = None;
    for outcome in outcomes {
        let measured = outcome.map_err(Failure::Other)?;
        match &mut total {
            None => total = Some(measured),
            Some(total) => total.merge(measured),
        }
    }
    total.ok_or_else(|| Failure::Other("there were no sessions".into()))
}

/// Samples the processes in the measured time: at its beginning, at its end, and some times between. Kills one, if one is
/// to be, in the middle.
fn watch(
    processes: &Processes,
    epoch: Instant,
    start: u64,
    plan: &Plan,
    gauges: &Gauges,
    victim: Option<u32>,
) -> Vec<Sample> {
    let from = start + plan.warm_up;
    let count = (plan.measured / 500_000_000).clamp(2, 60);
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
            usage: processes.usage(at == count),
        });
        if at == count / 2
            && let Some(victim) = victim
        {
            kill(victim);
        }
    }
    samples
}

fn settings(common: &Common, plan: &Plan, population: &Population) -> BTreeMap<String, String> {
    let size = common.size.map_or("like people's".to_owned(), |size| format!("{size} bytes"));
    let servers: Vec<_> = common.urls.iter().map(|url| url.host.clone()).collect();
    let mut settings = BTreeMap::from([
        ("sessions".to_owned(), population.people.len().to_string()),
        ("seconds".to_owned(), common.seconds.to_string()),
        ("servers".to_owned(), servers.join(", ")),
    ]);
    if !plan.what.is_on_wall() {
        settings.insert("pods".into(), population.pods.len().to_string());
    }
    match (plan.what, plan.counting) {
        (What::Votes, Counting { posts, hands, .. }) => {
            settings.extend([("polls".into(), posts.to_string()), ("hands".into(), hands.to_string())]);
        }
        (What::Taps, Counting { posts, hands, sources, taps, .. }) => {
            settings.extend([("posts".into(), posts.to_string()), ("hands".into(), hands.to_string())]);
            settings.insert("taps".into(), format!("{taps} a request, from {sources} sources a person"));
        }
        _ => {}
    }
    if matches!(plan.what, What::Messages | What::Posts | What::Evening) && plan.pace != Pace::Still {
        settings.insert("texts".into(), size);
    }
    match plan.pace {
        Pace::Open { rate, poisson } => {
            let how = if poisson { ", by chance" } else { "" };
            settings.insert("rate".into(), format!("{rate}/s{how}"));
        }
        Pace::Closed { .. } if plan.what.is_counted() => {
            settings.insert("rate".into(), "as fast as it goes".into());
        }
        Pace::Closed { window } => {
            settings.insert("window".into(), format!("{window} a session"));
        }
        Pace::Still => {}
    }
    if let Some(churn) = plan.churn {
        settings.insert("leaving".into(), format!("{}/s", churn.rate));
        if let Some(storm) = churn.storm {
            settings.insert("storm every".into(), format!("{} s", storm as f64 / 1e9));
        }
    }
    settings
}

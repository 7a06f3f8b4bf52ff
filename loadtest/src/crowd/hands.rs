//! Votes and taps are made over HTTP, by threads that wait for the answers.
//!
//! Each hand acts for people of its own, so that a person's requests never overtake each other, and the last one that was
//! answered is the one that counts. A request without an answer is repeated as it was, on the next server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::plan::{Counting, Pace, What};
use super::schedule::Schedule;
use crate::check::Fault;
use crate::http::{Answer, Http, Url};
use crate::interrupt::interrupted;
use crate::people::Person;
use crate::random::Random;
use crate::timeline::{self, Timeline};

/// The time that an answer may take before the request is repeated.
const ANSWER: Duration = Duration::from_secs(10);

/// The pause before a request is repeated.
const PAUSE: u64 = 100_000_000;

/// The longest sleep before a hand looks whether it is to go on.
const GLANCE: u64 = 100_000_000;

/// The task of all hands.
pub struct Task {
    /// The servers.
    pub urls: Vec<Url>,
    /// Everybody.
    pub people: Vec<Person>,
    /// The ids of the posts.
    pub posts: Vec<String>,
    /// Votes or taps.
    pub what: What,
    /// Their numbers.
    pub counting: Counting,
    /// The pace over all hands.
    pub pace: Pace,
    /// The zero of the clock.
    pub epoch: Instant,
    /// When the first one is due.
    pub start: u64,
    /// The measured time.
    pub window: (u64, u64),
    /// The time for which a request is repeated.
    pub patience: u64,
    /// The length of a slice of the timeline.
    pub slice: u64,
}

impl Task {
    fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    fn in_window(&self, time: u64) -> bool {
        (self.window.0..self.window.1).contains(&time)
    }
}

/// The results of hands.
pub struct Done {
    /// Requests that were due in the measured time, and answers in it.
    pub sends: u64,
    /// Answers in the measured time.
    pub answers: u64,
    /// All requests that were acknowledged.
    pub acknowledged: u64,
    /// When the last one was acknowledged.
    pub last: u64,
    /// The time from when a request was due to its answer.
    pub answer: Timeline,
    /// The delay of requests after they were due.
    pub lateness: Histogram<u32>,
    /// Refused requests, by code.
    pub refused: BTreeMap<String, u64>,
    /// Requests that were repeated, by reason.
    pub repeated: BTreeMap<String, u64>,
    /// The faults of answers, and the post of each.
    pub faults: Vec<(Fault, usize)>,
    /// The figures of each post that follow from what was acknowledged: voters and votes for each option, or taps.
    pub counts: Vec<Vec<u64>>,
}

impl Done {
    fn new(task: &Task) -> Self {
        let figures = if task.what == What::Votes { 1 + task.counting.options } else { 1 };
        Done {
            sends: 0,
            answers: 0,
            acknowledged: 0,
            last: 0,
            answer: Timeline::new(task.window.0, task.slice),
            lateness: timeline::histogram(),
            refused: BTreeMap::new(),
            repeated: BTreeMap::new(),
            faults: Vec::new(),
            counts: vec![vec![0; figures]; task.posts.len()],
        }
    }

    fn merge(&mut self, other: Done) {
        self.sends += other.sends;
        self.answers += other.answers;
        self.acknowledged += other.acknowledged;
        self.last = self.last.max(other.last);
        self.answer.merge(&other.answer);
        timeline::add(&mut self.lateness, &other.lateness);
        for (mine, theirs) in [(&mut self.refused, other.refused), (&mut self.repeated, other.repeated)] {
            theirs.into_iter().for_each(|(why, count)| *mine.entry(why).or_default() += count);
        }
        self.faults.extend(other.faults);
        for (mine, theirs) in self.counts.iter_mut().flatten().zip(other.counts.into_iter().flatten()) {
            *mine += theirs;
        }
    }
}

/// The hands of a run.
pub struct Hands {
    threads: Vec<JoinHandle<Done>>,
    signs: Arc<Signs>,
}

/// The signs between hands and crowd.
#[derive(Default)]
struct Signs {
    answers: AtomicU64,
    over: AtomicBool,
}

impl Hands {
    /// Starts the hands. They act from the task's start until the end of the measured time.
    pub fn start(task: Task, random: &mut Random) -> Self {
        let count = task.counting.hands.clamp(1, task.people.len().max(1));
        let (task, signs) = (Arc::new(task), Arc::new(Signs::default()));
        let hand = |number| {
            let random = Random::seeded(random.bits());
            let mut hand = Hand::new(Arc::clone(&task), Arc::clone(&signs), (number, count), random);
            thread::spawn(move || {
                hand.work((number, count));
                hand.done()
            })
        };
        Hands { threads: (0..count).map(hand).collect(), signs }
    }

    /// Returns the number of answers so far.
    pub fn answers(&self) -> u64 {
        self.signs.answers.load(Ordering::Relaxed)
    }

    /// Returns `true` if all have ended.
    pub fn are_done(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Waits until all have ended, and returns what they have done.
    ///
    /// # Errors
    /// If one panicked.
    pub fn finish(mut self) -> Result<Done, String> {
        let mut done: Option<Done> = None;
        for thread in std::mem::take(&mut self.threads) {
            let more = thread.join().map_err(|_| "a thread of the load tester panicked")?;
            match &mut done {
                None => done = Some(more),
                Some(done) => done.merge(more),
            }
        }
        done.ok_or_else(|| "there were no hands".into())
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.signs.over.store(true, Ordering::Relaxed);
    }
}

/// A device's taps on a post.
#[derive(Debug, Clone, Copy, Default)]
struct Source {
    tapped: u64,
    accepted: u64,
}

/// A person's vote in a post, or taps on it.
#[derive(Debug, Clone, Default)]
struct Own {
    /// The position of the option that was acknowledged last.
    vote: Option<usize>,
    sources: Vec<Source>,
    /// When taps may be sent again.
    ready: u64,
}

impl Own {
    fn taps(&self) -> u64 {
        self.sources.iter().map(|source| source.accepted).sum()
    }
}

struct Hand {
    task: Arc<Task>,
    signs: Arc<Signs>,
    /// The people, by their numbers.
    people: Vec<usize>,
    /// Their votes or taps, of each person and post.
    own: Vec<Vec<Own>>,
    servers: Vec<Http>,
    /// The server of the next request.
    server: usize,
    random: Random,
    done: Done,
}

impl Hand {
    fn new(task: Arc<Task>, signs: Arc<Signs>, (number, count): (usize, usize), random: Random) -> Self {
        let people: Vec<usize> = (number..task.people.len()).step_by(count).collect();
        let own = Own { sources: vec![Source::default(); task.counting.sources], ..Own::default() };
        let own = vec![vec![own; task.posts.len()]; people.len()];
        let servers: Vec<Http> = task.urls.iter().map(|url| Http::with_patience(url.clone(), ANSWER)).collect();
        let (server, done) = (number % servers.len().max(1), Done::new(&task));
        Hand { task, signs, people, own, servers, server, random, done }
    }

    /// Acts whenever it is due, and in a closed loop as fast as it is answered.
    fn work(&mut self, lane: (usize, usize)) {
        let task = Arc::clone(&self.task);
        let mut schedule = Schedule::new(task.pace, task.start, lane, self.random.clone());
        let is_open = matches!(task.pace, Pace::Open { .. });
        let mut turn = 0;
        loop {
            let due = if is_open { schedule.next } else { task.now().max(task.start) };
            if due >= task.window.1 || !self.sleep_until(due) {
                break;
            }
            let (person, round) = (turn % self.people.len(), turn / self.people.len());
            match task.what {
                What::Votes => self.vote(person, (person + round) % task.posts.len(), due),
                _ => {
                    let (source, round) = (round % task.counting.sources, round / task.counting.sources);
                    let is_sent = self.tap(person, (person + round) % task.posts.len(), source, due);
                    // Everybody has tapped as much as is allowed for now.
                    if !is_sent && !is_open {
                        self.sleep_until(task.now() + PAUSE / 20);
                    }
                }
            }
            turn += 1;
            schedule.advance();
        }
        if task.what == What::Taps {
            self.send_the_rest();
        }
    }

    fn is_over(&self) -> bool {
        interrupted() || self.signs.over.load(Ordering::Relaxed)
    }

    /// Returns `false` if the run is over.
    fn sleep_until(&self, time: u64) -> bool {
        loop {
            let now = self.task.now();
            if self.is_over() || now >= time {
                return !self.is_over();
            }
            thread::sleep(Duration::from_nanos((time - now).min(GLANCE)));
        }
    }

    /// Votes for an option, by chance.
    fn vote(&mut self, person: usize, post: usize, due: u64) {
        let option = self.random.below(self.task.counting.options);
        let path = format!("/v1/posts/{}/votes/me", self.task.posts[post]);
        let options = json!([option]);
        self.count_send(due);
        let Some(answer) = self.ask(&path, person, post, &json!({ "options": options }), due) else { return };
        if answer.body["options"] != options {
            self.done.faults.push((Fault::Answer, post));
        }
        self.own[person][post].vote = Some(option);
    }

    /// Taps, and sends the device's total unless the person must wait. Returns whether it was sent.
    fn tap(&mut self, person: usize, post: usize, source: usize, due: u64) -> bool {
        let (taps, is_closed) = (self.task.counting.taps, !matches!(self.task.pace, Pace::Open { .. }));
        let own = &mut self.own[person][post];
        let must_wait = own.ready > self.task.now();
        if must_wait && is_closed {
            return false;
        }
        own.sources[source].tapped += taps;
        self.count_send(due);
        !must_wait && self.send_taps(person, post, source, due)
    }

    fn send_taps(&mut self, person: usize, post: usize, source: usize, due: u64) -> bool {
        let path = format!("/v1/posts/{}/hype/me", self.task.posts[post]);
        let Source { tapped, accepted } = self.own[person][post].sources[source];
        let body = json!({ "source": format!("load-{source}"), "total": tapped });
        let Some(answer) = self.ask(&path, person, post, &body, due) else { return true };
        let now = self.task.now();
        let number = |field: &str| answer.body[field].as_u64();
        let own = &mut self.own[person][post];
        let taken = number("accepted").filter(|taken| (accepted..=tapped).contains(taken));
        own.sources[source].accepted = taken.unwrap_or(accepted);
        if taken.is_none() || number("mine") != Some(own.taps()) {
            self.done.faults.push((Fault::Answer, post));
        }
        if taken.is_some_and(|taken| taken < tapped) {
            let wait = number("retry_after_ms").unwrap_or(0).saturating_mul(1_000_000);
            own.ready = now + wait.max(PAUSE / 2);
        }
        true
    }

    /// Sends what was tapped and not accepted, as a client does until it is.
    fn send_the_rest(&mut self) {
        let last = self.task.now() + self.task.patience;
        let places = |hand: &Hand| -> Vec<(usize, usize, usize)> {
            let people = hand.own.iter().enumerate();
            let posts =
                people.flat_map(|(person, posts)| posts.iter().enumerate().map(move |(post, own)| (person, post, own)));
            let sources = posts.flat_map(|(person, post, own)| {
                own.sources.iter().enumerate().map(move |(source, taps)| (person, post, source, taps))
            });
            sources.filter(|(.., taps)| taps.accepted < taps.tapped).map(|(a, b, c, _)| (a, b, c)).collect()
        };
        loop {
            let left = places(self);
            let ready = |(person, post, _): &(usize, usize, usize)| self.own[*person][*post].ready;
            let Some(&(person, post, source)) = left.iter().min_by_key(|place| ready(place)) else { return };
            let due = ready(&(person, post, source)).max(self.task.now());
            if due > last || !self.sleep_until(due) {
                return;
            }
            self.send_taps(person, post, source, due);
        }
    }

    fn count_send(&mut self, due: u64) {
        if self.task.in_window(due) {
            self.done.sends += 1;
            timeline::record(&mut self.done.lateness, self.task.now().saturating_sub(due));
        }
    }

    /// Makes a request until it is answered. Returns the answer if it is a success.
    fn ask(&mut self, path: &str, person: usize, post: usize, body: &Value, due: u64) -> Option<Answer> {
        let last = self.task.now() + self.task.patience;
        let task = Arc::clone(&self.task);
        let token = &task.people[self.people[person]].token;
        loop {
            let why = match self.servers[self.server].attempt("PUT", path, token, Some(body)) {
                Ok(answer) if matches!(answer.status, 429 | 502..=504) => {
                    format!("{} {}", answer.status, answer.body["code"].as_str().unwrap_or_default())
                }
                Ok(answer) => return self.answered(answer, due),
                Err(error) => error.to_string(),
            };
            *self.done.repeated.entry(why).or_default() += 1;
            self.server = (self.server + 1) % self.servers.len();
            if task.now() > last || !self.sleep_until(task.now() + PAUSE) {
                self.done.faults.push((Fault::Unanswered, post));
                return None;
            }
        }
    }

    fn answered(&mut self, answer: Answer, due: u64) -> Option<Answer> {
        let now = self.task.now();
        self.signs.answers.fetch_add(1, Ordering::Relaxed);
        self.done.answers += u64::from(self.task.in_window(now));
        if !(200..300).contains(&answer.status) {
            let code = answer.body["code"].as_str().map_or_else(|| answer.status.to_string(), str::to_owned);
            *self.done.refused.entry(code).or_default() += 1;
            return None;
        }
        self.done.acknowledged += 1;
        self.done.last = self.done.last.max(now);
        if self.task.in_window(due) {
            self.done.answer.record(now, now.saturating_sub(due));
        }
        Some(answer)
    }

    /// Adds up what was acknowledged.
    fn done(mut self) -> Done {
        for (post, own) in self.own.iter().flat_map(|posts| posts.iter().enumerate()) {
            let counts = &mut self.done.counts[post];
            match (self.task.what, own.vote) {
                (What::Votes, Some(option)) => {
                    counts[0] += 1;
                    counts[1 + option] += 1;
                }
                (What::Votes, None) => {}
                _ => counts[0] += own.taps(),
            }
        }
        self.done
    }
}

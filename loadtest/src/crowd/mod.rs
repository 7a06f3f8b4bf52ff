//! The crowd: the sessions of one thread, with their sends and deliveries.
//!
//! Pods are never split over threads, so no thread needs another one's data. The state is here; `say` sends, `hear`
//! receives, and `away` lets sessions leave and return. On a wall others write for them: `poster` makes posts, and the
//! threads of `hands` vote and tap, which `count` compares with what the sessions are shown.

mod away;
mod count;
mod evening;
mod hands;
mod hear;
mod measured;
mod notices;
mod plan;
mod poster;
mod say;
mod schedule;

use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::sync::atomic::Ordering;
use std::time::Instant;

use self::away::{Absence, Comings};
use self::count::Count;
pub use self::measured::{Counted, Measured};
use self::notices::Notices;
pub use self::plan::{Churn, Counting, Gauges, Pace, Plan, What, nanoseconds};
use self::poster::Poster;
use self::schedule::{Heart, Schedule};
use crate::check::Checks;
use crate::http::Url;
use crate::message_id::MessageIds;
use crate::people::Population;
use crate::random::Random;
use crate::sockets::Sockets;
use crate::texts::Texts;
use crate::wire::speech::Push;

/// How long no session may join before a run is given up, in nanoseconds.
const STUCK: u64 = 30_000_000_000;

/// The longest wait of the loop, in nanoseconds.
const GLANCE: u64 = 50_000_000;

/// The state of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Away,
    Connecting,
    Joining,
    In,
}

/// One session: one socket of one person in one topic.
struct Seat {
    /// The server, and the path and query of the upgrade.
    url: usize,
    request: String,
    token: String,
    person: String,
    topic: String,
    pod: usize,
    member: usize,
    stage: Stage,
    /// Whether it has ever joined.
    known: bool,
    /// When the current step began.
    since: u64,
    /// When it wanted to have joined again: earlier deliveries are not late for it.
    wanted: u64,
    /// When it went, or was to come back.
    gone: u64,
    /// Its messages without an answer.
    open: Vec<u64>,
    /// The position from which pages must still be read.
    pages: Option<u64>,
    /// The newest message that it received, and the newest of its own that is stored.
    recent: Option<u64>,
    own: Option<u64>,
    /// Whether it is typing.
    typing: bool,
}

/// The sessions of one thread.
pub struct Crowd<'a> {
    plan: &'a Plan,
    urls: &'a [Url],
    texts: &'a Texts,
    gauges: &'a Gauges,
    ids: MessageIds,
    random: Random,
    seats: Vec<Seat>,
    /// The senders, in turn.
    order: Vec<usize>,
    turn: usize,
    checks: Checks,
    notices: Notices,
    /// The members of each pod by person, to find out who types.
    members: Vec<HashMap<Vec<u8>, usize>>,
    /// When each typing notice was due.
    typed: Vec<u64>,
    /// When pushes other than messages were made.
    asked: HashMap<(usize, Push), u64>,
    comings: BinaryHeap<Absence>,
    epoch: Option<String>,
    /// The zero of the sockets' clock.
    started: Option<Instant>,
    poster: Option<Poster>,
    count: Option<Count>,
    measured: Measured,
    /// The beginning and the end of the measured time.
    window: (u64, u64),
    sending: bool,
    pending: usize,
    failed: Option<String>,
    sampled: u64,
    /// The sends and deliveries that the gauges have counted.
    counted: (u64, u64),
}

impl<'a> Crowd<'a> {
    /// Makes the sessions of every `threads`-th pod from the `thread`-th on.
    pub fn new(
        population: &Population,
        urls: &'a [Url],
        texts: &'a Texts,
        plan: &'a Plan,
        gauges: &'a Gauges,
        mut random: Random,
        (thread, threads): (usize, usize),
    ) -> Self {
        let mut crowd = Crowd {
            plan,
            urls,
            texts,
            gauges,
            ids: MessageIds::new(&mut random),
            random,
            seats: Vec::new(),
            order: Vec::new(),
            turn: 0,
            checks: Checks::default(),
            notices: Notices::default(),
            members: Vec::new(),
            typed: Vec::new(),
            asked: HashMap::new(),
            comings: BinaryHeap::new(),
            epoch: None,
            started: None,
            poster: None,
            count: None,
            measured: Measured::new(0, plan.slice),
            window: (u64::MAX, u64::MAX),
            sending: false,
            pending: 0,
            failed: None,
            sampled: 0,
            counted: (0, 0),
        };
        if plan.what.is_on_wall() {
            let topic = plan.topic.replace("{event}", &population.event);
            // Each post waits for the one before, also another person's: for their order they have one sender.
            crowd.seat(population, &topic, 0..population.people.len(), 1);
            crowd.poster = (plan.what == What::Posts).then(|| Poster::start(urls, population));
            crowd.count = plan.what.is_counted().then(|| Count::new(population));
        } else {
            for (number, id) in population.pods.iter().enumerate().skip(thread).step_by(threads) {
                let topic = plan.topic.replace("{pod}", id).replace("{event}", &population.event);
                let members = population.members(number);
                let senders = members.len();
                crowd.seat(population, &topic, members, senders);
            }
        }
        crowd.order = (0..crowd.seats.len()).collect();
        crowd.random.shuffle(&mut crowd.order);
        crowd
    }

    /// Gives these people seats in a topic.
    fn seat(&mut self, population: &Population, topic: &str, people: std::ops::Range<usize>, senders: usize) {
        let pod = self.checks.pod(topic, people.len(), senders);
        // Typing notices need a cell for each pair, and there are none on a wall.
        self.notices.pod(if self.plan.what.is_on_wall() { 0 } else { people.len() });
        let mut members = HashMap::new();
        for (member, number) in people.enumerate() {
            let person = &population.people[number];
            members.insert(person.id.clone().into_bytes(), member);
            let url = number % self.urls.len();
            self.seats.push(Seat {
                url,
                request: self.plan.speech.request(&self.urls[url].prefix, &person.token),
                token: person.token.clone(),
                person: person.id.clone(),
                topic: topic.to_owned(),
                pod,
                member,
                stage: Stage::Away,
                known: false,
                since: 0,
                wanted: 0,
                gone: 0,
                open: Vec::new(),
                pages: None,
                recent: None,
                own: None,
                typing: false,
            });
        }
        self.members.push(members);
    }

    /// Makes the sockets of this crowd.
    ///
    /// # Errors
    /// If the system has no poll.
    pub fn sockets(&mut self, epoch: Instant) -> io::Result<Sockets> {
        self.started = Some(epoch);
        Sockets::new(self.seats.len(), epoch)
    }

    /// Returns the gauges that other threads read.
    pub fn gauges(&self) -> &'a Gauges {
        self.gauges
    }

    /// Ends the run for all threads.
    pub fn fail(&self) {
        self.gauges.failed.store(true, Ordering::Relaxed);
    }

    /// Connects and joins all sessions, a few at a time.
    ///
    /// # Errors
    /// If one of them cannot join, or the server does not serve what the run needs.
    pub fn gather(&mut self, sockets: &mut Sockets) -> Result<(), String> {
        self.open_posts()?;
        let (mut next, mut joined, mut progress) = (0, 0, sockets.now());
        while next < self.seats.len() || self.pending > 0 {
            if self.gauges.halted() {
                return Err("interrupted".into());
            }
            while next < self.seats.len() && self.pending < self.plan.connecting {
                self.connect(sockets, next)?;
                next += 1;
            }
            let until = sockets.now() + GLANCE;
            self.turn(sockets, until)?;
            if next - self.pending != joined {
                (joined, progress) = (next - self.pending, sockets.now());
            }
            if sockets.now() - progress > STUCK {
                return Err(format!("{} sessions could not join within 30 s", self.pending));
            }
        }
        Ok(())
    }

    /// Sends from `start` on, and returns the measurements.
    ///
    /// # Errors
    /// If the poll fails, or the server does not support the scenario.
    pub fn talk(mut self, sockets: &mut Sockets, start: u64, lane: (usize, usize)) -> Result<Measured, String> {
        let from = start + self.plan.warm_up;
        let end = from + self.plan.measured;
        let joins = std::mem::replace(&mut self.measured, Measured::new(from, self.plan.slice));
        (self.measured.connect, self.measured.join) = (joins.connect, joins.join);
        self.window = (from, end);
        self.start_hands(start);
        while sockets.now() < start {
            self.turn(sockets, start)?;
        }
        self.sending = true;
        if let Pace::Closed { window } = self.plan.pace
            && !self.plan.what.is_counted()
        {
            for seat in self.order.clone() {
                (0..window).for_each(|_| self.say(sockets, seat, start));
            }
        }
        // Hands keep the pace of what they do.
        let pace = if self.plan.what.is_counted() { Pace::Still } else { self.plan.pace };
        let mut due = Schedule::new(pace, start, lane, self.random.clone());
        let mut heart = Heart::new(self.plan.speech, start, self.seats.len());
        let mut comings = Comings::new(self.plan.churn, start, lane, self.random.clone());
        while sockets.now() < end && !self.gauges.halted() {
            let now = sockets.now();
            while due.next <= now && due.next < end && self.say_next(sockets, due.next) {
                due.advance();
            }
            heart.beat(now, sockets);
            self.let_go(sockets, &mut comings, now);
            self.bring_back(sockets, now)?;
            let until = [due.next.max(now + 1_000_000 * u64::from(due.next <= now)), heart.next, comings.next(), end];
            let until = until.into_iter().chain(self.comings.peek().map(|next| next.at)).min().unwrap_or(end);
            self.turn(sockets, until.min(now + GLANCE))?;
        }
        self.sending = false;
        self.settle_count(sockets, &mut heart)?;
        self.settle(sockets, &mut heart)?;
        for id in 0..self.seats.len() {
            sockets.close(id, true);
        }
        Ok(self.finish())
    }

    /// Waits until all sessions have returned and everything was delivered.
    fn settle(&mut self, sockets: &mut Sockets, heart: &mut Heart) -> Result<(), String> {
        let last = sockets.now() + self.plan.patience;
        // Repeated deliveries may arrive after the last awaited one.
        let mut calm = None;
        while sockets.now() < last && !self.gauges.halted() {
            let now = sockets.now();
            let done = self.checks.complete() && self.notices.complete() && self.everybody_is_in();
            match calm {
                Some(since) if done && now - since > 100_000_000 => return Ok(()),
                _ if !done => calm = None,
                None => calm = Some(now),
                Some(_) => {}
            }
            heart.beat(now, sockets);
            self.bring_back(sockets, now)?;
            self.turn(sockets, now + 20_000_000)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Measured {
        if self.plan.what == What::Typing {
            self.notices.finish(&mut self.checks);
        }
        self.measured.checked = self.counts();
        self.measure_reach();
        self.finish_count();
        self.measured.findings.merge(std::mem::take(&mut self.checks).finish());
        self.measured
    }

    /// Returns the sends and deliveries so far.
    fn counts(&self) -> (u64, u64) {
        let (notices, count) = (self.notices.counts(), self.count.as_ref().map_or((0, 0), Count::counts));
        (self.checks.sends() + notices.0 + count.0, self.checks.deliveries() + notices.1 + count.1)
    }

    fn turn(&mut self, sockets: &mut Sockets, until: u64) -> Result<(), String> {
        sockets.turn(until, self).map_err(|error| error.to_string())?;
        self.take_posts();
        let now = self.counts();
        self.gauges.sends.fetch_add(now.0 - self.counted.0, Ordering::Relaxed);
        self.gauges.deliveries.fetch_add(now.1 - self.counted.1, Ordering::Relaxed);
        self.counted = now;
        self.failed.take().map_or(Ok(()), Err)
    }

    fn in_window(&self, time: u64) -> bool {
        (self.window.0..self.window.1).contains(&time)
    }
}

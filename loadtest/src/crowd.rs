//! The crowd: the sessions of one thread, what they send, and what they hear.
//!
//! Pods are never split over threads, so no thread needs another one's books.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::check::{Checks, Delivery, Findings, Outcome};
use crate::http::Url;
use crate::message_id::{MessageIds, parse};
use crate::people::Population;
use crate::random::Random;
use crate::sockets::{Ended, Listener, Sockets};
use crate::texts::Texts;
use crate::timeline::{self, Timeline};
use crate::wire::phoenix;

/// Each session says that it lives so often. The server asks for less than a minute.
const HEARTBEAT: u64 = 30_000_000_000;

/// One delivery in so many is read as JSON, and its text compared with what was sent.
const SAMPLE: u64 = 64;

/// How the sends are paced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// So many a second over all sessions, whatever the server does: a send that it holds up is counted from when it
    /// was due.
    Open {
        /// Sends a second.
        rate: f64,
        /// Whether they come by chance, as people's do, instead of evenly.
        poisson: bool,
    },
    /// Each session keeps so many unanswered.
    Closed {
        /// Unanswered sends a session.
        window: usize,
    },
    /// Nobody says anything.
    Still,
}

/// What a run does. Times are nanoseconds.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How fast.
    pub pace: Pace,
    /// Load before the measuring.
    pub warm_up: u64,
    /// How long is measured.
    pub measured: u64,
    /// How long after the last send stragglers are waited for.
    pub patience: u64,
    /// The length of a slice of the timeline.
    pub slice: u64,
    /// Sessions that may be connecting at a time.
    pub connecting: usize,
}

/// What other threads see of a run while it goes on.
#[derive(Debug, Default)]
pub struct Gauges {
    /// Sessions that have joined.
    pub joined: AtomicUsize,
    /// Sends so far.
    pub sends: AtomicU64,
    /// Deliveries so far.
    pub deliveries: AtomicU64,
    /// Set by Ctrl-C.
    pub stop: AtomicBool,
    /// Set by a thread that failed.
    pub failed: AtomicBool,
}

impl Gauges {
    /// Whether the run is to end at once.
    pub fn halted(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.failed.load(Ordering::Relaxed)
    }
}

/// What a thread, or all together, measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// From when a send was due to each delivery of it.
    pub delivery: Timeline,
    /// From when a send was due to its answer.
    pub answer: Timeline,
    /// How late the sends went out.
    pub lateness: Histogram<u32>,
    /// From the first packet to the upgrade.
    pub connect: Histogram<u32>,
    /// From the push to the answer of the join.
    pub join: Histogram<u32>,
    /// Sends that were due in the measured time.
    pub sends: u64,
    /// Deliveries that came in the measured time.
    pub deliveries: u64,
    /// Answers that came in the measured time.
    pub answers: u64,
    /// Refused sends by code.
    pub refused: BTreeMap<String, u64>,
    /// Sockets that ended before the run did, by reason.
    pub ended: BTreeMap<String, u64>,
    /// All sends and deliveries, warm-up included, which the checks have seen.
    pub checked: (u64, u64),
    /// What the checks found.
    pub findings: Findings,
}

impl Measured {
    fn new(start: u64, slice: u64) -> Self {
        Measured {
            delivery: Timeline::new(start, slice),
            answer: Timeline::new(start, slice),
            lateness: timeline::histogram(),
            connect: timeline::histogram(),
            join: timeline::histogram(),
            sends: 0,
            deliveries: 0,
            answers: 0,
            refused: BTreeMap::new(),
            ended: BTreeMap::new(),
            checked: (0, 0),
            findings: Findings::default(),
        }
    }

    /// Adds what another thread measured.
    pub fn merge(&mut self, other: Measured) {
        self.delivery.merge(&other.delivery);
        self.answer.merge(&other.answer);
        let pairs =
            [(&mut self.lateness, &other.lateness), (&mut self.connect, &other.connect), (&mut self.join, &other.join)];
        pairs.into_iter().for_each(|(mine, theirs)| mine.add(theirs).expect("histograms of the same bounds"));
        self.sends += other.sends;
        self.deliveries += other.deliveries;
        self.answers += other.answers;
        for (mine, theirs) in [(&mut self.refused, other.refused), (&mut self.ended, other.ended)] {
            theirs.into_iter().for_each(|(why, count)| *mine.entry(why).or_default() += count);
        }
        self.checked.0 += other.checked.0;
        self.checked.1 += other.checked.1;
        self.findings.merge(other.findings);
    }
}

/// One session: one socket of one person in one pod.
struct Seat {
    request: String,
    url: usize,
    topic: String,
    pod: usize,
    member: usize,
    since: u64,
    joined: bool,
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
    order: Vec<usize>,
    checks: Checks,
    measured: Measured,
    /// From when to when is measured.
    window: (u64, u64),
    sending: bool,
    pending: usize,
    failed: Option<String>,
    sampled: u64,
    /// What the gauges know of.
    told: (u64, u64),
}

impl<'a> Crowd<'a> {
    /// The sessions of every `threads`-th pod from the `thread`-th on.
    pub fn new(
        population: &Population,
        urls: &'a [Url],
        texts: &'a Texts,
        plan: &'a Plan,
        gauges: &'a Gauges,
        mut random: Random,
        (thread, threads): (usize, usize),
    ) -> Self {
        let (mut seats, mut checks) = (Vec::new(), Checks::default());
        for (number, id) in population.pods.iter().enumerate().skip(thread).step_by(threads) {
            let members = population.members(number);
            let topic = format!("pod:{id}");
            let pod = checks.pod(&topic, members.len(), members.len());
            for (member, person) in members.enumerate() {
                let url = person % urls.len();
                let token = &population.people[person].token;
                let request = format!("{}/socket/websocket?vsn=2.0.0&token={token}", urls[url].prefix);
                seats.push(Seat { request, url, topic: topic.clone(), pod, member, since: 0, joined: false });
            }
        }
        let mut order: Vec<usize> = (0..seats.len()).collect();
        random.shuffle(&mut order);
        Crowd {
            plan,
            urls,
            texts,
            gauges,
            ids: MessageIds::new(&mut random),
            random,
            seats,
            order,
            checks,
            measured: Measured::new(0, plan.slice),
            window: (u64::MAX, u64::MAX),
            sending: false,
            pending: 0,
            failed: None,
            sampled: 0,
            told: (0, 0),
        }
    }

    /// Sockets for this crowd.
    ///
    /// # Errors
    /// When the system has no poll.
    pub fn sockets(&self, epoch: Instant) -> io::Result<Sockets> {
        Sockets::new(self.seats.len(), epoch)
    }

    /// Connects and joins everybody, a few at a time.
    ///
    /// # Errors
    /// When one of them does not get in.
    pub fn gather(&mut self, sockets: &mut Sockets) -> Result<(), String> {
        let mut next = 0;
        let mut heard = sockets.now();
        let mut joined = 0;
        while next < self.seats.len() || self.pending > 0 {
            if self.gauges.halted() {
                return Err("interrupted".into());
            }
            while next < self.seats.len() && self.pending < self.plan.connecting {
                self.connect(sockets, next)?;
                next += 1;
            }
            let until = sockets.now() + 50_000_000;
            sockets.turn(until, self).map_err(|error| error.to_string())?;
            if let Some(why) = self.failed.take() {
                return Err(why);
            }
            let now = sockets.now();
            if next - self.pending != joined {
                (joined, heard) = (next - self.pending, now);
            }
            if now - heard > 30_000_000_000 {
                return Err(format!("{} sessions wait for half a minute to get in", self.pending));
            }
        }
        Ok(())
    }

    /// Ends the run for everybody.
    pub fn fail(&self) {
        self.gauges.failed.store(true, Ordering::Relaxed);
    }

    fn connect(&mut self, sockets: &mut Sockets, id: usize) -> Result<(), String> {
        let now = sockets.now();
        let seat = &mut self.seats[id];
        let url = &self.urls[seat.url];
        seat.since = now;
        self.pending += 1;
        sockets.connect(id, url.address, &url.host, &seat.request).map_err(|error| format!("connecting: {error}"))
    }

    /// Talks from `start` on, and gives what was measured.
    ///
    /// # Errors
    /// When the poll fails.
    pub fn talk(mut self, sockets: &mut Sockets, start: u64, lane: (usize, usize)) -> Result<Measured, String> {
        let from = start + self.plan.warm_up;
        let end = from + self.plan.measured;
        let joins = std::mem::replace(&mut self.measured, Measured::new(from, self.plan.slice));
        (self.measured.connect, self.measured.join) = (joins.connect, joins.join);
        self.window = (from, end);
        self.wait(sockets, start)?;
        self.sending = true;
        if let Pace::Closed { window } = self.plan.pace {
            for seat in self.order.clone() {
                (0..window).for_each(|_| self.send(sockets, seat, start));
            }
        }
        let mut due = Schedule::new(self.plan.pace, start, lane, self.random.clone());
        let mut heart = Heart::new(start, self.seats.len());
        let mut sent = 0;
        while sockets.now() < end && !self.gauges.halted() {
            let now = sockets.now();
            while due.next <= now && due.next < end {
                let seat = self.order[sent % self.order.len()];
                self.send(sockets, seat, due.next);
                sent += 1;
                due.advance();
            }
            heart.beat(now, sockets);
            let until = due.next.min(heart.next).min(end).min(now + 50_000_000);
            self.turn(sockets, until)?;
        }
        self.sending = false;
        let last = sockets.now() + self.plan.patience;
        while !self.checks.complete() && sockets.now() < last && !self.gauges.halted() {
            let now = sockets.now();
            heart.beat(now, sockets);
            self.turn(sockets, now + 20_000_000)?;
        }
        // What is repeated may come after what was waited for.
        let calm = sockets.now() + 100_000_000;
        self.wait(sockets, calm)?;
        for id in 0..self.seats.len() {
            sockets.close(id, true);
        }
        self.measured.checked = (self.checks.sends(), self.checks.deliveries());
        self.measured.findings = self.checks.finish();
        Ok(self.measured)
    }

    fn wait(&mut self, sockets: &mut Sockets, until: u64) -> Result<(), String> {
        while sockets.now() < until {
            self.turn(sockets, until)?;
        }
        Ok(())
    }

    fn turn(&mut self, sockets: &mut Sockets, until: u64) -> Result<(), String> {
        sockets.turn(until, self).map_err(|error| error.to_string())?;
        let now = (self.checks.sends(), self.checks.deliveries());
        self.gauges.sends.fetch_add(now.0 - self.told.0, Ordering::Relaxed);
        self.gauges.deliveries.fetch_add(now.1 - self.told.1, Ordering::Relaxed);
        self.told = now;
        Ok(())
    }

    fn in_window(&self, time: u64) -> bool {
        (self.window.0..self.window.1).contains(&time)
    }

    fn send(&mut self, sockets: &mut Sockets, id: usize, due: u64) {
        let seat = &self.seats[id];
        let number = self.checks.sent(seat.pod, seat.member, due);
        let (message, text) = (self.ids.id(number), self.texts.of(number));
        let topic = &seat.topic;
        sockets.send_with(id, |out| {
            phoenix::push(out, number, topic, "message:new", format_args!(r#"{{"id":"{message}","text":{text}}}"#));
        });
        if self.in_window(due) {
            self.measured.sends += 1;
            let late = sockets.now().saturating_sub(due);
            timeline::record(&mut self.measured.lateness, late);
        }
    }

    fn joined(&mut self, sockets: &Sockets, id: usize, response: &[u8], now: u64) {
        let seat = &mut self.seats[id];
        let head = memchr::memmem::find(response, br#""head":"#).map(|at| phoenix::number(&response[at + 7..]));
        self.checks.joined(seat.pod, seat.member, head);
        timeline::record(&mut self.measured.join, now.saturating_sub(seat.since));
        debug_assert!(sockets.is_open(id), "a reply came over it");
        seat.joined = true;
        self.pending -= 1;
        self.gauges.joined.fetch_add(1, Ordering::Relaxed);
    }

    fn replied(&mut self, sockets: &mut Sockets, id: usize, reference: &[u8], payload: &[u8], now: u64) {
        let Some((ok, response)) = phoenix::reply(payload) else { return };
        if reference == phoenix::JOIN.as_bytes() {
            if ok {
                return self.joined(sockets, id, response, now);
            }
            self.failed = Some(format!("joining {}: {}", self.seats[id].topic, String::from_utf8_lossy(response)));
            return;
        }
        if !reference.first().is_some_and(u8::is_ascii_digit) {
            return;
        }
        let number = phoenix::number(reference);
        let Some(due) = self.checks.due(number) else { return };
        if ok {
            self.checks.answered(number, Outcome::Stored(phoenix::seq(response)));
            if self.in_window(due) {
                self.measured.answer.record(now, now.saturating_sub(due));
            }
        } else {
            let code = phoenix::text(response, br#""code":""#).unwrap_or(b"without a code");
            let code = String::from_utf8_lossy(code).into_owned();
            self.checks.answered(number, if code == "unavailable" { Outcome::Unknown } else { Outcome::Refused });
            *self.measured.refused.entry(code).or_default() += 1;
        }
        self.measured.answers += u64::from(self.in_window(now));
        if self.sending && matches!(self.plan.pace, Pace::Closed { .. }) {
            self.send(sockets, id, now);
        }
    }

    fn heard(&mut self, id: usize, payload: &[u8], now: u64) {
        let Some(message) = phoenix::message(payload) else { return };
        let seat = &self.seats[id];
        let number = self.ids.number(message.id);
        let foreign =
            if number.is_none() { parse(message.id).map_or(0, |bits| (bits ^ (bits >> 64)) as u64 >> 1) } else { 0 };
        let delivery = Delivery { number, id: foreign, seq: phoenix::seq(payload), changed: message.position };
        let due = self.checks.delivered(seat.pod, seat.member, delivery);
        self.measured.deliveries += u64::from(self.in_window(now));
        if let Some(due) = due.filter(|due| self.in_window(*due)) {
            self.measured.delivery.record(now, now.saturating_sub(due));
        }
        self.sampled += 1;
        if let Some(number) = number.filter(|_| self.sampled.is_multiple_of(SAMPLE)) {
            let (pod, member) = (seat.pod, seat.member);
            let whole: Option<serde_json::Value> = serde_json::from_slice(payload).ok();
            let sent: Option<String> = serde_json::from_str(self.texts.of(number)).ok();
            if whole.as_ref().and_then(|whole| whole["text"].as_str()) != sent.as_deref() {
                self.checks.altered(pod, member, delivery.seq);
            }
        }
    }
}

impl Listener for Crowd<'_> {
    fn opened(&mut self, sockets: &mut Sockets, id: usize, now: u64) {
        let seat = &mut self.seats[id];
        timeline::record(&mut self.measured.connect, now.saturating_sub(seat.since));
        seat.since = now;
        sockets.send_with(id, |out| phoenix::join(out, &seat.topic, "{}"));
    }

    fn text(&mut self, sockets: &mut Sockets, id: usize, text: &[u8], now: u64) {
        let Some(incoming) = phoenix::read(text) else { return };
        match incoming.event {
            b"message:new" | b"message:changed" => self.heard(id, incoming.payload, now),
            b"phx_reply" => self.replied(sockets, id, incoming.reference, incoming.payload, now),
            b"phx_close" | b"phx_error" => {
                let why = format!("topic over: {}", String::from_utf8_lossy(incoming.event));
                *self.measured.ended.entry(why).or_default() += 1;
            }
            _ => {}
        }
    }

    fn ended(&mut self, _: &mut Sockets, id: usize, why: Ended, _: u64) {
        if !self.seats[id].joined {
            self.failed = Some(format!("a session did not get in: {why}"));
        }
        *self.measured.ended.entry(why.to_string()).or_default() += 1;
    }
}

/// When the sends of an open loop are due.
struct Schedule {
    next: u64,
    start: u64,
    count: u64,
    lane: (u64, u64),
    gap: f64,
    poisson: bool,
    random: Random,
}

impl Schedule {
    fn new(pace: Pace, start: u64, (lane, lanes): (usize, usize), random: Random) -> Self {
        let (gap, poisson) = match pace {
            Pace::Open { rate, poisson } if rate > 0.0 => (1e9 / rate, poisson),
            _ => (f64::INFINITY, false),
        };
        let mut schedule =
            Schedule { next: start, start, count: 0, lane: (lane as u64, lanes as u64), gap, poisson, random };
        if gap.is_finite() {
            schedule.place();
        } else {
            schedule.next = u64::MAX;
        }
        schedule
    }

    fn advance(&mut self) {
        self.count += 1;
        self.place();
    }

    fn place(&mut self) {
        if self.poisson {
            let gap = -(1.0 - self.random.unit()).ln() * self.gap * self.lane.1 as f64;
            self.next += gap as u64;
        } else {
            // From the start and not from the last one, so that no rounding adds up.
            self.next = self.start + ((self.count * self.lane.1 + self.lane.0) as f64 * self.gap) as u64;
        }
    }
}

/// Heartbeats of all sessions, spread evenly.
struct Heart {
    next: u64,
    gap: u64,
    session: usize,
    sessions: usize,
}

impl Heart {
    fn new(start: u64, sessions: usize) -> Self {
        Heart { next: start, gap: HEARTBEAT / sessions.max(1) as u64, session: 0, sessions }
    }

    fn beat(&mut self, now: u64, sockets: &mut Sockets) {
        while self.next <= now && self.sessions > 0 {
            sockets.send_with(self.session, phoenix::heartbeat);
            self.session = (self.session + 1) % self.sessions;
            self.next += self.gap;
        }
    }
}

/// Seconds as nanoseconds.
pub fn nanoseconds(seconds: f64) -> u64 {
    Duration::from_secs_f64(seconds.max(0.0)).as_nanos() as u64
}

//! Sessions that leave, are cut off, and return: they resume where they were, and lose nothing.

use std::cmp::Ordering;

use serde_json::Value;

use super::plan::{Churn, Pace};
use super::schedule::Schedule;
use super::{Crowd, Stage};
use crate::random::Random;
use crate::sockets::{Ended, Sockets};
use crate::timeline;
use crate::wire::speech::Push;

/// A session that is to return. The earliest is the greatest, for a heap.
#[derive(Debug, PartialEq, Eq)]
pub struct Absence {
    /// The time of its return.
    pub at: u64,
    /// The session.
    pub id: usize,
}

impl Ord for Absence {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.id).cmp(&(self.at, self.id))
    }
}

impl PartialOrd for Absence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The times at which sessions leave, by the plan.
pub struct Comings {
    goings: Schedule,
    storm: u64,
    churn: Option<Churn>,
}

impl Comings {
    /// Makes the times of this plan for this lane.
    pub fn new(churn: Option<Churn>, start: u64, lane: (usize, usize), random: Random) -> Self {
        let rate = churn.map_or(0.0, |churn| churn.rate);
        let storm = churn.and_then(|churn| churn.storm).map_or(u64::MAX, |every| start + every);
        Comings { goings: Schedule::new(Pace::Open { rate, poisson: true }, start, lane, random), storm, churn }
    }

    /// Returns when the next session leaves.
    pub fn next(&self) -> u64 {
        self.goings.next.min(self.storm)
    }
}

impl Crowd<'_> {
    /// Disconnects the sessions that leave now, by the plan.
    pub(super) fn let_go(&mut self, sockets: &mut Sockets, comings: &mut Comings, now: u64) {
        let Some(churn) = comings.churn else { return };
        let (least, most) = churn.away;
        while comings.goings.next <= now {
            comings.goings.advance();
            let id = self.random.below(self.seats.len());
            let away = least + (self.random.unit() * (most - least) as f64) as u64;
            let politely = self.random.below(2) == 0;
            self.leave(sockets, id, politely, now + away);
        }
        if comings.storm <= now {
            comings.storm += churn.storm.unwrap_or(u64::MAX / 2);
            for id in 0..self.seats.len() {
                // Like clients that were cut off together: nearly at the same time, slightly spread.
                let away = self.random.below(500_000_000) as u64;
                self.leave(sockets, id, false, now + away);
            }
        }
    }

    fn leave(&mut self, sockets: &mut Sockets, id: usize, politely: bool, until: u64) {
        let seat = &mut self.seats[id];
        if seat.stage != Stage::In {
            return;
        }
        if politely {
            let (speech, topic) = (self.plan.speech, &seat.topic);
            sockets.send_with(id, |out| speech.push(out, Push::Leave, topic, format_args!("{{}}")));
        }
        sockets.close(id, politely);
        (seat.stage, seat.wanted, seat.gone) = (Stage::Away, until, until);
        self.measured.churned += 1;
        self.gone(id, until);
    }

    /// Handles a socket that ended although its session was to go on.
    pub(super) fn lost(&mut self, id: usize, why: &Ended, now: u64) {
        let seat = &mut self.seats[id];
        let before = std::mem::replace(&mut seat.stage, Stage::Away);
        if matches!(before, Stage::Connecting | Stage::Joining) {
            self.pending -= 1;
        }
        if !seat.known {
            self.failed = Some(format!("a session could not join: {why}"));
            return;
        }
        *self.measured.ended.entry(why.to_string()).or_default() += 1;
        // This server may be gone for good.
        seat.url = (seat.url + 1) % self.urls.len();
        seat.request = self.plan.speech.request(&self.urls[seat.url].prefix, &seat.token);
        // Like a well-behaved client: soon, but not all at the same time.
        let wait = 50_000_000 + self.random.below(450_000_000) as u64;
        if before == Stage::In {
            seat.gone = now;
            self.gone(id, now + wait);
        } else {
            self.comings.push(Absence { at: now + 2 * wait, id });
        }
    }

    fn gone(&mut self, id: usize, until: u64) {
        self.gauges.joined.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        self.seats[id].typing = false;
        self.comings.push(Absence { at: until, id });
    }

    /// Connects the sessions that are to return now.
    pub(super) fn bring_back(&mut self, sockets: &mut Sockets, now: u64) -> Result<(), String> {
        while self.pending < self.plan.connecting
            && let Some(next) = self.comings.peek()
            && next.at <= now
        {
            let id = next.id;
            self.comings.pop();
            self.connect(sockets, id)?;
        }
        Ok(())
    }

    pub(super) fn connect(&mut self, sockets: &mut Sockets, id: usize) -> Result<(), String> {
        let now = sockets.now();
        let seat = &mut self.seats[id];
        let url = &self.urls[seat.url];
        (seat.since, seat.stage) = (now, Stage::Connecting);
        self.pending += 1;
        sockets.connect(id, url.address, &url.host, &seat.request).map_err(|error| format!("connecting: {error}"))
    }

    pub(super) fn everybody_is_in(&self) -> bool {
        self.comings.is_empty() && self.pending == 0 && self.seats.iter().all(|seat| seat.pages.is_none())
    }

    /// Handles the return of a session: reads the page of what it missed, and sends again what was not answered.
    pub(super) fn returned(&mut self, sockets: &mut Sockets, id: usize, response: &[u8], now: u64) {
        timeline::record(&mut self.measured.back, now.saturating_sub(self.seats[id].gone));
        let response: Value = serde_json::from_slice(response).unwrap_or_default();
        if response["reset"] == true {
            *self.measured.ended.entry("the log was reset".into()).or_default() += 1;
        }
        if self.plan.what.is_on_wall() {
            return self.take_posts_of_reply(id, &response, now);
        }
        self.take_page(sockets, id, &response, false);
        for number in self.seats[id].open.clone() {
            self.write(sockets, id, number);
        }
    }

    /// Handles a further page.
    pub(super) fn page(&mut self, sockets: &mut Sockets, id: usize, ok: bool, response: &[u8]) {
        let response: Value = serde_json::from_slice(response).unwrap_or_default();
        if ok {
            self.take_page(sockets, id, &response, true);
        } else {
            *self.measured.refused.entry(format!("history: {}", response["code"])).or_default() += 1;
            self.seats[id].pages = None;
        }
    }

    fn take_page(&mut self, sockets: &mut Sockets, id: usize, response: &Value, meanwhile_live: bool) {
        let (pod, member) = (self.seats[id].pod, self.seats[id].member);
        for message in response["messages"].as_array().into_iter().flatten() {
            let Some(text) = message["id"].as_str() else { continue };
            let delivery = self.delivery(text.as_bytes(), message["seq"].as_u64(), message["changed_seq"].as_u64());
            if meanwhile_live {
                self.checks.read(pod, member, delivery);
            } else {
                self.checks.delivered(pod, member, delivery);
            }
        }
        let seat = &mut self.seats[id];
        seat.pages = response["next"].as_u64().filter(|_| response["more"] == true);
        if let Some(next) = seat.pages {
            let (speech, topic) = (self.plan.speech, &seat.topic);
            let payload = format_args!(r#"{{"after":{next},"limit":200}}"#);
            sockets.send_with(id, |out| speech.push(out, Push::History, topic, payload));
        }
    }
}

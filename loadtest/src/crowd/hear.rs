//! Handles what sessions receive.

use serde_json::Value;

use super::{Crowd, Pace, Stage, What};
use crate::check::{Delivery, Outcome, Way};
use crate::message_id::parse;
use crate::sockets::{Ended, Listener, Sockets};
use crate::timeline;
use crate::wire::phoenix;
use crate::wire::speech::{Heard, Push};

/// The interval of deliveries that are parsed as JSON, to compare their text with what was sent.
const SAMPLE: u64 = 64;

impl Listener for Crowd<'_> {
    fn opened(&mut self, sockets: &mut Sockets, id: usize, now: u64) {
        let seat = &mut self.seats[id];
        timeline::record(&mut self.measured.connect, now.saturating_sub(seat.since));
        (seat.since, seat.stage) = (now, Stage::Joining);
        if self.plan.speech.joins_at_once() {
            self.ask_to_join(sockets, id);
        }
    }

    fn text(&mut self, sockets: &mut Sockets, id: usize, text: &[u8], now: u64) {
        match self.plan.speech.read(text) {
            Heard::Message(payload) => self.message(id, payload, now),
            Heard::Answer(push, ok, response) => self.answer(sockets, id, push, ok, response, now),
            Heard::Typing(payload) => self.typing(id, payload, now),
            Heard::Tally(payload) => self.counted(id, Way::Push, payload, now),
            Heard::Closing(payload) => self.counted(id, Way::Closing, payload, now),
            Heard::Joined(true, response) => self.joined(sockets, id, response, now),
            Heard::Joined(false, response) => self.kept_out(sockets, id, response, now),
            Heard::Greeting => {
                let token = &self.seats[id].token;
                sockets.send_with(id, |out| self.plan.speech.introduce(out, token));
            }
            Heard::Ready => self.ask_to_join(sockets, id),
            Heard::Ping => sockets.send_with(id, |out| self.plan.speech.heartbeat(out)),
            Heard::Over(why) => {
                let why = format!("topic ended: {}", String::from_utf8_lossy(why));
                *self.measured.ended.entry(why).or_default() += 1;
            }
            Heard::Other => {}
        }
    }

    fn ended(&mut self, _: &mut Sockets, id: usize, why: Ended, now: u64) {
        self.lost(id, &why, now);
    }
}

impl Crowd<'_> {
    fn ask_to_join(&mut self, sockets: &mut Sockets, id: usize) {
        let seat = &self.seats[id];
        // An event's topic has no log: its reply is the whole state.
        let after = if seat.known && !self.plan.what.is_on_wall() {
            seat.pages.or(self.checks.position(seat.pod, seat.member))
        } else {
            None
        };
        sockets.send_with(id, |out| match (after, &self.epoch) {
            (Some(after), Some(epoch)) => {
                let payload = format_args!(r#"{{"after":{after},"epoch":"{epoch}"}}"#);
                self.plan.speech.join(out, &seat.topic, payload);
            }
            (Some(after), None) => self.plan.speech.join(out, &seat.topic, format_args!(r#"{{"after":{after}}}"#)),
            (None, _) => self.plan.speech.join(out, &seat.topic, format_args!("{{}}")),
        });
    }

    fn joined(&mut self, sockets: &mut Sockets, id: usize, response: &[u8], now: u64) {
        let seat = &mut self.seats[id];
        if seat.stage != Stage::Joining {
            return;
        }
        timeline::record(&mut self.measured.join, now.saturating_sub(seat.since));
        seat.stage = Stage::In;
        self.pending -= 1;
        self.gauges.joined.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if self.plan.what.is_counted() {
            self.shown_at_join(id, response, now);
        }
        let seat = &mut self.seats[id];
        if seat.known {
            self.returned(sockets, id, response, now);
        } else {
            seat.known = true;
            let (pod, member) = (seat.pod, seat.member);
            let head = memchr::memmem::find(response, br#""head":"#).map(|at| phoenix::number(&response[at + 7..]));
            self.checks.joined(pod, member, head);
            if self.epoch.is_none() {
                let epoch = phoenix::text(response, br#""epoch":""#);
                self.epoch = epoch.map(|epoch| String::from_utf8_lossy(epoch).into_owned());
            }
        }
        if self.plan.inbox {
            let topic = format!("user:{}", self.seats[id].person);
            sockets.send_with(id, |out| self.plan.speech.push(out, Push::Inbox, &topic, format_args!("{{}}")));
        }
    }

    fn kept_out(&mut self, sockets: &mut Sockets, id: usize, response: &[u8], now: u64) {
        let (topic, response) = (self.seats[id].topic.clone(), String::from_utf8_lossy(response).into_owned());
        if !self.seats[id].known {
            let hint = if self.plan.what.is_on_wall() && response.contains("unmatched_topic") {
                ": this server does not serve event topics"
            } else {
                ""
            };
            self.failed = Some(format!("joining {topic}: {response}{hint}"));
            return;
        }
        sockets.close(id, false);
        self.lost(id, &Ended::Broken(format!("join refused: {response}")), now);
    }

    fn message(&mut self, id: usize, payload: &[u8], now: u64) {
        let Some(message) = phoenix::message(payload) else { return };
        let delivery = self.delivery(message.id, message.seq, message.changed);
        let seat = &mut self.seats[id];
        let (pod, member) = (seat.pod, seat.member);
        let due = self.checks.delivered(pod, member, delivery);
        let fresh = message.seq == message.changed || message.changed.is_none();
        if delivery.number.is_some() && fresh {
            seat.recent = delivery.number;
        }
        let wanted = seat.wanted;
        self.measured.deliveries += u64::from(self.in_window(now));
        // Deliveries that were due while the session was away by the plan are not late.
        if let Some(due) = due.filter(|due| fresh && *due >= wanted && self.in_window(*due)) {
            self.measured.delivery.record(now, now.saturating_sub(due));
        }
        if let Some(number) = delivery.number.filter(|_| due.is_some()) {
            self.reached(number, now);
        }
        self.sampled += 1;
        if let Some(number) = delivery.number.filter(|_| fresh && self.sampled.is_multiple_of(SAMPLE)) {
            self.compare_text(pod, member, number, delivery.seq, payload);
        }
    }

    /// Returns the parts of a message that the checks need.
    pub(super) fn delivery(&self, id: &[u8], seq: Option<u64>, changed: Option<u64>) -> Delivery {
        let number = self.ids.number(id);
        let other = if number.is_none() { parse(id).map_or(0, |bits| (bits ^ (bits >> 64)) as u64 >> 1) } else { 0 };
        Delivery { number, id: other, seq, changed: changed.or(seq) }
    }

    fn compare_text(&mut self, pod: usize, member: usize, number: u64, seq: Option<u64>, payload: &[u8]) {
        let whole: Option<Value> = serde_json::from_slice(payload).ok();
        // A post has its text in its body.
        let text = whole.as_ref().and_then(|whole| whole["text"].as_str().or(whole["post"]["body"]["text"].as_str()));
        let sent: Option<String> = serde_json::from_str(self.texts.of(number)).ok();
        if text != sent.as_deref() {
            self.checks.altered(pod, member, seq);
        }
    }

    fn typing(&mut self, id: usize, payload: &[u8], now: u64) {
        if self.plan.what != What::Typing {
            return;
        }
        let seat = &self.seats[id];
        let sender = phoenix::text(payload, br#""user_id":""#).and_then(|user| self.members[seat.pod].get(user));
        let Some(&sender) = sender else { return };
        // Some servers also send the notice to the person who types, who does not need it.
        if sender == seat.member {
            return;
        }
        let on = memchr::memmem::find(payload, br#""on":true"#).is_some();
        let due = self.notices.hear(&mut self.checks, seat.pod, seat.member, sender, on);
        self.measured.deliveries += u64::from(self.in_window(now));
        if let Some(due) = due.filter(|due| self.in_window(*due)) {
            self.measured.delivery.record(now, now.saturating_sub(due));
        }
    }

    fn answer(&mut self, sockets: &mut Sockets, id: usize, push: Push, ok: bool, response: &[u8], now: u64) {
        match push {
            Push::Message(number) => self.message_answered(sockets, id, number, ok, response, now),
            Push::Typing(number) if self.plan.what == What::Typing => {
                let Some(&due) = self.typed.get(number as usize) else { return };
                self.measured.answers += u64::from(self.in_window(now));
                if !ok {
                    self.refused(response);
                } else if self.in_window(due) {
                    self.measured.answer.record(now, now.saturating_sub(due));
                }
            }
            Push::History => self.page(sockets, id, ok, response),
            Push::Inbox | Push::Leave => {}
            Push::Typing(_) | Push::Edit(_) | Push::Delete(_) | Push::Reaction(_) | Push::Read => {
                self.deed_answered(id, push, ok, response, now);
            }
        }
    }

    fn message_answered(&mut self, sockets: &mut Sockets, id: usize, number: u64, ok: bool, response: &[u8], now: u64) {
        let Some(due) = self.checks.due(number) else { return };
        let seat = &mut self.seats[id];
        if let Some(at) = seat.open.iter().position(|open| *open == number) {
            seat.open.swap_remove(at);
        }
        let wanted = seat.wanted;
        if ok {
            seat.own = Some(number);
            self.checks.answered(number, Outcome::Stored(phoenix::seq(response)));
            if self.in_window(due) && due >= wanted {
                self.measured.answer.record(now, now.saturating_sub(due));
            }
        } else {
            let code = self.refused(response);
            self.checks.answered(number, if code == "unavailable" { Outcome::Unknown } else { Outcome::Refused });
        }
        self.measured.answers += u64::from(self.in_window(now));
        if self.sending && matches!(self.plan.pace, Pace::Closed { .. }) {
            self.say(sockets, id, now);
            self.measured.sends += u64::from(self.in_window(now));
        }
    }

    fn deed_answered(&mut self, id: usize, push: Push, ok: bool, response: &[u8], now: u64) {
        let asked = self.asked.remove(&(id, push));
        match (ok, push) {
            (true, Push::Edit(number) | Push::Delete(number) | Push::Reaction(number)) => {
                if let Some(position) = phoenix::seq(response) {
                    self.checks.changed(number, position);
                }
            }
            (true, _) => {}
            (false, _) => {
                match (phoenix::text(response, br#""code":""#).unwrap_or_default(), push) {
                    // Its message was deleted meanwhile.
                    (b"conflict", Push::Edit(_) | Push::Reaction(_)) => {}
                    (b"unknown_event", _) => *self.measured.unserved.entry(push.event()).or_default() += 1,
                    _ => {
                        self.refused(response);
                    }
                }
                return;
            }
        }
        if let Some(asked) = asked.filter(|asked| self.in_window(*asked)) {
            self.measured.other(push.event(), now.saturating_sub(asked));
        }
    }

    /// Counts a refusal, and returns its code.
    fn refused(&mut self, response: &[u8]) -> String {
        let code = phoenix::text(response, br#""code":""#).unwrap_or(b"without a code");
        let code = String::from_utf8_lossy(code).into_owned();
        *self.measured.refused.entry(code.clone()).or_default() += 1;
        code
    }
}

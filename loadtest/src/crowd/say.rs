//! Sends for the sessions.

use super::evening::Deed;
use super::{Crowd, Stage, What};
use crate::sockets::Sockets;
use crate::timeline;
use crate::wire::speech::Push;

impl Crowd<'_> {
    /// Makes the next joined session do its next send. Returns `false` if no session has joined.
    pub(super) fn say_next(&mut self, sockets: &mut Sockets, due: u64) -> bool {
        if self.plan.what == What::Posts {
            self.post(due);
            self.count_send(sockets, due);
            return true;
        }
        for _ in 0..self.order.len() {
            let id = self.order[self.turn % self.order.len()];
            self.turn += 1;
            if self.seats[id].stage == Stage::In {
                match self.plan.what {
                    What::Messages => self.say(sockets, id, due),
                    What::Typing => self.type_notice(sockets, id, due),
                    What::Evening => self.live(sockets, id, due),
                    // Neither is sent by a session.
                    What::Posts | What::Votes | What::Taps => {}
                }
                self.count_send(sockets, due);
                return true;
            }
        }
        false
    }

    fn count_send(&mut self, sockets: &Sockets, due: u64) {
        if self.in_window(due) {
            self.measured.sends += 1;
            timeline::record(&mut self.measured.lateness, sockets.now().saturating_sub(due));
        }
    }

    /// Sends a message.
    pub(super) fn say(&mut self, sockets: &mut Sockets, id: usize, due: u64) {
        let seat = &mut self.seats[id];
        let number = self.checks.sent(seat.pod, seat.member, due);
        seat.open.push(number);
        self.write(sockets, id, number);
    }

    /// Writes a message, for the first or a repeated time.
    pub(super) fn write(&self, sockets: &mut Sockets, id: usize, number: u64) {
        let (topic, message, text) = (&self.seats[id].topic, self.ids.id(number), self.texts.of(number));
        sockets.send_with(id, |out| {
            let payload = format_args!(r#"{{"id":"{message}","text":{text}}}"#);
            self.plan.speech.push(out, Push::Message(number), topic, payload);
        });
    }

    /// Sends a typing notice, on or off.
    fn type_notice(&mut self, sockets: &mut Sockets, id: usize, due: u64) {
        let number = self.typed.len() as u64;
        self.typed.push(due);
        let seat = &self.seats[id];
        let on = self.notices.send(seat.pod, seat.member, due);
        sockets.send_with(id, |out| {
            self.plan.speech.push(out, Push::Typing(number), &seat.topic, format_args!(r#"{{"on":{on}}}"#));
        });
    }

    /// Does a random action of a group chat.
    fn live(&mut self, sockets: &mut Sockets, id: usize, due: u64) {
        let deed = Deed::choose(&mut self.random);
        if self.measured.unserved.contains_key(deed.name()) {
            return;
        }
        let seat = &mut self.seats[id];
        let of = |number: Option<u64>| number.map(|number| (number, self.ids.id(number)));
        let (push, payload) = match deed {
            Deed::Message => return self.say(sockets, id, due),
            Deed::Typing => {
                seat.typing = !seat.typing;
                (Push::Typing(due), format!(r#"{{"on":{}}}"#, seat.typing))
            }
            Deed::Read => match self.checks.position(seat.pod, seat.member) {
                Some(seq) => (Push::Read, format!(r#"{{"seq":{seq}}}"#)),
                None => return,
            },
            Deed::Reaction => match of(seat.recent) {
                Some((number, id)) => {
                    let emoji = ["🔥", "❤️", "😂", "👍", "🎉"][self.random.below(5)];
                    (Push::Reaction(number), format!(r#"{{"id":"{id}","emoji":"{emoji}","on":true}}"#))
                }
                None => return,
            },
            Deed::Edit => match of(seat.own) {
                Some((number, id)) => {
                    let text = self.texts.of(due);
                    (Push::Edit(number), format!(r#"{{"id":"{id}","text":{text}}}"#))
                }
                None => return,
            },
            Deed::Delete => match of(seat.own.take()) {
                Some((number, id)) => (Push::Delete(number), format!(r#"{{"id":"{id}"}}"#)),
                None => return,
            },
        };
        self.asked.insert((id, push), due);
        let topic = &self.seats[id].topic;
        sockets.send_with(id, |out| self.plan.speech.push(out, push, topic, format_args!("{payload}")));
    }

    /// Posts on the wall.
    fn post(&mut self, due: u64) {
        let number = self.checks.sent(0, 0, due);
        let (id, text) = (self.ids.id(number), self.texts.of(number));
        if let Some(poster) = &self.poster {
            poster.post(number, &id, text);
        }
    }
}

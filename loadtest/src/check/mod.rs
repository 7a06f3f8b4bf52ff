//! The proof: what every member of every pod received, compared with what was sent and answered.
//!
//! Pure bookkeeping, fed by the scenarios. A pod's log is kept by position. If the server counts its changes (`seq`,
//! `changed_seq`), that is the position; otherwise the first member to receive a message defines its position for the
//! others. Everything follows from three facts: the message at each position, its receivers, and the highest position
//! of each member.
//!
//! | fault | rule |
//! | --- | --- |
//! | lost | a member did not get a message, nor a later state of it |
//! | repeated | a member got a position twice |
//! | unordered | a member got a position after a higher one |
//! | sender | two messages of one sender came in another order than they were sent |
//! | divergent | two members hold different messages for one position, or one message at two |
//! | answer | the sender was answered another seq than the members received |
//! | ghost | a message was delivered although its send was refused for good |
//! | altered | the text differs from what was sent |
//! | stray | a message was delivered to another pod than it was sent to |
//! | unanswered | a send got no answer until the end of the run |
//! | miscounted | a final tally is not the sum of what was acknowledged |
//!
//! The last one, and what the others mean for votes and taps, is in [`Tallies`].

mod findings;
mod tallies;

use std::collections::HashMap;

pub use self::findings::{Fault, Finding, Findings};
pub use self::tallies::{Figures, Tallies, Way};

/// The largest accepted distance of a position from a pod's first.
const FURTHEST: u64 = 1 << 27;

/// The bit that marks keys of messages of other runs.
const FOREIGN: u64 = 1 << 63;

/// A position without a message.
const EMPTY: u64 = u64::MAX;

/// The outcome of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No answer yet.
    Open,
    /// Stored; where the server counts, at this seq.
    Stored(Option<u64>),
    /// Refused for good.
    Refused,
    /// The server reports an unknown outcome.
    Unknown,
}

#[derive(Debug)]
struct Send {
    due: u64,
    pod: u32,
    sender: u32,
    outcome: Outcome,
    /// The position that members saw, or that the answer names.
    seq: u64,
}

/// A received message.
#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    /// The number of the send; `None` if it is not of this run.
    pub number: Option<u64>,
    /// A number derived from the message's id, for messages of other runs.
    pub id: u64,
    /// The message's seq, if the server counts.
    pub seq: Option<u64>,
    /// The seq of its newest change.
    pub changed: Option<u64>,
}

#[derive(Debug)]
struct Log {
    topic: String,
    members: usize,
    senders: usize,
    /// The position of the first entry.
    base: Option<u64>,
    /// The message at each position.
    keys: Vec<u64>,
    /// The receivers: `words` words of bits a position.
    seen: Vec<u64>,
    words: usize,
    /// The highest position of each member.
    last: Vec<u64>,
    /// The position above which each member must receive everything. `None` before its first join.
    floor: Vec<Option<u64>>,
    /// For each member, the newest send of each sender, plus 1.
    last_of: Vec<u64>,
    /// Whether the server counts positions.
    counted: bool,
    /// Whether messages were changed after they were stored, so that earlier states may be omitted.
    changes: bool,
}

impl Log {
    fn at(&mut self, position: u64) -> Option<usize> {
        let base = *self.base.get_or_insert(position);
        let at = position.checked_sub(base).filter(|at| *at < FURTHEST)? as usize;
        if at >= self.keys.len() {
            self.keys.resize(at + 1, EMPTY);
            self.seen.resize((at + 1) * self.words, 0);
        }
        Some(at)
    }

    fn mark(&mut self, at: usize, member: usize) -> bool {
        let word = &mut self.seen[at * self.words + member / 64];
        let bit = 1 << (member % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }
}

/// The books of one run, or of one thread of it.
#[derive(Debug, Default)]
pub struct Checks {
    logs: Vec<Log>,
    sends: Vec<Send>,
    findings: Findings,
    deliveries: u64,
    open: u64,
    /// The number of deliveries that the answered sends require, and of those received.
    expected: u64,
    received: u64,
}

impl Checks {
    /// Adds a pod and returns its number. The first `senders` of its members send.
    pub fn pod(&mut self, topic: &str, members: usize, senders: usize) -> usize {
        self.logs.push(Log {
            topic: topic.to_owned(),
            members,
            senders,
            base: None,
            keys: Vec::new(),
            seen: Vec::new(),
            words: members.div_ceil(64),
            last: vec![0; members],
            floor: vec![None; members],
            last_of: vec![0; members * senders],
            counted: false,
            changes: false,
        });
        self.logs.len() - 1
    }

    /// Records a member's first join: everything above `head` must reach it. Without a head, everything sent from now
    /// on.
    pub fn joined(&mut self, pod: usize, member: usize, head: Option<u64>) {
        let log = &mut self.logs[pod];
        log.counted |= head.is_some();
        let head = head.unwrap_or(log.keys.len() as u64);
        log.base.get_or_insert(head + 1);
        if log.floor[member].is_none() {
            log.floor[member] = Some(head);
            log.last[member] = head;
        }
    }

    /// Returns the position up to which a member has everything, its `after` when it joins again. `None` if the server
    /// does not count.
    pub fn position(&self, pod: usize, member: usize) -> Option<u64> {
        let log = &self.logs[pod];
        log.counted.then(|| log.last[member])
    }

    /// Records a send and returns its number.
    pub fn sent(&mut self, pod: usize, sender: usize, due: u64) -> u64 {
        self.open += 1;
        self.sends.push(Send { due, pod: pod as u32, sender: sender as u32, outcome: Outcome::Open, seq: EMPTY });
        self.sends.len() as u64 - 1
    }

    /// Returns when a send was due.
    pub fn due(&self, number: u64) -> Option<u64> {
        self.sends.get(number as usize).map(|send| send.due)
    }

    /// Returns the number of sends without an answer.
    pub fn open(&self) -> u64 {
        self.open
    }

    /// Returns the number of deliveries.
    pub fn deliveries(&self) -> u64 {
        self.deliveries
    }

    /// Returns the number of sends.
    pub fn sends(&self) -> u64 {
        self.sends.len() as u64
    }

    /// Records the answer to a send.
    pub fn answered(&mut self, number: u64, outcome: Outcome) {
        let Some(send) = self.sends.get_mut(number as usize) else { return };
        let (pod, shown) = (send.pod as usize, send.seq);
        match send.outcome {
            Outcome::Open => self.open -= 1,
            // Sent again, because the answer was lost with its socket or was not final: the first outcome counts.
            Outcome::Unknown => {}
            before if before == outcome => return,
            _ => return self.find(Fault::Answer, pod, Some(shown).filter(|seq| *seq != EMPTY), None),
        }
        send.outcome = outcome;
        match outcome {
            Outcome::Stored(None) => self.expected += self.logs[pod].members as u64,
            Outcome::Stored(Some(seq)) => {
                self.expected += self.logs[pod].members as u64;
                send.seq = seq;
                if shown != EMPTY && shown != seq {
                    self.find(Fault::Answer, pod, Some(seq), None);
                } else if let Some(at) = self.logs[pod].at(seq) {
                    let key = &mut self.logs[pod].keys[at];
                    match *key {
                        EMPTY => *key = number,
                        held if held != number => self.find(Fault::Answer, pod, Some(seq), None),
                        _ => {}
                    }
                }
            }
            Outcome::Refused if shown != EMPTY => self.find(Fault::Ghost, pod, Some(shown), None),
            _ => {}
        }
    }

    /// Records what a member received live. Returns when it was due, if it is of this run and new to the member.
    pub fn delivered(&mut self, pod: usize, member: usize, delivery: Delivery) -> Option<u64> {
        self.enter(pod, member, delivery, false)
    }

    /// Records what a member read in a page of the log, which may repeat what it received live.
    pub fn read(&mut self, pod: usize, member: usize, delivery: Delivery) -> Option<u64> {
        self.enter(pod, member, delivery, true)
    }

    fn enter(&mut self, pod: usize, member: usize, delivery: Delivery, page: bool) -> Option<u64> {
        self.deliveries += 1;
        let log = &mut self.logs[pod];
        let (key, mut due, mut sender) = (delivery.number.unwrap_or(FOREIGN | delivery.id), None, None);
        let mut position = delivery.changed;
        let mut wrong = None;
        if let Some(number) = delivery.number {
            let Some(send) = self.sends.get_mut(number as usize) else {
                self.find(Fault::Stray, pod, delivery.seq, Some(member));
                return None;
            };
            if send.pod as usize != pod {
                self.find(Fault::Stray, pod, delivery.seq, Some(member));
                return None;
            }
            let seq = match delivery.seq {
                Some(seq) => seq,
                // Without a log on the server, the first receiver defines the position.
                None if send.seq == EMPTY => log.base.unwrap_or(1) + log.keys.len() as u64,
                None => send.seq,
            };
            if send.seq == EMPTY {
                send.seq = seq;
            } else if send.seq != seq {
                wrong = Some(if matches!(send.outcome, Outcome::Stored(_)) { Fault::Answer } else { Fault::Divergent });
            }
            if send.outcome == Outcome::Refused {
                wrong = Some(Fault::Ghost);
            }
            (due, sender) = (Some(send.due), Some(send.sender as usize));
            position = position.or(Some(seq));
        }
        // A message of another run on a server without a log cannot be checked.
        let position = position?;
        // Older than the beginning of the run, such as an edit of an old message that only a page shows.
        if log.base.is_some_and(|base| position < base) {
            return None;
        }
        let Some(at) = log.at(position) else {
            self.find(Fault::Divergent, pod, Some(position), Some(member));
            return None;
        };
        let changed = delivery.seq.is_some_and(|seq| seq != position);
        log.changes |= changed;
        if log.keys[at] == EMPTY {
            log.keys[at] = key;
        } else if log.keys[at] != key {
            // Worse than what was found so far: it names the cause.
            wrong = Some(Fault::Divergent);
        }
        let fresh = log.mark(at, member);
        if !fresh {
            wrong = if page { wrong } else { Some(Fault::Repeated) };
        } else if position <= log.last[member] && !page {
            wrong = wrong.or(Some(Fault::Unordered));
        }
        log.last[member] = log.last[member].max(position);
        if let (Some(sender), Some(number), true, false) = (sender, delivery.number, fresh, changed) {
            let last = &mut log.last_of[member * log.senders + sender];
            if number < *last && !page {
                wrong = wrong.or(Some(Fault::Sender));
            }
            *last = (*last).max(number + 1);
            self.received += 1;
        }
        if let Some(fault) = wrong {
            self.find(fault, pod, Some(position), Some(member));
        }
        due.filter(|_| fresh)
    }

    /// Records the position that a change of this send's message was answered with.
    pub fn changed(&mut self, number: u64, position: u64) {
        let Some(pod) = self.sends.get(number as usize).map(|send| send.pod as usize) else { return };
        let log = &mut self.logs[pod];
        log.changes = true;
        let Some(at) = log.at(position) else { return };
        match log.keys[at] {
            EMPTY => log.keys[at] = number,
            held if held != number => self.find(Fault::Answer, pod, Some(position), None),
            _ => {}
        }
    }

    /// Returns the seq of a send that was answered as stored.
    pub fn stored(&self, number: u64) -> Option<u64> {
        let send = self.sends.get(number as usize)?;
        matches!(send.outcome, Outcome::Stored(_)).then_some(send.seq)
    }

    /// Adds a fault found by other bookkeeping.
    pub fn note(&mut self, fault: Fault, pod: usize, seq: Option<u64>, member: Option<usize>) {
        self.find(fault, pod, seq, member);
    }

    /// Adds a text that differs from what was sent.
    pub fn altered(&mut self, pod: usize, member: usize, seq: Option<u64>) {
        self.find(Fault::Altered, pod, seq, Some(member));
    }

    fn find(&mut self, fault: Fault, pod: usize, seq: Option<u64>, member: Option<usize>) {
        self.findings.add(Finding { fault, pod: self.logs[pod].topic.clone(), seq, member });
    }

    /// Returns `true` if everything is answered and every stored message has reached all members.
    pub fn complete(&self) -> bool {
        self.open == 0 && self.received >= self.expected
    }

    /// Ends the checks: adds what was never received.
    pub fn finish(mut self) -> Findings {
        for number in 0..self.sends.len() {
            let send = &self.sends[number];
            let (pod, seq) = (send.pod as usize, Some(send.seq).filter(|seq| *seq != EMPTY));
            match send.outcome {
                Outcome::Open => self.find(Fault::Unanswered, pod, seq, None),
                // Without a log the answer has no seq to look up: no member has received it at all.
                Outcome::Stored(None) if seq.is_none() => self.find(Fault::Lost, pod, None, None),
                _ => {}
            }
        }
        for pod in 0..self.logs.len() {
            self.find_lost(pod);
        }
        self.findings
    }

    fn find_lost(&mut self, pod: usize) {
        let log = &self.logs[pod];
        let Some(base) = log.base else { return };
        // From the newest backward, with the receivers of a later state of each message.
        let mut later: HashMap<u64, Vec<u64>> = HashMap::new();
        let mut lost = Vec::new();
        for (at, &key) in log.keys.iter().enumerate().rev() {
            let position = base + at as u64;
            if key == EMPTY && log.changes {
                continue;
            }
            let seen = &log.seen[at * log.words..][..log.words];
            let newer = later.get(&key);
            for member in 0..log.members {
                let has = |words: &[u64]| words[member / 64] & (1 << (member % 64)) != 0;
                let due = log.floor[member].is_some_and(|floor| position > floor);
                if due && !has(seen) && !newer.is_some_and(|words| has(words)) {
                    lost.push((position, member));
                }
            }
            if log.changes {
                let words = later.entry(key).or_insert_with(|| vec![0; log.words]);
                words.iter_mut().zip(seen).for_each(|(all, more)| *all |= more);
            }
        }
        for (position, member) in lost.into_iter().rev() {
            self.find(Fault::Lost, pod, Some(position), Some(member));
        }
    }
}

#[cfg(test)]
mod tests;

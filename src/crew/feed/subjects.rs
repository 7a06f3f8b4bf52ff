//! The subjects of keyed tallies: what was sent of each, and what must be sent.
//!
//! **Order.** An actor's readings follow each other, each in a snapshot of its own, and revisions only ascend. So what is
//! read later is never older, and a revision that is not above the one that was sent is not sent again. A session that
//! joins may know more than its actor: its subscription skips what its reply contains
//! ([`Reach::Revision`]), and the actor reads what it is behind in.
//!
//! **Bounds.** What was sent is remembered for `KNOWN` subjects an event and tally. Those that are not live are
//! forgotten first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::realtime::declared::{Announcement, Event};
use crate::realtime::subscription::{Frame, Reach, StateKey};
use crate::wire::topic::Topic;

/// Maximum number of live subjects of a tally and event: the newest ones.
pub const LIVE: i64 = 200;

/// Maximum number of subjects of a tally of which an actor remembers what it sent.
const KNOWN: usize = 512;

/// The modulus of [`check`], a prime below 2³¹.
const PRIME: i64 = 2_147_483_647;

/// The subjects to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subjects {
    /// Whether to read all live subjects.
    pub live: bool,
    /// Subjects to read even if they are not live.
    pub ids: Vec<Uuid>,
}

/// The result of counting one subject of a tally.
#[derive(Debug, Clone)]
pub struct SubjectCount {
    /// The subject, such as a post.
    pub subject: Uuid,
    /// A number that ascends with each change of the value; 0 for a subject of which nothing need be sent.
    pub revision: i64,
    /// The event that is sent when the value has changed, such as `poll:tally`.
    pub announcement: Announcement,
}

impl SubjectCount {
    /// Creates a count that is sent as this event.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn new<P: Serialize>(subject: Uuid, revision: i64, event: Event<P>, payload: &P) -> Result<Self> {
        Ok(SubjectCount { subject, revision, announcement: event.of(payload)? })
    }

    /// Encodes the event for the sessions of a topic that do not know this revision yet.
    pub fn frame(&self, topic: &Topic) -> Arc<Frame> {
        let key = StateKey { event: self.announcement.event.name, id: self.subject };
        let reach = Reach::Revision { key, revision: self.revision };
        Arc::new(Frame { text: self.announcement.frame(topic), reach })
    }
}

/// Returns a number for a subject's revision, whose sum over subjects differs when one of them has moved or is no longer
/// live. The same as `podium.tally_check` in SQL.
pub fn check(subject: Uuid, revision: i64) -> i64 {
    let weight = (subject.as_u128() as i64 & 0x7fff_ffff) | 1;
    weight * (revision % PRIME) % PRIME
}

/// The revisions of a tally's subjects that were sent.
#[derive(Debug, Default)]
pub struct SentSubjects {
    known: HashMap<Uuid, Sent>,
    /// Counts the readings.
    turn: u64,
}

#[derive(Debug)]
struct Sent {
    revision: i64,
    live: bool,
    /// The last reading of the subject.
    turn: u64,
}

impl SentSubjects {
    /// Takes what was read of the subjects that were asked for. Returns what must be sent of it.
    pub fn take(&mut self, asked: &Subjects, counts: Vec<SubjectCount>) -> Vec<SubjectCount> {
        self.turn += 1;
        let found: HashSet<Uuid> = counts.iter().map(|count| count.subject).collect();
        for id in asked.ids.iter().filter(|id| !found.contains(id)) {
            self.known.remove(id);
        }
        if asked.live {
            self.known.iter_mut().for_each(|(id, sent)| sent.live = found.contains(id));
        }
        let turn = self.turn;
        let mut unsent = Vec::new();
        for count in counts {
            // Whether a new subject is live, the next reading of all live ones says.
            let new = Sent { revision: 0, live: true, turn };
            let sent = self.known.entry(count.subject).or_insert(new);
            sent.turn = turn;
            if count.revision > sent.revision {
                sent.revision = count.revision;
                unsent.push(count);
            }
        }
        self.forget();
        unsent
    }

    /// Forgets the subjects that were read longest ago, first those that are not live, if there are too many.
    fn forget(&mut self) {
        let Some(surplus) = self.known.len().checked_sub(KNOWN).filter(|surplus| *surplus > 0) else { return };
        let mut all: Vec<(bool, u64, Uuid)> = self.known.iter().map(|(id, sent)| (sent.live, sent.turn, *id)).collect();
        all.sort_unstable();
        all.truncate(surplus);
        for (_, _, id) in all {
            self.known.remove(&id);
        }
    }

    /// Returns the sum of [`check`] over the live subjects.
    pub fn check(&self) -> i64 {
        let live = self.known.iter().filter(|(_, sent)| sent.live);
        live.map(|(id, sent)| check(*id, sent.revision)).sum()
    }

    /// Returns whether a subject was sent with an older revision than this.
    pub fn is_behind(&self, subject: Uuid, revision: i64) -> bool {
        self.known.get(&subject).is_some_and(|sent| sent.revision < revision)
    }
}

#[cfg(test)]
mod tests;

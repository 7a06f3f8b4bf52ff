//! A session's subscription to a topic, and which frames it delivers.
//!
//! **Joining.** A subscription is registered with its relay *before* its channel reads the state for the join reply.
//! Frames that arrive meanwhile are buffered. Once the reply is known to contain everything up to a position,
//! [`Subscription::activate`] delivers the later ones: no gap, no duplicate, however far apart the actor and the
//! reading were. The buffer is bounded. When it overflows, it is dropped and the state must be read again
//! ([`Subscription::start_over`]); whatever was dropped is in that later reading.
//!
//! **Revisions.** A counter, such as the votes of a poll, is no entry of the log: its state has a revision, and the actor
//! sends later ones only. The snapshot of a join reply may be ahead of the actor, so the subscription remembers the
//! revisions of the reply ([`KnownRevision`]) until a later one has come.
//!
//! **A new epoch.** After a failover of the database, the log does not continue what the client has. The subscription
//! halts at the point in the order of frames at which the actor starts again from the database. A little later it ends
//! with `phx_error`: the client joins again and learns of the change by the epoch.
//!
//! **Revocation.** A log frame may end subscriptions ([`Ends`]). It travels in the log's own order, so an ended
//! subscription delivers nothing that comes after it.
//!
//! **Concurrency.** A subscription belongs to its session's thread; only the relay of that thread offers frames to it.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytestring::ByteString;
use uuid::Uuid;

use super::outbox::{Outbox, OutboxLimits};
use crate::wire::frame::{Encoded, Ref, Version};
use crate::wire::topic::Topic;

/// An encoded push for a topic.
#[derive(Debug)]
pub struct Frame {
    /// The encoding, shared by all sessions of the same protocol version.
    pub text: Encoded,
    /// The sessions that receive it.
    pub reach: Reach,
}

/// The key of a state whose revisions only ascend, such as the votes of one poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateKey {
    /// The name of the event that sends the state.
    pub event: &'static str,
    /// The id of the thing that it is the state of.
    pub id: Uuid,
}

/// A revision of a state that a join reply contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownRevision {
    /// The state.
    pub key: StateKey,
    /// Its revision.
    pub revision: i64,
}

/// Selects the sessions that receive a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// An entry of the topic's log: for subscriptions at a lower position whose floor is not above `origin`.
    Log {
        /// The entry's position in the log.
        position: i64,
        /// The position of the item that the entry is about.
        origin: i64,
        /// The subscriptions that the entry ends.
        ends: Ends,
    },
    /// The topic's state as of a position: for subscriptions whose join reply was not read later. The log may have gone
    /// on since; any later entry that changes the state is followed by a state frame of its own.
    State {
        /// The position.
        as_of: i64,
    },
    /// A revision of a state, sent in ascending order: for subscriptions whose join reply does not contain it or a later
    /// one.
    Revision {
        /// The state.
        key: StateKey,
        /// The revision.
        revision: i64,
    },
    /// An ephemeral push, such as presence: for subscriptions whose join is complete, except one.
    Passing {
        /// The subscription that does not receive it.
        except: Option<SubscriptionId>,
    },
    /// A push for one subscription.
    Only(SubscriptionId),
    /// A signal without a frame: the log has another history than the one that sessions have followed, and they receive
    /// nothing of it. A join in progress must be read again.
    Halt,
    /// A signal that ends halted subscriptions with `phx_error`, after which their clients join again. It ends one part
    /// of them at a time, chosen by subscription id, so that not all come back at once.
    EndOfHalt {
        /// The number of the part, from 0.
        part: u64,
        /// The number of parts.
        parts: u64,
    },
}

/// Selects the subscriptions that a log entry ends. They receive `phx_close` in place of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// None.
    Nobody,
    /// Those of all sessions of one person.
    User(Uuid),
    /// All.
    Everybody,
}

/// The id of a join of a topic by a session, unique in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubscriptionId(u64);

impl SubscriptionId {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        SubscriptionId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl SubscriptionId {
    /// Returns the id as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl From<u64> for SubscriptionId {
    fn from(id: u64) -> Self {
        SubscriptionId(id)
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// A session's subscription to a topic.
pub struct Subscription {
    /// The id.
    pub id: SubscriptionId,
    /// The topic.
    pub topic: Topic,
    /// The session's person.
    pub user_id: Uuid,
    join_ref: Option<Ref>,
    version: Version,
    outbox: Rc<Outbox>,
    phase: RefCell<Phase>,
    hold: RefCell<Option<Box<dyn Any>>>,
}

enum Phase {
    /// The join has not been answered yet.
    Joining(Held),
    Live {
        position: i64,
        floor: i64,
        /// The position of the join reply.
        since: i64,
        /// The revisions of the join reply that no later one has replaced yet. Mostly few, and empty where nothing on the
        /// topic has revisions.
        known: Vec<KnownRevision>,
    },
    /// Frames would be of another history; the subscription is about to end.
    Halted,
    Ended,
}

/// Frames that arrived during the join.
#[derive(Default)]
struct Held {
    frames: Vec<Arc<Frame>>,
    bytes: usize,
    /// Whether the buffer overflowed and was dropped.
    missed: bool,
}

impl Held {
    /// Buffers a frame. The limits are half the frames and a quarter of the bytes of the session's queue: a join begins
    /// to read when less than a quarter of the queue is used, and its reply takes another quarter.
    fn keep(&mut self, frame: &Arc<Frame>, limits: OutboxLimits) {
        if self.missed || !matches!(frame.reach, Reach::Log { .. } | Reach::State { .. } | Reach::Revision { .. }) {
            return;
        }
        self.bytes += frame.text.len();
        self.frames.push(Arc::clone(frame));
        if self.frames.len() > limits.frames / 2 || self.bytes > limits.bytes / 4 {
            *self = Held { missed: true, ..Held::default() };
        }
    }
}

impl Subscription {
    /// Creates a subscription whose join is in progress.
    pub(crate) fn joining(topic: Topic, user_id: Uuid, join_ref: Option<Ref>, outbox: Rc<Outbox>) -> Self {
        Subscription {
            id: SubscriptionId::next(),
            topic,
            user_id,
            join_ref,
            version: outbox.version(),
            outbox,
            phase: RefCell::new(Phase::Joining(Held::default())),
            hold: RefCell::new(None),
        }
    }

    /// Returns the queue of frames to the client.
    pub(super) fn outbox(&self) -> &Rc<Outbox> {
        &self.outbox
    }

    /// Returns the protocol version of the session.
    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// Keeps `value` until the subscription ends, and drops it then.
    pub fn hold(&self, value: impl Any) {
        if !self.has_ended() {
            *self.hold.borrow_mut() = Some(Box::new(value));
        }
    }

    /// Returns whether the subscription has ended, by a leave or by a log entry.
    pub fn has_ended(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Ended)
    }

    /// Clears the buffer. Call it just before the state for the join reply is read, which contains what came before.
    pub fn start_over(&self) {
        if let Phase::Joining(held) = &mut *self.phase.borrow_mut() {
            *held = Held::default();
        }
    }

    /// Returns whether the buffer overflowed during the join. What was read for the reply is then incomplete.
    pub fn has_missed(&self) -> bool {
        matches!(&*self.phase.borrow(), Phase::Joining(held) if held.missed)
    }

    /// Completes the join, whose reply contains everything up to `position`, and delivers the buffered frames that are
    /// later. Nothing may have been [missed](Self::has_missed). Entries about items older than `floor` are not
    /// delivered.
    pub fn activate(&self, position: i64, floor: i64) {
        self.activate_knowing(position, floor, Vec::new());
    }

    /// Completes the join like [`Subscription::activate`], with a reply that contains these revisions of states. They and
    /// earlier ones are not delivered, even if the topic's actor was behind the reply.
    pub fn activate_knowing(&self, position: i64, floor: i64, known: Vec<KnownRevision>) {
        let live = Phase::Live { position, floor, since: position, known };
        let before = std::mem::replace(&mut *self.phase.borrow_mut(), live);
        match before {
            Phase::Joining(held) => held.frames.iter().for_each(|frame| self.offer(frame)),
            other => *self.phase.borrow_mut() = other,
        }
    }

    /// Ends the subscription. Sends `phx_close` to the client if `tell` is true.
    pub fn end(&self, tell: bool) {
        self.end_by(tell.then(|| self.version.close(self.join_ref.as_ref(), self.topic.as_str())));
    }

    /// Ends the subscription with `phx_error`, after which the client joins again.
    fn fail(&self) {
        self.end_by(Some(self.version.error(self.join_ref.as_ref(), self.topic.as_str())));
    }

    fn end_by(&self, word: Option<ByteString>) {
        let before = std::mem::replace(&mut *self.phase.borrow_mut(), Phase::Ended);
        if matches!(before, Phase::Ended) {
            return;
        }
        if let Some(word) = word {
            self.outbox.push(word);
        }
        // Taken out first: its destructor may use this subscription again.
        let hold = self.hold.borrow_mut().take();
        drop(hold);
    }

    /// Offers a frame to the subscription. The relay offers a topic's frames in the order in which its actor sent them.
    pub(crate) fn offer(&self, frame: &Arc<Frame>) {
        let mut phase = self.phase.borrow_mut();
        match &mut *phase {
            Phase::Ended => {}
            Phase::Halted => {
                if let Reach::EndOfHalt { part, parts } = frame.reach
                    && self.id.0 % parts == part
                {
                    drop(phase);
                    self.fail();
                }
            }
            Phase::Joining(held) if frame.reach == Reach::Halt => {
                *held = Held { missed: true, ..Held::default() };
            }
            Phase::Joining(held) => held.keep(frame, self.outbox.limits()),
            Phase::Live { position, floor, since, known } => match &frame.reach {
                Reach::Log { position: at, origin, ends } => {
                    if *at <= *position {
                        return;
                    }
                    *position = *at;
                    let ended = match ends {
                        Ends::Nobody => false,
                        Ends::User(user_id) => *user_id == self.user_id,
                        Ends::Everybody => true,
                    };
                    let visible = *origin >= *floor;
                    drop(phase);
                    if ended {
                        self.end(true);
                    } else if visible {
                        self.outbox.push(frame.text.in_version(self.version));
                    }
                }
                Reach::State { as_of } => {
                    if *as_of >= *since {
                        self.outbox.push(frame.text.in_version(self.version));
                    }
                }
                Reach::Revision { key, revision } => {
                    if known.is_empty() || is_later(known, *key, *revision) {
                        self.outbox.push(frame.text.in_version(self.version));
                    }
                }
                Reach::Passing { except } => {
                    if *except != Some(self.id) {
                        self.outbox.push(frame.text.in_version(self.version));
                    }
                }
                Reach::Only(id) => {
                    if *id == self.id {
                        self.outbox.push(frame.text.in_version(self.version));
                    }
                }
                Reach::Halt => *phase = Phase::Halted,
                Reach::EndOfHalt { .. } => {}
            },
        }
    }
}

/// Returns whether a revision is later than the known one. If so, the known one is forgotten: those that follow are later
/// still.
fn is_later(known: &mut Vec<KnownRevision>, key: StateKey, revision: i64) -> bool {
    let Some(place) = known.iter().position(|known| known.key == key) else { return true };
    if revision <= known[place].revision {
        return false;
    }
    known.swap_remove(place);
    if known.is_empty() {
        known.shrink_to_fit();
    }
    true
}

#[cfg(test)]
mod tests;

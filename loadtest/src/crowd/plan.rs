//! What a run is to do.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::interrupt::interrupted;
use crate::wire::speech::Speech;

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

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Messages.
    Messages,
    /// That somebody types, which nobody stores.
    Typing,
    /// What people do of an evening, in the proportions of a group chat.
    Evening,
    /// Posts on the event's wall, over HTTP, which every session hears.
    Posts,
}

/// How people come and go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Churn {
    /// Sessions that go, a second. Half of them say so; the others are cut off.
    pub rate: f64,
    /// For how long they stay away, from and to, in nanoseconds.
    pub away: (u64, u64),
    /// So often everybody is cut off at once, in nanoseconds.
    pub storm: Option<u64>,
}

/// What a run does. Times are nanoseconds.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server's language.
    pub speech: Speech,
    /// What is sent.
    pub what: What,
    /// How fast.
    pub pace: Pace,
    /// Whether people come and go.
    pub churn: Option<Churn>,
    /// Whether each session joins its person's own topic besides, as clients do.
    pub inbox: bool,
    /// The topic that is joined; `{pod}` and `{event}` stand for ids.
    pub topic: String,
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
    /// People and pods that have been made or removed.
    pub done: AtomicUsize,
    /// Sessions that have joined.
    pub joined: AtomicUsize,
    /// Sends so far.
    pub sends: AtomicU64,
    /// Deliveries so far.
    pub deliveries: AtomicU64,
    /// Set by a thread that failed.
    pub failed: AtomicBool,
}

impl Gauges {
    /// Whether the run is to end at once.
    pub fn halted(&self) -> bool {
        interrupted() || self.failed.load(Ordering::Relaxed)
    }

    /// Begins anew.
    pub fn reset(&self) {
        self.joined.store(0, Ordering::Relaxed);
        self.sends.store(0, Ordering::Relaxed);
        self.deliveries.store(0, Ordering::Relaxed);
        self.failed.store(false, Ordering::Relaxed);
    }
}

/// Seconds as nanoseconds.
pub fn nanoseconds(seconds: f64) -> u64 {
    Duration::from_secs_f64(seconds.clamp(0.0, 1e9)).as_nanos() as u64
}

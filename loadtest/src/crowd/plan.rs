//! The plan of a run.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::interrupt::interrupted;
use crate::wire::speech::Speech;

/// The pace of the sends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// At a rate over all sessions, whatever the server does: a delayed send is measured from when it was due.
    Open {
        /// Sends per second.
        rate: f64,
        /// Whether they come at random moments, as people's do, instead of evenly.
        poisson: bool,
    },
    /// Each session keeps this many unanswered.
    Closed {
        /// Unanswered sends per session.
        window: usize,
    },
    /// No sends.
    Still,
}

/// The kind of sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Messages.
    Messages,
    /// Typing notices, which are not stored.
    Typing,
    /// The actions of a group chat, in proportion.
    Evening,
    /// Posts on the event's wall, over HTTP, which every session receives.
    Posts,
    /// Votes in polls on the event's wall, over HTTP, whose tallies every session receives.
    Votes,
    /// Taps on posts of the event's wall, over HTTP, whose totals every session receives.
    Taps,
}

impl What {
    /// Returns `true` if it happens on the event's topic, where everybody is in one thread.
    pub fn is_on_wall(self) -> bool {
        matches!(self, What::Posts | What::Votes | What::Taps)
    }

    /// Returns `true` if the server counts it.
    pub fn is_counted(self) -> bool {
        matches!(self, What::Votes | What::Taps)
    }
}

/// The numbers of votes and taps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counting {
    /// Posts that are voted in or tapped on.
    pub posts: usize,
    /// Options of each poll.
    pub options: usize,
    /// Devices of each person who taps.
    pub sources: usize,
    /// Taps that one request adds.
    pub taps: u64,
    /// Threads that make the requests.
    pub hands: usize,
}

/// Sessions that leave and return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Churn {
    /// Sessions that leave, per second. Half of them leave properly; the others are cut off.
    pub rate: f64,
    /// The shortest and the longest absence, in nanoseconds.
    pub away: (u64, u64),
    /// The interval at which all sessions are cut off at once, in nanoseconds.
    pub storm: Option<u64>,
}

/// The plan of a run. Times are nanoseconds.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The protocol of the server.
    pub speech: Speech,
    /// The kind of sends.
    pub what: What,
    /// The pace of sends.
    pub pace: Pace,
    /// The sessions that leave and return, if any.
    pub churn: Option<Churn>,
    /// Whether each session also joins its person's own topic, as clients do.
    pub inbox: bool,
    /// The topic to join; `{pod}` and `{event}` stand for ids.
    pub topic: String,
    /// Load before the measurement.
    pub warm_up: u64,
    /// The measured time.
    pub measured: u64,
    /// The time to wait for late deliveries after the last send.
    pub patience: u64,
    /// The length of a slice of the timeline.
    pub slice: u64,
    /// The numbers of votes and taps, if that is what is sent.
    pub counting: Counting,
    /// Sessions that may be connecting at a time.
    pub connecting: usize,
}

/// The progress of a run, for other threads to read.
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
    /// Returns `true` if the run is to end at once.
    pub fn halted(&self) -> bool {
        interrupted() || self.failed.load(Ordering::Relaxed)
    }

    /// Sets the progress back to the beginning.
    pub fn reset(&self) {
        self.joined.store(0, Ordering::Relaxed);
        self.sends.store(0, Ordering::Relaxed);
        self.deliveries.store(0, Ordering::Relaxed);
        self.failed.store(false, Ordering::Relaxed);
    }
}

/// Converts seconds to nanoseconds.
pub fn nanoseconds(seconds: f64) -> u64 {
    Duration::from_secs_f64(seconds.clamp(0.0, 1e9)).as_nanos() as u64
}

//! The measurements of a thread, and of all threads together.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::timeline::{self, Timeline};

/// Votes or taps, over all posts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Counted {
    /// Requests that were acknowledged.
    pub acknowledged: u64,
    /// The voters, or the taps, that follow from what was acknowledged.
    pub expected: u64,
    /// The voters, or the taps, that the server counted in the end.
    pub counted: u64,
    /// The fewest pushes to one session about one post.
    pub least: u64,
    /// The most.
    pub most: u64,
}

/// The measurements of one thread, or of all.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The time from when a send was due to each of its deliveries.
    pub delivery: Timeline,
    /// The time from when a send was due to its answer.
    pub answer: Timeline,
    /// The delay of sends after they were due.
    pub lateness: Histogram<u32>,
    /// The time from the first packet to the upgrade.
    pub connect: Histogram<u32>,
    /// The time from the push of a join to its answer.
    pub join: Histogram<u32>,
    /// The time from when a session wanted to return to when it had joined again.
    pub back: Histogram<u32>,
    /// The times from other pushes than messages to their answers, by event.
    pub others: BTreeMap<&'static str, Histogram<u32>>,
    /// Events that the server does not know, which were not pushed again.
    pub unserved: BTreeMap<&'static str, u64>,
    /// The time from when a post was due until the last session had it; or from the last vote or tap that was answered
    /// until each session was shown the final figures.
    pub to_all: Histogram<u32>,
    /// The time from the answer to a post until the last session had it. The answer follows the commit.
    pub after_answer: Histogram<u32>,
    /// Votes or taps, and what the server counted of them.
    pub counted: Option<Counted>,
    /// Votes and taps that were sent again, by reason.
    pub repeated: BTreeMap<String, u64>,
    /// Sends that were due in the measured time.
    pub sends: u64,
    /// Deliveries in the measured time.
    pub deliveries: u64,
    /// Answers in the measured time.
    pub answers: u64,
    /// Refused sends by code.
    pub refused: BTreeMap<String, u64>,
    /// Sockets that the server ended, by reason.
    pub ended: BTreeMap<String, u64>,
    /// Sessions that left by the plan, and returned.
    pub churned: u64,
    /// All sends and deliveries that were checked, warm-up included.
    pub checked: (u64, u64),
    /// The findings of the checks.
    pub findings: Findings,
}

impl Measured {
    /// Returns empty measurements that begin at `start`.
    pub fn new(start: u64, slice: u64) -> Self {
        Measured {
            delivery: Timeline::new(start, slice),
            answer: Timeline::new(start, slice),
            lateness: timeline::histogram(),
            connect: timeline::histogram(),
            join: timeline::histogram(),
            back: timeline::histogram(),
            others: BTreeMap::new(),
            unserved: BTreeMap::new(),
            to_all: timeline::histogram(),
            after_answer: timeline::histogram(),
            counted: None,
            repeated: BTreeMap::new(),
            sends: 0,
            deliveries: 0,
            answers: 0,
            refused: BTreeMap::new(),
            ended: BTreeMap::new(),
            churned: 0,
            checked: (0, 0),
            findings: Findings::default(),
        }
    }

    /// Adds the time of an answer to another push than a message.
    pub fn other(&mut self, what: &'static str, nanoseconds: u64) {
        timeline::record(self.others.entry(what).or_insert_with(timeline::histogram), nanoseconds);
    }

    /// Adds the measurements of another thread.
    pub fn merge(&mut self, other: Measured) {
        self.delivery.merge(&other.delivery);
        self.answer.merge(&other.answer);
        let pairs = [
            (&mut self.lateness, &other.lateness),
            (&mut self.connect, &other.connect),
            (&mut self.join, &other.join),
            (&mut self.back, &other.back),
            (&mut self.to_all, &other.to_all),
            (&mut self.after_answer, &other.after_answer),
        ];
        pairs.into_iter().for_each(|(mine, theirs)| timeline::add(mine, theirs));
        for (what, theirs) in &other.others {
            timeline::add(self.others.entry(what).or_insert_with(timeline::histogram), theirs);
        }
        self.sends += other.sends;
        self.deliveries += other.deliveries;
        self.answers += other.answers;
        self.churned += other.churned;
        // What is counted is counted in one thread.
        self.counted = self.counted.or(other.counted);
        let maps =
            [(&mut self.refused, other.refused), (&mut self.ended, other.ended), (&mut self.repeated, other.repeated)];
        for (mine, theirs) in maps {
            theirs.into_iter().for_each(|(why, count)| *mine.entry(why).or_default() += count);
        }
        other.unserved.into_iter().for_each(|(what, count)| *self.unserved.entry(what).or_default() += count);
        self.checked.0 += other.checked.0;
        self.checked.1 += other.checked.1;
        self.findings.merge(other.findings);
    }
}

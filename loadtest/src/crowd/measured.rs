//! What a thread measures, and all of them together.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::check::Findings;
use crate::timeline::{self, Timeline};

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
    /// From when a session wanted to be back to when it had joined again.
    pub back: Histogram<u32>,
    /// Answers by what was asked, where it was not a message: from the push to its answer.
    pub others: BTreeMap<&'static str, Histogram<u32>>,
    /// What the server does not know of, and was not asked again.
    pub unserved: BTreeMap<&'static str, u64>,
    /// Sends that were due in the measured time.
    pub sends: u64,
    /// Deliveries that came in the measured time.
    pub deliveries: u64,
    /// Answers that came in the measured time.
    pub answers: u64,
    /// Refused sends by code.
    pub refused: BTreeMap<String, u64>,
    /// Sockets that the server ended, by reason.
    pub ended: BTreeMap<String, u64>,
    /// Sessions that the plan let go, and that came back.
    pub churned: u64,
    /// All sends and deliveries, warm-up included, which the checks have seen.
    pub checked: (u64, u64),
    /// What the checks found.
    pub findings: Findings,
}

impl Measured {
    /// Nothing yet; measuring begins at `start`.
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

    /// Adds the time that an answer took, to something that was no message.
    pub fn other(&mut self, what: &'static str, nanoseconds: u64) {
        timeline::record(self.others.entry(what).or_insert_with(timeline::histogram), nanoseconds);
    }

    /// Adds what another thread measured.
    pub fn merge(&mut self, other: Measured) {
        self.delivery.merge(&other.delivery);
        self.answer.merge(&other.answer);
        let pairs = [
            (&mut self.lateness, &other.lateness),
            (&mut self.connect, &other.connect),
            (&mut self.join, &other.join),
            (&mut self.back, &other.back),
        ];
        pairs.into_iter().for_each(|(mine, theirs)| timeline::add(mine, theirs));
        for (what, theirs) in &other.others {
            timeline::add(self.others.entry(what).or_insert_with(timeline::histogram), theirs);
        }
        self.sends += other.sends;
        self.deliveries += other.deliveries;
        self.answers += other.answers;
        self.churned += other.churned;
        for (mine, theirs) in [(&mut self.refused, other.refused), (&mut self.ended, other.ended)] {
            theirs.into_iter().for_each(|(why, count)| *mine.entry(why).or_default() += count);
        }
        other.unserved.into_iter().for_each(|(what, count)| *self.unserved.entry(what).or_default() += count);
        self.checked.0 += other.checked.0;
        self.checked.1 += other.checked.1;
        self.findings.merge(other.findings);
    }
}

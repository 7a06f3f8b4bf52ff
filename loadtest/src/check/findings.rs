//! The faults that were found: kinds, places and counts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How many findings are kept in full; further ones are only counted.
const KEPT: usize = 100;

/// The kinds of faults; see the table of [`super`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the table of the module above describes each")]
pub enum Fault {
    Lost,
    Repeated,
    Unordered,
    Sender,
    Divergent,
    Answer,
    Ghost,
    Altered,
    Stray,
    Unanswered,
    Miscounted,
}

impl Fault {
    fn words(self) -> &'static str {
        match self {
            Fault::Lost => "lost",
            Fault::Repeated => "repeated",
            Fault::Unordered => "after a higher one",
            Fault::Sender => "not in its sender's order",
            Fault::Divergent => "not what another member got there",
            Fault::Answer => "answered with another seq than shown",
            Fault::Ghost => "refused, but shown",
            Fault::Altered => "text altered",
            Fault::Stray => "came to another pod",
            Fault::Unanswered => "sent, never answered",
            Fault::Miscounted => "not the sum of what was acknowledged",
        }
    }
}

/// A fault that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The kind.
    pub fault: Fault,
    /// The pod's topic, or the post.
    pub pod: String,
    /// The position in its log, or the revision, if it has one.
    pub seq: Option<u64>,
    /// The affected member or session, by number.
    pub member: Option<usize>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pod)?;
        if let Some(seq) = self.seq {
            write!(f, " seq {seq}")?;
        }
        if let Some(member) = self.member {
            write!(f, " member {}", member + 1)?;
        }
        write!(f, ": {}", self.fault.words())
    }
}

/// All faults of a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Findings {
    /// The number of each kind.
    pub counts: BTreeMap<Fault, u64>,
    /// The first findings of each kind.
    pub first: Vec<Finding>,
}

impl Findings {
    /// Returns `true` if there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Adds the findings of another thread.
    pub fn merge(&mut self, other: Findings) {
        for (fault, count) in other.counts {
            *self.counts.entry(fault).or_default() += count;
        }
        self.first.extend(other.first);
        self.first.sort_by_key(|finding| finding.fault);
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.fault).or_default();
        *count += 1;
        // Some of each kind, so that many of one kind do not hide another.
        if *count <= KEPT as u64 / 5 && self.first.len() < KEPT {
            self.first.push(finding);
        }
    }
}

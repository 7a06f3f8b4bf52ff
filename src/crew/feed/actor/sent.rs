//! The tallies of an event as its sessions were sent them, and when each may be counted again.

use std::time::{Duration, Instant};

use crate::crew::feed::SHARE;
use crate::crew::feed::kinds::Count;
use crate::crew::feed::reading::{self, Counted};
use crate::crew::feed::subjects::{SentSubjects, SubjectCount};
use crate::realtime::declared::{Added, Announcement};
use crate::realtime::subscription::KnownRevision;

/// A tally as it was sent.
pub(super) struct SentTally {
    event: &'static str,
    value: SentValue,
    /// How long the last counting took.
    took: Duration,
    /// When the tally may be counted again.
    again_at: Instant,
}

/// The value of a tally that was sent.
enum SentValue {
    One(Count),
    Of(SentSubjects),
}

impl SentTally {
    /// Returns a tally whose first value the join replies contain.
    pub(super) fn first(Counted { event, value, took, .. }: Counted, read_at: Instant) -> Self {
        let value = match value {
            reading::Counts::One(count) => SentValue::One(count),
            reading::Counts::Of(asked, counts) => {
                let mut sent = SentSubjects::default();
                sent.take(&asked, counts);
                SentValue::Of(sent)
            }
        };
        SentTally { event, value, took, again_at: read_at }
    }

    /// Sets when it may be counted again, after a counting that took so long.
    pub(super) fn pause(&mut self, took: Duration, now: Instant) {
        // One counting may have waited for a processor. Only two in a row say that the tally is costly.
        self.again_at = now + self.took.min(took) * SHARE;
        self.took = took;
    }

    /// Returns when it may be counted again.
    pub(super) fn again_at(&self) -> Instant {
        self.again_at
    }

    /// Returns whether it may be counted now.
    pub(super) fn may_be_counted(&self, now: Instant) -> bool {
        self.again_at <= now
    }

    /// Returns whether it is the tally of this state, and what was sent of the state is older.
    pub(super) fn is_behind(&self, known: &KnownRevision) -> bool {
        match &self.value {
            SentValue::Of(subjects) => {
                self.event == known.key.event && subjects.is_behind(known.key.id, known.revision)
            }
            SentValue::One(_) => false,
        }
    }

    /// Returns the fields of a join reply.
    pub(super) fn added(&self) -> Option<&Added> {
        match &self.value {
            SentValue::One(count) => Some(&count.added),
            SentValue::Of(_) => None,
        }
    }

    /// Returns the number that the sweep compares.
    pub(super) fn revision(&self) -> i64 {
        match &self.value {
            SentValue::One(count) => count.revision,
            SentValue::Of(subjects) => subjects.check(),
        }
    }

    /// Takes a new value. Returns what its sessions must be sent.
    pub(super) fn take(&mut self, value: reading::Counts) -> Unsent {
        match (&mut self.value, value) {
            (SentValue::One(sent), reading::Counts::One(count)) => {
                let differs = sent.announcement != count.announcement;
                *sent = count;
                if differs { Unsent::One(sent.announcement.clone()) } else { Unsent::Nothing }
            }
            (SentValue::Of(sent), reading::Counts::Of(asked, counts)) => Unsent::Of(sent.take(&asked, counts)),
            _ => Unsent::Nothing,
        }
    }
}

/// The part of a tally that its sessions have not been sent yet.
pub(super) enum Unsent {
    Nothing,
    One(Announcement),
    Of(Vec<SubjectCount>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_counting_is_no_costly_tally() {
        let (now, fast, slow) = (Instant::now(), Duration::from_millis(1), Duration::from_millis(100));
        let value = SentValue::Of(SentSubjects::default());
        let mut tally = SentTally { event: "poll:tally", value, took: fast, again_at: now };
        tally.pause(slow, now);
        assert_eq!(tally.again_at(), now + fast * SHARE, "it may have waited for a processor");
        tally.pause(slow, now);
        assert_eq!(tally.again_at(), now + slow * SHARE, "it takes at most a fiftieth of the time");
        assert!(tally.may_be_counted(now + slow * SHARE) && !tally.may_be_counted(now));
    }
}

//! The state that an event's actor shares with its callers: what must be read, and what was sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use uuid::Uuid;

/// Maximum number of tallies: an event's marks have this many entries, and [`Due`] a bit for each.
pub const TALLIES: usize = 16;

/// A set of things that must be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due(u32);

impl Due {
    /// Items of the feed.
    pub const ITEMS: Due = Due(1);

    /// Items and all tallies.
    pub const ALL: Due = Due(u32::MAX >> (31 - TALLIES));

    /// Returns the set of the tally with this index.
    pub fn tally(place: usize) -> Self {
        Due(2 << place)
    }

    /// Returns whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether the set contains all of `other`.
    pub fn has(self, other: Due) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the set without `other`.
    pub fn without(self, other: Due) -> Self {
        Due(self.0 & !other.0)
    }
}

/// The marks of one event. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Marks(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Position up to which items were sent; negative until it is known.
    position: AtomicI64,
    /// Revision of each tally that was sent; negative until it is known.
    revisions: [AtomicI64; TALLIES],
    due: AtomicU32,
}

impl Default for Marks {
    fn default() -> Self {
        Marks(Arc::new(Shared {
            position: AtomicI64::new(-1),
            revisions: [const { AtomicI64::new(-1) }; TALLIES],
            due: AtomicU32::new(0),
        }))
    }
}

/// The state that the sessions of a live event were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentMarks {
    /// The event.
    pub event_id: Uuid,
    /// Position up to which items were sent.
    pub position: i64,
    /// Revision of each tally that was sent.
    pub revisions: [i64; TALLIES],
}

impl Marks {
    /// Adds to what must be read. Returns whether any of it is new, so that the actor must be woken.
    pub fn note(&self, due: Due) -> bool {
        !Due(self.0.due.fetch_or(due.0, Ordering::AcqRel)).has(due)
    }

    /// Returns what must be read.
    pub fn due(&self) -> Due {
        Due(self.0.due.load(Ordering::Acquire))
    }

    /// Removes what is about to be read. Anything noted from here on is new.
    pub fn take(&self, due: Due) {
        self.0.due.fetch_and(!due.0, Ordering::AcqRel);
    }

    /// Adds again what could not be read.
    pub fn put_back(&self, due: Due) {
        self.note(due);
    }

    /// Sets the position up to which items were sent.
    pub fn sent(&self, position: i64) {
        self.0.position.store(position, Ordering::Release);
    }

    /// Sets the revision of a tally that was sent.
    pub fn counted(&self, place: usize, revision: i64) {
        self.0.revisions[place].store(revision, Ordering::Release);
    }

    /// Returns the position up to which items were sent; negative if it is not known.
    pub fn position(&self) -> i64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// Resets position and revisions to unknown.
    pub fn forget(&self) {
        self.sent(-1);
        self.0.revisions.iter().for_each(|revision| revision.store(-1, Ordering::Release));
    }

    /// Returns what was sent of this event, or `None` if the position is not known yet.
    pub fn snapshot(&self, event_id: Uuid) -> Option<SentMarks> {
        let position = Some(self.position()).filter(|position| *position >= 0)?;
        let revisions = std::array::from_fn(|place| self.0.revisions[place].load(Ordering::Acquire));
        Some(SentMarks { event_id, position, revisions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_new_until_it_is_taken() {
        let marks = Marks::default();
        let (items, count) = (Due::ITEMS, Due::tally(0));
        assert!(marks.note(items));
        assert!(!marks.note(items), "one is on its way");
        assert!(marks.note(count), "the count is not");
        assert!(marks.due().has(items) && marks.due().has(count));
        marks.take(items);
        assert_eq!(marks.due(), count);
        assert!(marks.note(items), "it may have come after the reading");
        assert!(marks.note(Due::ALL), "there are other tallies");
        assert!((0..TALLIES).all(|place| marks.due().has(Due::tally(place))));
        marks.take(Due::ALL);
        assert!(marks.due().is_empty());
    }

    #[test]
    fn what_was_sent_is_known_until_it_is_forgotten() {
        let (marks, id) = (Marks::default(), Uuid::from_u128(1));
        marks.counted(1, 7);
        assert_eq!(marks.snapshot(id), None, "the position is not known");
        marks.sent(5);
        let sent = marks.snapshot(id).expect("it is known");
        assert_eq!((sent.position, sent.revisions[0], sent.revisions[1]), (5, -1, 7));
        marks.forget();
        assert_eq!(marks.snapshot(id), None);
    }
}

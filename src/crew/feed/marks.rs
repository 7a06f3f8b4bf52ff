//! The state that an event's actor shares with its callers: what must be read, and what was sent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;
use uuid::Uuid;

/// Maximum number of tallies: an event's marks have this many entries, and [`Due`] two bits for each.
pub const TALLIES: usize = 16;

/// Maximum number of subjects of one tally that are marked one by one. If there are more, all live ones are read.
pub const SUBJECTS: usize = 64;

/// A set of things that must be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due(u64);

impl Due {
    /// Items of the feed.
    pub const ITEMS: Due = Due(1);

    /// Items and all tallies.
    pub const ALL: Due = Due(u64::MAX >> (63 - TALLIES));

    /// Returns the set of the tally with this index, with all its live subjects.
    pub fn tally(place: usize) -> Self {
        Due(2 << place)
    }

    /// Returns the set of the marked subjects of the tally with this index.
    pub fn subjects(place: usize) -> Self {
        Due(2 << (place + TALLIES))
    }

    /// Returns whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether the set contains all of `other`.
    pub fn has(self, other: Due) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether the set contains the tally with this index or subjects of it.
    pub fn has_of_tally(self, place: usize) -> bool {
        self.has(Due::tally(place)) || self.has(Due::subjects(place))
    }

    /// Returns the set without `other`.
    pub fn without(self, other: Due) -> Self {
        Due(self.0 & !other.0)
    }

    /// Returns the set without the tally with this index and its subjects.
    pub fn without_tally(self, place: usize) -> Self {
        self.without(Due::tally(place)).without(Due::subjects(place))
    }
}

/// Subjects that must be read, by the index of their tally.
pub type Dirty = HashMap<usize, HashSet<Uuid>>;

/// The marks of one event. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Marks(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Position up to which items were sent; negative until it is known.
    position: AtomicI64,
    /// Revision of each tally that was sent; negative until it is known.
    revisions: [AtomicI64; TALLIES],
    due: AtomicU64,
    dirty: Mutex<Dirty>,
}

impl Default for Marks {
    fn default() -> Self {
        Marks(Arc::new(Shared {
            position: AtomicI64::new(-1),
            revisions: [const { AtomicI64::new(-1) }; TALLIES],
            due: AtomicU64::new(0),
            dirty: Mutex::default(),
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

    /// Adds subjects of the tally with this index. Returns whether the actor must be woken.
    pub fn note_subjects(&self, place: usize, subjects: impl IntoIterator<Item = Uuid>) -> bool {
        let fit = {
            let mut dirty = self.0.dirty.lock();
            let marked = dirty.entry(place).or_default();
            marked.extend(subjects);
            let fit = marked.len() <= SUBJECTS;
            if !fit {
                marked.clear();
            }
            fit
        };
        // After the subjects, which are taken after it.
        self.note(if fit { Due::subjects(place) } else { Due::tally(place) })
    }

    /// Returns what must be read.
    pub fn due(&self) -> Due {
        Due(self.0.due.load(Ordering::Acquire))
    }

    /// Removes what is about to be read, and returns its marked subjects. Anything noted from here on is new.
    pub fn take(&self, due: Due) -> Dirty {
        self.0.due.fetch_and(!due.0, Ordering::AcqRel);
        let mut dirty = self.0.dirty.lock();
        let (taken, rest) =
            std::mem::take(&mut *dirty).into_iter().partition(|(place, _)| due.has(Due::subjects(*place)));
        *dirty = rest;
        taken
    }

    /// Adds again what could not be read.
    pub fn put_back(&self, due: Due, dirty: Dirty) {
        for (place, subjects) in dirty {
            self.note_subjects(place, subjects);
        }
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

    #[test]
    fn subjects_are_marked_one_by_one_until_there_are_too_many() {
        let (marks, last) = (Marks::default(), TALLIES - 1);
        let ids = |range: std::ops::Range<u128>| range.map(Uuid::from_u128);
        assert!(marks.note_subjects(last, ids(0..2)));
        assert!(!marks.note_subjects(last, ids(1..3)), "the actor has been woken");
        assert!(marks.note_subjects(0, ids(0..1)), "for another tally it has not");
        assert!(!marks.due().has(Due::tally(last)) && marks.due().has_of_tally(last));
        let taken = marks.take(Due::subjects(last));
        assert_eq!(taken, HashMap::from([(last, ids(0..3).collect())]));
        assert_eq!(marks.due(), Due::subjects(0), "the other tally is still due");
        marks.put_back(Due::subjects(last), taken);
        assert!(marks.note_subjects(last, ids(3..SUBJECTS as u128 + 1)), "all live ones are due");
        assert!(marks.due().has(Due::tally(last)));
        assert!(marks.take(marks.due().without_tally(0))[&last].is_empty());
        assert!(marks.due().has_of_tally(0));
    }
}

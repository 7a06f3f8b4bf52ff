//! Waiting entries, and the receivers of their answers.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::oneshot;

use super::{Entry, Target};
use crate::foundation::errors::Result;

/// The receiver of an entry's answer, with its deadline.
pub(super) struct Ticket<A> {
    pub(super) deadline: Instant,
    answer: oneshot::Sender<Result<A>>,
    _pending: Pending,
    /// The ticket of an earlier entry that gets the same answer.
    earlier: Option<Box<Ticket<A>>>,
}

impl<A: Clone> Ticket<A> {
    /// Makes a ticket, which counts in `pending` until it is dropped, and the channel that receives its answer.
    pub(super) fn new(deadline: Instant, pending: &Arc<AtomicUsize>) -> (Self, oneshot::Receiver<Result<A>>) {
        let (answer, outcome) = oneshot::channel();
        pending.fetch_add(1, Ordering::AcqRel);
        (Ticket { deadline, answer, _pending: Pending(Arc::clone(pending)), earlier: None }, outcome)
    }

    /// Answers the ticket, and the earlier ones that get the same answer.
    pub(super) fn answer(mut self, outcome: Result<A>) {
        // A loop and not recursion, since as many as a group has may be chained.
        while let Some(earlier) = self.earlier.take() {
            let _ = std::mem::replace(&mut self, *earlier).answer.send(outcome.clone());
        }
        // The submitter may be gone; the commit stands.
        let _ = self.answer.send(outcome);
    }
}

/// Counts an entry until it is dropped.
struct Pending(Arc<AtomicUsize>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An entry that waits for its outcome.
pub struct Waiting<E: Entry> {
    pub(super) entry: E,
    pub(super) ticket: Ticket<E::Answer>,
}

impl<E: Entry> Waiting<E> {
    pub(super) fn new(entry: E, ticket: Ticket<E::Answer>) -> Self {
        Waiting { entry, ticket }
    }

    /// Returns the entry.
    pub fn entry(&self) -> &E {
        &self.entry
    }
}

/// Entries of one kind that are committed together, in order.
pub struct Group<E: Entry>(pub(super) Vec<Waiting<E>>);

impl<E: Entry> Default for Group<E> {
    fn default() -> Self {
        Group(Vec::new())
    }
}

impl<E: Entry> From<Waiting<E>> for Group<E> {
    fn from(waiting: Waiting<E>) -> Self {
        Group(vec![waiting])
    }
}

impl<E: Entry> FromIterator<Waiting<E>> for Group<E> {
    fn from_iter<I: IntoIterator<Item = Waiting<E>>>(waiting: I) -> Self {
        Group(waiting.into_iter().collect())
    }
}

impl<E: Entry> Group<E> {
    /// Adds an entry after the others.
    pub fn push(&mut self, waiting: Waiting<E>) {
        self.0.push(waiting);
    }

    /// Returns the entries, in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &E> + Clone {
        self.0.iter().map(Waiting::entry)
    }

    /// Returns `true` if an entry has this subject.
    pub fn is_about(&self, subject: &<E::Target as Target>::Subject) -> bool {
        self.entries().any(|entry| entry.subject() == *subject)
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the group with only the last of the entries that have the same key, in the position of the first of
    /// them. The others get the answer of the last one, even if it is a refusal.
    pub fn last_of_each<K: Eq + Hash>(self, key: impl Fn(&E) -> K) -> Self {
        let mut places = HashMap::with_capacity(self.len());
        let mut kept: Vec<Waiting<E>> = Vec::with_capacity(self.len());
        for waiting in self.0 {
            match places.entry(key(&waiting.entry)) {
                Place::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(waiting);
                }
                Place::Occupied(place) => {
                    let last = &mut kept[*place.get()];
                    let earlier = std::mem::replace(last, waiting);
                    last.ticket.earlier = Some(Box::new(earlier.ticket));
                }
            }
        }
        Group(kept)
    }
}

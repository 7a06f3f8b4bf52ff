//! A set of ids that forgets those that were not looked up lately.
//!
//! Bounded by two generations: when the young one is full it becomes the old one, and the previous old one is dropped.
//! An id costs 16 bytes, and a look-up a lock that is held for nanoseconds.

use std::collections::HashSet;
use std::mem;

use parking_lot::Mutex;
use uuid::Uuid;

/// A set of ids. A forgotten id counts as not added.
#[derive(Debug)]
pub struct Recent {
    generations: Mutex<Generations>,
    size: usize,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashSet<Uuid>,
    old: HashSet<Uuid>,
}

impl Recent {
    /// Makes a set that remembers at least `size` ids, and at most twice as many.
    pub fn of_size(size: usize) -> Self {
        Recent { generations: Mutex::default(), size }
    }

    /// Returns `true` if this id is in the set. Ids that are looked up often stay.
    pub fn has(&self, id: Uuid) -> bool {
        let mut generations = self.generations.lock();
        if generations.young.contains(&id) {
            return true;
        }
        let known = generations.old.contains(&id);
        if known {
            generations.add(id, self.size);
        }
        known
    }

    /// Adds an id.
    pub fn add(&self, id: Uuid) {
        self.generations.lock().add(id, self.size);
    }
}

impl Generations {
    fn add(&mut self, id: Uuid, size: usize) {
        if self.young.len() >= size {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_are_bounded_and_the_frequent_stay() {
        let known = Recent::of_size(10);
        let frequent = Uuid::now_v7();
        known.add(frequent);
        for _ in 0..1_000 {
            known.add(Uuid::now_v7());
            assert!(known.has(frequent));
        }
        let generations = known.generations.lock();
        assert!(generations.young.len() + generations.old.len() <= 20);
    }

    #[test]
    fn the_rare_are_forgotten() {
        let known = Recent::of_size(10);
        let rare = Uuid::now_v7();
        known.add(rare);
        (0..30).for_each(|_| known.add(Uuid::now_v7()));
        assert!(!known.has(rare));
    }
}

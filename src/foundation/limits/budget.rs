//! A budget of bytes that all share, of which no one takes more than a part.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::foundation::errors::{Code, Error, Result};

/// The most that one key may take: this part of the budget.
const PART: usize = 8;

/// A budget of bytes. Cheap to clone.
#[derive(Clone)]
pub struct Budget<K: Hash + Eq> {
    most: usize,
    reason: &'static str,
    taken: Arc<Mutex<Taken<K>>>,
}

struct Taken<K> {
    all: usize,
    by: HashMap<K, usize>,
}

/// The bytes that a key has taken for one purpose. They are given back when it is dropped.
pub struct Share<K: Hash + Eq + Clone> {
    budget: Budget<K>,
    key: K,
    bytes: usize,
}

impl<K: Hash + Eq + Clone> Budget<K> {
    /// Makes a budget of `most` bytes, which refuses more for this reason.
    pub fn new(most: usize, reason: &'static str) -> Self {
        Budget { most, reason, taken: Arc::new(Mutex::new(Taken { all: 0, by: HashMap::new() })) }
    }

    /// Returns a share of nothing, which can grow.
    pub fn share(&self, key: K) -> Share<K> {
        Share { budget: self.clone(), key, bytes: 0 }
    }
}

impl<K: Hash + Eq + Clone> Share<K> {
    /// Takes more bytes.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if the budget is spent, or the key has taken its part of it.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let mut taken = self.budget.taken.lock();
        let of_key = taken.by.get(&self.key).copied().unwrap_or_default() + bytes;
        if taken.all + bytes > self.budget.most || of_key > self.budget.most / PART {
            return Err(Error::because(Code::Overloaded, self.budget.reason));
        }
        taken.all += bytes;
        taken.by.insert(self.key.clone(), of_key);
        self.bytes += bytes;
        Ok(())
    }
}

impl<K: Hash + Eq + Clone> Drop for Share<K> {
    fn drop(&mut self) {
        let mut taken = self.budget.taken.lock();
        taken.all -= self.bytes;
        match taken.by.get_mut(&self.key) {
            Some(of_key) if *of_key > self.bytes => *of_key -= self.bytes,
            _ => drop(taken.by.remove(&self.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_takes_its_part_and_all_take_the_whole() {
        let budget = Budget::new(800, "spent");
        let mut ana = budget.share("ana");
        ana.grow(60).unwrap();
        let mut again = budget.share("ana");
        again.grow(40).unwrap();
        assert_eq!(again.grow(1).unwrap_err().code, Code::Overloaded);
        drop(again);
        ana.grow(40).unwrap();
        let others: Vec<_> = (0..8)
            .map_while(|number| {
                let mut share = budget.share(["b", "c", "d", "e", "f", "g", "h", "i"][number]);
                share.grow(100).ok().map(|()| share)
            })
            .collect();
        assert_eq!(others.len(), 7);
        drop((ana, others));
        assert!(budget.taken.lock().by.is_empty() && budget.taken.lock().all == 0);
    }
}

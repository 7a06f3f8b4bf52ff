//! Numbers at once: how many of something may be under way.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::foundation::errors::{Code, Error, Result};

/// A number at once that holds for each key by itself. It counts only what is under way, so its memory is bounded by
/// that. Cheap to clone.
#[derive(Clone)]
pub struct AtOnce<K: Hash + Eq> {
    most: usize,
    reason: &'static str,
    counts: Arc<Mutex<HashMap<K, usize>>>,
}

/// A place among those of a key. It is given back when it is dropped.
pub struct Admitted<K: Hash + Eq> {
    key: Option<K>,
    counts: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Hash + Eq + Clone> AtOnce<K> {
    /// Allows `most` at once, and refuses more for this reason.
    pub fn new(most: usize, reason: &'static str) -> Self {
        AtOnce { most, reason, counts: Arc::default() }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// [`Code::RateLimited`] if all are taken.
    pub fn enter(&self, key: K) -> Result<Admitted<K>> {
        self.enter_within(key, self.most)
    }

    /// Takes a place, if the key has fewer than `most`.
    ///
    /// # Errors
    /// [`Code::RateLimited`] if all are taken.
    pub fn enter_within(&self, key: K, most: usize) -> Result<Admitted<K>> {
        let mut counts = self.counts.lock();
        let count = counts.get(&key).copied().unwrap_or_default();
        if count >= most {
            return Err(Error::because(Code::RateLimited, self.reason));
        }
        counts.insert(key.clone(), count + 1);
        Ok(Admitted { key: Some(key), counts: Arc::clone(&self.counts) })
    }
}

impl<K: Hash + Eq> Drop for Admitted<K> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let mut counts = self.counts.lock();
        match counts.get_mut(&key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(&key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back() {
        let at_once = AtOnce::new(2, "two at once");
        let (one, two) = (at_once.enter("ana").unwrap(), at_once.enter("ana").unwrap());
        let refusal = at_once.enter("ana").err().unwrap();
        assert_eq!((refusal.code, &*refusal.reason), (Code::RateLimited, "two at once"));
        assert!(at_once.enter("ben").is_ok());
        drop(one);
        drop(at_once.enter("ana").unwrap());
        drop(two);
        assert!(at_once.counts.lock().is_empty());
    }
}

//! A map that keeps the keys used last.

use std::hash::Hash;

use governor::Quota;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use lru::LruCache;
use parking_lot::Mutex;

/// The most keys of one kind. More addresses than this in the time of a limit are more than one machine has.
pub const MOST: usize = 128 * 1024;

/// How many old keys are looked at when one is dropped.
const STEP: usize = 64;

/// A map of at most [`MOST`] keys. One more drops the key that was used longest ago.
pub struct Newest<K: Hash + Eq, V>(LruCache<K, V>);

impl<K: Hash + Eq, V> Default for Newest<K, V> {
    fn default() -> Self {
        // Bounded here, since the library allocates the room of a bounded one at once.
        Newest(LruCache::unbounded())
    }
}

impl<K: Hash + Eq, V> Newest<K, V> {
    /// Returns a key's value, which counts as a use.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    /// Returns a key's value, and inserts one if there is none.
    pub fn entry(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        if self.0.len() >= MOST && !self.0.contains(&key) {
            self.0.pop_lru();
        }
        self.0.get_or_insert_mut(key, make)
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &K) {
        self.0.pop(key);
    }

    /// Removes the keys used longest ago, as long as `is_over` says so of them, and at most a few at a time.
    pub fn tidy(&mut self, is_over: impl Fn(&V) -> bool) {
        for _ in 0..STEP {
            match self.0.peek_lru() {
                Some((_, value)) if is_over(value) => self.0.pop_lru(),
                _ => break,
            };
        }
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Returns all values, in any order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

/// The states of a rate's keys, for [`governor`]: the times at which each will be as new.
pub(super) struct States<K: Hash + Eq>(Mutex<Newest<K, Nanos>>);

impl<K: Hash + Eq> Default for States<K> {
    fn default() -> Self {
        States(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone> StateStore for States<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut states = self.0.lock();
        let state = states.get_mut(key);
        let (outcome, new) = measure(state.as_deref().copied())?;
        match state {
            Some(state) => *state = new,
            None => *states.entry(key.clone(), || new) = new,
        }
        Ok(outcome)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for States<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.lock().tidy(|state| *state < drop_below);
    }

    fn len(&self) -> usize {
        self.0.lock().len()
    }

    fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }
}

/// Returns the library's form of a rate.
pub(super) fn quota(rate: crate::foundation::settings::Rate) -> Quota {
    Quota::per_second(rate.per_second).allow_burst(rate.burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_used_longest_ago_is_dropped() {
        let mut map = Newest::default();
        for key in 0..MOST {
            map.entry(key, || key);
        }
        map.get_mut(&0);
        for key in MOST..MOST + 10 {
            map.entry(key, || key);
        }
        assert_eq!(map.len(), MOST);
        assert!(map.get_mut(&0).is_some(), "it was used");
        assert!((1..11).all(|key| map.get_mut(&key).is_none()) && map.get_mut(&11).is_some());
    }

    #[test]
    fn what_is_over_is_removed_from_the_old_end() {
        let mut map = Newest::default();
        for key in 0..200 {
            map.entry(key, || key);
        }
        map.tidy(|value| *value < 10);
        assert_eq!(map.len(), 190);
        map.tidy(|value| *value > 100);
        assert_eq!(map.len(), 190, "an older one is not over");
    }
}

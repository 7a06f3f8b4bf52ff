//! Rates: how often something may be done.

use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::RateLimiter;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;

use super::announce;
use super::newest::{States, quota};
use crate::foundation::errors::{Error, Result};
use crate::foundation::metrics;
use crate::foundation::settings::Rate;

/// Every so many uses, keys that are as new are dropped.
const TIDY: u32 = 32;

type Limiter<K> = RateLimiter<K, States<K>, DefaultClock, StateInformationMiddleware>;

/// A rate that holds for each key by itself: a person, a network.
pub struct Rates<K: Hash + Eq + Clone>(Option<Limited<K>>);

struct Limited<K: Hash + Eq + Clone> {
    name: &'static str,
    rate: Rate,
    limiter: Limiter<K>,
    uses: AtomicU32,
}

fn limiter<K: Hash + Eq + Clone>(rate: Rate) -> Limiter<K> {
    RateLimiter::<_, _, _>::new(quota(rate), States::default(), DefaultClock::default()).with_middleware()
}

impl<K: Hash + Eq + Clone> Rates<K> {
    /// Makes a rate with this name in the `RateLimit` headers. `None` allows everything.
    pub fn new(name: &'static str, rate: Option<Rate>) -> Self {
        Rates(rate.map(|rate| Limited { name, rate, limiter: limiter(rate), uses: AtomicU32::new(0) }))
    }

    /// Counts one use.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::foundation::errors::Code::RateLimited), with the time to wait; nothing is counted
    /// then.
    pub fn take(&self, key: &K) -> Result<()> {
        let Some(limited) = &self.0 else { return Ok(()) };
        if limited.uses.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIDY) {
            limited.limiter.retain_recent();
        }
        match limited.limiter.check_key(key) {
            Ok(left) => {
                announce::note(limited.name, limited.rate, left.remaining_burst_capacity());
                Ok(())
            }
            Err(until) => {
                announce::note(limited.name, limited.rate, 0);
                metrics::LIMITED.counter(&[("limit", limited.name)]).increment(1);
                let wait = until.wait_time_from(limited.limiter.clock().now());
                Err(Error::rate_limited(wait.max(Duration::from_millis(1))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::limits::MOST;

    fn rate(per_second: u32, burst: u32) -> Option<Rate> {
        Some(Rate { per_second: per_second.try_into().unwrap(), burst: burst.try_into().unwrap() })
    }

    #[test]
    fn each_key_has_a_rate_of_its_own() {
        let rates = Rates::new("test", rate(1, 3));
        assert!((0..3).all(|_| rates.take(&"ana").is_ok()));
        let refusal = rates.take(&"ana").unwrap_err();
        assert!(refusal.retry_after.is_some_and(|wait| wait <= Duration::from_secs(1)));
        assert!(rates.take(&"ben").is_ok());
        let off = Rates::new("test", None);
        assert!((0..1_000).all(|_| off.take(&"ana").is_ok()));
    }

    #[test]
    fn as_many_keys_as_an_attacker_has_do_not_empty_a_count() {
        let rates = Rates::new("test", rate(1, 100));
        let victim = 0_u32;
        assert!((0..100).all(|_| rates.take(&victim).is_ok()));
        // Fewer than the map holds.
        (1..100_000).for_each(|key| rates.take(&key).unwrap());
        let mut left = 0;
        while rates.take(&victim).is_ok() {
            left += 1;
        }
        assert!(left < 100, "{left} of 100 after some seconds at most");
        (0..2 * MOST as u32).for_each(|key| drop(rates.take(&key)));
        assert!(rates.0.as_ref().unwrap().limiter.len() <= MOST);
    }
}

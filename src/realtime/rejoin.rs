//! The schedule by which a topic's sessions are sent back to join again, when the topic's actor starts again in a new
//! epoch. They do not come all at once, since each join reads from a Postgres that has just come up. Pure.

use std::time::Duration;

use rand::Rng;

use super::subscription::Reach;

/// Time over which a node's sessions are sent back, for each live topic.
const A_TOPIC: Duration = Duration::from_millis(5);

/// The same for each session of one topic.
const A_SESSION: Duration = Duration::from_millis(2);

/// Maximum time that a session waits.
const MOST: Duration = Duration::from_secs(10);

/// Number of sessions of one topic that go together.
const TOGETHER: usize = 25;

/// Returns when each part of a topic's sessions is sent back, for a node with this number of live topics and a topic
/// with this number of sessions.
pub fn rejoin_schedule(topics: usize, sessions: usize) -> Vec<(Duration, Reach)> {
    let times = |each: Duration, count: usize| each.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
    let spread = times(A_TOPIC, topics).max(times(A_SESSION, sessions)).min(MOST);
    let parts = sessions.div_ceil(TOGETHER).clamp(1, 256) as u64;
    let wave = |part: u64| {
        let at = (part as f64 + rand::rng().random_range(0.0..1.0)) / parts as f64;
        (spread.mul_f64(at), Reach::EndOfHalt { part, parts })
    };
    (0..parts).map(wave).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_come_back_at_once_and_many_over_some_seconds_and_each_just_once() {
        let [(soon, Reach::EndOfHalt { part: 0, parts: 1 })] = rejoin_schedule(1, 5)[..] else { panic!("one wave") };
        assert!(soon <= A_SESSION * 5);
        let many = rejoin_schedule(10_000, 5);
        assert!(many.len() == 1 && many[0].0 <= MOST);
        let crowd = rejoin_schedule(1, 20_000);
        assert!(crowd.len() > 100 && crowd.is_sorted_by_key(|(at, _)| *at));
        assert!(crowd.last().is_some_and(|(at, _)| *at <= MOST && *at > MOST / 2));
        for (number, (_, reach)) in crowd.iter().enumerate() {
            assert_eq!(*reach, Reach::EndOfHalt { part: number as u64, parts: crowd.len() as u64 });
        }
    }
}

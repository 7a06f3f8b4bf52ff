//! The times of events: the sends of an open loop, and heartbeats.

use super::plan::Pace;
use crate::random::Random;
use crate::sockets::Sockets;
use crate::wire::speech::Speech;

/// The interval of a session's heartbeats, in nanoseconds. Podium and Phoenix require less than a minute.
const HEARTBEAT: u64 = 30_000_000_000;

/// The times of sends at a rate, divided between the lanes (threads) of a run.
pub struct Schedule {
    /// The next time.
    pub next: u64,
    start: u64,
    count: u64,
    lane: (u64, u64),
    gap: f64,
    poisson: bool,
    random: Random,
}

impl Schedule {
    /// Returns the times of this pace for a lane; none unless it is an open loop.
    pub fn new(pace: Pace, start: u64, (lane, lanes): (usize, usize), random: Random) -> Self {
        let (gap, poisson) = match pace {
            Pace::Open { rate, poisson } if rate > 0.0 => (1e9 / rate, poisson),
            _ => (f64::INFINITY, false),
        };
        let lane = (lane as u64, lanes as u64);
        let mut schedule = Schedule { next: start, start, count: 0, lane, gap, poisson, random };
        schedule.place();
        schedule
    }

    /// Advances to the next time.
    pub fn advance(&mut self) {
        self.count += 1;
        self.place();
    }

    fn place(&mut self) {
        if self.gap.is_infinite() {
            self.next = u64::MAX;
        } else if self.poisson {
            let gap = -(1.0 - self.random.unit()).ln() * self.gap * self.lane.1 as f64;
            self.next += gap as u64;
        } else {
            // From the start and not from the last one, so that no rounding errors add up.
            self.next = self.start + ((self.count * self.lane.1 + self.lane.0) as f64 * self.gap) as u64;
        }
    }
}

/// Heartbeats of all sessions, spread evenly.
pub struct Heart {
    /// The time of the next one.
    pub next: u64,
    speech: Speech,
    gap: u64,
    session: usize,
    sessions: usize,
}

impl Heart {
    /// Returns the heartbeats of `sessions` sessions.
    pub fn new(speech: Speech, start: u64, sessions: usize) -> Self {
        let beats = speech.beats() && sessions > 0;
        let next = if beats { start } else { u64::MAX };
        Heart { next, speech, gap: HEARTBEAT / sessions.max(1) as u64, session: 0, sessions }
    }

    /// Sends the heartbeats that are due.
    pub fn beat(&mut self, now: u64, sockets: &mut Sockets) {
        while self.next <= now {
            sockets.send_with(self.session, |out| self.speech.heartbeat(out));
            self.session = (self.session + 1) % self.sessions;
            self.next += self.gap;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_share_the_moments() {
        let pace = Pace::Open { rate: 1000.0, poisson: false };
        let moments = |lane| {
            let mut schedule = Schedule::new(pace, 5, (lane, 2), Random::seeded(1));
            let mut all = Vec::new();
            for _ in 0..3 {
                all.push(schedule.next);
                schedule.advance();
            }
            all
        };
        assert_eq!(moments(0), [5, 2_000_005, 4_000_005]);
        assert_eq!(moments(1), [1_000_005, 3_000_005, 5_000_005]);
        assert_eq!(Schedule::new(Pace::Still, 5, (0, 1), Random::seeded(1)).next, u64::MAX);
    }

    #[test]
    fn chance_keeps_the_rate() {
        let pace = Pace::Open { rate: 1000.0, poisson: true };
        let mut schedule = Schedule::new(pace, 0, (0, 1), Random::seeded(1));
        (0..10_000).for_each(|_| schedule.advance());
        let seconds = schedule.next as f64 / 1e9;
        assert!((9.5..10.5).contains(&seconds), "{seconds}");
    }
}

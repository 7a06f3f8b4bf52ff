//! Latencies over time: one histogram for each slice of the run.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// The longest latency that is recorded exactly, in microseconds: two minutes.
const LONGEST: u64 = 120_000_000;

/// Latencies by when they ended. Times are nanoseconds of the run's clock.
#[derive(Debug, Clone)]
pub struct Timeline {
    start: u64,
    slice: u64,
    slices: Vec<Histogram<u32>>,
}

/// Some percentiles of latency, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Percentiles {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// Returns an empty histogram of microseconds, exact to three digits.
pub fn histogram() -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are in order")
}

/// Adds a latency in nanoseconds.
pub fn record(histogram: &mut Histogram<u32>, nanoseconds: u64) {
    histogram.saturating_record((nanoseconds / 1000).max(1));
}

/// Adds all of `more` to a histogram.
pub fn add(histogram: &mut Histogram<u32>, more: &Histogram<u32>) {
    histogram.add(more).expect("all histograms have the same bounds");
}

/// Returns the percentiles of a histogram, unless it is empty.
pub fn percentiles(histogram: &Histogram<u32>) -> Option<Percentiles> {
    let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
    (!histogram.is_empty()).then(|| Percentiles {
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        max: histogram.max() as f64 / 1000.0,
    })
}

impl Timeline {
    /// Makes slices of this length from `start` on.
    pub fn new(start: u64, slice: u64) -> Self {
        Timeline { start, slice: slice.max(1), slices: Vec::new() }
    }

    /// Adds one latency that ended at `now`.
    pub fn record(&mut self, now: u64, latency: u64) {
        let at = (now.saturating_sub(self.start) / self.slice) as usize;
        // A delivery long after the end is late in the last slice that is shown.
        let at = at.min(4095);
        while self.slices.len() <= at {
            self.slices.push(histogram());
        }
        record(&mut self.slices[at], latency);
    }

    /// Adds the latencies of another thread.
    pub fn merge(&mut self, other: &Timeline) {
        while self.slices.len() < other.slices.len() {
            self.slices.push(histogram());
        }
        for (mine, theirs) in self.slices.iter_mut().zip(&other.slices) {
            add(mine, theirs);
        }
    }

    /// Returns the sum of all slices.
    pub fn total(&self) -> Histogram<u32> {
        let mut total = histogram();
        self.slices.iter().for_each(|slice| add(&mut total, slice));
        total
    }

    /// Returns the number of latencies.
    pub fn count(&self) -> u64 {
        self.slices.iter().map(Histogram::len).sum()
    }

    /// Returns each slice: its beginning in seconds from the start, its percentiles and its count.
    pub fn slices(&self) -> impl Iterator<Item = (f64, Option<Percentiles>, u64)> {
        let seconds = self.slice as f64 / 1e9;
        self.slices.iter().enumerate().map(move |(at, slice)| (at as f64 * seconds, percentiles(slice), slice.len()))
    }

    /// Returns the length of a slice in seconds.
    pub fn slice_seconds(&self) -> f64 {
        self.slice as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_delivery_shows_in_its_slice_and_in_the_tail() {
        let mut timeline = Timeline::new(1_000, 1_000_000_000);
        (0..999).for_each(|_| timeline.record(2_000, 1_000_000));
        timeline.record(1_500_000_000, 900_000_000);
        let total = percentiles(&timeline.total()).unwrap();
        assert!((total.p50 - 1.0).abs() < 0.01 && (total.max - 900.0).abs() < 1.0, "{total:?}");
        let slices: Vec<_> = timeline.slices().map(|(_, _, count)| count).collect();
        assert_eq!(slices, [999, 1]);
        let mut twice = timeline.clone();
        twice.merge(&timeline);
        assert_eq!(twice.count(), 2000);
    }
}

//! Repeatable random numbers: a small generator with a seed (SplitMix64), good enough for load and not for secrets.

use std::hash::{BuildHasher, RandomState};

/// A generator of numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Returns the generator with this seed.
    pub fn seeded(seed: u64) -> Self {
        Random(seed)
    }

    /// Returns a generator with an unpredictable seed.
    pub fn fresh() -> Self {
        // The standard library's hash maps get their keys from the system.
        Random(RandomState::new().hash_one(std::process::id()))
    }

    /// Returns the next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // The bias of the remainder is far below anything that a load test could show.
        (self.bits() % bound.max(1) as u64) as usize
    }

    /// Returns a number from 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Returns 128 bits as a UUID of version 4.
    pub fn uuid(&mut self) -> String {
        uuid_text((u128::from(self.bits()) << 64) | u128::from(self.bits()))
    }

    /// Shuffles the items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// Formats 128 bits as a UUID of version 4, whose six fixed bits overwrite what was there.
pub fn uuid_text(bits: u128) -> String {
    let bits = (bits & !(0xf << 76) & !(0b11 << 62)) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

//! Message ids that contain the number of their send, so that a delivery finds its send without a table.
//!
//! They look like the ids of clients (UUID version 4: scattered over the whole index of the database), but the upper 60
//! free bits are the number, scrambled by a key of the run, and the lower 62 identify the run. So messages of other
//! programs or earlier runs are recognized.

use crate::random::{Random, uuid_text};

const BITS: u32 = 60;
const MASK: u64 = (1 << BITS) - 1;
const FIRST: u64 = 0x0e37_79b9_7f4a_7c15;
const SECOND: u64 = 0x0f58_476d_1ce4_e5b9;

/// The message ids of one run.
#[derive(Debug, Clone, Copy)]
pub struct MessageIds {
    key: u64,
    run: u64,
}

impl MessageIds {
    /// Makes the ids of a new run.
    pub fn new(random: &mut Random) -> Self {
        MessageIds { key: random.bits() & MASK, run: random.bits() >> 2 }
    }

    /// Returns the id of this send.
    pub fn id(&self, number: u64) -> String {
        let mixed = u128::from(scramble((number & MASK) ^ self.key));
        uuid_text(((mixed >> 12) << 80) | ((mixed & 0xfff) << 64) | u128::from(self.run))
    }

    /// Returns the number of the send with this id, if it is of this run.
    pub fn number(&self, id: &[u8]) -> Option<u64> {
        let bits = parse(id)?;
        if (bits as u64) & (u64::MAX >> 2) != self.run {
            return None;
        }
        let mixed = ((bits >> 80) as u64) << 12 | ((bits >> 64) as u64 & 0xfff);
        Some(unscramble(mixed) ^ self.key)
    }
}

/// Scrambles in a way that is its own inverse: a shift by half of the bits.
fn fold(bits: u64) -> u64 {
    bits ^ (bits >> (BITS / 2))
}

fn scramble(bits: u64) -> u64 {
    fold(fold(bits.wrapping_mul(FIRST) & MASK).wrapping_mul(SECOND) & MASK)
}

fn unscramble(bits: u64) -> u64 {
    const FIRST_BACK: u64 = inverse(FIRST);
    const SECOND_BACK: u64 = inverse(SECOND);
    fold(fold(bits).wrapping_mul(SECOND_BACK) & MASK).wrapping_mul(FIRST_BACK) & MASK
}

/// Returns the inverse of the multiplication with an odd `factor` (Newton's method doubles the right bits each time).
const fn inverse(factor: u64) -> u64 {
    let mut back = factor;
    let mut step = 0;
    while step < 6 {
        back = back.wrapping_mul(2u64.wrapping_sub(factor.wrapping_mul(back)));
        step += 1;
    }
    back
}

/// Parses a UUID in its usual form. Returns `None` for anything else.
pub fn parse(id: &[u8]) -> Option<u128> {
    let id: &[u8; 36] = id.try_into().ok()?;
    let mut bits = 0u128;
    for (at, &byte) in id.iter().enumerate() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_from_its_id() {
        let ids = MessageIds::new(&mut Random::seeded(7));
        let other = MessageIds::new(&mut Random::seeded(8));
        for number in (0..10_000).chain([MASK, MASK - 1, 1 << 59]) {
            let id = ids.id(number);
            assert_eq!(id.len(), 36);
            assert_eq!((id.as_bytes()[14], id.as_bytes()[19] & 0xfc), (b'4', b'8' & 0xfc), "{id}");
            assert_eq!(ids.number(id.as_bytes()), Some(number));
            assert_eq!(other.number(id.as_bytes()), None);
        }
        assert_eq!(ids.number(b"0199-"), None);
        assert_eq!(ids.number(b"00000000-0000-0000-0000-00000000000g"), None);
    }
}

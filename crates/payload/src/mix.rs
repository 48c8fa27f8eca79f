//! Seeded choices: a bijection of 64-bit numbers that looks random, its inverse, and a sequence drawn from it.
//!
//! The bijection is the finalizer of `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
//! 2014, in Stafford's variant 13). It is for variety and reproducibility, not for secrets.

/// A number that depends on every bit of `value`; no two values share one.
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(FIRST_FACTOR);
    let value = (value ^ (value >> 27)).wrapping_mul(SECOND_FACTOR);
    value ^ (value >> 31)
}

/// The value that [`mix`] made this number of.
#[must_use]
pub const fn unmix(mixed: u64) -> u64 {
    let value = (mixed ^ (mixed >> 31) ^ (mixed >> 62)).wrapping_mul(inverse(SECOND_FACTOR));
    let value = (value ^ (value >> 27) ^ (value >> 54)).wrapping_mul(inverse(FIRST_FACTOR));
    value ^ (value >> 30) ^ (value >> 60)
}

/// The `index`-th number of the sequence known by `key`, found without those before it.
#[must_use]
pub const fn nth(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add(index.wrapping_mul(STRIDE)))
}

/// Scales a number drawn from all of `u64` to `0..limit`.
#[must_use]
pub fn scale(drawn: u64, limit: u32) -> u32 {
    let scaled = (drawn >> 32) * u64::from(limit);
    u32::try_from(scaled >> 32).unwrap_or(u32::MAX)
}

/// The sequence known by a key, drawn one after the other.
#[derive(Debug, Clone)]
pub struct Draws {
    key: u64,
    index: u64,
}

impl Draws {
    /// The sequence from its beginning.
    #[must_use]
    pub fn new(key: u64) -> Self {
        Self { key, index: 0 }
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.index = self.index.wrapping_add(1);
        nth(self.key, self.index)
    }

    /// The next number of `0..limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        scale(self.draw(), limit)
    }

    /// One of `choices`, which are not none.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        let limit = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices[self.below(limit) as usize]
    }
}

/// The number that undoes a multiplication by an odd `factor`, by Newton's iteration: each step doubles the right bits.
const fn inverse(factor: u64) -> u64 {
    let mut inverse = factor;
    let mut right_bits = 3;
    while right_bits < u64::BITS {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(factor.wrapping_mul(inverse)));
        right_bits *= 2;
    }
    inverse
}

const FIRST_FACTOR: u64 = 0xbf58_476d_1ce4_e5b9;
const SECOND_FACTOR: u64 = 0x94d0_49bb_1331_11eb;
/// The odd number next to 2^64 divided by the golden ratio.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_the_published_sequence() {
        // The first numbers of `SplitMix64` seeded with 1234567, as published with many of its implementations.
        let drawn: Vec<u64> = (1..=3).map(|index| nth(1_234_567, index)).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_scaled_number_stays_below_its_limit() {
        assert_eq!((scale(0, 7), scale(u64::MAX, 7), scale(u64::MAX, 1)), (0, 6, 0));
    }

    proptest! {
        #[test]
        fn it_can_be_undone(value: u64) {
            prop_assert_eq!(unmix(mix(value)), value);
        }
    }
}

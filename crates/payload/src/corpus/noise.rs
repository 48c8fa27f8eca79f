//! Random characters: a stretch from a pool, each character moved on by an amount that differs from record to record.
//!
//! So the text costs little more than its copy, and compressors find no stretch twice although the pool is small.

use crate::mix::{self, Draws};

/// Text of one size.
#[derive(Debug)]
pub(super) struct Noise {
    /// Numbers of characters.
    pool: Vec<u8>,
}

impl Noise {
    pub(super) fn new(key: u64, size: usize) -> Self {
        let mut draws = Draws::new(key);
        let characters = u32::from(CHARACTERS);
        let one = || u8::try_from(draws.below(characters)).unwrap_or_default();
        Self { pool: std::iter::repeat_with(one).take(size + STARTS as usize).collect() }
    }

    /// Fills a place of the size with what the draw says.
    #[inline]
    pub(super) fn put(&self, place: &mut [u8], drawn: u64) {
        let start = mix::scale(drawn, STARTS) as usize;
        let [lowest, ..] = drawn.to_le_bytes();
        let moved = lowest % CHARACTERS;
        for (place, number) in place.iter_mut().zip(&self.pool[start..]) {
            let moved_on = number + moved;
            let number = if moved_on >= CHARACTERS { moved_on - CHARACTERS } else { moved_on };
            *place = FIRST + number + u8::from(number >= BACKSLASH);
        }
    }
}

/// From `#` to `~` but the backslash: printable, and nothing that JSON escapes.
const FIRST: u8 = b'#';
const CHARACTERS: u8 = b'~' - b'#';
const BACKSLASH: u8 = b'\\' - b'#';

/// At how many places of the pool a text can begin.
const STARTS: u32 = 32 * 1024;

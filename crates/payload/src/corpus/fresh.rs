//! Digits that are drawn anew for each record, eight places at a time.

use super::text::FIXED;
use crate::hex::{self, NIBBLES};

/// Eight characters of a message, some of which are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Where in the message.
    at: usize,
    /// The characters that are not drawn, and zeros in place of the others; little-endian, as the mask.
    text: u64,
    /// All bits of the characters that are drawn.
    mask: u64,
    /// 10 or 16.
    base: u64,
}

impl Window {
    /// How many characters a window has.
    pub(super) const WIDTH: usize = 8;

    /// Lays so many windows over a message of at least [`Self::WIDTH`] characters, from its beginning. When its digits take fewer,
    /// nothing is drawn in the others: for every message there is the same to do.
    pub(super) fn over(message: &[u8], bases: &[u8], count: usize) -> Vec<Self> {
        let mut seen = 0;
        let window = || {
            let next = bases.iter().skip(seen).position(|base| *base != FIXED);
            let first = next.map_or(message.len(), |next| seen + next);
            let at = first.min(message.len() - WIDTH);
            let base = bases.get(first).copied().unwrap_or(FIXED);
            let (mut text, mut mask) = ([0; WIDTH], [0; WIDTH]);
            for (place, index) in (at..at + WIDTH).enumerate() {
                if base != FIXED && bases[index] == base {
                    mask[place] = u8::MAX;
                } else {
                    text[place] = message[index];
                }
            }
            seen = at + WIDTH;
            let (text, mask) = (u64::from_le_bytes(text), u64::from_le_bytes(mask));
            Self { at, text, mask, base: u64::from(base) }
        };
        let mut windows: Vec<_> = std::iter::repeat_with(window).take(count).collect();
        // Where the last ones overlap with others, those are written over them.
        windows.reverse();
        windows
    }

    /// Writes the window with digits of `drawn`.
    #[inline]
    pub(super) fn put(&self, message: &mut [u8], drawn: u64) {
        // All eight digits at once, a byte each: the upper half of a nibble times the base is a digit below the base.
        let digits = (((drawn & NIBBLES) * self.base) >> 4) & NIBBLES;
        let characters = self.text | (hex::characters(digits) & self.mask);
        message[self.at..][..WIDTH].copy_from_slice(&characters.to_le_bytes());
    }
}

/// The number after `drawn`, to draw the next window from.
#[inline]
pub(super) fn next(drawn: u64) -> u64 {
    (drawn ^ (drawn >> 32)).wrapping_mul(FACTOR)
}

const WIDTH: usize = Window::WIDTH;
/// The odd number next to 2^64 divided by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::Text;
    use super::*;

    fn text() -> Text {
        let mut text = Text::default();
        text.fixed("id=").hexadecimal(0xbeef, 12).fixed(" n=").number(40_001).fixed("/5 x=").number(77);
        text
    }

    proptest! {
        #[test]
        fn only_digits_change_and_they_stay_digits_of_their_base(drawn: u64) {
            let text = text();
            let mut message = text.bytes().to_vec();
            for window in Window::over(text.bytes(), text.bases(), 4) {
                window.put(&mut message, drawn);
            }
            for ((before, base), after) in text.bytes().iter().zip(text.bases()).zip(&message) {
                match base {
                    0 => prop_assert_eq!(before, after),
                    10 => prop_assert!(after.is_ascii_digit()),
                    _ => prop_assert!(after.is_ascii_digit() || (b'a'..=b'f').contains(after)),
                }
            }
        }
    }

    #[test]
    fn every_digit_occurs_and_all_places_are_covered() {
        let text = text();
        let windows = Window::over(text.bytes(), text.bases(), 4);
        let mut seen = vec![std::collections::HashSet::new(); text.len()];
        let mut drawn = 1;
        for _ in 0..999 {
            let mut message = text.bytes().to_vec();
            for window in &windows {
                drawn = next(drawn);
                window.put(&mut message, drawn);
            }
            seen.iter_mut().zip(message).for_each(|(seen, byte)| {
                seen.insert(byte);
            });
        }
        let counts: Vec<_> = seen.iter().map(std::collections::HashSet::len).collect();
        let expected: Vec<_> = text.bases().iter().map(|base| usize::from(*base).max(1)).collect();
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_window_without_digits_changes_nothing() {
        let mut text = Text::default();
        text.fixed("nothing but words");
        let mut message = text.bytes().to_vec();
        for window in Window::over(text.bytes(), text.bases(), 2) {
            window.put(&mut message, 0x1234_5678_9abc_def0);
        }
        assert_eq!(message, text.bytes());
    }
}

//! Hexadecimal digits, eight at a time.

/// The characters of eight digits below 16, a byte each.
#[inline]
pub(crate) const fn characters(digits: u64) -> u64 {
    let is_letter = ((digits + SIX) >> 4) & ONES;
    digits + ZEROS + is_letter * FROM_ZERO_TO_LETTERS
}

/// Writes bytes in digits, two each; there are a multiple of four.
#[inline]
pub(crate) fn put(place: &mut [u8], bytes: &[u8]) {
    let (fours, _) = bytes.as_chunks::<4>();
    for (place, four) in place.chunks_exact_mut(8).zip(fours) {
        // Pulled apart until each half byte has a byte.
        let pairs = u64::from(u32::from_be_bytes(*four));
        let pairs = (pairs | (pairs << 16)) & 0x0000_ffff_0000_ffff;
        let bytes = (pairs | (pairs << 8)) & 0x00ff_00ff_00ff_00ff;
        let digits = (bytes | (bytes << 4)) & NIBBLES;
        place.copy_from_slice(&characters(digits).to_be_bytes());
    }
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
/// The lower half of every byte.
pub(crate) const NIBBLES: u64 = 15 * ONES;
const SIX: u64 = 6 * ONES;
const ZEROS: u64 = b'0' as u64 * ONES;
/// What is added to a digit above 9 besides.
const FROM_ZERO_TO_LETTERS: u64 = (b'a' - b'0' - 10) as u64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_what_the_standard_library_writes(value: u128) {
            let mut place = [0; 32];
            put(&mut place, &value.to_be_bytes());
            prop_assert_eq!(std::str::from_utf8(&place).unwrap(), format!("{value:032x}"));
        }
    }
}

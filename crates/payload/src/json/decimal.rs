//! Decimal numbers, written into a place of their width.

/// How many digits a number has.
pub(crate) fn width(value: u64) -> usize {
    value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The largest number of that many digits.
pub(crate) fn last_of(width: usize) -> u64 {
    u32::try_from(width).ok().and_then(|width| 10_u64.checked_pow(width)).map_or(u64::MAX, |next| next - 1)
}

/// Writes the last digits of a number, as many as there is place for, with leading zeros.
#[inline]
pub(crate) fn put(place: &mut [u8], mut value: u64) {
    let mut pairs = place.rchunks_exact_mut(2);
    for pair in &mut pairs {
        pair.copy_from_slice(&PAIRS[(value % 100) as usize]);
        value /= 100;
    }
    if let [digit] = pairs.into_remainder() {
        *digit = PAIRS[(value % 10) as usize][1];
    }
}

/// Writes a number flush right, behind spaces.
#[inline]
pub(crate) fn put_right(place: &mut [u8], value: u64) {
    let (spaces, digits) = place.split_at_mut(place.len() - width(value));
    spaces.fill(b' ');
    put(digits, value);
}

/// Writes millionths as `0.000001`, or thousandths as `0.001`, flush right: `fraction` digits behind the point.
#[inline]
pub(crate) fn put_fraction(place: &mut [u8], value: u64, fraction: usize) {
    let (whole, rest) = place.split_at_mut(place.len() - fraction - 1);
    put_right(whole, value / (last_of(fraction) + 1));
    rest[0] = b'.';
    put(&mut rest[1..], value);
}

const PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let (mut tens, mut index) = (b'0', 0);
    while tens <= b'9' {
        let mut ones = b'0';
        while ones <= b'9' {
            pairs[index] = [tens, ones];
            index += 1;
            ones += 1;
        }
        tens += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_stand_flush_right() {
        let text = |value, fraction| {
            let mut place = [b'x'; 9];
            put_fraction(&mut place, value, fraction);
            String::from_utf8(place.to_vec()).unwrap()
        };
        assert_eq!(text(1_234, 3), "    1.234");
        assert_eq!(text(7, 3), "    0.007");
        assert_eq!(text(38_500_001, 6), "38.500001");
    }

    proptest! {
        #[test]
        fn a_number_reads_as_the_standard_library_writes_it(value: u64, bits in 0_u32..64) {
            let value = value >> bits;
            let mut exact = vec![0; width(value)];
            put(&mut exact, value);
            prop_assert_eq!(std::str::from_utf8(&exact).unwrap(), value.to_string());
            let mut right = [0; 24];
            put_right(&mut right, value);
            prop_assert_eq!(std::str::from_utf8(&right).unwrap(), format!("{value:>24}"));
            prop_assert!(width(last_of(width(value))) == width(value) && last_of(width(value)) >= value);
        }
    }
}

//! Few times, in little memory: a list of values and how many records had each; and the bytes of a histogram, read and written.
//!
//! A lane at a low rate notes some ten times a second, for which a histogram's table would be thousands of times too large;
//! with thousands of lanes that decides how many tests fit a machine. Values are the same classes of three significant digits
//! that the histogram has, and the bytes are the same form, so that nobody sees which of the two counted.

use hdrhistogram::Histogram;

use super::UnreadableDistribution;

/// Values in microseconds, in order, with their records.
#[derive(Debug, Clone, Default)]
pub(super) struct Sparse(Vec<(u64, u64)>);

impl Sparse {
    /// Notes one value for that many records.
    pub(super) fn record(&mut self, micros: u64, records: u64) {
        if records == 0 {
            return;
        }
        let value = lowest_of_class(micros);
        match self.0.binary_search_by_key(&value, |(value, _)| *value) {
            Ok(place) => {
                if let Some((_, count)) = self.0.get_mut(place) {
                    *count += records;
                }
            }
            Err(place) => self.0.insert(place, (value, records)),
        }
    }

    /// Whether a histogram would serve better.
    pub(super) fn is_crowded(&self) -> bool {
        self.0.len() > MOST
    }

    /// Every value with its records.
    pub(super) fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().copied()
    }

    /// How many records were noted.
    pub(super) fn records(&self) -> u64 {
        self.0.iter().map(|(_, records)| records).sum()
    }

    /// The value that `share` (0 to 1) of the records do not exceed, as the histogram says it; none without records.
    pub(super) fn value_at_quantile(&self, share: f64) -> Option<u64> {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of what is counted, as the histogram computes it"
        )]
        let wanted = ((share.min(1.0) * self.records() as f64).ceil() as u64).max(1);
        let mut so_far = 0;
        let found = self.values().find(|(_, records)| {
            so_far += records;
            so_far >= wanted
        });
        found.map(|(value, _)| if share > 0.0 { highest_of_class(value) } else { value })
    }

    /// The largest value, as the histogram says it; none without records.
    pub(super) fn max(&self) -> Option<u64> {
        self.0.last().map(|(value, _)| highest_of_class(*value))
    }

    /// The same as a histogram; none when there is no memory for its table.
    pub(super) fn to_histogram(&self) -> Option<Histogram<u64>> {
        let mut histogram = Histogram::new(super::SIGNIFICANT_DIGITS).ok()?;
        for (value, records) in self.values() {
            // Cannot fail: the histogram grows by itself, and an hour fits.
            histogram.record_n(value, records).ok()?;
        }
        Some(histogram)
    }

    /// The bytes that the histogram's own serializer writes (HDR histogram, V2 encoding); none for no records.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Some((highest, _)) = self.0.last() else { return Vec::new() };
        let mut counts = Vec::with_capacity(4 * self.0.len());
        let mut next = 0;
        for (value, records) in self.values() {
            let index = index_of_class(value);
            match index - next {
                0 => {}
                // A negative number is a run of zeros.
                zeros => put_zigzag(-i64::try_from(zeros).unwrap_or(i64::MAX), &mut counts),
            }
            put_zigzag(i64::try_from(records).unwrap_or(i64::MAX), &mut counts);
            next = index + 1;
        }
        let mut bytes = Vec::with_capacity(HEADER + counts.len());
        bytes.extend_from_slice(&V2_COOKIE.to_be_bytes());
        bytes.extend_from_slice(&u32::try_from(counts.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(&0_u32.to_be_bytes());
        bytes.extend_from_slice(&u32::from(super::SIGNIFICANT_DIGITS).to_be_bytes());
        bytes.extend_from_slice(&1_u64.to_be_bytes());
        // As high as its table reaches, at least twice the lowest.
        bytes.extend_from_slice(&(highest.max(&LOWEST_TOP) * 2).to_be_bytes());
        bytes.extend_from_slice(&1_f64.to_be_bytes());
        bytes.extend_from_slice(&counts);
        bytes
    }
}

/// Tells every value of a histogram's bytes (HDR histogram, V2 encoding, three significant digits from 1 µs) with its records;
/// none for no bytes.
///
/// A histogram would be read into its whole table first, which takes a hundred times as long for the few values of a second.
pub(super) fn read(bytes: &[u8], mut tell: impl FnMut(u64, u64)) -> Result<(), UnreadableDistribution> {
    if bytes.is_empty() {
        return Ok(());
    }
    let (header, mut counts) = bytes.split_at_checked(HEADER).ok_or(UnreadableDistribution)?;
    let word =
        |at: usize| header.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_be_bytes);
    let described = [
        V2_COOKIE,
        u32::try_from(counts.len()).unwrap_or(u32::MAX),
        0,
        super::SIGNIFICANT_DIGITS.into(),
        0,
        1,
    ];
    for (place, expected) in described.into_iter().enumerate() {
        if word(4 * place) != Some(expected) {
            return Err(UnreadableDistribution);
        }
    }
    let mut index = 0_u64;
    while !counts.is_empty() {
        let count = take_zigzag(&mut counts).ok_or(UnreadableDistribution)?;
        let steps = if count < 0 { count.unsigned_abs() } else { 1 };
        if index >= CLASSES || steps > CLASSES {
            return Err(UnreadableDistribution);
        }
        if count > 0 {
            tell(lowest_of_index(index), count.unsigned_abs());
        }
        index += steps;
    }
    Ok(())
}

/// The smallest value that the histogram does not tell from this one.
fn lowest_of_class(value: u64) -> u64 {
    let shift = shift_of(value);
    value >> shift << shift
}

/// The largest value that the histogram does not tell from this one.
fn highest_of_class(value: u64) -> u64 {
    lowest_of_class(value) + ((1 << shift_of(value)) - 1)
}

/// The place of a value's class in the histogram's table.
fn index_of_class(value: u64) -> u64 {
    let shift = shift_of(value);
    u64::from(shift) * HALF + (value >> shift)
}

/// The smallest value of the class at that place of the histogram's table.
fn lowest_of_index(index: u64) -> u64 {
    let shift = (index / HALF).saturating_sub(1);
    (index - shift * HALF) << shift
}

/// How many low bits of a value are beyond the significant digits.
fn shift_of(value: u64) -> u32 {
    (u64::BITS - value.leading_zeros()).saturating_sub(SIGNIFICANT_BITS)
}

fn put_zigzag(value: i64, out: &mut Vec<u8>) {
    #[expect(clippy::cast_sign_loss, reason = "zigzag: the sign goes into the lowest bit")]
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    // Nine bytes at the most: the last of them carries eight bits.
    for _ in 0..8 {
        if rest < 0x80 {
            break;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the low seven bits, and a mark that more follow"
        )]
        out.push((rest as u8 & 0x7f) | 0x80);
        rest >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "what is left fits")]
    out.push(rest as u8);
}

fn take_zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for place in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        // The ninth byte carries eight bits.
        let (bits, is_last) = if place == 8 { (*byte, true) } else { (byte & 0x7f, byte & 0x80 == 0) };
        value |= u64::from(bits) << (7 * place);
        if is_last {
            break;
        }
    }
    #[expect(clippy::cast_possible_wrap, reason = "zigzag: the sign is in the lowest bit")]
    let (half, sign) = ((value >> 1) as i64, -((value & 1) as i64));
    Some(half ^ sign)
}

/// Three significant digits take 2,048 values without loss.
const SIGNIFICANT_BITS: u32 = 11;
const HALF: u64 = 1 << (SIGNIFICANT_BITS - 1);

/// More values than this and a table is not larger by much, and faster.
const MOST: usize = 512;

/// As many as 64 bits have.
const CLASSES: u64 = 55 * HALF;

const HEADER: usize = 40;
const V2_COOKIE: u32 = 0x1c84_9303 | 0x10;
const LOWEST_TOP: u64 = 2;

#[cfg(test)]
mod tests {
    use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
    use proptest::prelude::*;

    use super::*;

    fn recorded(histogram: &Histogram<u64>) -> Vec<(u64, u64)> {
        let values = histogram.iter_recorded();
        values.map(|found| (found.value_iterated_to(), found.count_at_value())).collect()
    }

    proptest! {
        #[test]
        fn it_is_the_histogram_of_the_same_times(
            times in prop::collection::vec((prop_oneof![0_u64..5_000, 0_u64..3_600_000_000], 1_u64..1 << 40), 1..80)
        ) {
            let mut sparse = Sparse::default();
            let mut histogram = Histogram::<u64>::new(3).unwrap();
            for (micros, records) in times {
                sparse.record(micros, records);
                histogram.record_n(micros, records).unwrap();
            }
            prop_assert_eq!(sparse.records(), histogram.len());
            let read: Histogram<u64> = Deserializer::new().deserialize(&mut sparse.to_bytes().as_slice()).unwrap();
            for same in [read, sparse.to_histogram().unwrap()] {
                prop_assert_eq!(recorded(&same), recorded(&histogram));
                for share in [0.0, 0.25, 0.5, 0.99, 0.999, 1.0] {
                    prop_assert_eq!(same.value_at_quantile(share), histogram.value_at_quantile(share));
                }
                prop_assert_eq!(same.max(), histogram.max());
            }
            for share in [0.0, 0.25, 0.5, 0.99, 0.999, 1.0] {
                prop_assert_eq!(sparse.value_at_quantile(share), Some(histogram.value_at_quantile(share)));
            }
            prop_assert_eq!(sparse.max(), Some(histogram.max()));
            let mut bytes = Vec::new();
            V2Serializer::new().serialize(&histogram, &mut bytes).unwrap();
            for bytes in [bytes, sparse.to_bytes()] {
                let mut told = Sparse::default();
                super::read(&bytes, |value, records| told.record(value, records)).unwrap();
                prop_assert_eq!(&told.0, &sparse.0);
                for cut in 1..bytes.len().min(HEADER + 1) {
                    prop_assert!(super::read(&bytes[..cut], |_, _| ()).is_err());
                }
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(counts in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = Sparse(vec![(1, 1)]).to_bytes();
            bytes.truncate(HEADER);
            bytes[4..8].copy_from_slice(&u32::try_from(counts.len()).unwrap().to_be_bytes());
            bytes.extend(counts);
            let mut values = 0;
            read(&bytes, |_, _| values += 1).ok();
            prop_assert!(values <= bytes.len());
        }
    }
}

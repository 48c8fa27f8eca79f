//! RFC 3339 timestamps in UTC with nine digits of fraction: `2026-11-23T23:52:03.123456789Z`. Read are those of any form.

use std::num::NonZeroU64;

use chrono::DateTime;

use crate::json::decimal;

/// How long a timestamp is.
pub(crate) const LENGTH: usize = 30;

/// Writes timestamps; it works a date out only when the second changes.
#[derive(Debug)]
pub(crate) struct Timestamps {
    second: u64,
    /// Up to and with the point.
    text: [u8; 20],
}

impl Timestamps {
    pub(crate) fn new() -> Self {
        Self { second: 0, text: *b"1970-01-01T00:00:00." }
    }

    /// Writes unix nanoseconds into a place of [`LENGTH`]. The last character, `Z`, is there already.
    #[inline]
    pub(crate) fn put(&mut self, place: &mut [u8], unix_nanos: u64) {
        let second = unix_nanos / NANOS_A_SECOND;
        if second != self.second {
            self.turn_to(second);
        }
        place[..20].copy_from_slice(&self.text);
        decimal::put(&mut place[20..29], unix_nanos % NANOS_A_SECOND);
    }

    /// Unix nanoseconds as text.
    pub(crate) fn text(&mut self, unix_nanos: u64) -> String {
        let mut place = [b'Z'; LENGTH];
        self.put(&mut place, unix_nanos);
        String::from_utf8_lossy(&place).into_owned()
    }

    #[cold]
    fn turn_to(&mut self, second: u64) {
        let (year, month, day) = civil(second / SECONDS_A_DAY);
        let of_day = second % SECONDS_A_DAY;
        for (place, value) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, of_day / 3600),
            (14..16, of_day / 60 % 60),
            (17..19, of_day % 60),
        ] {
            decimal::put(&mut self.text[place], value);
        }
        self.second = second;
    }
}

/// Reads timestamps; it works a date out only when the second changes.
#[derive(Debug, Default)]
pub(crate) struct ReadTimestamps {
    /// Up to and with the point.
    text: [u8; 20],
    /// In nanoseconds.
    second: u64,
}

impl ReadTimestamps {
    /// Unix nanoseconds; none for what is no timestamp, or one before 1970.
    #[inline]
    pub(crate) fn read(&mut self, text: &str) -> Option<NonZeroU64> {
        match text.as_bytes().split_first_chunk() {
            Some((second, rest)) if *second == self.text => match nine_digits(rest) {
                Some(nanos) => NonZeroU64::new(self.second + nanos),
                None => self.read_any(text),
            },
            Some(_) | None => self.read_any(text),
        }
    }

    #[cold]
    fn read_any(&mut self, text: &str) -> Option<NonZeroU64> {
        let nanos = DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()?;
        let nanos = u64::try_from(nanos).ok()?;
        if let Some((second, rest)) = text.as_bytes().split_first_chunk()
            && second[19] == b'.'
            && let Some(fraction) = nine_digits(rest)
        {
            (self.text, self.second) = (*second, nanos - fraction);
        }
        NonZeroU64::new(nanos)
    }
}

/// The number that nine digits before a `Z` are.
#[inline]
fn nine_digits(rest: &[u8]) -> Option<u64> {
    let digits: &[u8; 9] = rest.strip_suffix(b"Z")?.try_into().ok()?;
    // Each digit by itself, so that none waits for the one before.
    let are_digits = digits.iter().fold(true, |so_far, digit| so_far & digit.is_ascii_digit());
    let worth = |(digit, weight): (&u8, u32)| weight * u32::from(digit.wrapping_sub(b'0'));
    are_digits.then(|| digits.iter().zip(WEIGHTS).map(worth).sum::<u32>().into())
}

/// Year, month and day of a day since 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year, and in eras of 400 years, which are all of
/// the same length.
fn civil(day_since_1970: u64) -> (u64, u64, u64) {
    let day = day_since_1970 + DAYS_FROM_0000_03_01_TO_1970;
    let (era, day_of_era) = (day / DAYS_AN_ERA, day % DAYS_AN_ERA);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Five months from March on take 153 days, and so do the next five.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_month)
}

const WEIGHTS: [u32; 9] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
const NANOS_A_SECOND: u64 = 1_000_000_000;
const SECONDS_A_DAY: u64 = 86_400;
const DAYS_AN_ERA: u64 = 146_097;
const DAYS_FROM_0000_03_01_TO_1970: u64 = 719_468;

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    fn expected(unix_nanos: u64) -> String {
        let time = DateTime::from_timestamp_nanos(i64::try_from(unix_nanos).unwrap());
        time.to_rfc3339_opts(SecondsFormat::Nanos, true)
    }

    #[test]
    fn leap_days_and_ends_of_years_are_dates() {
        let mut timestamps = Timestamps::new();
        for day in (0..292 * 365).chain([10_957, 11_016, 47_540]) {
            let nanos = day * 86_400_000_000_000 + 999_999_999;
            assert_eq!(timestamps.text(nanos), expected(nanos));
        }
    }

    #[test]
    fn what_another_program_wrote_is_read_too() {
        let mut timestamps = ReadTimestamps::default();
        let noon = 1_767_268_800_000_000_000;
        for (text, nanos) in [
            ("2026-01-01T12:00:00.000000005Z", Some(noon + 5)),
            ("2026-01-01T12:00:00.5Z", Some(noon + 500_000_000)),
            ("2026-01-01T12:00:00.999999999Z", Some(noon + 999_999_999)),
            ("2026-01-01T12:00:00Z", Some(noon)),
            ("2026-01-01T13:00:00.000000007+01:00", Some(noon + 7)),
            ("2026-01-01T12:00:01.000000000Z", Some(noon + 1_000_000_000)),
            ("2026-01-01T12:00:01.00000000xZ", None),
            ("1969-12-31T23:59:59.000000000Z", None),
            ("2026-01-01 12", None),
            ("", None),
        ] {
            assert_eq!(timestamps.read(text).map(NonZeroU64::get), nanos, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(times in prop::collection::vec(1_u64..i64::MAX as u64, 1..9)) {
            let (mut written, mut read) = (Timestamps::new(), ReadTimestamps::default());
            for time in times.iter().flat_map(|time| [*time, time ^ 1, *time]) {
                let time = time.max(1);
                let text = written.text(time);
                prop_assert_eq!(read.read(&text).map(NonZeroU64::get), Some(time));
            }
        }

        #[test]
        fn it_is_what_chrono_writes(first in 0_u64..i64::MAX as u64, second in 0_u64..i64::MAX as u64) {
            let mut timestamps = Timestamps::new();
            prop_assert_eq!(timestamps.text(first), expected(first));
            prop_assert_eq!(timestamps.text(second), expected(second));
        }
    }
}

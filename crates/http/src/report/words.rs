//! Figures as people read them: grouped digits, units that fit, a dash for what is not known.

use chrono::{DateTime, Utc};

/// What stands for a figure that there is not.
pub(super) const NONE: &str = "–";

/// `1,234,567`.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 record`, `1,234 records`.
pub(super) fn records(records: u64) -> String {
    format!("{} record{}", count(records), if records == 1 { "" } else { "s" })
}

/// A number with as many places as say something: `0.042`, `3.14`, `12.5`, `1,250`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, not negative and below 2^53"
)]
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if !size.is_finite() {
        return NONE.to_owned();
    }
    let places = match size {
        _ if size.fract() == 0.0 || size >= 100.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ => 3,
    };
    if places > 0 {
        return format!("{value:.places$}");
    }
    let sign = if value <= -0.5 { "-" } else { "" };
    format!("{sign}{}", count(size.round().min(9e15) as u64))
}

/// The same figure without zeros at the end of its places, for axes: `0.800 ms` as `0.8 ms`.
pub(super) fn trimmed(figure: &str) -> String {
    let end = figure.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
    let (number, unit) = figure.split_at(end.unwrap_or(figure.len()));
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{number}{unit}")
}

/// Milliseconds, in the unit that fits: `0.4 ms`, `12.5 ms`, `1.25 s`, `2.5 min`.
pub(super) fn time(millis: f64) -> String {
    match millis {
        _ if millis < 1_000.0 => format!("{} ms", number(millis)),
        _ if millis < 120_000.0 => format!("{} s", number(millis / 1e3)),
        _ => format!("{} min", number(millis / 60e3)),
    }
}

/// The same for a time that may not be known.
pub(super) fn some_time(millis: Option<f64>) -> String {
    millis.map_or_else(|| NONE.to_owned(), time)
}

/// Records per second.
pub(super) fn rate(per_second: f64) -> String {
    format!("{}/s", number(per_second))
}

/// Bytes, in the unit that fits: `512 B`, `61.4 MB`.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(super) fn bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if size < 1_000.0 {
            return format!("{} {unit}", number(size));
        }
        size /= 1_000.0;
    }
    format!("{} PB", number(size))
}

/// A count as a figure to draw.
#[expect(clippy::cast_precision_loss, reason = "drawn, not counted with")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

/// One part of a whole in percent; a dash for a part of nothing. What is not all never reads `100 %`.
#[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
pub(super) fn share(part: u64, whole: u64) -> String {
    match (part, whole) {
        (_, 0) => NONE.to_owned(),
        (part, whole) if part == whole => "100 %".to_owned(),
        (part, whole) => {
            let percent = part as f64 / whole as f64 * 100.0;
            let percent = if part < whole { percent.min(99.999) } else { percent };
            format!("{percent:.3} %")
        }
    }
}

/// Seconds of load: `45 s`, `12 min 30 s`, `2 h 5 min`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration, far below 2^53 s")]
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{} s", number(seconds));
    }
    let whole = seconds.round() as u64;
    let parts =
        [(whole / 86_400, "d"), (whole / 3_600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")];
    let first = parts.iter().position(|(size, _)| *size > 0).unwrap_or(3);
    let said = parts.iter().skip(first).take(2).filter(|(size, _)| *size > 0);
    said.map(|(size, unit)| format!("{size} {unit}")).collect::<Vec<_>>().join(" ")
}

/// A moment of active time on an axis or in a list: `0:45`, `12:30`, `2:05:00`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration, far below 2^53 s")]
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A date and a time of day, in UTC.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let all = [0, 999, 1_000, 300_000, 12_345_678].map(count);
        assert_eq!(all, ["0", "999", "1,000", "300,000", "12,345,678"]);
    }

    #[test]
    fn figures_keep_the_digits_that_say_something() {
        let all = [0.0, 0.042, 1.5, 12.34, 123.4, 1_250.0, -3.0, -0.2, f64::NAN].map(number);
        assert_eq!(all, ["0", "0.042", "1.50", "12.3", "123", "1,250", "-3", "-0.200", NONE]);
    }

    #[test]
    fn times_and_sizes_come_in_the_unit_that_fits() {
        assert_eq!([0.42, 12.5, 1_250.0, 150_000.0].map(time), ["0.420 ms", "12.5 ms", "1.25 s", "2.50 min"]);
        assert_eq!([12, 61_440_000, 3_000_000_000_000_000].map(bytes), ["12 B", "61.4 MB", "3 PB"]);
        assert_eq!(
            [0.5, 45.0, 600.0, 750.0, 7_500.0, 90_000.0].map(duration),
            ["0.500 s", "45 s", "10 min", "12 min 30 s", "2 h 5 min", "1 d 1 h"]
        );
        assert_eq!([0.0, 45.0, 750.0, 7_500.0].map(clock), ["0:00", "0:45", "12:30", "2:05:00"]);
    }

    #[test]
    fn an_axis_has_no_zeros_to_spare() {
        let all = ["0.800 ms", "12.50/s", "100", "1,000/s", "2.00 s", "–"].map(trimmed);
        assert_eq!(all, ["0.8 ms", "12.5/s", "100", "1,000/s", "2 s", "–"]);
    }

    #[test]
    fn what_is_not_all_never_reads_as_all() {
        assert_eq!(share(299_999_999, 300_000_000), "99.999 %");
        assert_eq!(share(300_000_000, 300_000_000), "100 %");
        assert_eq!((share(0, 10), share(0, 0)), ("0.000 %".to_owned(), NONE.to_owned()));
    }
}

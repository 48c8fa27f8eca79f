//! Numbers as people read them.

/// `1234567` as `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A rate: whole when it is large or whole, else with one decimal.
pub(crate) fn rate(rate: f64) -> String {
    let tenths = (rate * 10.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and small"
    )]
    let tenths = tenths.max(0.0) as u64;
    let (whole, rest) = (tenths / 10, tenths % 10);
    match rest {
        0 => count(whole),
        _ if whole >= 1_000 => count((tenths + 5) / 10),
        _ => format!("{}.{rest}", count(whole)),
    }
}

/// Milliseconds with the digits that matter: `0.31`, `12.4`, `1,204`; `-` for none.
pub(crate) fn millis(millis: Option<f64>) -> String {
    match millis {
        None => "-".to_owned(),
        Some(millis) if millis < 10.0 => format!("{millis:.2}"),
        Some(millis) if millis < 1_000.0 => format!("{millis:.1}"),
        Some(millis) => rate(millis.round()),
    }
}

/// `543384` as `543 kB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut rest = bytes;
    let mut power = 0;
    while rest >= 999_950 {
        rest /= 1_000;
        power += 1;
    }
    if rest < 1_000 {
        return format!("{rest} {}", UNITS[power]);
    }
    let (whole, tenth) = (rest / 1_000, rest % 1_000 / 100);
    let unit = UNITS[power + 1];
    if whole < 100 { format!("{whole}.{tenth} {unit}") } else { format!("{whole} {unit}") }
}

/// Seconds as `9.5 s`, `5 min 03 s`, `2 h 05 min`.
pub(crate) fn time(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time is positive and small"
    )]
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..120 if seconds.fract() < 0.05 => format!("{whole} s"),
        0..120 => format!("{seconds:.1} s"),
        120..7_200 if whole.is_multiple_of(60) => format!("{} min", whole / 60),
        120..7_200 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ if whole % 3_600 < 60 => format!("{} h", whole / 3_600),
        _ => format!("{} h {:02} min", whole / 3_600, whole % 3_600 / 60),
    }
}

const UNITS: [&str; 8] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn rates_have_a_decimal_where_it_says_something() {
        for (number, text) in [
            (0.0, "0"),
            (0.25, "0.3"),
            (500.0, "500"),
            (499.96, "500"),
            (12.34, "12.3"),
            (10_000.4, "10,000"),
        ] {
            assert_eq!(rate(number), text, "{number}");
        }
    }

    #[test]
    fn times_have_the_digits_that_matter() {
        assert_eq!(millis(None), "-");
        for (number, text) in [(0.311, "0.31"), (12.44, "12.4"), (1_203.6, "1,204")] {
            assert_eq!(millis(Some(number)), text);
        }
        for (seconds, text) in [
            (10.0, "10 s"),
            (9.5, "9.5 s"),
            (303.0, "5 min 03 s"),
            (3_600.0, "60 min"),
            (7_200.0, "2 h"),
            (7_500.0, "2 h 05 min"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }

    #[test]
    fn sizes_have_a_unit() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (543_384, "543 kB"),
            (999_949, "999 kB"),
            (999_950, "999 kB"),
            (61_440_000, "61.4 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }
}

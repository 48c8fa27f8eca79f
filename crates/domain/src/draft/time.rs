//! Times as people write them: seconds as a number, or a text with a unit (`250ms`, `5m`).

use std::time::Duration;

use serde_json::Value;

/// The time that a value means; none for anything else.
pub fn read_time(value: &Value) -> Option<Duration> {
    match value {
        Value::Number(number) => {
            let seconds = number.as_f64().filter(|seconds| (0.0..1e9).contains(seconds))?;
            Some(Duration::from_nanos(round(seconds * 1e9)))
        }
        Value::String(text) => {
            let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, unit) = text.split_at(unit_at);
            let factor = match unit.trim_start() {
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 60e9,
                "h" => 3_600e9,
                "d" => 86_400e9,
                _ => return None,
            };
            let number: f64 = number.parse().ok().filter(|number| (0.0..1e9).contains(number))?;
            Some(Duration::from_nanos(round(number * factor)))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and cut off at the top"
)]
fn round(nanos: f64) -> u64 {
    nanos.round() as u64
}

/// A time for people, in the largest unit that it is a whole number of.
pub(super) fn time_text(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1_000 != 0 => format!("{millis} ms"),
        millis => format!("{} s", millis / 1_000),
    }
}

/// Seconds; whole ones without a point.
pub(super) fn write_time(time: Duration) -> Value {
    if time.subsec_nanos() == 0 { Value::from(time.as_secs()) } else { Value::from(time.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_seconds_or_has_a_unit() {
        for (value, millis) in [
            (json!(0), 0),
            (json!(10), 10_000),
            (json!(0.25), 250),
            (json!("250ms"), 250),
            (json!("1.5s"), 1_500),
            (json!("5m"), 300_000),
            (json!("2 h"), 7_200_000),
            (json!("30d"), 2_592_000_000),
        ] {
            let time = read_time(&value).unwrap();
            assert_eq!(time, Duration::from_millis(millis), "{value}");
            assert_eq!(read_time(&write_time(time)), Some(time));
        }
        for value in
            [json!(-1), json!("10"), json!("ms"), json!("1.2.3s"), json!("5 parsecs"), json!(true), json!([])]
        {
            assert_eq!(read_time(&value), None, "{value}");
        }
    }
}

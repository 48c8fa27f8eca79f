//! How long a destination asks to wait: `Retry-After` (RFC 9110, 10.2.3).

use std::time::{Duration, SystemTime};

/// What the header asks for, in an answer of that status; none when it is not about overload, or says nothing that can
/// be read.
pub(crate) fn retry_after(status: u16, value: &[u8]) -> Option<Duration> {
    if !matches!(status, 429 | 503) {
        return None;
    }
    wait(std::str::from_utf8(value).ok()?.trim(), now())
}

/// Seconds, or the time until a date: none at all for one that passed.
fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let wait = if is_number {
        // More digits than fit are more than the longest wait.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a date in an answer is one of the world's clock, not of a test's"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Whoever asks for more has made a mistake, or might as well be gone.
const LONGEST: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood_and_an_hour_is_the_longest() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let seconds = |text| wait(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("0"), Some(0));
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:07 GMT"), Some(0));
        for long in ["3601", "99999999999999999999999", "Mon, 07 Nov 1994 08:49:37 GMT"] {
            assert_eq!(seconds(long), Some(3600), "{long}");
        }
        for nonsense in ["", "-1", "+1", "1.5", "soon"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn only_overload_asks_to_wait() {
        for status in [200, 301, 400, 500, 502] {
            assert_eq!(retry_after(status, b"5"), None, "{status}");
        }
        for status in [429, 503] {
            assert_eq!(retry_after(status, b" 5 "), Some(Duration::from_secs(5)), "{status}");
        }
    }
}

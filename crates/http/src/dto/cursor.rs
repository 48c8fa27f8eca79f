//! Where the next page of a listing of tests begins, as a text that clients hand back unread.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use moniflux_domain::id::TestId;
use moniflux_ports::test_store::TestCursor;

/// The cursor as text.
pub(crate) fn write(cursor: &TestCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}/{}", cursor.created_at.timestamp_micros(), cursor.id))
}

/// The cursor of that text.
///
/// # Errors
/// [`write`] gave no such text.
pub(crate) fn read(text: &str) -> Result<TestCursor, &'static str> {
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (micros, id) = plain.split_once('/')?;
        let created_at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        Some(TestCursor { created_at, id: TestId::parse(id).ok()? })
    };
    read().ok_or("is none that a Link header gave")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_anything_else_is_refused() {
        let created_at = DateTime::from_timestamp_micros(1_732_400_000_123_456).unwrap();
        let cursor = TestCursor { created_at, id: TestId::parse("a:b.c-d_e").unwrap() };
        assert_eq!(read(&write(&cursor)), Ok(cursor));
        for text in ["", "x", "MTIz", "%%%", &URL_SAFE_NO_PAD.encode("12/not a name")] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

//! The name of a request: in its answer's `x-request-id`, in the body of a problem, and in every line of its log.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use moniflux_ports::clock::Clock;
use uuid::{ContextV7, Timestamp, Uuid};

/// 1 to 128 of `A–Z a–z 0–9 . _ : -`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The name that the client gave; one of our own when it gave none that is fit for a log.
    pub(crate) fn of(headers: &HeaderMap, clock: &dyn Clock) -> Self {
        headers.get(HEADER).and_then(Self::given).unwrap_or_else(|| Self::new(clock))
    }

    /// The header that carries it.
    #[expect(clippy::expect_used, reason = "every character that it may hold, a header may hold")]
    pub(crate) fn header(&self) -> (HeaderName, HeaderValue) {
        (HEADER, HeaderValue::from_str(&self.0).expect("visible ASCII"))
    }

    fn given(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
        let is_fit = (1..=128).contains(&text.len()) && text.chars().all(fits);
        is_fit.then(|| Self(text.to_owned()))
    }

    fn new(clock: &dyn Clock) -> Self {
        let now = clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let time = Timestamp::from_unix(ContextV7::new(), seconds, now.timestamp_subsec_nanos());
        Self(Uuid::new_v7(time).to_string())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

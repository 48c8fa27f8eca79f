//! How records leave: how batches are cut, how many may be on their way, how long answers are waited for, and whether a
//! batch is sent again.
//!
//! Every bound is meant for one share of a lane. The defaults suit both a few records a second and a million.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Kind};

/// The bounds that one share of a lane keeps to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The most records in a batch: 1 to 100,000.
    pub batch_size: u32,
    /// The most bytes in a body before it is compressed; a single record may be larger: 1 to 64 MiB.
    pub max_batch_bytes: u32,
    /// The longest that a record waits, once due, for others to fill its batch: 0 to 10 s.
    pub linger: Duration,
    /// The most requests that wait for their answer: 1 to 10,000.
    pub max_in_flight: u32,
    /// The most connections, each of which carries one request at a time: 1 to 10,000.
    pub connections: u32,
    /// A connection this old is not used again, so that load balancers behind a name get their share: 1 s to a day; none
    /// for as long as it lasts.
    pub connection_max_age: Option<Duration>,
    /// The longest wait for an answer: 10 ms to 10 minutes.
    pub timeout: Duration,
    /// The longest wait for answers after the load ended; what is unanswered then counts as timed out: 0 to 10 minutes.
    pub drain: Duration,
    /// Whether a batch is sent again.
    pub retry: Retry,
}

impl Delivery {
    /// How many requests can really be on their way: one for each connection.
    pub fn requests_at_once(&self) -> u32 {
        self.max_in_flight.min(self.connections)
    }
}

impl Default for Delivery {
    /// A few requests a second at low rates, bodies of some hundred kilobytes at high ones, and a timeout as
    /// OpenTelemetry's exporters have it.
    fn default() -> Self {
        Self {
            batch_size: 1_000,
            max_batch_bytes: 512 * 1024,
            linger: Duration::from_millis(100),
            max_in_flight: 64,
            connections: 64,
            connection_max_age: None,
            timeout: Duration::from_secs(10),
            drain: Duration::from_secs(5),
            retry: Retry::default(),
        }
    }
}

/// Whether a batch without success is sent again. Off by default: what failed is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// How often a batch is sent again, at the most: 0 (never) to 20.
    pub attempts: u32,
    /// After which answers.
    pub on: BTreeSet<RetryOn>,
}

impl Retry {
    /// Whether a batch that met this answer after so many retries is sent again.
    pub fn applies(&self, answer: &Answer, retries: u32) -> bool {
        let (Answer::Rejected(kind) | Answer::Failed(kind)) = answer else { return false };
        retries < self.attempts && self.on.iter().any(|on| on.covers(*kind))
    }

    /// How long to wait before a batch is sent again, unless the destination says how long: 100 ms, doubled by each retry
    /// before, 5 s at the most.
    pub fn pause(retries: u32) -> Duration {
        Duration::from_millis(100).saturating_mul(1 << retries.min(6)).min(Duration::from_secs(5))
    }
}

/// An answer after which a batch may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RetryOn {
    /// One of [`RetryOn::STATUSES`].
    Status(u16),
    /// No connection, or one that ended before the answer.
    Connection,
}

impl RetryOn {
    /// The statuses that ask to try again later.
    pub const STATUSES: [u16; 4] = [429, 502, 503, 504];

    /// Everything after which a batch may be sent again.
    pub fn all() -> BTreeSet<Self> {
        Self::STATUSES.into_iter().map(Self::Status).chain([Self::Connection]).collect()
    }

    /// The answer of that name: `429`, `502`, `503`, `504` or `connection`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|on| String::from(*on) == name)
    }

    fn covers(self, kind: Kind) -> bool {
        match self {
            Self::Status(code) => kind == Kind::Status(code),
            Self::Connection => matches!(kind, Kind::Connect | Kind::Reset),
        }
    }
}

impl TryFrom<String> for RetryOn {
    type Error = UnknownRetry;
    fn try_from(text: String) -> Result<Self, UnknownRetry> {
        Self::from_name(&text).ok_or(UnknownRetry(text))
    }
}

impl From<RetryOn> for String {
    fn from(on: RetryOn) -> Self {
        match on {
            RetryOn::Status(code) => code.to_string(),
            RetryOn::Connection => "connection".into(),
        }
    }
}

/// A text that names no answer after which a batch may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no answer after which a batch is sent again")]
pub struct UnknownRetry(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_sent_again_as_often_as_asked_and_only_after_what_may_pass() {
        let retry = Retry { attempts: 2, on: RetryOn::all() };
        let again = [Kind::Status(429), Kind::Status(503), Kind::Connect, Kind::Reset];
        for kind in again {
            assert!(retry.applies(&Answer::Failed(kind), 1) && !retry.applies(&Answer::Failed(kind), 2));
        }
        for kind in [Kind::Status(500), Kind::Status(400), Kind::Timeout, Kind::Tls, Kind::Dns] {
            assert!(!retry.applies(&Answer::Failed(kind), 0), "{kind}");
        }
        assert!(!retry.applies(&Answer::Acked, 0) && !retry.applies(&Answer::Partial { rejected: 1 }, 0));
        assert!(!Retry::default().applies(&Answer::Failed(Kind::Connect), 0));
        let only = Retry { attempts: 9, on: BTreeSet::from([RetryOn::Status(429)]) };
        assert!(only.applies(&Answer::Rejected(Kind::Status(429)), 8));
        assert!(!only.applies(&Answer::Failed(Kind::Connect), 0));
    }

    #[test]
    fn pauses_grow_and_stay_within_five_seconds() {
        let pauses: Vec<_> = (0..9).map(|retries| Retry::pause(retries).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    }
}

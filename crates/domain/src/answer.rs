//! What a destination answered to a batch, in the classes of the ledger.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What became of one issued batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Success for every record.
    Acked,
    /// Success, but the destination says that it refused some of the records.
    Partial {
        /// How many it refused, as it counts: spans where a record is a trace, see [`Answer::of_items`]. Never counted above the
        /// batch.
        rejected: u64,
    },
    /// The destination answered and refused the batch.
    Rejected(Kind),
    /// No success: no answer, or one that says that the destination failed.
    Failed(Kind),
}

impl Answer {
    /// The answer of a destination that counts items, in records of so many items each.
    ///
    /// A record of which an item was refused is refused. Which items were is not said: those of a record are taken to be refused
    /// together, so the count is the least that can be, and exact for a destination that refuses whole traces.
    #[must_use]
    pub fn of_items(self, items_per_record: u32) -> Self {
        match self {
            Self::Partial { rejected } => {
                Self::Partial { rejected: rejected.div_ceil(u64::from(items_per_record.max(1))) }
            }
            Self::Acked | Self::Rejected(_) | Self::Failed(_) => self,
        }
    }
}

/// Why a record was rejected or failed. As text: `timeout`, `connect`, `status_500` …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Kind {
    /// No answer in time.
    Timeout,
    /// No connection: refused, unreachable.
    Connect,
    /// The connection ended before the answer.
    Reset,
    /// The name could not be resolved.
    Dns,
    /// No trust or no common protocol.
    Tls,
    /// The answer is not one of the protocol.
    Protocol,
    /// Counted as refused in the answer to a batch that was otherwise taken.
    PartialSuccess,
    /// Answered with this HTTP status.
    Status(u16),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) => write!(f, "status_{code}"),
            Self::Timeout => f.write_str("timeout"),
            Self::Connect => f.write_str("connect"),
            Self::Reset => f.write_str("reset"),
            Self::Dns => f.write_str("dns"),
            Self::Tls => f.write_str("tls"),
            Self::Protocol => f.write_str("protocol"),
            Self::PartialSuccess => f.write_str("partial_success"),
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        const PLAIN: [Kind; 7] = [
            Kind::Timeout,
            Kind::Connect,
            Kind::Reset,
            Kind::Dns,
            Kind::Tls,
            Kind::Protocol,
            Kind::PartialSuccess,
        ];
        let status = text.strip_prefix("status_").and_then(|code| code.parse().ok()).map(Self::Status);
        status
            .or_else(|| PLAIN.into_iter().find(|kind| kind.to_string() == text))
            .ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;
    fn try_from(text: String) -> Result<Self, UnknownKind> {
        text.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.to_string()
    }
}

/// A text that names no kind of failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no kind of failure")]
pub struct UnknownKind(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_from_its_text() {
        for kind in [Kind::Timeout, Kind::Protocol, Kind::PartialSuccess, Kind::Status(503)] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("status_x".parse::<Kind>().is_err());
    }

    #[test]
    fn refused_items_are_refused_records_rounded_up() {
        let refused = |rejected| Answer::Partial { rejected }.of_items(5);
        let records = |rejected| Answer::Partial { rejected };
        assert_eq!([0, 1, 5, 6].map(refused), [0, 1, 1, 2].map(records));
        assert_eq!(Answer::Partial { rejected: 7 }.of_items(1), records(7));
        assert_eq!(Answer::Acked.of_items(5), Answer::Acked);
    }
}

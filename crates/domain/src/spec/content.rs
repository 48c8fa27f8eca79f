//! What records hold besides what they must.

use serde::{Deserialize, Serialize};

/// How much chance there is in what records hold, and so how far bodies can be compressed. Lengths are the same for each.
///
/// It is about the text of logs and the values of gauges. Whatever it says, sums count, a trace's ids look random, and the rest
/// are a few names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entropy {
    /// Two messages again and again; gauges stand still. Logs of 256 bytes compress to a fifteenth or less.
    Low,
    /// Messages as services write them, each with digits of its own; gauges move slowly. Logs compress to a fifth (gzip, level 1) or an
    /// eighth (zstd, level 1).
    #[default]
    Realistic,
    /// Random characters; gauges jump. Logs compress to two thirds at best.
    High,
}

impl Entropy {
    /// Every kind, least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Realistic, Self::High];

    /// `low`, `realistic` or `high`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Realistic => "realistic",
            Self::High => "high",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entropy| entropy.as_str() == name)
    }
}

/// How many spans a trace has: 1 to 64. One is its root; a trace is one record, however many it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpansPerTrace(u32);

impl SpansPerTrace {
    /// The most spans.
    pub const MAX: u32 = 64;

    /// That many; none out of range.
    pub fn of(spans: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&spans).then_some(Self(spans))
    }

    /// How many.
    pub fn count(self) -> u32 {
        self.0
    }
}

impl Default for SpansPerTrace {
    fn default() -> Self {
        Self(1)
    }
}

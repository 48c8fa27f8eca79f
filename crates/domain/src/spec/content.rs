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

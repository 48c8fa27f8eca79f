//! How much of a body is new: what compression can make of it.

use serde::{Deserialize, Serialize};

/// How far a compressor gets with the bodies of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entropy {
    /// Few texts, again and again: the best case of a compressor.
    Low,
    /// As service logs are: recurring sentences with ids and numbers that are new in every record.
    #[default]
    Realistic,
    /// Mostly ids and tokens: a hard case.
    High,
}

impl Entropy {
    /// Every choice, least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Realistic, Self::High];

    /// As it is written in a test's `entropy`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Realistic => "realistic",
            Self::High => "high",
        }
    }

    /// The choice of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entropy| entropy.as_str() == name)
    }
}

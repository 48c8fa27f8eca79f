//! Which of the generated records are kept for people to look at.

use serde::{Deserialize, Serialize};

/// How many records of each lane are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Which of them.
    pub kept: Kept,
    /// The most of a lane in a run.
    pub max: u32,
}

/// Which records of a lane are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// So many a second, evenly over it; 0 for none.
    PerSecond(u32),
    /// Every one, until there are enough.
    All,
}

impl Capture {
    /// The most a second.
    pub const MOST_PER_SECOND: u32 = 1_000;

    /// The most of a lane.
    pub const MOST: u32 = 1_000_000;

    /// Whether nothing is kept.
    pub fn is_off(&self) -> bool {
        self.max == 0 || self.kept == Kept::PerSecond(0)
    }
}

impl Default for Capture {
    fn default() -> Self {
        Self { kept: Kept::PerSecond(10), max: 10_000 }
    }
}

//! Documents that are kept with a run under a name: what was found out about it after its load, and what users add.

use chrono::{DateTime, Utc};

/// One document of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Known by this within its run.
    pub name: String,
    /// When it was attached.
    pub at: DateTime<Utc>,
    /// The document as JSON.
    pub body: String,
}

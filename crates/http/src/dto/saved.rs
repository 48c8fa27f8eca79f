//! Documents that users keep with a run, and the run that others are compared with.

use chrono::{DateTime, Utc};
use moniflux_service::SavedDocument;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What POST /save-results takes; read by the domain.
#[derive(ToSchema)]
#[schema(as = SavedResultsFields, rename_all = "camelCase")]
#[expect(dead_code, reason = "described here, read by the domain")]
pub(crate) struct SavedResultsFields {
    /// The test.
    #[schema(rename = "testID", example = "unique-test-id-123")]
    test: String,
    /// The number of its run. Left out: the latest.
    #[schema(minimum = 1, example = 1)]
    run: Option<u32>,
    /// Known by this within its run; one of the same name is replaced. Left out: `results`.
    #[schema(max_length = 128, example = "results")]
    name: Option<String>,
    /// The document.
    #[schema(value_type = Object)]
    results: Value,
}

/// What PUT /tests/{testID}/baseline takes; read by the domain.
#[derive(ToSchema)]
#[schema(as = BaselineFields)]
#[expect(dead_code, reason = "described here, read by the domain")]
pub(crate) struct BaselineFields {
    /// The number of the run that others are to be compared with.
    #[schema(minimum = 1, example = 1)]
    run: u32,
}

/// A document that a user keeps with a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedResults)]
pub(crate) struct SavedView {
    /// Known by this within its run.
    #[schema(example = "results")]
    name: String,
    /// When it was saved.
    at: DateTime<Utc>,
    /// The document.
    #[schema(value_type = Object)]
    results: Value,
}

/// What was saved, and with which run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Saved)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedAnswer {
    /// The test.
    #[serde(rename = "testID")]
    pub(crate) test: String,
    /// The number of its run.
    pub(crate) run: u32,
    /// The document.
    #[serde(flatten)]
    pub(crate) saved: SavedView,
}

impl From<SavedDocument> for SavedView {
    fn from(SavedDocument { name, at, results }: SavedDocument) -> Self {
        Self { name, at, results }
    }
}

//! What a run says in the end, as it is answered.

use moniflux_service::results::{Conclusion, ThresholdResult};
use serde::Serialize;
use utoipa::ToSchema;

/// What a run says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conclusion)]
pub(crate) struct ConclusionView {
    /// `running`, `passed`, `failed` (a threshold did not hold, or the run could not go on) or `invalid` (the asked load was not
    /// offered).
    #[schema(example = "passed")]
    result: &'static str,
    /// Why, in words.
    #[schema(example = "every threshold held")]
    reason: String,
}

/// A threshold, and what was measured.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Threshold)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ThresholdView {
    /// The condition, as it was written.
    #[schema(example = "missed == 0")]
    threshold: String,
    /// Whether it holds; in a run that goes on, what cannot be measured yet holds.
    ok: bool,
    /// What was measured, in the figure's unit; null when there was nothing to measure.
    value: Option<f64>,
    /// The same, as people read it.
    #[schema(example = "0")]
    shown: String,
    /// Whether the run is given up over it.
    abort_on_fail: bool,
}

impl From<Conclusion> for ConclusionView {
    fn from(Conclusion { result, reason }: Conclusion) -> Self {
        Self { result: result.as_str(), reason }
    }
}

impl From<ThresholdResult> for ThresholdView {
    fn from(result: ThresholdResult) -> Self {
        let ThresholdResult { threshold, ok, value, shown, abort_on_fail } = result;
        Self { threshold, ok, value, shown, abort_on_fail }
    }
}

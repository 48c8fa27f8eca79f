//! Two runs side by side, as they are answered.

use chrono::{DateTime, Utc};
use moniflux_domain::signal::Signal;
use moniflux_service::Comparison;
use moniflux_service::compare::FigureComparison;
use moniflux_service::results::Results;
use serde::Serialize;
use utoipa::ToSchema;

use super::conclusion::ConclusionView;

/// Two runs side by side.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comparison)]
pub(crate) struct ComparisonView {
    /// Both runs, in the order in which they were named; a baseline is the first.
    runs: Vec<ComparedView>,
    /// Every figure of both, lane by lane.
    figures: Vec<FigureView>,
}

/// A run that is compared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedRun)]
#[serde(rename_all = "camelCase")]
struct ComparedView {
    /// The test.
    #[serde(rename = "testID")]
    test: String,
    /// The run.
    #[serde(rename = "runID")]
    run_id: String,
    /// The how-many-eth run of its test, from 1.
    run: u32,
    /// `Running`, `Paused`, `Completed`, `Cancelled` or `Failed`.
    status: String,
    /// When it began.
    started_at: DateTime<Utc>,
    /// Seconds under load.
    active_seconds: f64,
    /// What it says, and why.
    conclusion: ConclusionView,
}

/// One figure of two runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedFigure)]
struct FigureView {
    /// `logs`, `metrics` or `traces`; null for the whole run.
    lane: Option<&'static str>,
    /// Its name, as in results.
    #[schema(example = "responseTime.p99")]
    figure: &'static str,
    /// In what it is measured: `ms`, `records`, `records/s`, `requests`, `bytes` or `share`.
    #[schema(example = "ms")]
    unit: &'static str,
    /// Of the first run; null when it measured nothing.
    a: Option<f64>,
    /// Of the second.
    b: Option<f64>,
    /// The second's less the first's.
    difference: Option<f64>,
    /// The difference as a part of the first's; null when that is 0.
    change: Option<f64>,
    /// Whether the difference is more than chance would make.
    matters: bool,
    /// What it means for the second run: `same`, `better`, `worse`, or `different`: something else was asked for.
    #[schema(example = "worse")]
    direction: &'static str,
    /// Why it matters, or why not, in words.
    reason: String,
}

impl From<Comparison> for ComparisonView {
    fn from(comparison: Comparison) -> Self {
        Self {
            runs: comparison.runs.into_iter().map(ComparedView::from).collect(),
            figures: comparison.figures.into_iter().map(FigureView::from).collect(),
        }
    }
}

impl From<Results> for ComparedView {
    fn from(results: Results) -> Self {
        Self {
            test: results.test.to_string(),
            run_id: results.run_id.to_string(),
            run: results.run.0,
            status: results.status,
            started_at: results.started_at,
            active_seconds: results.active_seconds,
            conclusion: results.conclusion.into(),
        }
    }
}

impl From<FigureComparison> for FigureView {
    fn from(figure: FigureComparison) -> Self {
        Self {
            lane: figure.lane.map(Signal::as_str),
            figure: figure.figure,
            unit: figure.unit,
            a: figure.a,
            b: figure.b,
            difference: figure.difference,
            change: figure.change,
            matters: figure.matters,
            direction: figure.direction.as_str(),
            reason: figure.reason,
        }
    }
}

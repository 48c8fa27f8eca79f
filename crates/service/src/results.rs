//! Results: the summary of a run, while it goes on and afterwards.

mod capacity;
mod conclusion;
mod delivery;
pub(crate) mod figures;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use moniflux_domain::answer::Kind;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::Run;
use moniflux_domain::signal::Signal;
use moniflux_domain::threshold::Threshold;
use moniflux_domain::verdict::{Evidence, Verdict};
use moniflux_domain::verify::Verification;
use moniflux_engine::latency::{Times, UnreadableDistribution};
use serde::Serialize;

use crate::error::UseCaseError;
use crate::saved::SavedDocument;
use crate::service::Service;

pub use self::capacity::{CapacityResults, StepLaneResults, StepResults};
pub use self::conclusion::{Conclusion, RunResult, ThresholdResult};
pub use self::delivery::DeliveryResults;
pub use self::figures::RunFigures;
use self::figures::{LaneFigures, float, per_second};

impl Service {
    /// The summary of one run of a test; of the latest for no number.
    ///
    /// # Errors
    /// There is no such test, or no such run.
    pub async fn results(&self, id: &TestId, number: Option<RunNumber>) -> Result<Results, UseCaseError> {
        let test = self.stored(id).await?;
        let run = self.run_of(&test, number).await?;
        let is_current = test.run.is_some_and(|current| current.id == run.id);
        let status = if is_current && test.status.has_run() { test.status } else { Status::Running };
        let delivery = self.delivery_of(&run).await?;
        let attachments = self.saved_with(run.id).await?;
        Ok(Results { attachments, ..Results::verified(&run, status, delivery)? })
    }
}

/// What became of a run's records. Times are milliseconds, sizes bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// The test.
    #[serde(rename = "testID")]
    pub test: TestId,
    /// The run.
    #[serde(rename = "runID")]
    pub run_id: RunId,
    /// The how-many-eth run.
    pub run: RunNumber,
    /// How it ended, or what it does.
    pub status: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Seconds under load.
    pub active_seconds: f64,
    /// Whether it is to be trusted.
    pub verdict: Verdict,
    /// What the verdict says of the generator.
    pub generator: GeneratorResults,
    /// Passed, failed or invalid, and why.
    pub conclusion: Conclusion,
    /// Each threshold, in the order they were given.
    pub thresholds: Vec<ThresholdResult>,
    /// Each signal that was on.
    pub lanes: BTreeMap<Signal, LaneResults>,
    /// What the sink says; null for a run that names none.
    pub delivery: Option<DeliveryResults>,
    /// Documents that users keep with the run, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<SavedDocument>,
    /// What a search for the capacity found; left out for a run that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityResults>,
}

/// How the generator itself did. Counts are of records.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratorResults {
    /// The share of its busiest thread's time that was left in the busiest second, 0 to 1.
    pub headroom: f64,
    /// Left later than tolerated although the destination did not hold them back.
    pub late: u64,
    /// Never left although the destination did not hold them back.
    pub dropped: u64,
}

impl GeneratorResults {
    fn of(evidence: &Evidence) -> Self {
        Self { headroom: evidence.headroom(), late: evidence.late, dropped: evidence.dropped }
    }
}

/// What became of one signal's records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneResults {
    /// Asked for by the schedule.
    pub due: u64,
    /// Left.
    pub issued: u64,
    /// Answered with success.
    pub acked: u64,
    /// Answered and refused.
    pub rejected: u64,
    /// Without success.
    pub failed: u64,
    /// Due and never issued.
    pub missed: u64,
    /// Reserved by a replica that died before it reported.
    pub in_doubt: u64,
    /// Left and not yet answered; zero once the run is over.
    pub in_flight: u64,
    /// Due and not yet issued; zero once the run is over.
    pub waiting: u64,
    /// Failed records by kind.
    pub failures: BTreeMap<Kind, u64>,
    /// Rejected records by kind.
    pub rejections: BTreeMap<Kind, u64>,
    /// Requests made, retries included.
    pub requests: u64,
    /// Requests that repeated another.
    pub retries: u64,
    /// Bytes of the bodies before compression, each batch once.
    pub bytes: u64,
    /// Bytes of the bodies as they left, retries included.
    pub wire_bytes: u64,
    /// Bytes before compression for each byte that left; null before the first answer, and 1 without compression and
    /// retries.
    pub compression_ratio: Option<f64>,
    /// Records per second.
    pub rate: RateResults,
    /// Due time to issue.
    pub lateness: Lateness,
    /// Due time to answer.
    pub response_time: Percentiles,
    /// Issue to answer.
    pub service_time: Percentiles,
}

/// Records per second of active time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateResults {
    /// Due.
    pub asked: f64,
    /// Issued while the load went on; what left later is no part of it.
    pub achieved: f64,
}

/// How late records were issued; null without records.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lateness {
    /// Half of the records stayed within this.
    pub p50: Option<f64>,
    /// 99 in 100 stayed within this.
    pub p99: Option<f64>,
    /// The latest.
    pub max: Option<f64>,
}

/// How long answers took; null without answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    /// 50 in 100 stayed within this.
    pub p50: Option<f64>,
    /// 90 in 100.
    pub p90: Option<f64>,
    /// 95 in 100.
    pub p95: Option<f64>,
    /// 99 in 100.
    pub p99: Option<f64>,
    /// 999 in 1,000.
    pub p999: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
}

impl Results {
    /// The summary of a run; `status` is what it does as long as it has not ended.
    ///
    /// # Errors
    /// The run's distributions cannot be read.
    pub fn of(run: &Run, status: Status) -> Result<Self, UnreadableDistribution> {
        Self::verified(run, status, None)
    }

    /// The same, with what its sink said.
    ///
    /// # Errors
    /// The run's distributions cannot be read.
    pub fn verified(
        run: &Run,
        status: Status,
        delivery: Option<Verification>,
    ) -> Result<Self, UnreadableDistribution> {
        let (checkpoint, run_end) = (run.checkpoint(), run.end());
        let evidence = checkpoint.evidence();
        let figures = RunFigures { delivery, ..RunFigures::of(&checkpoint)? };
        let is_counting = !figures.delivery.as_ref().is_some_and(|delivery| delivery.settled);
        let waits_for = |threshold: &Threshold| is_counting && threshold.figure.is_of_the_sink();
        let active = figures.active;
        let lanes = figures.lanes.iter().map(|(signal, lane)| (*signal, LaneResults::of(lane, active)));
        let is_over = |threshold: &Threshold| run_end.is_some() && !waits_for(threshold);
        let thresholds = ThresholdResult::of(&run.spec.thresholds, &figures, is_over);
        let waits = run.spec.thresholds.iter().any(waits_for);
        Ok(Self {
            test: run.test.clone(),
            run_id: run.id,
            run: run.number,
            status: run_end.as_ref().map_or(status.as_str(), |end| end.outcome.as_str()).to_owned(),
            started_at: run.started_at,
            ended_at: run_end.as_ref().map(|end| end.at),
            reason: run_end.as_ref().and_then(|end| end.reason.clone()),
            active_seconds: active.as_duration().as_secs_f64(),
            verdict: checkpoint.verdict(),
            generator: GeneratorResults::of(&evidence),
            conclusion: Conclusion::of(run, &evidence, &thresholds, waits),
            thresholds,
            lanes: lanes.collect(),
            delivery: figures.delivery.as_ref().map(DeliveryResults::from),
            attachments: Vec::new(),
            capacity: checkpoint.search.as_ref().map(|search| CapacityResults::of(search, run_end.is_some())),
        })
    }
}

impl LaneResults {
    fn of(lane: &LaneFigures, active: ActiveTime) -> Self {
        let LaneFigures { tally, times, .. } = lane;
        Self {
            due: tally.due(),
            issued: tally.issued(),
            acked: tally.acked(),
            rejected: tally.rejected(),
            failed: tally.failed(),
            missed: tally.missed(),
            in_doubt: tally.in_doubt(),
            in_flight: tally.in_flight(),
            waiting: tally.waiting(),
            failures: tally.failures().clone(),
            rejections: tally.rejections().clone(),
            requests: tally.requests(),
            retries: tally.retries(),
            bytes: tally.bytes(),
            wire_bytes: tally.wire_bytes(),
            compression_ratio: ratio(tally.bytes(), tally.wire_bytes()),
            rate: RateResults {
                asked: per_second(tally.due(), active),
                achieved: per_second(lane.in_time(), active),
            },
            lateness: Lateness::of(&times.lateness),
            response_time: Percentiles::of(&times.response),
            service_time: Percentiles::of(&times.service),
        }
    }
}

impl Lateness {
    pub(crate) fn of(times: &Times) -> Self {
        let (p50, p99) = (times.quantile_millis(0.5), times.quantile_millis(0.99));
        Self { p50, p99, max: times.max_millis() }
    }
}

impl Percentiles {
    pub(crate) fn of(times: &Times) -> Self {
        Self {
            p50: times.quantile_millis(0.5),
            p90: times.quantile_millis(0.9),
            p95: times.quantile_millis(0.95),
            p99: times.quantile_millis(0.99),
            p999: times.quantile_millis(0.999),
            max: times.max_millis(),
        }
    }
}

fn ratio(bytes: u64, wire_bytes: u64) -> Option<f64> {
    (wire_bytes > 0).then(|| float(bytes) / float(wire_bytes))
}

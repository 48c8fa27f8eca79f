//! What a run says in the end: passed, failed or invalid, and why, in words.

use moniflux_domain::profile::Extent;
use moniflux_domain::run::{Outcome, Run, RunEnd};
use moniflux_domain::threshold::{Figures, Threshold};
use moniflux_domain::verdict::{Evidence, Verdict};
use serde::Serialize;

/// What a run says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conclusion {
    /// In one word.
    pub result: RunResult,
    /// Why, in words.
    pub reason: String,
}

/// What a run says, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunResult {
    /// It goes on.
    Running,
    /// Everything that was asked for held.
    Passed,
    /// A threshold did not hold, or the run could not go on.
    Failed,
    /// The asked load was not offered, so its figures say little.
    Invalid,
}

impl RunResult {
    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
        }
    }
}

/// A threshold, and what was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThresholdResult {
    /// The condition, as it was written.
    pub threshold: String,
    /// Whether it holds; in a run that goes on, what cannot be measured yet holds.
    pub ok: bool,
    /// What was measured, in the figure's unit; null when there was nothing to measure.
    pub value: Option<f64>,
    /// The same, as people read it.
    pub shown: String,
    /// Whether the run is given up over it.
    pub abort_on_fail: bool,
}

impl ThresholdResult {
    /// Judges every threshold; what cannot be measured does not hold when for this one the run is `over`.
    pub(super) fn of(
        thresholds: &[Threshold],
        figures: &impl Figures,
        over: impl Fn(&Threshold) -> bool,
    ) -> Vec<Self> {
        let judge = |threshold: &Threshold| {
            let judged = threshold.judge(figures);
            let unit = threshold.figure.unit();
            Self {
                threshold: threshold.to_string(),
                ok: judged.map_or(!over(threshold), |(_, holds)| holds),
                value: judged.map(|(value, _)| value),
                shown: judged.map_or_else(|| "not measured".to_owned(), |(value, _)| unit.show(value)),
                abort_on_fail: threshold.abort.is_some(),
            }
        };
        thresholds.iter().map(judge).collect()
    }
}

impl Conclusion {
    /// What a run with these figures says; `waits` when a threshold needs what its sink has not told for good.
    pub(super) fn of(run: &Run, evidence: &Evidence, thresholds: &[ThresholdResult], waits: bool) -> Self {
        let broken: Vec<_> = thresholds.iter().filter(|threshold| !threshold.ok).collect();
        let broken_in_words = || {
            let words =
                broken.iter().map(|broken| format!("{} did not hold: {}", broken.threshold, broken.shown));
            words.collect::<Vec<_>>().join("; ")
        };
        let say = |result, reason: String| Self { result, reason };
        let Some(end) = run.end() else {
            let reason = match broken.len() {
                0 if thresholds.is_empty() => "it goes on".to_owned(),
                0 => "every threshold holds so far".to_owned(),
                _ => broken_in_words().replace("did not hold", "does not hold"),
            };
            return say(RunResult::Running, reason);
        };
        match evidence.verdict() {
            _ if end.outcome == Outcome::Failed => say(RunResult::Failed, failure(end)),
            Verdict::GeneratorLimited => say(RunResult::Invalid, generator(evidence)),
            _ if waits => say(RunResult::Running, STILL_COUNTING.to_owned()),
            _ if !broken.is_empty() => say(RunResult::Failed, broken_in_words()),
            Verdict::DestinationLimited => say(RunResult::Invalid, destination(evidence)),
            Verdict::Valid if end.outcome == Outcome::Cancelled && run.spec.extent != Extent::Open => {
                say(RunResult::Invalid, "it was cancelled before the load had ended".to_owned())
            }
            Verdict::Valid if thresholds.is_empty() => {
                say(RunResult::Passed, "the load was offered as asked; no threshold was given".to_owned())
            }
            Verdict::Valid => say(RunResult::Passed, "every threshold held".to_owned()),
        }
    }
}

const STILL_COUNTING: &str = "the load has ended; the sink is still asked what arrived";

fn failure(end: RunEnd) -> String {
    end.reason.unwrap_or_else(|| "the run could not go on".to_owned())
}

fn generator(evidence: &Evidence) -> String {
    format!(
        "the generator fell behind: {} records left late and {} never, so the figures say nothing of the destination",
        evidence.late, evidence.dropped
    )
}

fn destination(evidence: &Evidence) -> String {
    format!(
        "the destination was too slow for the asked load: {} records were held back until it answered others",
        evidence.held
    )
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use moniflux_domain::draft::Draft;
    use moniflux_domain::id::{RunId, RunNumber, TestId};
    use moniflux_domain::run::RunShare;
    use moniflux_domain::signal::Share;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn run(end: Option<Outcome>) -> Run {
        let body = json!({"logRate": 9, "duration": 9, "destination": {"endpoint": "http://h"}});
        let spec = Draft::read(&body).unwrap().into_spec().unwrap();
        let at = DateTime::UNIX_EPOCH;
        let reason = (end == Some(Outcome::Failed)).then(|| "no route".to_owned());
        let mut share = RunShare::start(&spec, Share::WHOLE);
        share.end = end.map(|outcome| RunEnd { outcome, at, reason });
        let (id, test) = (RunId(Uuid::nil()), TestId::parse("t").unwrap());
        Run { id, test, number: RunNumber::FIRST, spec, started_at: at, shares: vec![share] }
    }

    fn concluded(end: Option<Outcome>, evidence: Evidence, oks: &[bool]) -> (RunResult, String) {
        let threshold = |ok: &bool| ThresholdResult {
            threshold: "missed == 0".to_owned(),
            ok: *ok,
            value: Some(3.0),
            shown: "3".to_owned(),
            abort_on_fail: false,
        };
        let thresholds: Vec<_> = oks.iter().map(threshold).collect();
        let Conclusion { result, reason } = Conclusion::of(&run(end), &evidence, &thresholds, false);
        (result, reason)
    }

    #[test]
    fn what_a_run_says_depends_on_its_end_its_verdict_and_its_thresholds() {
        use Outcome::{Cancelled, Completed, Failed};
        use RunResult::{Invalid, Passed, Running};
        let valid = Evidence { issued: 100, ..Evidence::default() };
        let late = Evidence { late: 50, ..valid };
        let held = Evidence { held: 50, ..valid };
        let result = |end, evidence, oks: &[bool]| concluded(end, evidence, oks).0;
        assert_eq!(result(None, late, &[false]), Running);
        assert_eq!(result(Some(Completed), valid, &[]), Passed);
        assert_eq!(result(Some(Completed), valid, &[true, true]), Passed);
        assert_eq!(result(Some(Completed), valid, &[true, false]), RunResult::Failed);
        assert_eq!(result(Some(Completed), late, &[false]), Invalid, "nothing is known of the destination");
        assert_eq!(result(Some(Completed), held, &[true]), Invalid);
        assert_eq!(result(Some(Completed), held, &[false]), RunResult::Failed);
        assert_eq!(result(Some(Cancelled), valid, &[true]), Invalid);
        assert_eq!(concluded(Some(Failed), late, &[true]), (RunResult::Failed, "no route".to_owned()));
        let (_, reason) = concluded(Some(Completed), valid, &[true, false]);
        assert_eq!(reason, "missed == 0 did not hold: 3");
    }
}

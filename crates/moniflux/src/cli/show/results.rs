//! The results of a run, as `GET /tests/{testID}/results` answers them.
//!
//! Read with types of its own, and leniently: a service of another version may say more, or less.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::exit::Exit;

/// What became of a run's records. Times are milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RunResults {
    #[serde(rename = "testID")]
    pub(crate) test: String,
    #[serde(rename = "runID")]
    pub(crate) run_id: String,
    pub(crate) run: u32,
    pub(crate) status: String,
    pub(crate) started_at: Option<String>,
    pub(crate) ended_at: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) active_seconds: f64,
    pub(crate) verdict: String,
    pub(crate) generator: Generator,
    pub(crate) lanes: BTreeMap<String, Lane>,
    pub(crate) conclusion: Option<Conclusion>,
    pub(crate) thresholds: Vec<Threshold>,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) capacity: Option<Capacity>,
}

/// What the verdict says of the generator.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Generator {
    pub(crate) headroom: f64,
    pub(crate) late: u64,
    pub(crate) dropped: u64,
}

/// What became of one signal's records.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Lane {
    pub(crate) due: u64,
    pub(crate) issued: u64,
    pub(crate) acked: u64,
    pub(crate) rejected: u64,
    pub(crate) failed: u64,
    pub(crate) missed: u64,
    pub(crate) in_doubt: u64,
    pub(crate) in_flight: u64,
    pub(crate) waiting: u64,
    pub(crate) failures: BTreeMap<String, u64>,
    pub(crate) rejections: BTreeMap<String, u64>,
    pub(crate) requests: u64,
    pub(crate) retries: u64,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: u64,
    pub(crate) rate: Rate,
    pub(crate) lateness: Times,
    pub(crate) response_time: Times,
    pub(crate) service_time: Times,
}

/// Records per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Rate {
    pub(crate) asked: f64,
    pub(crate) achieved: f64,
}

/// Percentiles; none without records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Times {
    pub(crate) p50: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) p999: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// How the run is judged.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Conclusion {
    /// `running`, `passed`, `failed` or `invalid`.
    pub(crate) result: String,
    pub(crate) reason: String,
}

/// One threshold, and whether it holds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Threshold {
    #[serde(rename = "threshold")]
    pub(crate) condition: String,
    /// None while there is nothing to measure.
    pub(crate) ok: Option<bool>,
    /// In the figure's unit; none when there was nothing to measure.
    pub(crate) value: Option<f64>,
    pub(crate) shown: Option<String>,
}

/// What the sink says of it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Delivery {
    pub(crate) sink: String,
    pub(crate) settled: bool,
    pub(crate) fault: Option<String>,
    /// Acked and never seen at the sink; none when the sink could not be asked.
    pub(crate) lost: Option<u64>,
    pub(crate) lanes: BTreeMap<String, Arrived>,
}

/// What arrived of one signal.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Arrived {
    pub(crate) received: u64,
    pub(crate) unique: u64,
    pub(crate) duplicates: u64,
    pub(crate) reordered: u64,
    /// At least so many.
    pub(crate) lost: u64,
    /// And at most so many.
    pub(crate) lost_at_most: u64,
    pub(crate) lost_at_tail: u64,
    pub(crate) end_to_end: Option<Times>,
}

/// What a search for the capacity found.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Capacity {
    pub(crate) found: bool,
    pub(crate) rates: BTreeMap<String, u64>,
    /// `destination`, `generator` or `max`.
    pub(crate) limit: Option<String>,
    pub(crate) reason: String,
    pub(crate) steps: Vec<Step>,
}

/// One step of a search.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    pub(crate) held: bool,
    pub(crate) reason: String,
    pub(crate) lanes: BTreeMap<String, StepLane>,
    pub(crate) p99: Option<f64>,
}

/// One signal in a step.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct StepLane {
    pub(crate) rate: u64,
}

impl RunResults {
    /// Reads an answer.
    ///
    /// # Errors
    /// A field is not of the type that it has.
    pub(crate) fn read(value: &Value) -> serde_json::Result<Self> {
        Self::deserialize(value)
    }

    /// Signals in the order in which people name them: logs, metrics, traces.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = (&str, &Lane)> {
        self.lanes.iter().map(|(signal, lane)| (signal.as_str(), lane))
    }

    /// How the process ends that ran or watched it.
    pub(crate) fn exit(&self) -> Exit {
        let broken = || self.thresholds.iter().filter(|threshold| threshold.ok == Some(false));
        let result = self.conclusion.as_ref().map_or("", |conclusion| conclusion.result.as_str());
        match (self.status.as_str(), &self.capacity, result) {
            // A run that failed by itself measured nothing, or not for long; that is no threshold's fault.
            ("Failed", ..) if broken().all(|threshold| threshold.value.is_none()) => Exit::Error,
            ("Cancelled", Some(_), _) | ("Cancelled", None, "") | (_, None, "invalid") => Exit::Error,
            // A search goes to where the destination gives in, and that is no fault of the run.
            (_, Some(capacity), _) if !capacity.found => Exit::Threshold,
            _ if result == "failed" || broken().next().is_some() => Exit::Threshold,
            _ => Exit::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exit(value: &Value) -> Exit {
        RunResults::read(value).unwrap().exit()
    }

    #[test]
    fn the_exit_says_how_the_run_is_judged() {
        let broken =
            json!([{"threshold": "a", "ok": true, "value": 0}, {"threshold": "b", "ok": false, "value": 5}]);
        let open = json!([{"threshold": "endToEnd.p99 < 1s", "ok": false, "value": null}]);
        let [passed, failed, invalid] =
            ["passed", "failed", "invalid"].map(|result| json!({"result": result}));
        for (value, expected) in [
            (json!({"status": "Completed"}), Exit::Done),
            (json!({"status": "Completed", "conclusion": passed}), Exit::Done),
            (json!({"status": "Completed", "conclusion": failed, "thresholds": broken}), Exit::Threshold),
            (json!({"status": "Completed", "conclusion": failed, "thresholds": open}), Exit::Threshold),
            (json!({"status": "Completed", "conclusion": invalid}), Exit::Error),
            (json!({"status": "Completed", "conclusion": invalid, "thresholds": broken}), Exit::Error),
            (json!({"status": "Failed", "conclusion": failed, "thresholds": broken}), Exit::Threshold),
            (json!({"status": "Failed", "conclusion": failed, "thresholds": open}), Exit::Error),
            (json!({"status": "Failed", "conclusion": failed}), Exit::Error),
            (json!({"status": "Cancelled", "conclusion": invalid}), Exit::Error),
            (json!({"status": "Cancelled"}), Exit::Error),
            (json!({"status": "Cancelled", "conclusion": passed}), Exit::Done),
            (
                json!({"status": "Cancelled", "conclusion": invalid, "capacity": {"found": false}}),
                Exit::Error,
            ),
            (json!({"status": "Completed", "conclusion": invalid, "capacity": {"found": true}}), Exit::Done),
            (
                json!({"status": "Completed", "conclusion": invalid, "capacity": {"found": false}}),
                Exit::Threshold,
            ),
        ] {
            assert_eq!(exit(&value), expected, "{value}");
        }
    }
}

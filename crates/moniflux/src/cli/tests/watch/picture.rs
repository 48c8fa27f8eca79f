//! Makes frames of what a service tells: states and points from its events, the ledger from its results.

use serde_json::Value;

use crate::cli::show::live::{Frame, LaneNow, RUNNING};
use crate::cli::show::results::{Lane, RunResults};

/// What is known of a test so far.
#[derive(Debug, Default)]
pub(super) struct Picture {
    test: Value,
    results: RunResults,
    points: u64,
}

impl Picture {
    /// Takes a test as it is now; answers its state, when that is another.
    pub(super) fn state(&mut self, test: Value) -> Option<String> {
        let before = self.status().to_owned();
        self.test = test;
        Some(self.status().to_owned()).filter(|status| *status != before)
    }

    /// Whether nothing more comes.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status(), "Completed" | "Cancelled" | "Failed")
    }

    /// How many points there were before the latest.
    pub(super) fn second(&self) -> u64 {
        self.points.saturating_sub(1)
    }

    /// Takes a point, and the results if they could be read.
    pub(super) fn point(&mut self, name: &str, point: &Value, results: Option<RunResults>) -> Frame {
        self.points += 1;
        self.results = results.unwrap_or_else(|| std::mem::take(&mut self.results));
        let active = point["t"].as_f64().unwrap_or_default();
        let ends_after = self.test["duration"].as_f64();
        let shares = self.test["count"].as_f64().map(|records| {
            let due = self.results.lanes.values().map(|lane| lane.due).min().unwrap_or(0);
            part(due, records)
        });
        let nothing = Lane::default();
        let lanes =
            point["lanes"].as_object().into_iter().flatten().map(|(signal, latest)| {
                lane(signal, latest, self.results.lanes.get(signal).unwrap_or(&nothing))
            });
        Frame {
            test: name.to_owned(),
            doing: if self.status().is_empty() { RUNNING.to_owned() } else { self.status().to_owned() },
            active,
            progress: shares.or_else(|| ends_after.map(|end| if end > 0.0 { active / end } else { 1.0 })),
            ends_after,
            lanes: lanes.collect(),
            thresholds: self.results.thresholds.clone(),
        }
    }

    fn status(&self) -> &str {
        self.test["status"].as_str().unwrap_or_default()
    }
}

/// One lane: its latest second of the point, its ledger of the results.
fn lane(signal: &str, latest: &Value, so_far: &Lane) -> LaneNow {
    let number = |path: [&str; 2]| latest[path[0]][path[1]].as_f64();
    LaneNow {
        signal: signal.to_owned(),
        asked: number(["rate", "asked"]).unwrap_or_default(),
        achieved: number(["rate", "achieved"]).unwrap_or_default(),
        p50: number(["responseTime", "p50"]),
        p99: number(["responseTime", "p99"]),
        due: so_far.due,
        acked: so_far.acked,
        refused: so_far.rejected + so_far.failed,
        missed: so_far.missed,
        open: so_far.waiting + so_far.in_flight,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a part is shown, not counted with")]
fn part(of: u64, whole: f64) -> f64 {
    if whole > 0.0 { of as f64 / whole } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_frame_has_the_second_of_the_point_and_the_ledger_of_the_results() {
        let mut picture = Picture::default();
        assert_eq!(picture.state(json!({"status": "Running", "duration": 20})), Some("Running".to_owned()));
        assert_eq!(picture.state(json!({"status": "Running", "duration": 20})), None);
        let point = json!({"t": 5.0, "lanes": {"logs": {
            "rate": {"asked": 100.0, "achieved": 99.0}, "responseTime": {"p50": 1.0, "p99": null}}}});
        let results = json!({"lanes": {"logs": {"due": 500, "acked": 450, "failed": 10, "inFlight": 30, "waiting": 10}},
            "thresholds": [{"threshold": "missed == 0", "ok": true}]});
        let results = RunResults::read(&results).unwrap();
        let frame = picture.point("t", &point, Some(results));
        assert_eq!((frame.active, frame.progress, frame.ends_after), (5.0, Some(0.25), Some(20.0)));
        let lane = &frame.lanes[0];
        assert_eq!((lane.asked, lane.achieved, lane.p50, lane.p99), (100.0, 99.0, Some(1.0), None));
        assert_eq!((lane.due, lane.acked, lane.refused, lane.open), (500, 450, 10, 40));
        let without_results = picture.point("t", &point, None);
        assert_eq!((without_results.lanes[0].due, without_results.thresholds.len()), (500, 1));
        assert!(!picture.is_over() && picture.second() == 1);
        picture.state(json!({"status": "Failed"}));
        assert!(picture.is_over());
    }
}

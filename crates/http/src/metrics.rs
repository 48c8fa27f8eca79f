//! Metrics in the text format of Prometheus: of the requests served, and of the runs that this replica drives.
//!
//! Every label has few values: routes are patterns, methods and classes are lists, and a run's series are there only
//! while it is driven here.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use moniflux_domain::tally::Tally;
use moniflux_service::LiveRun;
use prometheus::{Error, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

/// What is counted while the process lives.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    readers: IntGauge,
}

/// Someone who reads events; counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Reader(IntGauge);

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// One request was answered.
    pub(crate) fn note_request(
        &self,
        method: &Method,
        route: Option<&str>,
        status: StatusCode,
        took: Duration,
    ) {
        let (method, route) = (method_label(method), route.unwrap_or("unmatched"));
        self.requests.with_label_values(&[method, route, status.as_str()]).inc();
        self.durations.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    /// Counts one who reads events.
    pub(crate) fn reader(&self) -> Reader {
        self.readers.inc();
        Reader(self.readers.clone())
    }

    /// Everything, as text; the runs as they are now.
    ///
    /// # Errors
    /// The text cannot be made, which nothing in here leads to.
    pub(crate) fn text(&self, live: &[LiveRun]) -> Result<String, Error> {
        let registry = Registry::new();
        registry.register(Box::new(self.requests.clone()))?;
        registry.register(Box::new(self.durations.clone()))?;
        registry.register(Box::new(self.readers.clone()))?;
        register_runs(&registry, live)?;
        TextEncoder::new().encode_to_string(&registry.gather())
    }
}

impl Default for Metrics {
    #[expect(
        clippy::expect_used,
        reason = "names and labels are constants that Prometheus allows; a test makes them"
    )]
    fn default() -> Self {
        let requests = counters(
            "moniflux_http_requests_total",
            "HTTP requests answered.",
            &["method", "route", "status"],
        );
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "moniflux_http_request_duration_seconds",
                "Time from a request to its answer.",
            )
            .buckets(vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            ]),
            &["method", "route"],
        );
        let readers = IntGauge::new("moniflux_event_readers", "Clients that follow events.");
        Self {
            requests: requests.expect("valid names"),
            durations: durations.expect("valid names"),
            readers: readers.expect("a valid name"),
        }
    }
}

fn register_runs(registry: &Registry, live: &[LiveRun]) -> Result<(), Error> {
    let lane = ["test_id", "run", "signal"];
    let running = IntGauge::new("moniflux_running_runs", "Runs that this replica drives.")?;
    let records = counters(
        "moniflux_run_records_total",
        "Records of a run, by what became of them.",
        &["test_id", "run", "signal", "class"],
    )?;
    let requests = counters("moniflux_run_requests_total", "Requests that carried a run's records.", &lane)?;
    let bytes = counters("moniflux_run_sent_bytes_total", "Bytes of the bodies of a run's requests.", &lane)?;

    running.set(i64::try_from(live.len()).unwrap_or(i64::MAX));
    for run in live {
        let number = run.number.to_string();
        // A lane's shares are counted together.
        for (signal, tally) in &run.lanes {
            let lane = [run.test.as_str(), number.as_str(), signal.as_str()];
            let [test, number, signal] = lane;
            for (class, count) in classes(tally) {
                records.with_label_values(&[test, number, signal, class]).inc_by(count);
            }
            requests.with_label_values(&lane).inc_by(tally.requests());
            bytes.with_label_values(&lane).inc_by(tally.bytes());
        }
    }
    registry.register(Box::new(running))?;
    for family in [records, requests, bytes] {
        registry.register(Box::new(family))?;
    }
    Ok(())
}

fn classes(tally: &Tally) -> [(&'static str, u64); 7] {
    [
        ("due", tally.due()),
        ("issued", tally.issued()),
        ("acked", tally.acked()),
        ("rejected", tally.rejected()),
        ("failed", tally.failed()),
        ("missed", tally.missed()),
        ("in_doubt", tally.in_doubt()),
    ]
}

fn counters(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, Error> {
    IntCounterVec::new(Opts::new(name, help), labels)
}

/// A client may make up methods.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 6] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use moniflux_domain::answer::{Answer, Kind};
    use moniflux_domain::id::{RunId, RunNumber, TestId};
    use moniflux_domain::signal::Signal;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_not_by_what_a_client_makes_up() {
        let metrics = Metrics::default();
        let took = Duration::from_millis(3);
        metrics.note_request(&Method::GET, Some("/tests/{testID}"), StatusCode::OK, took);
        metrics.note_request(&Method::from_bytes(b"BREW").unwrap(), None, StatusCode::NOT_FOUND, took);
        let text = metrics.text(&[]).unwrap();
        for line in [
            "# TYPE moniflux_http_requests_total counter",
            r#"moniflux_http_requests_total{method="GET",route="/tests/{testID}",status="200"} 1"#,
            r#"moniflux_http_requests_total{method="other",route="unmatched",status="404"} 1"#,
            r#"moniflux_http_request_duration_seconds_bucket{method="GET",route="/tests/{testID}",le="0.005"} 1"#,
            "moniflux_running_runs 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn a_live_run_is_shown_by_lane_and_class_with_its_shares_together() {
        let mut tally = Tally::default();
        tally.issue(10, 100);
        tally.book(10, &Answer::Partial { rejected: 4 });
        let mut failed = Tally::default();
        failed.issue(5, 50);
        failed.book(5, &Answer::Failed(Kind::Timeout));
        let live = LiveRun {
            test: TestId::parse("t").unwrap(),
            run: RunId(Uuid::nil()),
            number: RunNumber(2),
            lanes: vec![(Signal::Logs, tally), (Signal::Logs, failed)],
        };
        let text = Metrics::default().text(&[live]).unwrap();
        let count = |class| {
            format!(r#"moniflux_run_records_total{{class="{class}",run="2",signal="logs",test_id="t"}}"#)
        };
        for (class, records) in [("issued", 15), ("acked", 6), ("rejected", 4), ("failed", 5), ("missed", 0)]
        {
            let line = format!("{} {records}", count(class));
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(
            text.contains(r#"moniflux_run_sent_bytes_total{run="2",signal="logs",test_id="t"} 150"#),
            "{text}"
        );
    }
}

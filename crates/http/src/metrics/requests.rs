//! What the server itself does: requests, and those who follow events.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use prometheus::proto::MetricFamily;
use prometheus::{HistogramVec, IntCounterVec, IntGauge};

use super::{collected, counters, histograms};

#[derive(Debug, Clone)]
pub(super) struct Requests {
    answered: IntCounterVec,
    durations: HistogramVec,
    pub(super) readers: IntGauge,
}

impl Requests {
    pub(super) fn note(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let (method, route) = (method_label(method), route.unwrap_or("unmatched"));
        self.answered.with_label_values(&[method, route, status.as_str()]).inc();
        self.durations.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    pub(super) fn families(&self) -> Vec<MetricFamily> {
        collected(&[&self.answered, &self.durations, &self.readers])
    }
}

impl Default for Requests {
    #[expect(
        clippy::expect_used,
        reason = "names and labels are constants that Prometheus allows; a test makes them"
    )]
    fn default() -> Self {
        let answered = counters(
            "moniflux_http_requests_total",
            "HTTP requests answered.",
            &["method", "route", "status"],
        );
        let durations = histograms(
            "moniflux_http_request_duration_seconds",
            "Time from a request to its answer.",
            &["method", "route"],
            &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0],
        );
        let readers = IntGauge::new("moniflux_event_readers", "Clients that follow events.");
        Self {
            answered: answered.expect("valid names"),
            durations: durations.expect("valid names"),
            readers: readers.expect("a valid name"),
        }
    }
}

/// A client may make up methods.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

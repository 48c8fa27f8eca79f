//! What the service tells of its own work.

use std::time::Duration;

use moniflux_domain::run::Outcome;
use moniflux_ports::telemetry::{StoreCall, Telemetry};
use prometheus::proto::MetricFamily;
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts};

use super::{Metrics, collected, counters, histograms};

#[derive(Debug, Clone)]
pub(super) struct Work {
    build: IntGaugeVec,
    store_calls: HistogramVec,
    store_errors: IntCounterVec,
    begun: IntCounter,
    ended: IntCounterVec,
    takeovers: IntCounter,
    losses: IntCounter,
    lateness: Histogram,
}

impl Work {
    pub(super) fn families(&self) -> Vec<MetricFamily> {
        collected(&[
            &self.build,
            &self.store_calls,
            &self.store_errors,
            &self.begun,
            &self.ended,
            &self.takeovers,
            &self.losses,
            &self.lateness,
        ])
    }
}

impl Telemetry for Metrics {
    fn store_call(&self, call: StoreCall, took: Duration, failed: bool) {
        let labels = [call.port.as_str(), call.operation];
        self.work.store_calls.with_label_values(&labels).observe(took.as_secs_f64());
        // There from the first call on: a counter that begins at one shows no increase.
        self.work.store_errors.with_label_values(&labels).inc_by(u64::from(failed));
    }

    fn run_began(&self) {
        self.work.begun.inc();
    }

    fn run_ended(&self, outcome: Outcome) {
        self.work.ended.with_label_values(&[outcome.as_str()]).inc();
    }

    fn taken_over(&self) {
        self.work.takeovers.inc();
    }

    fn lease_lost(&self) {
        self.work.losses.inc();
    }

    fn started_late(&self, late: Duration) {
        self.work.lateness.observe(late.as_secs_f64());
    }
}

impl Default for Work {
    #[expect(
        clippy::expect_used,
        reason = "names and labels are constants that Prometheus allows; a test makes them"
    )]
    fn default() -> Self {
        let build = Opts::new("moniflux_build_info", "The version that runs; always 1.");
        let build = IntGaugeVec::new(build, &["version"]).expect("valid names");
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let store = ["port", "operation"];
        let store_calls = histograms(
            "moniflux_store_call_duration_seconds",
            "Time that calls of the store took, also those that failed.",
            &store,
            &[
                0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
                5.0, 30.0,
            ],
        );
        let store_errors = counters(
            "moniflux_store_errors_total",
            "Calls of the store that failed or were given up.",
            &store,
        );
        let begun = IntCounter::new("moniflux_runs_begun_total", "Runs that this replica began.");
        let ended = counters("moniflux_runs_ended_total", "Runs that this replica ended.", &["outcome"])
            .expect("valid names");
        for outcome in [Outcome::Completed, Outcome::Cancelled, Outcome::Failed] {
            ended.with_label_values(&[outcome.as_str()]);
        }
        let takeovers = IntCounter::new(
            "moniflux_lease_takeovers_total",
            "Shares of runs that this replica went on with after another holder.",
        );
        let losses = IntCounter::new(
            "moniflux_lease_losses_total",
            "Shares of runs that this replica drove until another one took them.",
        );
        let lateness = HistogramOpts::new(
            "moniflux_schedule_lateness_seconds",
            "How long after its start time a scheduled test was started.",
        );
        let lateness =
            lateness.buckets(vec![0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0]);
        Self {
            build,
            store_calls: store_calls.expect("valid names"),
            store_errors: store_errors.expect("valid names"),
            begun: begun.expect("a valid name"),
            ended,
            takeovers: takeovers.expect("a valid name"),
            losses: losses.expect("a valid name"),
            lateness: Histogram::with_opts(lateness).expect("a valid name"),
        }
    }
}

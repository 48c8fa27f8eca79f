//! Metrics in the text format of Prometheus: of the requests served, of the service's own work, and of the runs that this
//! replica drives.
//!
//! Every label has few values: routes are patterns, methods, classes and operations are lists, and only so many runs are
//! shown by name.

mod requests;
mod runs;
mod service;
mod summary;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use moniflux_service::LiveRun;
use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{Error, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, TextEncoder};

use self::requests::Requests;
use self::runs::Runs;
use self::service::Work;

/// What is counted while the process lives. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    requests: Requests,
    work: Work,
    runs: Arc<Mutex<Runs>>,
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
        self.requests.note(method, route, status, took);
    }

    /// Counts one who reads events.
    pub(crate) fn reader(&self) -> Reader {
        self.requests.readers.inc();
        Reader(self.requests.readers.clone())
    }

    /// Everything, as text; the runs as they are now.
    ///
    /// # Errors
    /// The text cannot be made, which nothing in here leads to.
    pub(crate) fn text(&self, live: &[LiveRun]) -> Result<String, Error> {
        let mut families = self.requests.families();
        families.extend(self.work.families());
        families.extend(self.runs.lock().unwrap_or_else(PoisonError::into_inner).families(live)?);
        families.retain(|family| !family.get_metric().is_empty());
        families.sort_by(|one, other| one.name().cmp(other.name()));
        TextEncoder::new().encode_to_string(&families)
    }
}

/// What these collect, one after the other.
fn collected(collectors: &[&dyn Collector]) -> Vec<MetricFamily> {
    collectors.iter().flat_map(|collector| collector.collect()).collect()
}

fn counters(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, Error> {
    IntCounterVec::new(Opts::new(name, help), labels)
}

fn histograms(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> Result<HistogramVec, Error> {
    HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels)
}

#[cfg(test)]
mod tests;

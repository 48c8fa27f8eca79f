//! Points, samples and attachments, measured.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Grain, Point, Sample};
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::{PointRange, ResultStore, SampleQuery};

use super::Measured;

#[async_trait]
impl ResultStore for Measured<dyn ResultStore> {
    async fn append_points(&self, points: &[Point]) -> Result<(), StoreFault> {
        self.watch.call("append_points", self.store.append_points(points)).await
    }

    async fn points(&self, run: RunId, grain: Grain, range: PointRange) -> Result<Vec<Point>, StoreFault> {
        self.watch.call("points", self.store.points(run, grain, range)).await
    }

    async fn points_since(&self, at: DateTime<Utc>, limit: u32) -> Result<Vec<Point>, StoreFault> {
        self.watch.call("points_since", self.store.points_since(at, limit)).await
    }

    async fn retain(&self, keep: Duration) -> Result<(), StoreFault> {
        self.watch.call("retain", self.store.retain(keep)).await
    }

    async fn append_samples(&self, samples: &[Sample]) -> Result<(), StoreFault> {
        self.watch.call("append_samples", self.store.append_samples(samples)).await
    }

    async fn samples(&self, run: RunId, query: &SampleQuery) -> Result<Vec<Sample>, StoreFault> {
        self.watch.call("samples", self.store.samples(run, query)).await
    }

    async fn attach(&self, run: RunId, attachment: &Attachment) -> Result<(), StoreFault> {
        self.watch.call("attach", self.store.attach(run, attachment)).await
    }

    async fn attachments(&self, run: RunId) -> Result<Vec<Attachment>, StoreFault> {
        self.watch.call("attachments", self.store.attachments(run)).await
    }

    async fn attached(&self, name: &str, limit: u32) -> Result<Vec<(RunId, Attachment)>, StoreFault> {
        self.watch.call("attached", self.store.attached(name, limit)).await
    }

    async fn detach(&self, run: RunId, name: &str) -> Result<(), StoreFault> {
        self.watch.call("detach", self.store.detach(run, name)).await
    }

    async fn delete_of(&self, runs: &[RunId]) -> Result<(), StoreFault> {
        self.watch.call("delete_of", self.store.delete_of(runs)).await
    }
}

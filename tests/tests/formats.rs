//! Both wire formats, read by a decoder that is not ours.

use anyhow::{Result, ensure};
use moniflux_tests::body;
use moniflux_tests::receiver::{Read, Receiver};
use moniflux_tests::service::{Service, Store};
use moniflux_tests::time::SOON;
use serde_json::json;

#[tokio::test]
async fn the_opentelemetry_projects_own_types_read_every_otlp_record() -> Result<()> {
    let read = received_as("otlp-http").await?;
    ensure!(read.points["gauge"] > 0 && read.points["sum"] > 0, "not both sorts of points: {read:?}");
    Ok(())
}

#[tokio::test]
async fn someone_elses_json_reader_reads_every_record_of_plain_http() -> Result<()> {
    received_as("http").await.map(drop)
}

/// Sends all three signals for four seconds, and answers what was read when all is as it must be.
async fn received_as(kind: &str) -> Result<Read> {
    let service = Service::start(&Store::sqlite()?).await?;
    let receiver = Receiver::start(0).await?;
    let body = body::with(
        body::readme("formats", kind, receiver.address()),
        &json!({"logType": "warn", "logSize": 173, "duration": 4}),
    );
    service.api().post("/start-test", &body).await?.with(200)?;
    let results = service.run_over("formats", "Completed", SOON).await?;

    let read = receiver.read().await?;
    ensure!(read.faults.is_empty(), "{}", read.faults.join("\n"));
    for (signal, records) in [("logs", 2_000), ("metrics", 4_000), ("traces", 800)] {
        results.ensure_exact(signal, records)?;
        ensure!(read.records[signal] == records, "{signal}: {read:?}");
        ensure!(read.unique[signal] == records, "{signal} came twice: {read:?}");
    }
    ensure!(read.sizes.iter().eq([(&173, &2_000)]), "messages of other sizes: {:?}", read.sizes);
    ensure!(read.authorizations == ["Bearer test-api-key"], "{:?}", read.authorizations);
    Ok(read)
}

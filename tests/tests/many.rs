//! A hundred tests at once.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use moniflux_tests::body;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;

#[tokio::test]
async fn a_hundred_tests_at_once_are_each_exact_and_on_time() -> Result<()> {
    let store = Store::sqlite()?;
    let (service, sink) = tokio::try_join!(Service::start(&store), Sink::start(&[]))?;
    let tests: Vec<String> = (0..100).map(|number| format!("one-of-many-{number}")).collect();
    try_join_all(tests.iter().map(async |test| {
        service.api().post("/start-test", &body::logs(test, sink.address(), 100, 20)).await?.with(200)
    }))
    .await?;
    let listed = service.api().get("/tests?status=Running&limit=1000").await?.with(200)?;
    ensure!(listed.as_array().is_some_and(|tests| tests.len() == 100), "not all run at once");

    for test in &tests {
        let results = service.run_over(test, "Completed", Duration::from_mins(1)).await?;
        results.ensure_exact("logs", 2_000)?;
        ensure!(results.verdict == "valid", "{results:?}");
        let lateness = results.lane("logs")?.lateness;
        // The linger. Of the machine that the tests share, one batch in a hundred may have been kept waiting.
        ensure!(lateness.p99.is_some_and(|late| late <= 100.0), "{test} was late: {lateness:?}");
        sink.lane(test, &results.run_id, "logs").await?.ensure_exact(2_000)?;
    }
    Ok(())
}

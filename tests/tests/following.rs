//! What happens is told as it happens, on any replica, and again to who comes back.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body;
use moniflux_tests::events::Events;
use moniflux_tests::on_both_stores;
use moniflux_tests::service::{Service, Store};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, Stopwatch, until};
use serde_json::json;

on_both_stores!(a_follower_sees_states_at_once_and_a_point_a_second, who_comes_back_learns_what_it_missed);

async fn a_follower_sees_states_at_once_and_a_point_a_second(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let api = service.api();
    api.post("/create-test", &body::logs("seen", sink.address(), 100, 600)).await?.with(201)?;
    api.post("/create-test", &body::logs("other", sink.address(), 100, 600)).await?.with(201)?;
    let mut one = Events::follow(api, "/tests/seen/events", None).await?;
    let mut all = Events::follow(api, "/events", None).await?;
    let standing = one.next_where("state", |_| true).await?;
    ensure!(standing.data["status"] == "Pending", "{standing:?}");
    let watch = Stopwatch::start();
    for test in ["seen", "other"] {
        api.post("/start-test", &json!({"testID": test})).await?.with(200)?;
    }
    one.next_where("state", |event| event.data["status"] == "Running").await?;
    ensure!(watch.elapsed() < Duration::from_secs(2), "a state took {:?}", watch.elapsed());

    let mut due = 0;
    let mut seconds = Vec::new();
    for _ in 0..4 {
        let point = one.next_where("point", |_| true).await?;
        ensure!(point.data["testID"] == "seen" && point.data["run"] == 1, "{point:?}");
        due += point.data["lanes"]["logs"]["due"].as_u64().context("no due")?;
        seconds.push(point.data["seconds"].as_f64().context("no seconds")?);
    }
    let passed: f64 = seconds.iter().sum();
    let due = f64::from(u32::try_from(due)?);
    ensure!((due - 100.0 * passed).abs() <= 1.0, "{due} due in {passed} s: {seconds:?}");
    for test in ["seen", "other"] {
        all.next_where("point", |event| event.data["testID"] == test).await?;
    }
    api.act("/tests/seen/pause").await?.with(200)?;
    one.next_where("state", |event| event.data["status"] == "Paused").await?;
    let marked = |event: &moniflux_tests::events::Event| event.data["marks"][0]["event"] == "paused";
    one.next_where("point", marked).await?;
    api.post("/cancel-test", &json!({"testID": "seen"})).await?.with(200)?;
    one.next_where("state", |event| event.data["status"] == "Cancelled").await?;
    until("it can be deleted", SOON, async || api.delete("/tests/seen").await?.with(204)).await?;
    all.next_where("deleted", |event| event.data["testID"] == "seen").await?;
    api.get("/tests/nobody/events").await?.refused(404, "test_not_found")?;
    api.post("/cancel-test", &json!({"testID": "other"})).await?.with(200)?;

    // Followers do not keep a process from ending.
    service.terminate().await?;
    while all.next().await.is_ok_and(|event| event.is_some()) {}
    Ok(())
}

async fn who_comes_back_learns_what_it_missed(store: Store) -> Result<()> {
    let service = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    let api = service.api();
    api.post("/start-test", &body::logs("missed", sink.address(), 50, 600)).await?.with(200)?;
    let mut events = Events::follow(api, "/tests/missed/events", None).await?;
    let last = events.next_where("point", |_| true).await?;
    drop(events);
    let id = last.id.context("a point has an id")?;
    let reported = |points: usize| {
        let api = api.clone();
        async move {
            let series = api.get("/tests/missed/series").await?.with(200)?;
            ensure!(series["points"].as_array().is_some_and(|all| all.len() > points), "{series}");
            Ok(())
        }
    };
    until("some seconds pass unseen", SOON, async || reported(5).await).await?;
    for path in ["/tests/missed/events", "/events"] {
        let mut again = Events::follow(api, path, Some(&id)).await?;
        let mut t = last.data["t"].as_f64().context("no t")?;
        for _ in 0..4 {
            let point = again.next_where("point", |_| true).await?;
            let next = point.data["t"].as_f64().context("no t")?;
            ensure!(next > t && next < t + 1.6, "{path}: from {t} to {next}");
            t = next;
        }
    }
    api.post("/cancel-test", &json!({"testID": "missed"})).await?.with(200)?;
    Ok(())
}

#[tokio::test]
async fn a_run_is_followed_on_a_replica_that_does_not_drive_it() -> Result<()> {
    let store = Store::mongodb().await?;
    let holder = Service::start(&store).await?;
    let sink = Sink::start(&[]).await?;
    holder.api().post("/start-test", &body::logs("afar", sink.address(), 100, 600)).await?.with(200)?;
    let mut here = Events::follow(holder.api(), "/tests/afar/events", None).await?;
    here.next_where("point", |_| true).await?;
    let other = Service::start(&store).await?;
    let mut events = Events::follow(other.api(), "/tests/afar/events", None).await?;
    for _ in 0..3 {
        let point = events.next_where("point", |_| true).await?;
        ensure!(point.data["lanes"]["logs"]["acked"].as_u64().is_some_and(|acked| acked > 0), "{point:?}");
    }
    holder.api().act("/tests/afar/pause").await?.with(200)?;
    events.next_where("state", |event| event.data["status"] == "Paused").await?;
    other.api().post("/cancel-test", &json!({"testID": "afar"})).await?.with(200)?;
    Ok(())
}

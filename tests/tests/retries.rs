//! Batches that are sent again: only when that was asked for, only after what may pass, and not before the destination
//! wants to be asked again.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use moniflux_tests::alone;
use moniflux_tests::body::{self, with};
use moniflux_tests::results::{Lane, Results};
use moniflux_tests::scripted::{Reply, Request, Scripted, Seen};
use serde_json::{Value, json};

/// A hundred records in ten bodies.
const RECORDS: u64 = 100;
const BODIES: usize = 10;

#[tokio::test]
async fn nobody_is_asked_again_before_they_want_to_be() -> Result<()> {
    let in_seconds = |status: u16| {
        move |request: &Request| match request.repeats {
            0 => Reply::status(status).come_back("3"),
            _ => Reply::status(200),
        }
    };
    let at_a_date = |request: &Request| match request.repeats {
        0 => Reply::status(503).come_back(http_date(end_of_wait(request))),
        _ => Reply::status(200),
    };
    let (on_busy, on_down) = (retry(&json!([429])), retry(&json!([503, "connection"])));
    let (busy, down, dated) = tokio::try_join!(
        sent(in_seconds(429), &on_busy),
        sent(in_seconds(503), &on_down),
        sent(at_a_date, &on_down),
    )?;
    for (results, seen) in [&busy, &down, &dated] {
        results.ensure_exact("logs", RECORDS)?;
        let lane = results.lane("logs")?;
        ensure!((lane.requests, lane.retries) == (2 * BODIES as u64, BODIES as u64), "{lane:?}");
        let (first, again): (Vec<_>, Vec<_>) = seen.requests.iter().partition(|request| request.repeats == 0);
        ensure!(first.len() == BODIES && again.len() == BODIES, "{} and {}", first.len(), again.len());
        for request in first {
            let again = again.iter().find(|again| again.body == request.body).context("not sent again")?;
            // The clock of the wall, which the date is of, may drift by some milliseconds.
            let early = end_of_wait(request) - again.at;
            ensure!(early < TimeDelta::milliseconds(20), "{early} too early");
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_a_word_nothing_is_sent_again() -> Result<()> {
    let answering =
        |status: u16| async move { sent(move |_| Reply::status(status).come_back("0"), &json!({})).await };
    let (busy, down) = tokio::try_join!(answering(429), answering(503))?;
    ensure_sent_once(&busy)?;
    ensure_sent_once(&down)?;
    let (busy, down) = (busy.0.lane("logs")?.clone(), down.0.lane("logs")?.clone());
    ensure!((busy.rejected, &busy.rejections) == (RECORDS, &all("status_429")), "{busy:?}");
    ensure!((down.failed, &down.failures) == (RECORDS, &all("status_503")), "{down:?}");
    Ok(())
}

#[tokio::test]
async fn what_will_not_pass_is_never_sent_again() -> Result<()> {
    let answering = |status: u16| async move {
        let everything = retry(&json!([429, 502, 503, 504, "connection"]));
        sent(move |_| Reply::status(status).come_back("0"), &everything).await
    };
    let (broken, wrong) = tokio::try_join!(answering(500), answering(400))?;
    ensure_sent_once(&broken)?;
    ensure_sent_once(&wrong)?;
    ensure!(broken.0.lane("logs")?.failures == all("status_500"), "{:?}", broken.0);
    ensure!(wrong.0.lane("logs")?.rejections == all("status_400"), "{:?}", wrong.0);
    Ok(())
}

#[tokio::test]
async fn who_is_busy_for_ever_is_asked_as_often_as_allowed_and_the_records_count_once() -> Result<()> {
    let asked = json!({"retry": {"attempts": 2, "on": [429]}});
    let (results, seen) = sent(|_| Reply::status(429).come_back("0"), &asked).await?;
    let lane: &Lane = results.lane("logs")?;
    ensure!((lane.issued, lane.rejected) == (RECORDS, RECORDS), "{lane:?}");
    ensure!((lane.requests, lane.retries) == (3 * BODIES as u64, 2 * BODIES as u64), "{lane:?}");
    ensure!(lane.rejections == all("status_429"), "{lane:?}");
    for repeats in 0..3 {
        let times = seen.requests.iter().filter(|request| request.repeats == repeats).count();
        ensure!(times == BODIES, "{times} bodies had been there {repeats} times before");
    }
    ensure!(seen.requests.len() == 3 * BODIES, "{} requests", seen.requests.len());
    Ok(())
}

fn retry(on: &Value) -> Value {
    json!({"retry": {"attempts": 5, "on": on}})
}

/// Three seconds after a request came; as a date, which has no parts of a second, a second later at the most.
fn end_of_wait(request: &Request) -> DateTime<Utc> {
    request.at + TimeDelta::seconds(3)
}

/// A date as in HTTP (RFC 9110, 5.6.7), not before that moment.
fn http_date(moment: DateTime<Utc>) -> String {
    let whole = moment.trunc_subsecs(0) + TimeDelta::seconds(1);
    whole.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn all(kind: &str) -> BTreeMap<String, u64> {
    BTreeMap::from([(kind.to_owned(), RECORDS)])
}

fn ensure_sent_once((results, seen): &(Results, Seen)) -> Result<()> {
    let lane = results.lane("logs")?;
    ensure!((lane.issued, lane.requests, lane.retries) == (RECORDS, BODIES as u64, 0), "{lane:?}");
    seen.ensure_exact(RECORDS)
}

/// Sends ten bodies to a destination with that script: what the run says, and what the destination saw.
async fn sent(
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    fields: &Value,
) -> Result<(Results, Seen)> {
    let destination = Scripted::start(script).await?;
    let bounds = json!({"batchSize": 10, "linger": 1, "drain": 30});
    let spec = with(body::logs("retried", &destination.address(), RECORDS, 1), &bounds);
    let (ended, results) = alone::results(&with(spec, fields)).await?;
    ended.ensure_as_judged(&results)?;
    results.ensure_settled()?;
    Ok((results, destination.seen()))
}

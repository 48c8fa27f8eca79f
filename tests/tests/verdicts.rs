//! A run that asked for more than could be offered says so, whose fault that was, and by how much.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::alone;
use moniflux_tests::body::{self, with};
use moniflux_tests::scripted::{Reply, Scripted};
use moniflux_tests::sink::Sink;
use serde_json::{Value, json};

const SECONDS: u32 = 2;

/// The most that may be asked for; packing alone would take a core a good part of a minute for each second of it.
const ASKED: u32 = 10_000_000;

const DUE: u64 = ASKED as u64 * SECONDS as u64;

#[tokio::test]
async fn a_rate_beyond_the_machine_is_blamed_on_the_generator_with_the_figures() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let (ended, results) = alone::results(&beyond("figures", sink.address())).await?;
    ensure!(ended.code == 1 && results.verdict == "generator-limited", "{results:?}");
    results.ensure_settled()?;
    let (lane, generator) = (results.lane("logs")?, results.generator);
    ensure!(lane.due == DUE && lane.issued > 0, "{lane:?}");
    ensure!(generator.dropped == lane.missed && lane.missed > lane.due / 2, "{results:?}");
    ensure!(generator.late > 0 && generator.late <= lane.issued, "{results:?}");
    ensure!((0.0..1.0).contains(&generator.headroom), "{results:?}");
    let (asked, achieved) = (per_second(lane.due)?, per_second(lane.issued)?);
    ensure!((lane.rate.asked - asked).abs() < 1e-3, "{lane:?}");
    // What a stall of the machine keeps until after the end is issued, and is no part of the rate.
    ensure!(lane.rate.achieved > 0.0 && lane.rate.achieved < achieved + 1e-3, "{lane:?}");
    let arrived = sink.lane("figures", &results.run_id, "logs").await?;
    ensure!(arrived.duplicates == 0 && arrived.unique >= lane.acked, "{arrived:?} of {lane:?}");
    Ok(())
}

#[tokio::test]
async fn and_the_text_says_it_in_words() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let ended = alone::run(&beyond("words", sink.address()), &[]).await?;
    let mut lines = ended.stdout.lines().skip(1);
    let conclusion = lines.next().context("no conclusion")?;
    ensure!(conclusion.starts_with("! invalid: the generator fell behind"), "{}", ended.stdout);
    let verdict = lines.next().context("no verdict")?;
    ensure!(verdict.ends_with("verdict generator-limited"), "{}", ended.stdout);
    let words = lines.next().context("no words")?;
    let counts = words.strip_prefix("the generator was the limit: although nothing held them back, ");
    let (late, rest) = counts.and_then(|rest| rest.split_once(" of ")).context(ended.stdout.clone())?;
    let (issued, rest) =
        rest.split_once(" records left more than 50 ms late and ").context(ended.stdout.clone())?;
    let (missed, rest) = rest.split_once(" never left; headroom ").context(ended.stdout.clone())?;
    let number = |text: &str| text.parse::<u64>().with_context(|| ended.stdout.clone());
    ensure!((1..=number(issued)?).contains(&number(late)?), "{words}");
    ensure!(number(issued)? + number(missed)? == DUE, "{words}");
    ensure!(rest.parse::<f64>().is_ok_and(|headroom| (0.0..1.0).contains(&headroom)), "{words}");
    let cells = ended.stdout.lines().find(|line| line.trim().starts_with("logs ")).context("no records")?;
    let cells: Vec<_> = cells.split_whitespace().collect();
    let [_, due, issued_again, .., achieved, rate, _, _, _] = cells[..] else { anyhow::bail!("{cells:?}") };
    ensure!(
        (due, issued_again, rate) == (&*grouped(DUE), &*grouped(number(issued)?), &*grouped(ASKED.into())),
        "{cells:?}"
    );
    let achieved = achieved.replace(',', "");
    let achieved: f64 = achieved.parse()?;
    ensure!(achieved > 0.0 && achieved < per_second(number(issued)?)? + 1.0, "{}", ended.stdout);
    Ok(())
}

#[tokio::test]
async fn what_leaves_after_the_load_is_no_part_of_the_rate_that_was_achieved() -> Result<()> {
    // Two hundred records are due in two seconds; ten of them leave each half second, and all leave in the end.
    let slow = Scripted::start(|_| Reply::status(200).after(Duration::from_millis(500))).await?;
    let fields = json!({"batchSize": 10, "maxInFlight": 1, "drain": 60});
    let spec = with(body::logs("late", &slow.address(), 100, SECONDS.into()), &fields);
    let (_, results) = alone::results(&spec).await?;
    results.ensure_exact("logs", 200)?;
    let rate = results.lane("logs")?.rate;
    ensure!((rate.asked - 100.0).abs() < 1e-3, "{results:?}");
    ensure!(rate.achieved > 0.0 && rate.achieved < 50.0, "{results:?}");
    Ok(())
}

/// Asks for more than a thread can pack. More requests may wait than it can make, so nothing is the destination's fault;
/// and nothing leaves once the load is over.
fn beyond(test: &str, endpoint: &str) -> Value {
    let fields = json!({
        "logSize": 1_000, "maxInFlight": 10_000, "connections": 10_000, "drain": 0,
        "destination": {"type": "otlp-http", "compression": "gzip"},
    });
    with(body::logs(test, endpoint, ASKED.into(), SECONDS.into()), &fields)
}

/// A number as people read it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let (first, rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    let rest = rest.as_bytes().chunks(3).map(|three| format!(",{}", String::from_utf8_lossy(three)));
    std::iter::once(first.to_owned()).chain(rest).collect()
}

/// Records per second, as they are shown.
fn per_second(records: u64) -> Result<f64> {
    Ok(f64::from(u32::try_from(records)?) / f64::from(SECONDS))
}

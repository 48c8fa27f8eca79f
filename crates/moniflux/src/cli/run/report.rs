//! What `moniflux run` shows: progress on stderr, results on stdout.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use moniflux_domain::capacity::Limit;
use moniflux_domain::profile::Extent;
use moniflux_domain::run::Checkpoint;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::Spec;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Verdict;
use moniflux_service::Results;
use moniflux_service::results::{CapacityResults, GeneratorResults, LaneResults};

use super::Output;

/// One line of progress.
pub(super) fn progress(spec: &Spec, checkpoint: &Checkpoint) {
    let seconds = checkpoint.active.as_duration().as_secs();
    let mut line = match spec.extent {
        Extent::For(duration) => format!("{seconds:>5} s of {}", duration.as_secs()),
        Extent::Count(_) | Extent::Open => format!("{seconds:>5} s"),
    };
    let mut lanes: BTreeMap<Signal, Tally> = BTreeMap::new();
    for lane in &checkpoint.lanes {
        lanes.entry(lane.signal).or_default().merge(&lane.tally);
    }
    if let Some(search) = &checkpoint.search {
        // Writing to a string cannot fail.
        write!(line, "  step {}", search.steps().len() + 1).ok();
        for signal in lanes.keys() {
            write!(line, "  {signal} {}/s", search.asked(*signal).records_per_second()).ok();
        }
    }
    for (signal, tally) in &lanes {
        // Writing to a string cannot fail.
        write!(line, "  {signal}: {} acked of {} due", tally.acked(), tally.due()).ok();
        let lost = tally.failed() + tally.rejected();
        if lost > 0 {
            write!(line, ", {lost} not").ok();
        }
    }
    // When stderr is closed nobody watches.
    writeln!(std::io::stderr(), "{line}").ok();
}

/// The results, as asked for.
pub(super) fn results(results: &Results, output: Output) -> anyhow::Result<()> {
    let text = match output {
        Output::Json => serde_json::to_string_pretty(results)?,
        Output::Text => text(results),
    };
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{text}")?;
    stdout.flush()?;
    Ok(())
}

fn text(results: &Results) -> String {
    let mut text = results.capacity.as_ref().map(capacity).unwrap_or_default();
    write!(
        text,
        "test {}  run {}\n{} after {:.1} s of load, verdict {}\n",
        results.test,
        results.run_id,
        results.status,
        results.active_seconds,
        results.verdict.as_str()
    )
    .ok();
    if let Some(reason) = &results.reason {
        writeln!(text, "{reason}").ok();
    }
    write_generator(&mut text, results);
    for (signal, lane) in &results.lanes {
        write_lane(&mut text, signal.as_str(), lane);
    }
    text.truncate(text.trim_end().len());
    text
}

/// By how much the generator was late, if it was at all.
fn write_generator(text: &mut String, results: &Results) {
    let GeneratorResults { late, dropped, headroom } = results.generator;
    if late + dropped == 0 {
        return;
    }
    let issued: u64 = results.lanes.values().map(|lane| lane.issued).sum();
    let who = match results.verdict {
        Verdict::GeneratorLimited => "the generator was the limit",
        Verdict::DestinationLimited | Verdict::Valid => "the generator was not always on time",
    };
    // Writing to a string cannot fail.
    writeln!(
        text,
        "{who}: although nothing held them back, {late} of {issued} records left more than 50 ms late and {dropped} \
         never left; headroom {headroom:.2}"
    )
    .ok();
}

/// What a search found, and each of its steps on a line.
fn capacity(capacity: &CapacityResults) -> String {
    let rates: Vec<_> = capacity.rates.iter().map(|(signal, rate)| format!("{rate} {signal}/s")).collect();
    let rates = if rates.is_empty() { "nothing".to_owned() } else { rates.join(", ") };
    let mut text = match (capacity.found, capacity.limit) {
        (true, Some(Limit::Destination)) => format!("capacity: {rates}; the limit is the destination\n"),
        (true, Some(Limit::Generator)) => {
            format!("capacity: at least {rates}; the limit is the generator, not the destination\n")
        }
        (true, Some(Limit::Max) | None) => format!("capacity: at least {rates}; no higher rate was tried\n"),
        (false, Some(_)) => {
            "capacity: none; the condition failed at every rate, down to the lowest\n".to_owned()
        }
        (false, None) => format!("capacity: not known; so far it took {rates}\n"),
    };
    // Writing to a string cannot fail.
    writeln!(text, "  {}", capacity.reason).ok();
    for (number, step) in (1..).zip(&capacity.steps) {
        let asked: Vec<_> =
            step.lanes.iter().map(|(signal, lane)| format!("{} {signal}/s", lane.rate)).collect();
        let p99 = step.p99.map_or_else(|| "-".to_owned(), |p99| format!("{p99:.1}"));
        let mark = if step.held { "held" } else { "failed" };
        write!(text, "  step {number:>2}  {}  p99 {p99} ms  {mark}", asked.join(", ")).ok();
        writeln!(text, "{}{}", if step.held { "" } else { ": " }, if step.held { "" } else { &step.reason })
            .ok();
    }
    text.push('\n');
    text
}

fn write_lane(text: &mut String, signal: &str, lane: &LaneResults) {
    let counts = [
        ("due", lane.due),
        ("issued", lane.issued),
        ("acked", lane.acked),
        ("rejected", lane.rejected),
        ("failed", lane.failed),
        ("missed", lane.missed),
    ];
    let counts: Vec<_> = counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect();
    // Writing to a string cannot fail.
    writeln!(text, "\n{signal}\n  {}", counts.join("  ")).ok();
    for (kind, records) in lane.failures.iter().chain(&lane.rejections) {
        writeln!(text, "    {kind}: {records}").ok();
    }
    writeln!(
        text,
        "  rate {:.1}/s of {:.1}/s, {} requests, {} bytes",
        lane.rate.achieved, lane.rate.asked, lane.requests, lane.bytes
    )
    .ok();
    let ms = |time: Option<f64>| time.map_or_else(|| "-".to_owned(), |time| format!("{time:.1}"));
    let (late, answer) = (&lane.lateness, &lane.response_time);
    writeln!(text, "  lateness ms       p50 {}  p99 {}  max {}", ms(late.p50), ms(late.p99), ms(late.max))
        .ok();
    writeln!(
        text,
        "  response time ms  p50 {}  p90 {}  p95 {}  p99 {}  max {}",
        ms(answer.p50),
        ms(answer.p90),
        ms(answer.p95),
        ms(answer.p99),
        ms(answer.max)
    )
    .ok();
}

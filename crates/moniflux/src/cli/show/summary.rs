//! The summary of a run in words and tables: what was found, how it is judged, and what that rests on.

mod capacity;

use super::csv::Csv;
use super::numbers::{bytes, count, millis, rate};
use super::results::{Delivery, Lane, RunResults, Threshold, Times};
use super::style::Style;
use super::table::Table;

/// For people.
pub(crate) fn text(results: &RunResults, style: Style) -> String {
    let mut lines = Vec::new();
    if let Some(found) = &results.capacity {
        capacity::write(found, style, &mut lines);
        lines.push(String::new());
    }
    lines.push(format!("test {}  run {}", results.test, results.run_id));
    lines.extend(judgement(results, style));
    lines.push(format!(
        "{} after {:.1} s of load, verdict {}",
        results.status, results.active_seconds, results.verdict
    ));
    lines.extend(generator(results));
    if !results.thresholds.is_empty() {
        lines.push(String::new());
        lines.push(style.strong("thresholds"));
        lines.extend(thresholds(&results.thresholds, style));
    }
    if !results.lanes.is_empty() {
        lines.push(String::new());
        lines.push(style.strong("records"));
        lines.extend(records(results, style));
        lines.push(String::new());
        lines.push(style.strong("times in ms"));
        lines.extend(times(results, style));
    }
    if let Some(delivery) = &results.delivery {
        lines.push(String::new());
        lines.extend(arrived(delivery, style));
    }
    lines.join("\n")
}

/// One line a lane, under a line of names.
pub(crate) fn csv(results: &RunResults) -> String {
    let mut csv = Csv::new(&CSV);
    let conclusion = results.conclusion.as_ref().map_or("", |conclusion| &conclusion.result);
    for (signal, lane) in results.lanes() {
        let texts = [&results.test, &results.run_id].map(String::clone);
        let run = [results.run.to_string(), results.status.clone(), conclusion.to_owned()];
        let judged = [results.verdict.clone(), results.active_seconds.to_string(), signal.to_owned()];
        let counts = [
            lane.due,
            lane.issued,
            lane.acked,
            lane.rejected,
            lane.failed,
            lane.missed,
            lane.in_doubt,
            lane.requests,
            lane.retries,
            lane.bytes,
            lane.wire_bytes,
        ];
        let counts = counts.map(|count| count.to_string());
        let rates = [lane.rate.asked, lane.rate.achieved].map(|rate| rate.to_string());
        let Times { p50, p99, max, .. } = lane.lateness;
        let lateness = [p50, p99, max];
        let times = [lane.response_time, lane.service_time];
        let times = times
            .into_iter()
            .flat_map(|Times { p50, p90, p95, p99, p999, max }| [p50, p90, p95, p99, p999, max]);
        let times = lateness
            .into_iter()
            .chain(times)
            .map(|time| time.map(|time| time.to_string()).unwrap_or_default());
        let cells = texts.into_iter().chain(run).chain(judged).chain(counts).chain(rates).chain(times);
        csv.row(cells);
    }
    csv.text().to_owned()
}

/// Passed, failed or invalid, and why.
fn judgement(results: &RunResults, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(conclusion) = &results.conclusion {
        let result = match conclusion.result.as_str() {
            "passed" => style.good("✓ passed"),
            "failed" => style.bad("✗ failed"),
            "invalid" => style.doubtful("! invalid"),
            other => other.to_owned(),
        };
        let reason = if conclusion.reason.is_empty() { "" } else { ": " };
        lines.push(format!("{result}{reason}{}", conclusion.reason));
    }
    let told = results.conclusion.as_ref().map_or("", |conclusion| &conclusion.reason);
    lines.extend(results.reason.iter().filter(|reason| !told.contains(reason.as_str())).cloned());
    lines
}

/// By how much the generator was late, if it was at all.
fn generator(results: &RunResults) -> Option<String> {
    let generator = &results.generator;
    let (late, dropped) = (generator.late, generator.dropped);
    let issued: u64 = results.lanes.values().map(|lane| lane.issued).sum();
    let who = match results.verdict.as_str() {
        "generator-limited" => "the generator was the limit",
        _ => "the generator was not always on time",
    };
    (late + dropped > 0).then(|| {
        format!(
            "{who}: although nothing held them back, {late} of {issued} records left more than 50 ms late and {dropped} \
             never left; headroom {:.2}",
            generator.headroom
        )
    })
}

/// `✓ missed == 0  0`.
fn thresholds(thresholds: &[Threshold], style: Style) -> Vec<String> {
    let width = thresholds.iter().map(|threshold| threshold.condition.chars().count()).max().unwrap_or(0);
    let line = |threshold: &Threshold| {
        let shown = threshold.shown.as_deref().unwrap_or("nothing was measured");
        format!("  {} {:<width$}  {shown}", mark(threshold, style), threshold.condition)
    };
    thresholds.iter().map(line).collect()
}

/// Whether a threshold holds, as a sign.
pub(super) fn mark(threshold: &Threshold, style: Style) -> String {
    match threshold.ok {
        Some(true) => style.good("✓"),
        Some(false) => style.bad("✗"),
        None => style.doubtful("?"),
    }
}

fn records(results: &RunResults, style: Style) -> Vec<String> {
    let is_open = results.ended_at.is_none();
    let has_doubt = results.lanes.values().any(|lane| lane.in_doubt > 0);
    let mut head = vec!["", "due", "issued", "acked", "rejected", "failed", "missed"];
    head.extend(has_doubt.then_some("in doubt"));
    head.extend(is_open.then_some("in flight"));
    head.extend(["rate/s", "asked/s", "requests", "bytes"]);
    let mut table = Table::new(1, &head);
    for (signal, lane) in results.lanes() {
        let mut cells = vec![signal.to_owned()];
        let classes = [lane.due, lane.issued, lane.acked, lane.rejected, lane.failed, lane.missed];
        cells.extend(classes.map(count));
        cells.extend(has_doubt.then(|| count(lane.in_doubt)));
        cells.extend(is_open.then(|| count(lane.in_flight)));
        cells.extend([
            rate(lane.rate.achieved),
            rate(lane.rate.asked),
            count(lane.requests),
            bytes(lane.bytes),
        ]);
        table.row(cells);
    }
    let mut lines = table.lines("  ", style);
    for (signal, lane) in results.lanes() {
        lines.extend(why_not_acked(signal, lane, style));
    }
    lines
}

/// What kept records from being acked, by kind, and what was repeated or packed.
fn why_not_acked(signal: &str, lane: &Lane, style: Style) -> Option<String> {
    let kinds = [("failed", &lane.failures), ("rejected", &lane.rejections)];
    let kinds = kinds.into_iter().flat_map(|(class, kinds)| {
        kinds.iter().map(move |(kind, records)| style.bad(&format!("{} {class} by {kind}", count(*records))))
    });
    let retries = (lane.retries > 0).then(|| format!("{} requests sent again", count(lane.retries)));
    let is_packed = lane.wire_bytes > 0 && lane.wire_bytes < lane.bytes;
    let packed = is_packed.then(|| format!("{} on the wire", bytes(lane.wire_bytes)));
    let said: Vec<_> = kinds.chain(retries).chain(packed).collect();
    (!said.is_empty()).then(|| format!("  {signal}: {}", said.join(", ")))
}

fn times(results: &RunResults, style: Style) -> Vec<String> {
    let mut table = Table::new(2, &["", "", "p50", "p90", "p95", "p99", "p99.9", "max"]);
    for (signal, lane) in results.lanes() {
        let of =
            [("response", lane.response_time), ("service", lane.service_time), ("lateness", lane.lateness)];
        for (name, Times { p50, p90, p95, p99, p999, max }) in of {
            let cells = [p50, p90, p95, p99, p999, max].map(millis);
            table.row([signal.to_owned(), name.to_owned()].into_iter().chain(cells));
        }
    }
    table.lines("  ", style)
}

/// What the sink says: what was acked and never arrived comes first.
fn arrived(delivery: &Delivery, style: Style) -> Vec<String> {
    let headline = match (&delivery.fault, delivery.lost) {
        (Some(fault), _) => style.bad(&format!("the sink {} cannot tell: {fault}", delivery.sink)),
        (None, Some(0)) => style.good("nothing that was acked is missing at the sink"),
        (None, Some(lost)) => {
            style.bad(&format!("{} records were acked and are missing at the sink", count(lost)))
        }
        (None, None) => "the sink was not asked yet".to_owned(),
    };
    let mut lines = vec![style.strong("delivery"), format!("  {headline}")];
    if !delivery.settled && delivery.fault.is_none() && delivery.lost.is_some() {
        lines.push("  more may still arrive".to_owned());
    }
    let head = [
        "",
        "received",
        "unique",
        "duplicates",
        "reordered",
        "lost",
        "at the tail",
        "p50 ms",
        "p99 ms",
        "max ms",
    ];
    let mut table = Table::new(1, &head);
    for (signal, lane) in &delivery.lanes {
        let [received, unique, duplicates, reordered, tail] =
            [lane.received, lane.unique, lane.duplicates, lane.reordered, lane.lost_at_tail].map(count);
        // What failed may have arrived all the same, and then hides a loss.
        let lost = match count(lane.lost) {
            least if lane.lost_at_most > lane.lost => format!("{least} to {}", count(lane.lost_at_most)),
            exactly => exactly,
        };
        let counts = [received, unique, duplicates, reordered, lost, tail];
        let Times { p50, p99, max, .. } = lane.end_to_end.unwrap_or_default();
        table.row(std::iter::once(signal.clone()).chain(counts).chain([p50, p99, max].map(millis)));
    }
    if !delivery.lanes.is_empty() {
        lines.extend(table.lines("  ", style));
    }
    lines
}

const CSV: [&str; 36] = [
    "test",
    "runID",
    "run",
    "status",
    "conclusion",
    "verdict",
    "activeSeconds",
    "signal",
    "due",
    "issued",
    "acked",
    "rejected",
    "failed",
    "missed",
    "inDoubt",
    "requests",
    "retries",
    "bytes",
    "wireBytes",
    "rate.asked",
    "rate.achieved",
    "lateness.p50",
    "lateness.p99",
    "lateness.max",
    "responseTime.p50",
    "responseTime.p90",
    "responseTime.p95",
    "responseTime.p99",
    "responseTime.p999",
    "responseTime.max",
    "serviceTime.p50",
    "serviceTime.p90",
    "serviceTime.p95",
    "serviceTime.p99",
    "serviceTime.p999",
    "serviceTime.max",
];

#[cfg(test)]
mod tests;

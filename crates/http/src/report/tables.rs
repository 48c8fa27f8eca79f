//! The tables of a report: counts, times, thresholds, kinds, timeline, capacity, samples.

use maud::{Markup, html};

use super::view::{Capacity, Lane, Mark, Sample, Threshold, Times};
use super::words::{self, NONE, count, moment, some_time};

/// Names of columns; those of texts begin with a capital, and at the side where the texts do.
fn head(names: &[&str]) -> Markup {
    let is_text = |name: &str| name.starts_with(char::is_uppercase);
    html! { @for name in names { th scope="col" class=[is_text(name).then_some("text")] { (name) } } }
}

/// Each threshold, whether it held, and the value it was judged by.
pub(super) fn thresholds(thresholds: &[Threshold]) -> Markup {
    html! {
        ul .thresholds {
            @for threshold in thresholds {
                @let (class, sign, said) = match threshold.ok {
                    Some(true) => ("good", "✓", "held"),
                    Some(false) => ("bad", "✗", "did not hold"),
                    None => ("open", "?", "nothing to measure"),
                };
                li .(class) {
                    span .sign aria-hidden="true" { (sign) }
                    code { (threshold.text) }
                    span .said {
                        (said)
                        @if threshold.ok.is_some() { ": " b { (threshold.shown) } }
                    }
                }
            }
        }
    }
}

/// Every class of every lane.
pub(super) fn ledger(lanes: &[Lane]) -> Markup {
    let columns = ["due", "issued", "acked", "rejected", "failed", "missed", "in doubt"];
    let is_verified = lanes.iter().any(|lane| lane.received.is_some());
    let arrived = ["received", "acked but missing", "of these at the end", "duplicates", "reordered"];
    html! {
        div .wide {
            table {
                caption { "Records, by what became of them" }
                thead { tr {
                    (head(&["Signal"]))
                    (head(&columns))
                    @if is_verified { (head(&arrived)) }
                } }
                tbody { @for lane in lanes { tr {
                    th scope="row" { (lane.signal) }
                    @for records in [lane.due, lane.issued, lane.acked, lane.rejected, lane.failed, lane.missed, lane.in_doubt] {
                        td { (count(records)) }
                    }
                    @if let Some(seen) = &lane.received {
                        @for records in [seen.unique, seen.lost, seen.lost_at_tail, seen.duplicates, seen.reordered] {
                            td { (count(records)) }
                        }
                    } @else if is_verified { @for _ in arrived { td { (NONE) } } }
                } } }
            }
        }
    }
}

/// Requests and bytes of every lane.
pub(super) fn volume(lanes: &[Lane]) -> Markup {
    html! {
        div .wide {
            table {
                caption { "Rate and volume" }
                thead { tr {
                    (head(&["Signal", "asked", "achieved", "acked of due", "requests", "retries", "bytes", "bytes sent"]))
                } }
                tbody { @for lane in lanes { tr {
                    th scope="row" { (lane.signal) }
                    td { (words::rate(lane.asked)) }
                    td { (words::rate(lane.achieved)) }
                    td { (words::share(lane.acked, lane.due)) }
                    td { (count(lane.requests)) }
                    td { (count(lane.retries)) }
                    td { (words::bytes(lane.bytes)) }
                    td { (words::bytes(lane.wire_bytes)) }
                } } }
            }
        }
    }
}

/// Percentiles of every lane.
pub(super) fn times(lanes: &[Lane]) -> Markup {
    html! {
        div .wide {
            table {
                caption { "Times, weighted by records" }
                thead { tr {
                    (head(&["Signal", "Time", "p50", "p90", "p95", "p99", "p99.9", "max"]))
                } }
                @for lane in lanes { tbody {
                    (times_row(lane.signal, "from due to answered: response time", &lane.response))
                    (times_row("", "from issued to answered: service time", &lane.service))
                    (times_row("", "from due to issued: lateness", &lane.lateness))
                    @if let Some(received) = &lane.received {
                        (times_row("", "from due to received: end to end", &received.end_to_end))
                    }
                } }
            }
        }
    }
}

fn times_row(signal: &str, what: &str, times: &Times) -> Markup {
    html! {
        tr {
            th scope="row" { (signal) }
            td .text { (what) }
            @for time in [times.p50, times.p90, times.p95, times.p99, times.p999, times.max] { td { (some_time(time)) } }
        }
    }
}

/// Why records were refused or failed; nothing when none was.
pub(super) fn kinds(lanes: &[Lane]) -> Markup {
    let is_any = lanes.iter().any(|lane| !lane.kinds.is_empty());
    html! {
        @if is_any { div .wide {
            table {
                caption { "Records that were refused or failed, by kind" }
                thead { tr { (head(&["Signal", "Class", "Kind", "records", "of due"])) } }
                tbody { @for lane in lanes { @for kind in &lane.kinds { tr {
                    th scope="row" { (lane.signal) }
                    td .text { (kind.class) }
                    td .text { code { (kind.kind) } }
                    td { (count(kind.records)) }
                    td { (words::share(kind.records, lane.due)) }
                } } } }
            }
        } }
    }
}

/// What happened, in order; those that the charts show by their letter.
pub(super) fn timeline(timeline: &[(Option<String>, &Mark)]) -> Markup {
    html! {
        div .wide {
            table .timeline {
                caption { "What happened, and at which time under load" }
                thead { tr { (head(&["Mark", "under load", "At", "What", "Details"])) } }
                tbody { @for (letter, mark) in timeline { tr {
                    td .letter { @if let Some(letter) = letter { b { (letter) } } }
                    td { (words::clock(mark.t)) }
                    td .text { (moment(mark.at)) }
                    td .text { (in_words(&mark.event)) }
                    td .text { (mark.detail.as_deref().unwrap_or("")) }
                } } }
            }
        }
    }
}

/// `thresholdBreached` as `threshold breached`.
fn in_words(event: &str) -> String {
    let mut words = String::new();
    for letter in event.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// The steps of a search for the capacity.
pub(super) fn capacity(capacity: &Capacity) -> Markup {
    html! {
        p .lead { (capacity.found) }
        p { (capacity.reason) }
        div .wide {
            table {
                caption { "The steps of the search" }
                thead { tr { (head(&["Step", "Asked", "p99", "Held", "Why"])) } }
                tbody { @for (number, step) in (1..).zip(&capacity.steps) { tr {
                    th scope="row" { (number) }
                    td .text { (step.asked) }
                    td { (some_time(step.p99)) }
                    td .text { (if step.held { "yes" } else { "no" }) }
                    td .text { (step.reason) }
                } } }
            }
        }
    }
}

/// Kept records, a fold for each signal.
pub(super) fn samples(samples: &[Sample], lanes: &[Lane]) -> Markup {
    html! {
        @for lane in lanes {
            @let of_lane = samples.iter().filter(|sample| sample.signal == lane.signal);
            @if of_lane.clone().next().is_some() {
                details {
                    summary { "The first " (of_lane.clone().count()) " " (lane.signal) " that were kept" }
                    div .wide { table {
                        thead { tr { (head(&["number", "Time", "Record"])) } }
                        tbody { @for sample in of_lane { tr {
                            td { (sample.seq) }
                            td .text { (sample.at.format("%H:%M:%S%.3f")) }
                            td .text { code { (sample.record) } }
                        } } }
                    } }
                }
            }
        }
    }
}

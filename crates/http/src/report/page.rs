//! The page: one file that holds all it shows, from the conclusion down to the spec, and asks nothing of a network.
//!
//! The style is the dashboard's own, so that both look alike; the script adds what is under the pointer, and nothing is
//! missing without it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::Pin;
use super::view::{Delivery, Generator, LaneSeries, View};
use super::{charts, ledger, marks, tables, words};

/// The page, with the script if there is one.
pub(super) fn page(view: &View, script: Option<&str>, policy: &str) -> Markup {
    let title = format!("{} run {} · MoniFlux", view.test, view.run);
    let span = view.series.t.last().copied().unwrap_or(0.0).max(view.active_seconds);
    let timeline = marks::lettered(&view.timeline, span);
    let pins = marks::pins(&timeline, span);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(policy);
                title { (title) }
                style { (PreEscaped(TOKENS)) (PreEscaped(BASE)) (PreEscaped(STYLE)) }
            }
            body .report {
                (head(view))
                main {
                    (conclusion(view))
                    section {
                        h2 { "Ledger" }
                        div .lanes { @for lane in &view.lanes { div .lane { h3 { (lane.signal) } (ledger::bars(lane)) } } }
                        (tables::ledger(&view.lanes))
                        (tables::kinds(&view.lanes))
                        (tables::volume(&view.lanes))
                    }
                    section { h2 { "Times" } (tables::times(&view.lanes)) }
                    @for lane in &view.series.lanes { (over_time(view, lane, span, &pins)) }
                    @if let Some(capacity) = &view.capacity { section { h2 { "Capacity" } (tables::capacity(capacity)) } }
                    @if !timeline.is_empty() { section { h2 { "Timeline" } (tables::timeline(&timeline)) } }
                    @if !view.samples.is_empty() {
                        section .samples { h2 { "Records" } (tables::samples(&view.samples, &view.lanes)) }
                    }
                    section { h2 { "Spec" } pre .spec { (view.spec) } }
                    section { h2 { "Environment" } (environment(view)) }
                }
                @if let Some(script) = script {
                    script type="application/json" id="figures" { (PreEscaped(embedded(&charts::figures(&view.series, span).to_string()))) }
                    script { (PreEscaped(script)) }
                }
            }
        }
    }
}

fn head(view: &View) -> Markup {
    html! {
        header {
            p .product { "MoniFlux" }
            h1 { (view.test) }
            p .facts {
                "Run " (view.run) " · " (view.status) " · " (words::duration(view.active_seconds)) " under load · began "
                (words::moment(view.started_at))
                @if let Some(ended) = view.ended_at { " · ended " (words::moment(ended)) }
            }
        }
    }
}

fn conclusion(view: &View) -> Markup {
    let said = match view.result {
        "passed" => "Passed",
        "failed" => "Failed",
        "invalid" => "Invalid",
        _ => "Still running",
    };
    html! {
        section .conclusion.(view.result) {
            h2 { (said) }
            p .lead { (view.reason) }
            p { (verdict(view.verdict, view.generator)) }
            @if let Some(delivery) = &view.delivery { p { (delivered(view, delivery)) } }
            @if !view.thresholds.is_empty() { (tables::thresholds(&view.thresholds)) }
        }
    }
}

/// Whether the run is to be trusted, in words.
fn verdict(verdict: &str, generator: Generator) -> String {
    let Generator { headroom, late, dropped } = generator;
    let trusted = match verdict {
        "valid" => "the generator kept to its schedule, so the figures are those of the destination",
        "destination-limited" => "the destination held records back, which is a finding about it",
        "generator-limited" => "the generator was the limit, so the figures say nothing of the destination",
        other => other,
    };
    let late = match late + dropped {
        0 => "no record left more than 50 ms late of its own".to_owned(),
        _ => format!(
            "{} left more than 50 ms late and {} never, although nothing held them back",
            words::records(late),
            words::count(dropped)
        ),
    };
    format!(
        "Verdict {verdict}: {trusted}. {}; at least {:.0} % of its time was left.",
        sentence(&late),
        headroom * 100.0
    )
}

/// Whether what was acked arrived.
fn delivered(view: &View, delivery: &Delivery) -> String {
    let sink = &delivery.sink;
    let seen = view.lanes.iter().filter_map(|lane| lane.received.as_ref());
    let at_most: u64 = seen.map(|received| received.lost_at_most).sum();
    let so_far = if delivery.settled { "" } else { " so far" };
    let told = match delivery.lost {
        None => format!("What arrived at {sink} is not known"),
        Some(0) if at_most == 0 => format!("Everything that was acked arrived at {sink}"),
        Some(lost) if lost == at_most => {
            format!("{} acked and never seen at {sink}{so_far}", words::records(lost))
        }
        Some(lost) => format!(
            "At least {} and at most {} acked and never seen at {sink}{so_far}",
            words::count(lost),
            words::records(at_most)
        ),
    };
    delivery.fault.as_ref().map_or_else(|| format!("{told}."), |fault| format!("{told}: {fault}."))
}

fn over_time(view: &View, lane: &LaneSeries, span: f64, pins: &[Pin]) -> Markup {
    html! {
        section .over-time {
            h2 { (sentence(lane.signal)) " over time" }
            @if view.series.t.is_empty() {
                p { "No point was kept of this run." }
            } @else {
                div .charts { @for chart in charts::of_lane(&view.series, lane) { (chart.draw(span, pins)) } }
                p .note { "Each point is " (words::duration(view.series.step)) " of load. Times are from the due time, so a stalled destination shows." }
            }
        }
    }
}

fn environment(view: &View) -> Markup {
    html! {
        dl .facts {
            div { dt { "Run" } dd { code { (view.run_id) } } }
            @for (name, value) in &view.environment { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// With a capital at its begin.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", rest.as_str())
}

/// JSON that cannot end the element it stands in.
fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c")
}

const TOKENS: &str = include_str!("../../dashboard/src/styles/tokens.css");
const BASE: &str = include_str!("../../dashboard/src/styles/base.css");
const STYLE: &str = include_str!("../../dashboard/src/report/report.css");

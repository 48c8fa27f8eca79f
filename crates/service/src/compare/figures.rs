//! Every figure of two runs side by side.

use moniflux_domain::signal::Signal;

use super::noise::{Finding, of_blocks, of_shares};
use super::{Direction, FigureComparison};
use crate::results::figures::float;
use crate::results::{LaneResults, Results};
use crate::series::{Series, StepLane};

/// A figure of a lane that is measured all along.
struct Measured {
    name: &'static str,
    unit: &'static str,
    of_run: fn(&LaneResults) -> Option<f64>,
    of_step: fn(&StepLane) -> Option<f64>,
    /// The smallest difference that anyone cares for.
    least: f64,
    more_is: Direction,
}

/// Records of a lane that something befell, of those that were due.
struct Befallen {
    name: &'static str,
    of_run: fn(&LaneResults) -> u64,
}

/// What a lane was asked for.
struct Asked {
    name: &'static str,
    unit: &'static str,
    of_run: fn(&LaneResults) -> f64,
}

const MEASURED: [Measured; 10] = [
    rate(
        "rate.achieved",
        |lane| Some(lane.rate.achieved),
        |step| Some(step.rate.achieved),
        Direction::Better,
    ),
    rate("rate.asked", |lane| Some(lane.rate.asked), |step| Some(step.rate.asked), Direction::Different),
    time("responseTime.p50", |lane| lane.response_time.p50, |step| step.response_time.p50),
    time("responseTime.p95", |lane| lane.response_time.p95, |step| step.response_time.p95),
    time("responseTime.p99", |lane| lane.response_time.p99, |step| step.response_time.p99),
    time("responseTime.max", |lane| lane.response_time.max, |step| step.response_time.max),
    time("serviceTime.p50", |lane| lane.service_time.p50, |step| step.service_time.p50),
    time("serviceTime.p99", |lane| lane.service_time.p99, |step| step.service_time.p99),
    time("lateness.p99", |lane| lane.lateness.p99, |step| step.lateness.p99),
    time("lateness.max", |lane| lane.lateness.max, |step| step.lateness.max),
];

const BEFALLEN: [Befallen; 5] = [
    Befallen { name: "failed", of_run: |lane| lane.failed },
    Befallen { name: "rejected", of_run: |lane| lane.rejected },
    Befallen { name: "missed", of_run: |lane| lane.missed },
    Befallen { name: "inDoubt", of_run: |lane| lane.in_doubt },
    Befallen { name: "retries", of_run: |lane| lane.retries },
];

const ASKED: [Asked; 6] = [
    Asked { name: "due", unit: "records", of_run: |lane| float(lane.due) },
    Asked { name: "issued", unit: "records", of_run: |lane| float(lane.issued) },
    Asked { name: "acked", unit: "records", of_run: |lane| float(lane.acked) },
    Asked { name: "requests", unit: "requests", of_run: |lane| float(lane.requests) },
    Asked { name: "bytes", unit: "bytes", of_run: |lane| float(lane.bytes) },
    Asked { name: "wireBytes", unit: "bytes", of_run: |lane| float(lane.wire_bytes) },
];

const fn time(
    name: &'static str,
    of_run: fn(&LaneResults) -> Option<f64>,
    of_step: fn(&StepLane) -> Option<f64>,
) -> Measured {
    // A tenth of a millisecond is within what a timer and a scheduler make.
    Measured { name, unit: "ms", of_run, of_step, least: 0.1, more_is: Direction::Worse }
}

const fn rate(
    name: &'static str,
    of_run: fn(&LaneResults) -> Option<f64>,
    of_step: fn(&StepLane) -> Option<f64>,
    more_is: Direction,
) -> Measured {
    Measured { name, unit: "records/s", of_run, of_step, least: 0.0, more_is }
}

/// Every figure of both runs, lane by lane; `blocks` are the same runs in parts.
pub(super) fn compare(runs: [&Results; 2], blocks: [&Series; 2]) -> Vec<FigureComparison> {
    let mut figures = vec![headroom(runs)];
    for signal in Signal::ALL {
        let lanes = runs.map(|run| run.lanes.get(&signal));
        if lanes.iter().all(Option::is_none) {
            continue;
        }
        figures.extend(MEASURED.iter().map(|figure| measured(signal, figure, lanes, blocks)));
        figures.extend(BEFALLEN.iter().map(|figure| befallen(signal, figure, lanes)));
        figures.extend(ASKED.iter().map(|figure| asked(signal, figure, lanes)));
    }
    figures
}

fn measured(
    signal: Signal,
    figure: &Measured,
    lanes: [Option<&LaneResults>; 2],
    blocks: [&Series; 2],
) -> FigureComparison {
    let [a, b] = lanes.map(|lane| lane.and_then(figure.of_run));
    let values = blocks.map(|series| {
        let steps = series.points.iter().filter_map(|step| step.lanes.get(&signal));
        steps.filter_map(figure.of_step).collect::<Vec<_>>()
    });
    let finding = match (a, b) {
        (Some(_), Some(_)) => of_blocks(&values[0], &values[1], figure.least),
        _ => Finding::Unknown,
    };
    let reason = match finding {
        Finding::Certain => "beyond the spread of both runs",
        Finding::Tiny => "certain, and too small to matter",
        Finding::Chance => "within the spread of the runs",
        Finding::Unknown => "too little was measured to tell",
    };
    let rises = b > a;
    let direction = match figure.more_is {
        Direction::Better if !rises => Direction::Worse,
        Direction::Worse if !rises => Direction::Better,
        more_is @ (Direction::Better | Direction::Worse | Direction::Same | Direction::Different) => more_is,
    };
    comparison(Some(signal), figure.name, figure.unit, [a, b], finding == Finding::Certain, direction, reason)
}

fn befallen(signal: Signal, figure: &Befallen, lanes: [Option<&LaneResults>; 2]) -> FigureComparison {
    let hits = lanes.map(|lane| lane.map(|lane| (float((figure.of_run)(lane)), float(lane.due))));
    let finding = match hits {
        [Some(a), Some(b)] => of_shares(a, b),
        _ => Finding::Unknown,
    };
    let share = |(hits, of): (f64, f64)| if of > 0.0 { hits / of } else { 0.0 };
    let reason = match finding {
        Finding::Certain => "another share of the due records, beyond chance",
        Finding::Chance | Finding::Tiny => "the same share of the due records, as far as chance tells",
        Finding::Unknown => "one of the runs had no such records",
    };
    let direction =
        if hits[1].map(share) > hits[0].map(share) { Direction::Worse } else { Direction::Better };
    let values = hits.map(|hits| hits.map(|(hits, _)| hits));
    comparison(Some(signal), figure.name, "records", values, finding == Finding::Certain, direction, reason)
}

fn asked(signal: Signal, figure: &Asked, lanes: [Option<&LaneResults>; 2]) -> FigureComparison {
    let values = lanes.map(|lane| lane.map(figure.of_run));
    let differs = match values {
        [Some(a), Some(b)] => (a - b).abs() > 0.01 * a.max(b),
        _ => true,
    };
    let reason = if differs { "another amount of load" } else { "the same amount of load" };
    comparison(Some(signal), figure.name, figure.unit, values, differs, Direction::Different, reason)
}

fn headroom(runs: [&Results; 2]) -> FigureComparison {
    let values = runs.map(|run| Some(run.generator.headroom));
    let [a, b] = runs.map(|run| run.generator.headroom);
    let differs = (a - b).abs() > 0.1;
    let reason =
        if differs { "the generator was busier in one of them" } else { "the generator was about as busy" };
    let direction = if b > a { Direction::Better } else { Direction::Worse };
    comparison(None, "headroom", "share", values, differs, direction, reason)
}

fn comparison(
    lane: Option<Signal>,
    figure: &'static str,
    unit: &'static str,
    [a, b]: [Option<f64>; 2],
    matters: bool,
    direction: Direction,
    reason: &str,
) -> FigureComparison {
    let difference = a.zip(b).map(|(a, b)| b - a);
    let change = a.filter(|a| *a != 0.0).zip(difference).map(|(a, difference)| difference / a);
    let direction = if matters { direction } else { Direction::Same };
    FigureComparison {
        lane,
        figure,
        unit,
        a,
        b,
        difference,
        change,
        matters,
        direction,
        reason: reason.to_owned(),
    }
}

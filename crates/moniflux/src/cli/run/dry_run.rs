//! What a spec would send, without sending it: totals, requests, bytes, and some of the records.

use std::collections::BTreeMap;

use moniflux_domain::destination::Compression;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::profile::Load;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::Spec;
use moniflux_engine::forecast::{Forecast, forecast};
use moniflux_payload::{Encoder, Shape, sample_records};
use moniflux_ports::clock::Clock;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cli::show::Output;
use crate::cli::show::csv::Csv;
use crate::cli::show::numbers::{bytes, count, rate, time};
use crate::cli::show::style::Style;
use crate::cli::show::table::Table;

/// What would be sent, in the wanted form.
///
/// # Errors
/// A sample cannot be read, which is a defect of the program.
pub(super) fn report(
    test: &TestId,
    spec: &Spec,
    clock: &dyn Clock,
    output: Output,
) -> anyhow::Result<String> {
    let lanes = Signal::ALL.into_iter().filter_map(|signal| Some((signal, lane(test, spec, signal)?)));
    let lanes: BTreeMap<Signal, Forecast> = lanes.collect();
    let now = clock.now().timestamp_nanos_opt().and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or(0);
    Ok(match output {
        Output::Text => text(test, spec, &lanes, now)?,
        Output::Json => serde_json::to_string_pretty(&value(test, spec, &lanes, now)?)?,
        Output::Csv => csv(&lanes),
    })
}

/// One signal, all of its shares together; none when it is off.
fn lane(test: &TestId, spec: &Spec, signal: Signal) -> Option<Forecast> {
    let demand = spec.demand(signal)?;
    let sum = |one: Option<u64>, other: Option<u64>| Some(one?.saturating_add(other?));
    let shares = spec.parallelism.shares().map(|share| {
        let encoder = Encoder::new(&Shape::of(spec, test, NO_RUN, signal, share, 0));
        forecast(&Load::of(demand.clone(), share), &spec.delivery, &encoder)
    });
    shares.reduce(|one, other| Forecast {
        records: sum(one.records, other.records),
        lasts: one.lasts.zip(other.lasts).map(|(one, other)| one.max(other)),
        requests: sum(one.requests, other.requests),
        bytes: sum(one.bytes, other.bytes),
        most_records: one.most_records.max(other.most_records),
        most_bytes: one.most_bytes.max(other.most_bytes),
        // Each share's numbers are the lane's, of which only every n-th is its own.
        is_exact: false,
    })
}

fn text(test: &TestId, spec: &Spec, lanes: &BTreeMap<Signal, Forecast>, now: u64) -> anyhow::Result<String> {
    let style = Style::of(&std::io::stdout());
    let destination = &spec.destination;
    let packed = match destination.compression {
        Compression::None => String::new(),
        Compression::Gzip | Compression::Zstd => format!(", {}", destination.compression.as_str()),
    };
    let address = destination.url();
    let mut lines = vec![
        format!("test {}  nothing was sent", test),
        format!("to {address} ({}{packed})", destination.kind.as_str()),
        String::new(),
    ];
    let mut table = Table::new(1, &["", "rate/s", "for", "records", "requests", "bytes", "a request"]);
    let unknown = || "until it is ended".to_owned();
    for (signal, lane) in lanes {
        let about = if lane.is_exact { "" } else { "~" };
        table.row([
            signal.to_string(),
            average(lane).map_or_else(|| "max".to_owned(), rate),
            lane.lasts.map_or_else(unknown, |lasts| time(lasts.as_secs_f64())),
            lane.records.map_or_else(unknown, count),
            lane.requests.map_or_else(unknown, |requests| format!("{about}{}", count(requests))),
            lane.bytes.map_or_else(unknown, |sum| format!("{about}{}", bytes(sum))),
            format!("≤ {} records, {}", count(lane.most_records.into()), bytes(lane.most_bytes)),
        ]);
    }
    lines.extend(table.lines("  ", style));
    if destination.compression != Compression::None {
        lines.push("  bytes are those before compression".to_owned());
    }
    for signal in lanes.keys() {
        lines.push(String::new());
        lines.push(style.strong(&format!("{signal}, the first {SAMPLES}")));
        for sample in samples(test, spec, *signal, now)? {
            lines.push(format!("  {sample}"));
        }
    }
    Ok(lines.join("\n"))
}

fn value(test: &TestId, spec: &Spec, lanes: &BTreeMap<Signal, Forecast>, now: u64) -> anyhow::Result<Value> {
    let mut told = serde_json::Map::new();
    for (signal, lane) in lanes {
        let lane = json!({
            "rate": average(lane),
            "seconds": lane.lasts.map(|lasts| lasts.as_secs_f64()),
            "records": lane.records,
            "requests": lane.requests,
            "bytes": lane.bytes,
            "exact": lane.is_exact,
            "largestRequest": {"records": lane.most_records, "bytes": lane.most_bytes},
            "samples": samples(test, spec, *signal, now)?,
        });
        told.insert(signal.to_string(), lane);
    }
    let destination = &spec.destination;
    Ok(json!({
        "testID": test,
        "destination": {"endpoint": destination.url().as_str(), "type": destination.kind.as_str()},
        "lanes": told,
    }))
}

fn csv(lanes: &BTreeMap<Signal, Forecast>) -> String {
    let names = [
        "signal",
        "rate",
        "seconds",
        "records",
        "requests",
        "bytes",
        "exact",
        "largestRequest.records",
        "largestRequest.bytes",
    ];
    let mut csv = Csv::new(&names);
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    for (signal, lane) in lanes {
        csv.row([
            signal.to_string(),
            average(lane).map(|rate| rate.to_string()).unwrap_or_default(),
            lane.lasts.map(|lasts| lasts.as_secs_f64().to_string()).unwrap_or_default(),
            number(lane.records),
            number(lane.requests),
            number(lane.bytes),
            lane.is_exact.to_string(),
            lane.most_records.to_string(),
            lane.most_bytes.to_string(),
        ]);
    }
    csv.text().to_owned()
}

/// Records per second over the whole load; none when only the destination knows.
#[expect(clippy::cast_precision_loss, reason = "a rate is shown, not counted with")]
fn average(lane: &Forecast) -> Option<f64> {
    let seconds = lane.lasts?.as_secs_f64();
    lane.records.filter(|_| seconds > 0.0).map(|records| records as f64 / seconds)
}

/// The first records of a lane as JSON, read out of the bodies that would be sent.
fn samples(test: &TestId, spec: &Spec, signal: Signal, now: u64) -> anyhow::Result<Vec<Value>> {
    let records = sample_records(spec, test, NO_RUN, signal, SAMPLES, now)?;
    Ok(records.iter().map(|record| serde_json::from_str(&record.json)).collect::<Result<_, _>>()?)
}

/// A run has a name of its own; this one never is.
const NO_RUN: RunId = RunId(Uuid::nil());

/// Records of each signal that are shown.
const SAMPLES: u32 = 2;

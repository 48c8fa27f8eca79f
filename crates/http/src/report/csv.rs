//! The tables of a report as CSV (RFC 4180), for spreadsheets and data frames: one row a point and lane, a lane, or a mark.
//! Columns are named as the JSON names its fields; what was not measured is empty.

use chrono::{DateTime, SecondsFormat, Utc};
use moniflux_domain::verify::Verified;
use moniflux_service::results::LaneResults;
use moniflux_service::series::StepLane;
use moniflux_service::{Results, Series};

use super::Report;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// A row for each point and lane.
    Series,
    /// A row for each lane.
    Lanes,
    /// A row for each thing that happened.
    Timeline,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 3] = [Self::Series, Self::Lanes, Self::Timeline];

    /// As a request names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Lanes => "lanes",
            Self::Timeline => "timeline",
        }
    }

    /// The table of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    pub(super) fn write(self, report: &Report<'_>) -> String {
        match self {
            Self::Series => series(report.series),
            Self::Lanes => lanes(report.results),
            Self::Timeline => timeline(report.series),
        }
    }
}

/// A column of a table: its name, and its field of a row.
type Column<T> = (&'static str, fn(&T) -> String);

const SERIES: [Column<StepLane>; 27] = [
    ("due", |lane| lane.due.to_string()),
    ("issued", |lane| lane.issued.to_string()),
    ("acked", |lane| lane.acked.to_string()),
    ("rejected", |lane| lane.rejected.to_string()),
    ("failed", |lane| lane.failed.to_string()),
    ("missed", |lane| lane.missed.to_string()),
    ("inDoubt", |lane| lane.in_doubt.to_string()),
    ("requests", |lane| lane.requests.to_string()),
    ("retries", |lane| lane.retries.to_string()),
    ("bytes", |lane| lane.bytes.to_string()),
    ("wireBytes", |lane| lane.wire_bytes.to_string()),
    ("rate.asked", |lane| lane.rate.asked.to_string()),
    ("rate.achieved", |lane| lane.rate.achieved.to_string()),
    ("rate.acked", |lane| lane.rate.acked.to_string()),
    ("lateness.p50", |lane| known(lane.lateness.p50)),
    ("lateness.p99", |lane| known(lane.lateness.p99)),
    ("lateness.max", |lane| known(lane.lateness.max)),
    ("responseTime.p50", |lane| known(lane.response_time.p50)),
    ("responseTime.p90", |lane| known(lane.response_time.p90)),
    ("responseTime.p95", |lane| known(lane.response_time.p95)),
    ("responseTime.p99", |lane| known(lane.response_time.p99)),
    ("responseTime.p999", |lane| known(lane.response_time.p999)),
    ("responseTime.max", |lane| known(lane.response_time.max)),
    ("serviceTime.p50", |lane| known(lane.service_time.p50)),
    ("serviceTime.p99", |lane| known(lane.service_time.p99)),
    ("serviceTime.max", |lane| known(lane.service_time.max)),
    ("headroom", |lane| lane.headroom.to_string()),
];

fn series(series: &Series) -> String {
    let mut text = line(["t", "at", "signal"].into_iter().chain(SERIES.iter().map(|(name, _)| *name)));
    for point in &series.points {
        for (signal, lane) in &point.lanes {
            let head = [point.t.to_string(), moment(point.at), signal.to_string()];
            text.push_str(&line(head.into_iter().chain(SERIES.iter().map(|(_, field)| field(lane)))));
        }
    }
    text
}

const LANES: [Column<LaneResults>; 25] = [
    ("due", |lane| lane.due.to_string()),
    ("issued", |lane| lane.issued.to_string()),
    ("acked", |lane| lane.acked.to_string()),
    ("rejected", |lane| lane.rejected.to_string()),
    ("failed", |lane| lane.failed.to_string()),
    ("missed", |lane| lane.missed.to_string()),
    ("inDoubt", |lane| lane.in_doubt.to_string()),
    ("requests", |lane| lane.requests.to_string()),
    ("retries", |lane| lane.retries.to_string()),
    ("bytes", |lane| lane.bytes.to_string()),
    ("wireBytes", |lane| lane.wire_bytes.to_string()),
    ("rate.asked", |lane| lane.rate.asked.to_string()),
    ("rate.achieved", |lane| lane.rate.achieved.to_string()),
    ("lateness.p50", |lane| known(lane.lateness.p50)),
    ("lateness.p99", |lane| known(lane.lateness.p99)),
    ("lateness.max", |lane| known(lane.lateness.max)),
    ("responseTime.p50", |lane| known(lane.response_time.p50)),
    ("responseTime.p90", |lane| known(lane.response_time.p90)),
    ("responseTime.p95", |lane| known(lane.response_time.p95)),
    ("responseTime.p99", |lane| known(lane.response_time.p99)),
    ("responseTime.p999", |lane| known(lane.response_time.p999)),
    ("responseTime.max", |lane| known(lane.response_time.max)),
    ("serviceTime.p50", |lane| known(lane.service_time.p50)),
    ("serviceTime.p99", |lane| known(lane.service_time.p99)),
    ("serviceTime.max", |lane| known(lane.service_time.max)),
];

/// What the sink saw, in a run that names one.
const ARRIVED: [Column<Verified>; 10] = [
    ("received", |seen| seen.received.to_string()),
    ("unique", |seen| seen.unique.to_string()),
    ("duplicates", |seen| seen.duplicates.to_string()),
    ("reordered", |seen| seen.reordered.to_string()),
    ("lost", |seen| seen.lost.to_string()),
    ("lostAtMost", |seen| seen.lost_at_most.to_string()),
    ("lostAtTail", |seen| seen.lost_at_tail.to_string()),
    ("endToEnd.p50", |seen| known(seen.end_to_end.p50)),
    ("endToEnd.p99", |seen| known(seen.end_to_end.p99)),
    ("endToEnd.max", |seen| known(seen.end_to_end.max)),
];

fn lanes(results: &Results) -> String {
    let names = LANES.iter().map(|(name, _)| *name).chain(ARRIVED.iter().map(|(name, _)| *name));
    let mut text = line(["signal"].into_iter().chain(names));
    for (signal, lane) in &results.lanes {
        let seen = results.delivery.as_ref().and_then(|delivery| delivery.lanes.get(signal));
        let arrived = ARRIVED.iter().map(|(_, field)| seen.map(field).unwrap_or_default());
        let fields = LANES.iter().map(|(_, field)| field(lane));
        text.push_str(&line([signal.to_string()].into_iter().chain(fields).chain(arrived)));
    }
    text
}

fn timeline(series: &Series) -> String {
    let mut text = line(["t", "at", "event", "detail"]);
    for entry in &series.timeline {
        let detail = entry.detail.clone().unwrap_or_default();
        text.push_str(&line([
            entry.t.to_string(),
            moment(entry.at),
            entry.event.as_str().to_owned(),
            detail,
        ]));
    }
    text
}

fn known(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn line(fields: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let fields: Vec<_> = fields.into_iter().map(|field| quoted(field.as_ref())).collect();
    format!("{}\r\n", fields.join(","))
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::run;
    use super::*;

    #[test]
    fn every_row_has_a_field_for_every_column() {
        let run = run();
        for table in [Table::Series, Table::Lanes] {
            let text = table.write(&run.report());
            let widths: Vec<_> = text.lines().map(|line| line.split(',').count()).collect();
            assert!(widths.len() > 1 && widths.iter().all(|width| *width == widths[0]), "{table:?}: {text}");
        }
        let series = Table::Series.write(&run.report());
        assert!(series.contains("\r\n2,1970-01-01T00:00:02.000Z,logs,10,10,8,"), "{series}");
    }

    #[test]
    fn a_text_with_commas_quotes_or_lines_stays_one_field() {
        assert_eq!(line(["a", "b, \"c\"\nd"]), "a,\"b, \"\"c\"\"\nd\"\r\n");
        assert!(
            Table::Timeline
                .write(&run().report())
                .starts_with("t,at,event,detail\r\n0,1970-01-01T00:00:00.000Z,started,\r\n")
        );
    }

    #[test]
    fn a_table_is_known_by_its_name() {
        for table in Table::ALL {
            assert_eq!(Table::from_name(table.as_str()), Some(table));
        }
        assert_eq!(Table::from_name("tables"), None);
    }
}

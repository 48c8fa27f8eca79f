//! The tables of a report as CSV (RFC 4180), for spreadsheets and data frames: one row a point and lane, a lane, or a mark.

use chrono::SecondsFormat;

use super::view::{Column, Lane, LaneSeries, Mark, Series, View};

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

    pub(super) fn write(self, view: &View) -> String {
        match self {
            Self::Series => series(&view.series),
            Self::Lanes => lanes(&view.lanes),
            Self::Timeline => timeline(&view.timeline),
        }
    }
}

fn series(series: &Series) -> String {
    let mut text = line(SERIES.iter().map(ToString::to_string));
    for (place, (t, at)) in series.t.iter().zip(&series.at).enumerate() {
        for lane in &series.lanes {
            let figures =
                columns(lane).into_iter().map(|column| number(column.get(place).copied().flatten()));
            let head =
                [t.to_string(), at.to_rfc3339_opts(SecondsFormat::Millis, true), lane.signal.to_owned()];
            text.push_str(&line(head.into_iter().chain(figures)));
        }
    }
    text
}

const SERIES: [&str; 13] = [
    "t",
    "at",
    "signal",
    "rate.asked",
    "rate.achieved",
    "rate.acked",
    "lateness.p50",
    "lateness.p99",
    "lateness.max",
    "responseTime.p50",
    "responseTime.p90",
    "responseTime.p99",
    "responseTime.max",
];

fn columns(lane: &LaneSeries) -> Vec<&Column> {
    [&lane.asked, &lane.achieved, &lane.acked]
        .into_iter()
        .chain(&lane.lateness)
        .chain(&lane.response)
        .collect()
}

fn lanes(lanes: &[Lane]) -> String {
    let mut text = line(LANES.iter().map(ToString::to_string));
    for lane in lanes {
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
        let received = lane.received.as_ref();
        let seen = [
            received.map(|seen| seen.unique),
            received.map(|seen| seen.lost),
            received.map(|seen| seen.duplicates),
        ];
        let (response, lateness) = (&lane.response, &lane.lateness);
        let times = [
            response.p50,
            response.p90,
            response.p95,
            response.p99,
            response.p999,
            response.max,
            lateness.p99,
            lateness.max,
        ];
        let fields = [lane.signal.to_owned()]
            .into_iter()
            .chain(counts.iter().map(u64::to_string))
            .chain(seen.iter().map(|count| count.map(|count| count.to_string()).unwrap_or_default()))
            .chain([lane.asked.to_string(), lane.achieved.to_string()])
            .chain(times.into_iter().map(number));
        text.push_str(&line(fields));
    }
    text
}

const LANES: [&str; 25] = [
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
    "received",
    "lost",
    "duplicates",
    "rate.asked",
    "rate.achieved",
    "responseTime.p50",
    "responseTime.p90",
    "responseTime.p95",
    "responseTime.p99",
    "responseTime.p999",
    "responseTime.max",
    "lateness.p99",
    "lateness.max",
];

fn timeline(timeline: &[Mark]) -> String {
    let mut text = line(["t", "at", "event", "detail"].map(str::to_owned));
    for mark in timeline {
        let at = mark.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        text.push_str(&line([
            mark.t.to_string(),
            at,
            mark.event.clone(),
            mark.detail.clone().unwrap_or_default(),
        ]));
    }
    text
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn line(fields: impl IntoIterator<Item = String>) -> String {
    let fields: Vec<_> = fields.into_iter().map(|field| quoted(&field)).collect();
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
    use super::super::testing::view;
    use super::*;

    #[test]
    fn every_row_has_a_field_for_every_column() {
        for table in [Table::Series, Table::Lanes] {
            let text = table.write(&view());
            let widths: Vec<_> = text.lines().map(|line| line.split(',').count()).collect();
            assert!(widths.len() > 2 && widths.iter().all(|width| *width == widths[0]), "{table:?}: {text}");
        }
        assert!(Table::Series.write(&view()).contains("\r\n2,2026-01-02T03:04:07.000Z,logs,100,98,"));
    }

    #[test]
    fn a_text_with_commas_quotes_or_lines_stays_one_field() {
        let text = Table::Timeline.write(&view());
        assert!(
            text.contains("thresholdBreached,\"a \"\"b\"\", <script>alert(1)</script>\nc\"\r\n"),
            "{text}"
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

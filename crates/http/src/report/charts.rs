//! Which charts a lane has, and the figures of all of them for the page's script.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::chart::{Chart, Drawing, Line, Unit};
use super::scale::Scale;
use super::view::{Column, LaneSeries, Series};

/// The charts of one signal: rate, response time, lateness, and what did not make it if anything did not.
pub(super) fn of_lane<'a>(series: &'a Series, lane: &'a LaneSeries) -> Vec<Chart<'a>> {
    let chart = |id, title, unit, scale, drawing, lines| Chart {
        id: format!("{}-{id}", lane.signal),
        title,
        unit,
        scale,
        drawing,
        t: &series.t,
        lines,
    };
    let rates =
        [("asked", "asked", &lane.asked), ("achieved", "c1", &lane.achieved), ("acked", "c2", &lane.acked)];
    let [response_p50, response_p90, response_p99, response_max] = &lane.response;
    let responses = [
        ("max", "faint", response_max),
        ("p50", "t1", response_p50),
        ("p90", "t2", response_p90),
        ("p99", "t3", response_p99),
    ];
    let [lateness_p50, lateness_p99, lateness_max] = &lane.lateness;
    let latenesses =
        [("max", "faint", lateness_max), ("p50", "t1", lateness_p50), ("p99", "t3", lateness_p99)];

    let rate_scale = Scale::linear(rates.iter().flat_map(|(_, _, column)| known(column)));
    let mut charts = vec![
        chart("rate", "Rate", Unit::PerSecond, rate_scale, Drawing::Lines, lines(&rates)),
        chart(
            "response",
            "Response time",
            Unit::Millis,
            times(response_p50, &responses),
            Drawing::Lines,
            lines(&responses),
        ),
        chart(
            "lateness",
            "Lateness of the generator",
            Unit::Millis,
            times(lateness_p50, &latenesses),
            Drawing::Lines,
            lines(&latenesses),
        ),
    ];
    if !lane.failures.is_empty() {
        let layers = layers(&lane.failures, series.t.len());
        let highest = (0..series.t.len()).map(|place| {
            layers.iter().map(|layer| layer.values.get(place).copied().flatten().unwrap_or(0.0)).sum()
        });
        let scale = Scale::linear(highest.collect::<Vec<f64>>());
        charts.push(chart(
            "failures",
            "Records that did not make it",
            Unit::Records,
            scale,
            Drawing::Stack,
            layers,
        ));
    }
    charts
}

/// All figures of the charts, for the script that shows those under the pointer.
pub(super) fn figures(series: &Series, span: f64) -> Value {
    let charts = series.lanes.iter().flat_map(|lane| of_lane(series, lane)).map(|chart| {
        let lines = chart
            .lines
            .iter()
            .map(|line| json!({"name": line.name, "colour": line.colour, "values": rounded(&line.values)}));
        (chart.id, json!({"unit": chart.unit.name(), "lines": lines.collect::<Vec<_>>()}))
    });
    let at: Vec<_> = series.at.iter().map(chrono::DateTime::timestamp_millis).collect();
    json!({"span": span, "t": series.t, "at": at, "charts": charts.collect::<serde_json::Map<_, _>>()})
}

fn lines<'a, const N: usize>(columns: &[(&'static str, &'static str, &'a Column); N]) -> Vec<Line<'a>> {
    let line = |(name, colour, values): &(&'static str, &'static str, &'a Column)| Line {
        name: Cow::Borrowed(*name),
        colour,
        values: Cow::Borrowed(*values),
    };
    columns.iter().map(line).collect()
}

fn times<const N: usize>(typical: &Column, columns: &[(&str, &str, &Column); N]) -> Scale {
    let all: Vec<_> = columns.iter().flat_map(|(_, _, column)| known(column)).collect();
    Scale::times(&known(typical), &all)
}

fn known(column: &Column) -> Vec<f64> {
    column.iter().flatten().copied().collect()
}

/// The kinds as layers; those beyond the colours there are become one.
fn layers(kinds: &[(String, Column)], points: usize) -> Vec<Line<'_>> {
    let mut sorted: Vec<_> = kinds.iter().collect();
    let total = |column: &Column| known(column).into_iter().sum::<f64>();
    sorted.sort_by(|a, b| total(&b.1).total_cmp(&total(&a.1)));
    let own = if sorted.len() > LAYERS.len() { LAYERS.len() - 1 } else { sorted.len() };
    let rest = sorted.split_off(own);
    let mut layers: Vec<_> = sorted
        .into_iter()
        .zip(LAYERS)
        .map(|((kind, column), colour)| Line {
            name: kind.as_str().into(),
            colour,
            values: Cow::Borrowed(column),
        })
        .collect();
    if !rest.is_empty() {
        let sum = |place: usize| {
            Some(rest.iter().filter_map(|(_, column)| column.get(place).copied().flatten()).sum())
        };
        layers.push(Line {
            name: "others".into(),
            colour: "c6",
            values: Cow::Owned((0..points).map(sum).collect()),
        });
    }
    layers
}

/// To a thousandth, or four digits of small figures: more only makes the file larger.
fn rounded(values: &Column) -> Vec<Option<f64>> {
    let round = |value: f64| (value * 1e4).round() / 1e4;
    values.iter().map(|value| value.map(round)).collect()
}

const LAYERS: [&str; 6] = ["c5", "c4", "c3", "c1", "c2", "c6"];

#[cfg(test)]
mod tests {
    use super::super::testing::view;
    use super::*;

    #[test]
    fn a_lane_without_losses_has_no_chart_of_them() {
        let view = view();
        let ids = |lane: &LaneSeries| {
            of_lane(&view.series, lane).into_iter().map(|chart| chart.id).collect::<Vec<_>>()
        };
        let logs = &view.series.lanes[0];
        assert_eq!(ids(logs), ["logs-rate", "logs-response", "logs-lateness", "logs-failures"]);
        assert_eq!(ids(&LaneSeries { failures: Vec::new(), ..logs.clone() }).len(), 3);
    }

    #[test]
    fn more_kinds_than_colours_are_summed_up() {
        let kinds: Vec<_> =
            (0..9).map(|kind| (format!("status_{kind}"), vec![Some(f64::from(kind)); 2])).collect();
        let layers = layers(&kinds, 2);
        let names: Vec<_> = layers.iter().map(|layer| layer.name.as_ref()).collect();
        assert_eq!(names, ["status_8", "status_7", "status_6", "status_5", "status_4", "others"]);
        assert_eq!(layers[5].values.as_ref(), &[Some(6.0); 2]);
    }

    #[test]
    fn the_script_finds_every_chart_and_all_its_figures() {
        let view = view();
        let figures = figures(&view.series, 3.0);
        assert_eq!(figures["t"].as_array().unwrap().len(), view.series.t.len());
        let charts = figures["charts"].as_object().unwrap();
        for chart in view.series.lanes.iter().flat_map(|lane| of_lane(&view.series, lane)) {
            let lines = charts[&chart.id]["lines"].as_array().unwrap();
            assert_eq!(lines.len(), chart.lines.len());
            assert!(lines.iter().all(|line| line["values"].as_array().unwrap().len() == view.series.t.len()));
        }
    }
}

//! What happens, as server-sent events (WHATWG HTML, 9.2).

use std::collections::BTreeMap;
use std::io::Write;

use chrono::{DateTime, Utc};
use moniflux_service::{Happening, LivePoint};
use serde::Serialize;
use utoipa::ToSchema;

use super::series::{StepLaneView, TimelineView};
use super::test::TestView;

/// The data of a `point` event: what a run reported in about a second.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LivePoint)]
pub(crate) struct PointView {
    /// The test.
    #[serde(rename = "testID")]
    test: String,
    /// The run.
    #[serde(rename = "runID")]
    run_id: String,
    /// The how-many-eth run of its test, from 1.
    run: u32,
    /// Seconds under load by then.
    t: f64,
    /// When it was reported.
    at: DateTime<Utc>,
    /// Seconds under load since the report before.
    seconds: f64,
    /// Each signal that reported: `logs`, `metrics`, `traces`.
    lanes: BTreeMap<&'static str, StepLaneView>,
    /// What happened to the load meanwhile.
    marks: Vec<TimelineView>,
}

/// The data of a `deleted` event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeletedTest)]
pub(crate) struct DeletedView {
    /// The test.
    #[serde(rename = "testID")]
    test: String,
}

/// An event as it is sent.
pub(crate) fn render(happening: &Happening) -> Vec<u8> {
    match happening {
        Happening::State(test) => event("state", None, &TestView::from(test.as_ref())),
        Happening::Deleted(test) => event("deleted", None, &DeletedView { test: test.to_string() }),
        Happening::Point(point) => {
            event("point", Some(point.at.timestamp_millis()), &PointView::from(point.as_ref()))
        }
    }
}

fn event(name: &str, id: Option<i64>, data: &impl Serialize) -> Vec<u8> {
    let mut text = format!("event: {name}\n").into_bytes();
    let written = id
        .map_or(Ok(()), |id| writeln!(text, "id: {id}"))
        .and_then(|()| text.write_all(b"data: "))
        .and_then(|()| serde_json::to_writer(&mut text, data).map_err(Into::into))
        .and_then(|()| text.write_all(b"\n\n"));
    // A vector takes every write, and views hold nothing that JSON has no form for.
    debug_assert!(written.is_ok());
    text
}

impl From<&LivePoint> for PointView {
    fn from(point: &LivePoint) -> Self {
        let lanes = point.lanes.iter().map(|(signal, lane)| (signal.as_str(), lane.clone().into()));
        Self {
            test: point.test.to_string(),
            run_id: point.run_id.to_string(),
            run: point.run.0,
            t: point.t,
            at: point.at,
            seconds: point.seconds,
            lanes: lanes.collect(),
            marks: point.marks.iter().cloned().map(TimelineView::from).collect(),
        }
    }
}

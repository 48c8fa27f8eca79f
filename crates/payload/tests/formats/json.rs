//! JSON bodies, read by `serde_json` alone.

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use serde_json::Value;

use crate::support::{AROUND_WIDTHS, RUN, TEST, body, shape, span};

#[test]
fn records_have_the_documented_fields_in_their_order_and_nothing_else() {
    let keys = |signal| -> Vec<String> {
        let text = String::from_utf8(body(&shape(DestinationKind::Http, signal), span(0, 1))).unwrap();
        let object = text.trim_start_matches("[{").trim_end_matches("}]");
        object
            .split(",\"")
            .map(|field| field.split('"').find(|part| !part.is_empty()).unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys(Signal::Logs), ["testID", "runID", "seq", "timestamp", "level", "message"]);
    assert_eq!(keys(Signal::Metrics), ["testID", "runID", "seq", "timestamp", "name", "value"]);
    let trace = ["testID", "runID", "seq", "timestamp", "traceID", "spanID", "operation", "duration"];
    assert_eq!(keys(Signal::Traces), trace);
}

#[test]
fn records_carry_test_run_number_and_time() {
    for signal in Signal::ALL {
        for (first, count) in AROUND_WIDTHS {
            let records = records(&body(&shape(DestinationKind::Http, signal), span(first, count)));
            assert_eq!(records.len(), count as usize);
            for (record, index) in records.iter().zip(0_u64..) {
                assert_eq!(record["testID"], TEST);
                assert_eq!(record["runID"], RUN.to_string());
                assert_eq!(record["seq"], first + index);
                let time = format!("2026-01-01T12:00:00.{:09}Z", index * 1_000);
                assert_eq!(record["timestamp"], time);
            }
        }
    }
}

#[test]
fn sums_count_and_gauges_stay_within_bounds() {
    let mut last = std::collections::HashMap::new();
    for record in records(&body(&shape(DestinationKind::Http, Signal::Metrics), span(0, 1_600))) {
        let (seq, name) = (record["seq"].as_u64().unwrap(), record["name"].as_str().unwrap().to_owned());
        if seq % 2 == 1 {
            assert_eq!(record["value"], seq / 16 + 1, "{name}");
        } else {
            let value = record["value"].as_f64().unwrap();
            assert!(if name == "hw.temperature" {
                (38.0..72.0).contains(&value)
            } else {
                value < 1.0 && value > 0.2
            });
        }
        last.insert(name, seq);
    }
    assert_eq!(last.len(), 8, "names stay few");
}

#[test]
fn traces_have_ids_of_their_own_an_operation_and_milliseconds() {
    let records = records(&body(&shape(DestinationKind::Http, Signal::Traces), span(0, 500)));
    let hex = |value: &Value, digits| {
        let text = value.as_str().unwrap().to_owned();
        assert!(
            text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        );
        assert!(text.bytes().any(|b| b != b'0'));
        text
    };
    let traces: std::collections::HashSet<_> =
        records.iter().map(|record| hex(&record["traceID"], 32)).collect();
    let spans: std::collections::HashSet<_> =
        records.iter().map(|record| hex(&record["spanID"], 16)).collect();
    assert_eq!((traces.len(), spans.len()), (500, 500));
    for record in &records {
        assert!((0.5..250.5).contains(&record["duration"].as_f64().unwrap()));
        assert!(record["operation"].as_str().unwrap().contains(" /api/v1/"));
    }
}

pub(crate) fn messages(body: &[u8]) -> Vec<String> {
    records(body).iter().map(|record| record["message"].as_str().unwrap().to_owned()).collect()
}

fn records(body: &[u8]) -> Vec<Value> {
    serde_json::from_slice(body).unwrap()
}

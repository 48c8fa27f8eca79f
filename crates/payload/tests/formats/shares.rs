//! A lane's records are the same into however many shares and batches it is divided, timestamps and envelope aside.

use std::collections::HashMap;
use std::error::Error;
use std::ops::Range;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::SpansPerTrace;
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span, decode};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, NumberDataPoint, number_data_point::Value};
use proptest::prelude::*;
use prost::Message;

use crate::support::{NOON, body, every_shape, numbers, shape, span};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shares_have_together_the_records_of_the_whole(
        seed: u64,
        shares in 1_u32..=6,
        first in prop_oneof![Just(0_u64), 0_u64..500, Just((1 << 21) - 120), Just(10_000_000 - 120)],
        count in 1_u64..400,
        whole_batch in 1_u32..200,
        part_batch in 1_u32..50,
        spans in 1_u32..5,
    ) {
        for shape in every_shape() {
            let whole = Shape { seed, spans_per_trace: SpansPerTrace::of(spans).unwrap(), ..shape };
            let items = if whole.signal == Signal::Traces { u64::from(spans) } else { 1 };
            let mut expected = records(&whole, first..first + count, whole_batch);
            let mut found: Vec<_> = (0..shares)
                .flat_map(|index| {
                    let share = Share::new(index, shares).unwrap();
                    let own = share.of(first)..share.of(first + count);
                    records(&Shape { share, ..whole.clone() }, own, part_batch)
                })
                .collect();
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(expected.len() as u64, count * items);
            prop_assert!(found == expected, "{:?} {}", whole.kind, whole.signal);
        }
    }

    #[test]
    fn a_share_arrives_without_gaps_and_no_other_shares_records_do(
        shares in 2_u32..64,
        index: prop::sample::Index,
        first in 0_u64..1 << 34,
        count in 1_u32..99,
    ) {
        let index = u32::try_from(index.index(shares as usize)).unwrap();
        for mut shape in every_shape() {
            shape.share = Share::new(index, shares).unwrap();
            shape.spans_per_trace = SpansPerTrace::of(1 + count % 3).unwrap();
            let body = body(&shape, span(first, count));
            let mut told = numbers(&shape, &body).unwrap();
            told.sort_unstable();
            prop_assert!(told.into_iter().eq(first..first + u64::from(count)));
        }
    }
}

#[test]
fn a_record_of_another_share_is_an_error() {
    let shares = [0, 1].map(|index| Share::new(index, 2).unwrap());
    for shape in every_shape() {
        let mut body = body(&Shape { share: shares[0], ..shape.clone() }, span(5, 3));
        if let Some(at) = body.windows(SHARE_0.len()).position(|bytes| bytes == SHARE_0) {
            body[at + SHARE_0.len() - 1] = 1;
        }
        let error = decode(shape.kind, shape.signal, shares[1], &body, &mut |_| {}).unwrap_err();
        let cause = error.source().map(ToString::to_string);
        let text = cause.unwrap_or_else(|| error.to_string());
        assert!(text.contains("no record of share 1/2 has the number"), "{text}");
    }
}

#[test]
fn sums_of_a_share_grow_within_each_of_its_series() {
    for shares in [1, 2, 3, 6, 16, 40] {
        let share = Share::new(shares - 1, shares).unwrap();
        let shape = Shape { share, ..shape(DestinationKind::OtlpHttp, Signal::Metrics) };
        let body = body(&shape, span(3, 500));
        let request = ExportMetricsServiceRequest::decode(&*body).unwrap();
        for metric in &request.resource_metrics[0].scope_metrics[0].metrics {
            let Some(Data::Sum(sum)) = &metric.data else { continue };
            let mut last = HashMap::new();
            for point in &sum.data_points {
                let before = last.insert(attributes(point), point.value);
                let (Some(Some(Value::AsInt(before))), Some(Value::AsInt(now))) = (before, point.value)
                else {
                    continue;
                };
                assert!(before < now);
            }
        }
    }
}

/// The records of a share, encoded in batches of so many, without their times.
fn records(shape: &Shape, own: Range<u64>, batch: u32) -> Vec<Vec<u8>> {
    let encoder = Encoder::new(shape);
    let mut buffer = BatchBuffer::default();
    let mut records = Vec::new();
    let mut first = own.start;
    while first < own.end {
        let count = u32::try_from(own.end - first).unwrap_or(u32::MAX).min(batch);
        encoder.encode(&mut buffer, Span { first, count, first_due: NOON, last_due: NOON + 999 });
        records.extend(without_times(shape, buffer.as_ref()));
        first += u64::from(count);
    }
    records
}

fn without_times(shape: &Shape, body: &[u8]) -> Vec<Vec<u8>> {
    match (shape.kind, shape.signal) {
        (DestinationKind::Http, _) => rows(body),
        (DestinationKind::OtlpHttp, Signal::Logs) => {
            let mut request = ExportLogsServiceRequest::decode(body).unwrap();
            let records = &mut request.resource_logs[0].scope_logs[0].log_records;
            for record in records.iter_mut() {
                (record.time_unix_nano, record.observed_time_unix_nano) = (0, 0);
            }
            records.iter().map(Message::encode_to_vec).collect()
        }
        (DestinationKind::OtlpHttp, Signal::Metrics) => {
            let mut request = ExportMetricsServiceRequest::decode(body).unwrap();
            request.resource_metrics[0].scope_metrics[0].metrics.iter_mut().flat_map(single_points).collect()
        }
        (DestinationKind::OtlpHttp, Signal::Traces) => {
            let mut request = ExportTraceServiceRequest::decode(body).unwrap();
            let spans = &mut request.resource_spans[0].scope_spans[0].spans;
            for span in spans.iter_mut() {
                span.end_time_unix_nano -= span.start_time_unix_nano;
                span.start_time_unix_nano = 0;
            }
            spans.iter().map(Message::encode_to_vec).collect()
        }
    }
}

/// Every point as a metric of its own.
fn single_points(metric: &mut Metric) -> Vec<Vec<u8>> {
    let points = match metric.data.as_mut().unwrap() {
        Data::Gauge(gauge) => std::mem::take(&mut gauge.data_points),
        Data::Sum(sum) => std::mem::take(&mut sum.data_points),
        other @ (Data::Histogram(_) | Data::ExponentialHistogram(_) | Data::Summary(_)) => {
            panic!("{other:?}")
        }
    };
    let head = metric.encode_to_vec();
    let alone = |mut point: NumberDataPoint| {
        point.time_unix_nano = 0;
        [head.clone(), point.encode_to_vec()].concat()
    };
    points.into_iter().map(alone).collect()
}

/// The objects of a JSON array, byte for byte but for the timestamp.
fn rows(body: &[u8]) -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(body).unwrap();
    let inside = text.strip_prefix("[{").unwrap().strip_suffix("}]").unwrap();
    let without_time = |row: &str| {
        let (before, after) = row.split_once(r#""timestamp":""#).unwrap();
        [before, after.split_once('"').unwrap().1].concat().into_bytes()
    };
    inside.split("},{").map(without_time).collect()
}

fn attributes(point: &NumberDataPoint) -> Vec<u8> {
    point.attributes.iter().flat_map(Message::encode_to_vec).collect()
}

/// Ends with the number of the share.
const SHARE_0: &[u8] = b"moniflux.share\x12\x02\x18\x00";

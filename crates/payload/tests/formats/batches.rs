//! However records are cut into batches, and whatever a buffer held before.

use std::collections::HashMap;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogSize;
use moniflux_payload::{BatchBuffer, Encoder, Shape, Span};
use proptest::prelude::*;

use crate::support::{AROUND_WIDTHS, NOON, body, every_shape, numbers, shape, span, times};

#[test]
fn a_reused_buffer_holds_what_a_new_one_would() {
    for shape in every_shape() {
        let encoder = Encoder::new(&shape);
        let mut buffer = BatchBuffer::default();
        for (first, count) in AROUND_WIDTHS.into_iter().chain(AROUND_WIDTHS.into_iter().rev()) {
            for first in [first, first + u64::from(count)] {
                encoder.encode(&mut buffer, span(first, count));
                assert!(buffer.as_ref() == body(&shape, span(first, count)), "{shape:?} {first} {count}");
            }
        }
    }
}

#[test]
fn every_record_arrives_with_its_own_time() {
    for shape in every_shape() {
        for (first, count) in AROUND_WIDTHS {
            let expected = (0..u64::from(count)).map(|index| (first + index, Some(NOON + 1_000 * index)));
            assert!(times(&shape, &body(&shape, span(first, count))).into_iter().eq(expected), "{shape:?}");
        }
    }
}

#[test]
fn the_largest_numbers_can_be_sent() {
    for shape in every_shape() {
        let span = Span { first: u64::MAX - 21, count: 21, first_due: NOON, last_due: NOON };
        let told = numbers(&shape, &body(&shape, span)).unwrap();
        assert_eq!(told.len(), 21);
        // Gauges carry their numbers modulo 2^45.
        assert!(
            told.iter().all(|seq| (u64::MAX - 21..u64::MAX).any(|sent| sent % (1 << 45) == seq % (1 << 45)))
        );
    }
}

#[test]
fn a_body_of_so_many_records_keeps_within_the_bytes() {
    for shape in every_shape() {
        let encoder = Encoder::new(&shape);
        for bytes in [1, 1_000, 10_000, 100_000, 1 << 20] {
            let count = encoder.records_within(bytes);
            for first in [0, 5, 1 << 35, u64::MAX - 100_000] {
                let size = body(&shape, span(first, count)).len() as u64;
                assert!(count == 1 || size <= bytes, "{shape:?} {count} {size} {bytes}");
            }
            assert!(bytes < 100_000 || u64::from(count) * 1_000 > bytes, "wasteful: {count} in {bytes}");
        }
    }
}

#[test]
fn messages_have_exactly_the_wanted_size_in_both_formats() {
    for size in [1, 2, 7, 50, 256, 4096, LogSize::MAX] {
        for mut shape in every_shape().filter(|shape| shape.signal == Signal::Logs) {
            shape.log_size = LogSize::bytes(size).unwrap();
            for message in messages(&shape, &body(&shape, span(3, 3))) {
                assert_eq!(message.len(), size as usize);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn numbers_are_gapless_whatever_the_batches(
        start in prop_oneof![Just(0_u64), 0_u64..100_000, Just((1 << 28) - 50)],
        counts in prop::collection::vec(1_u32..90, 1..12),
    ) {
        for shape in every_shape() {
            let encoder = Encoder::new(&shape);
            let mut buffer = BatchBuffer::default();
            let mut told = Vec::new();
            let mut first = start;
            for count in &counts {
                encoder.encode(&mut buffer, span(first, *count));
                told.extend(numbers(&shape, buffer.as_ref()).unwrap());
                first += u64::from(*count);
            }
            told.sort_unstable();
            prop_assert!(told.into_iter().eq(start..first));
        }
    }

    #[test]
    fn the_seed_and_the_number_decide_on_the_message(seed: u64, cut in 1_u32..40) {
        let shape = Shape { seed, ..shape(DestinationKind::OtlpHttp, Signal::Logs) };
        let whole = messages(&shape, &body(&shape, span(100, 40)));
        let mut parts = messages(&shape, &body(&shape, span(100, cut)));
        if cut < 40 {
            parts.extend(messages(&shape, &body(&shape, span(100 + u64::from(cut), 40 - cut))));
        }
        prop_assert_eq!(&whole, &parts);
        let other = Shape { seed: seed ^ 1, ..shape };
        prop_assert_ne!(whole, messages(&other, &body(&other, span(100, 40))));
    }
}

#[test]
fn messages_vary_from_record_to_record() {
    let shape = shape(DestinationKind::Http, Signal::Logs);
    let mut seen = HashMap::new();
    for message in messages(&shape, &body(&shape, span(0, 1000))) {
        *seen.entry(message).or_insert(0) += 1;
    }
    assert!(seen.len() > 500 && seen.values().all(|count| *count < 40), "{}", seen.len());
}

fn messages(shape: &Shape, body: &[u8]) -> Vec<String> {
    match shape.kind {
        DestinationKind::Http => crate::json::messages(body),
        DestinationKind::OtlpHttp => crate::otlp::messages(body),
    }
}

//! Texts as records carry them, and how far bodies of them compress.

use std::collections::HashSet;
use std::io::Write as _;

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{LogSize, SpansPerTrace};
use uuid::Uuid;

use super::*;
use crate::{BatchBuffer, Encoder, Span};

fn shape(size: u32, log_type: LogType, entropy: Entropy) -> Shape {
    Shape {
        kind: DestinationKind::OtlpHttp,
        signal: Signal::Logs,
        test: TestId::parse("a-test").unwrap(),
        run: RunId(Uuid::from_u128(7)),
        share: Share::WHOLE,
        log_type,
        log_size: LogSize::bytes(size).unwrap(),
        entropy,
        spans_per_trace: SpansPerTrace::default(),
        seed: 42,
        started_at: NOON,
    }
}

fn texts(size: u32, log_type: LogType, entropy: Entropy, count: u64) -> Vec<String> {
    let messages = Messages::new(&shape(size, log_type, entropy));
    let text = |number| {
        let mut place = vec![0; messages.size()];
        messages.put(&mut place, number);
        String::from_utf8(place).unwrap()
    };
    (0..count).map(text).collect()
}

#[test]
fn every_message_is_filled_with_what_json_takes_as_it_is() {
    for size in (1..=64).chain([255, 256, 257, 4096, LogSize::MAX]) {
        for entropy in Entropy::ALL {
            for text in texts(size, LogType::Warn, entropy, 9) {
                assert!(text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\'), "{text}");
            }
        }
    }
}

#[test]
fn messages_are_words_between_single_spaces() {
    for size in [1, 2, 3, 7, 8, 9, 10, 11, 50, 256] {
        for entropy in [Entropy::Low, Entropy::Realistic] {
            for text in texts(size, LogType::Warn, entropy, 2000) {
                assert!(text.split(' ').all(|word| !word.is_empty()), "{text:?}");
            }
        }
    }
}

#[test]
fn few_messages_are_alike_unless_that_is_wanted() {
    for size in [50, 256, 1024, 4096] {
        let distinct =
            |entropy| texts(size, LogType::Info, entropy, 999).into_iter().collect::<HashSet<_>>().len();
        assert!(distinct(Entropy::Low) <= FEW_LINES);
        // A short one may have no digit.
        assert!(distinct(Entropy::Realistic) > 500, "{}", distinct(Entropy::Realistic));
        assert_eq!(distinct(Entropy::High), 999);
    }
}

#[test]
fn what_a_lane_keeps_is_small() {
    for size in [50, 256, 1024, 4096] {
        let Source::Lines(lines) = Messages::new(&shape(size, LogType::Info, Entropy::Realistic)).source
        else {
            unreachable!("realistic text is made of lines")
        };
        let bytes = lines.text.len() + lines.windows.len() * size_of::<Window>();
        assert!(bytes <= 2 * POOL_BYTES, "{bytes}");
    }
}

#[test]
fn the_severity_shows_in_the_text() {
    let text = |log_type| texts(256, log_type, Entropy::Realistic, 99).concat();
    assert!(text(LogType::Error).contains("failed") && !text(LogType::Info).contains("failed"));
    assert!(text(LogType::Debug).contains("cache") && text(LogType::Warn).contains("retry"));
}

#[test]
fn bodies_compress_as_the_entropy_says() {
    // Bodies of 100 KiB and of 500 KiB.
    for (entropy, count, least, most) in [
        (Entropy::Low, 326, 15.0, 40.0),
        (Entropy::Low, 1_630, 15.0, 40.0),
        (Entropy::Realistic, 326, 4.8, 8.3),
        (Entropy::Realistic, 1_630, 4.8, 9.7),
        (Entropy::High, 326, 1.0, 1.6),
        (Entropy::High, 1_630, 1.0, 1.6),
    ] {
        for log_type in LogType::ALL {
            let body = body(&shape(256, log_type, entropy), count);
            for (name, packed) in [("gzip", gzip(&body)), ("zstd", zstd::encode_all(&*body, 1).unwrap())] {
                let bytes = |body: &[u8]| f64::from(u32::try_from(body.len()).unwrap());
                let ratio = bytes(&body) / bytes(&packed);
                assert!((least..=most).contains(&ratio), "{entropy:?} {log_type} {count} {name}: {ratio}");
            }
        }
    }
}

fn body(shape: &Shape, count: u32) -> Vec<u8> {
    let mut buffer = BatchBuffer::default();
    let span = Span { first: 50_000, count, first_due: NOON, last_due: NOON + 1_000_000 };
    Encoder::new(shape).encode(&mut buffer, span);
    buffer.as_ref().to_vec()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

const NOON: u64 = 1_767_268_800_000_000_000;

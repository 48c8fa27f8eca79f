//! How long it takes to encode a batch of a thousand records, and to read it again: `cargo bench --package moniflux-payload`.

#[path = "support/cases.rs"]
mod cases;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use moniflux_payload::{BatchBuffer, Encoder, decode, records};

use self::cases::{BATCH, CASES, Case, batch};

fn main() {
    divan::main();
}

/// As in a run: into a buffer that held the batch before.
#[divan::bench(args = CASES)]
fn encode(bencher: Bencher<'_, '_>, case: Case) {
    let encoder = Encoder::new(&case.shape());
    let mut buffer = BatchBuffer::default();
    let mut index = 0;
    bencher.counter(ItemsCount::new(BATCH)).counter(BytesCount::new(case.body().len())).bench_local(|| {
        encoder.encode(&mut buffer, batch(index % 1_000));
        index += 1;
        black_box(buffer.as_ref().len())
    });
}

#[divan::bench(args = CASES)]
fn read(bencher: Bencher<'_, '_>, case: Case) {
    let (shape, body) = (case.shape(), case.body());
    bencher.counter(ItemsCount::new(BATCH)).counter(BytesCount::new(body.len())).bench_local(|| {
        let mut sum = 0_u64;
        let told = decode(shape.kind, shape.signal, shape.share, black_box(&body), &mut |arrival| {
            sum = sum.wrapping_add(arrival.seq);
        });
        (told.is_ok(), sum)
    });
}

/// What a lane does ten times a second: the first record of a batch, as people read it.
#[divan::bench(args = CASES)]
fn keep_the_first(bencher: Bencher<'_, '_>, case: Case) {
    let (shape, body) = (case.shape(), case.body());
    let first = [shape.share.lane_number(batch(0).first)];
    bencher
        .bench_local(|| records(shape.kind, shape.signal, black_box(&body), &first).map(|kept| kept.len()));
}

//! What `scripts/bench-instructions` runs under callgrind, which counts inside [`counted_encode`] and [`counted_read`] only.
//!
//! `list` prints the names of the cases, one a line; `encode NAME` and `read NAME` do that [`ROUNDS`] times with a batch and print
//! how many records that were. Anything else, such as what a test runner asks for, does nothing.

#![expect(clippy::print_stdout, reason = "a script reads it")]

#[path = "support/cases.rs"]
mod cases;

use std::hint::black_box;

use moniflux_payload::{BatchBuffer, Encoder, Shape, Span, decode};

use self::cases::{BATCH, CASES, Case, batch};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let case = |name: &str| CASES.into_iter().find(|case| case.to_string() == *name);
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list", ..] => CASES.iter().for_each(|case| println!("{case}")),
        ["encode", name, ..] => case(name).into_iter().for_each(encode),
        ["read", name, ..] => case(name).into_iter().for_each(read),
        _ => {}
    }
}

fn encode(case: Case) {
    let encoder = Encoder::new(&case.shape());
    let mut buffer = BatchBuffer::default();
    // Lays the batch out, which is done once.
    encoder.encode(&mut buffer, batch(0));
    for round in 1..=ROUNDS {
        counted_encode(&encoder, &mut buffer, batch(round));
    }
    println!("{}", ROUNDS * u64::from(BATCH));
}

fn read(case: Case) {
    let (shape, body) = (case.shape(), case.body());
    for _ in 0..ROUNDS {
        black_box(counted_read(&shape, &body));
    }
    println!("{}", ROUNDS * u64::from(BATCH));
}

#[inline(never)]
fn counted_encode(encoder: &Encoder, buffer: &mut BatchBuffer, span: Span) {
    encoder.encode(buffer, span);
}

#[inline(never)]
fn counted_read(shape: &Shape, body: &[u8]) -> u64 {
    let mut sum = 0_u64;
    let told = decode(shape.kind, shape.signal, shape.share, body, &mut |arrival| {
        sum = sum.wrapping_add(arrival.seq);
    });
    told.map_or(0, |()| sum)
}

const ROUNDS: u64 = 20;

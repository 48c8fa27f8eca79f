//! What a lane pays to know when records are due: `cargo bench --package moniflux-engine`.
//!
//! [`batch`] asks what a lane asks of its load for each batch: when the first record is due, how many more are by the linger, and
//! when the last of them is.

use std::time::Duration;

use divan::{Bencher, black_box};
use moniflux_domain::profile::{ActiveTime, Demand, Extent, LaneRate, Load, LoadDuration, Rate};
use moniflux_domain::shape::{Shape, Target};
use moniflux_domain::signal::Share;

fn main() {
    divan::main();
}

const SHAPES: [&str; 3] = ["constant", "ramp", "sine"];

#[divan::bench(args = SHAPES)]
fn due(bencher: Bencher<'_, '_>, shape: &str) {
    let load = load(shape);
    let mut millis = 0;
    bencher.bench_local(|| {
        millis = (millis + 7) % LOAD_MILLIS;
        load.due(black_box(after(millis)))
    });
}

#[divan::bench(args = SHAPES)]
fn due_at(bencher: Bencher<'_, '_>, shape: &str) {
    let load = load(shape);
    let total = load.total();
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + 7_919) % total;
        load.due_at(black_box(number + 1))
    });
}

#[divan::bench(args = SHAPES)]
fn batch(bencher: Bencher<'_, '_>, shape: &str) {
    let load = load(shape);
    let total = load.total();
    let mut gone = 0;
    bencher.bench_local(|| {
        let first = load.due_at(black_box(gone + 1))?;
        let count = load.due(first.plus(LINGER)).saturating_sub(gone).clamp(1, 1_000);
        let last = load.due_at(gone + count);
        gone = (gone + count) % total;
        last
    });
}

/// The second of three shares of a million records a second and thereabouts, for an hour.
fn load(shape: &str) -> Load {
    let rate = Rate::per_second(1_000_000).unwrap_or(Rate::ZERO);
    let shape = match shape {
        "ramp" => Shape::Ramp { from: Target::ZERO, to: Target::FULL, over: None },
        "sine" => Shape::Sine { low: Target::ZERO, high: Target::FULL, period: Duration::from_mins(1) },
        _ => Shape::Constant,
    };
    let extent = LoadDuration::seconds(3_600).map_or(Extent::Open, Extent::For);
    let share = Share::new(1, 3).unwrap_or(Share::WHOLE);
    Load::of(Demand { rate: LaneRate::PerSecond(rate), shape, extent }, share)
}

fn after(millis: u64) -> ActiveTime {
    ActiveTime::ZERO.plus(Duration::from_millis(millis))
}

const LOAD_MILLIS: u64 = 3_600_000;
const LINGER: Duration = Duration::from_millis(100);

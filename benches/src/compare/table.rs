//! The table of medians.

use super::measure::{Measurement, Sender};
use crate::statistics::{extremes, median};

/// The names of the columns.
pub(super) fn head() -> String {
    format!(
        "{:<24} {:>9} {:>12} {:>25} {:>10} {:>12} {:>10} {:>6}\n",
        "medians", "body KiB", "records/CPUs", "(lowest-highest)", "MB/CPUs", "records/s", "MB/s", "cores"
    )
}

/// What the rows below have in common.
pub(super) fn title(records: u32, bytes: usize) -> String {
    format!("\n{records} records a body, {:.1} KiB, 4 connections\n", bytes as f64 / 1024.0)
}

/// A sender's medians; each column has its own.
pub(super) fn row(sender: Sender, measurements: &[Measurement]) -> String {
    let all = |value: fn(&Measurement) -> f64| -> Vec<f64> { measurements.iter().map(value).collect() };
    let per_cpu = all(|one| one.records / one.cpu);
    let (lowest, highest) = extremes(&per_cpu);
    format!(
        "{:<24} {:>9.1} {:>12} {:>25} {:>10.0} {:>12} {:>10.0} {:>6.2}\n",
        sender.name(),
        median(&all(|one| one.body / 1024.0)),
        thousands(median(&per_cpu)),
        format!("({}-{})", thousands(lowest), thousands(highest)),
        median(&all(|one| one.bytes / one.cpu / 1e6)),
        thousands(median(&all(|one| one.records / one.wall))),
        median(&all(|one| one.bytes / one.wall / 1e6)),
        median(&all(|one| one.cpu / one.wall)),
    )
}

/// A number without its fraction, in groups of three digits.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        let numbers = [0.0, 999.4, 1_000.0, 12_345_678.0].map(thousands);
        assert_eq!(numbers, ["0", "999", "1,000", "12,345,678"]);
    }

    #[test]
    fn a_row_has_medians_a_cpu_second_and_a_wall_second() {
        let measured = |cpu| Measurement { records: 6e6, bytes: 6e8, body: 102_400.0, cpu, wall: 6.0 };
        let row = row(Sender::Wrk, &[measured(3.0), measured(1.0), measured(2.0)]);
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(
            words[3..],
            ["100.0", "3,000,000", "(2,000,000-6,000,000)", "300", "1,000,000", "100", "0.33"]
        );
    }
}

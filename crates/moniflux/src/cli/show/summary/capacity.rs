//! What a search for the capacity found, and each of its steps on a line.

use crate::cli::show::results::{Capacity, Step};
use crate::cli::show::style::Style;

/// Adds the lines; the answer is the first.
pub(super) fn write(capacity: &Capacity, style: Style, lines: &mut Vec<String>) {
    let rates: Vec<_> = capacity.rates.iter().map(|(signal, rate)| format!("{rate} {signal}/s")).collect();
    let rates = if rates.is_empty() { "nothing".to_owned() } else { rates.join(", ") };
    let answer = match (capacity.found, capacity.limit.as_deref()) {
        (true, Some("destination")) => format!("capacity: {rates}; the limit is the destination"),
        (true, Some("generator")) => {
            format!("capacity: at least {rates}; the limit is the generator, not the destination")
        }
        (true, _) => format!("capacity: at least {rates}; no higher rate was tried"),
        (false, Some(_)) => {
            "capacity: none; the condition failed at every rate, down to the lowest".to_owned()
        }
        (false, None) => format!("capacity: not known; so far it took {rates}"),
    };
    lines.push(style.strong(&answer));
    lines.push(format!("  {}", capacity.reason));
    lines.extend((1..).zip(&capacity.steps).map(|(number, step)| line(number, step, style)));
}

fn line(number: usize, step: &Step, style: Style) -> String {
    let asked: Vec<_> = step.lanes.iter().map(|(signal, lane)| format!("{} {signal}/s", lane.rate)).collect();
    let p99 = step.p99.map_or_else(|| "-".to_owned(), |p99| format!("{p99:.1}"));
    let end =
        if step.held { style.good("held") } else { format!("{}: {}", style.bad("failed"), step.reason) };
    format!("  step {number:>2}  {}  p99 {p99} ms  {end}", asked.join(", "))
}

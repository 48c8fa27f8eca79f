//! The ledger of one signal as bars: what was due, what left, what became of it, what arrived.
//!
//! Every bar is as wide as its share of what was due. A part that is there is never too thin to be seen: it is drawn at
//! least a few pixels wide, and its count stands beside it.

use maud::{Markup, html};

use super::view::Lane;
use super::words;

/// The bars.
pub(super) fn bars(lane: &Lane) -> Markup {
    let bars = rows(lane);
    let whole = bars.iter().map(Bar::total).max().unwrap_or(0).max(1);
    let height = bars.len() * ROW;
    html! {
        svg .ledger role="img" aria-label=(in_words(lane)) width="100%" height=(height) {
            @for (place, bar) in bars.iter().enumerate() {
                text .bar-name x="0" y=(place * ROW + 13) { (bar.name) " " tspan { (words::count(bar.parts[0].1)) } }
                text .bar-rest x="100%" y=(place * ROW + 13) text-anchor="end" { (bar.rest()) }
                rect .track x="0" y=(place * ROW + 20) width="100%" height=(THICK) rx="2" {}
                @for (left, width, class) in bar.boxes(whole) {
                    rect .(class) x=(format!("{left:.3}%")) y=(place * ROW + 20) width=(format!("{width:.3}%")) height=(THICK) rx="2" {}
                }
            }
        }
    }
}

/// One bar: first what went well, then the rest by class.
struct Bar {
    name: &'static str,
    parts: Vec<(&'static str, u64, &'static str)>,
}

impl Bar {
    fn total(&self) -> u64 {
        self.parts.iter().map(|(_, records, _)| records).sum()
    }

    fn rest(&self) -> String {
        let rest = self.parts.iter().skip(1).filter(|(_, records, _)| *records > 0);
        rest.map(|(name, records, _)| format!("{name} {}", words::count(*records)))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// Left edge, width (both in percent) and class of each part that there is.
    #[expect(clippy::cast_precision_loss, reason = "drawn, not counted with")]
    fn boxes(&self, whole: u64) -> Vec<(f64, f64, &'static str)> {
        let there = self.parts.iter().filter(|(_, records, _)| *records > 0);
        let mut boxes: Vec<_> = there
            .map(|(_, records, class)| (0.0, (*records as f64 / whole as f64 * 100.0).max(THIN), *class))
            .collect();
        // What was widened is taken from the widest part.
        let over = boxes.iter().map(|(_, width, _)| width).sum::<f64>() - 100.0;
        if let Some(widest) = boxes.iter_mut().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| over > 0.0) {
            widest.1 -= over;
        }
        let mut left = 0.0;
        for place in &mut boxes {
            place.0 = left;
            left += place.1;
        }
        boxes
    }
}

fn rows(lane: &Lane) -> Vec<Bar> {
    let mut bars = vec![
        Bar { name: "Due", parts: vec![("due", lane.due, "bar-due")] },
        Bar {
            name: "Issued",
            parts: vec![
                ("issued", lane.issued, "bar-good"),
                ("missed", lane.missed, "bar-warn"),
                ("waiting", lane.waiting, "bar-open"),
            ],
        },
        Bar {
            name: "Acked",
            parts: vec![
                ("acked", lane.acked, "bar-good"),
                ("rejected", lane.rejected, "bar-bad"),
                ("failed", lane.failed, "bar-bad"),
                ("in doubt", lane.in_doubt, "bar-warn"),
                ("in flight", lane.in_flight, "bar-open"),
            ],
        },
    ];
    if let Some(received) = &lane.received {
        bars.push(Bar {
            name: "Received",
            parts: vec![
                ("received", received.unique, "bar-good"),
                ("acked but missing", received.lost, "bar-bad"),
            ],
        });
    }
    bars
}

fn in_words(lane: &Lane) -> String {
    let of = |bar: Bar| {
        let rest = bar.rest();
        let rest = if rest.is_empty() { rest } else { format!(" ({rest})") };
        format!("{} {}{rest}", bar.name.to_lowercase(), words::count(bar.parts[0].1))
    };
    format!("Ledger of {}: {}", lane.signal, rows(lane).into_iter().map(of).collect::<Vec<_>>().join(", "))
}

/// Pixels from bar to bar, and of a bar.
const ROW: usize = 40;
const THICK: usize = 8;
/// The least width of a part, in percent.
const THIN: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::super::testing::view;
    use super::*;

    #[test]
    fn a_single_lost_record_of_many_is_seen_and_nothing_leaves_the_bar() {
        let lane =
            Lane { due: 1_000_000, issued: 1_000_000, acked: 999_999, failed: 1, ..view().lanes[1].clone() };
        let acked = &rows(&lane)[2];
        let boxes = acked.boxes(1_000_000);
        assert_eq!(boxes.iter().map(|(_, _, class)| *class).collect::<Vec<_>>(), ["bar-good", "bar-bad"]);
        assert!(boxes[1].1 >= THIN, "{boxes:?}");
        let end = boxes[1].0 + boxes[1].1;
        assert!((end - 100.0).abs() < 1e-6, "{boxes:?}");
    }

    #[test]
    fn bars_say_in_words_what_they_show() {
        let view = view();
        assert_eq!(
            in_words(&view.lanes[0]),
            "Ledger of logs: due 300, issued 297 (missed 3), acked 280 (rejected 10 · failed 7), received 279 (acked but missing 1)"
        );
        assert!(bars(&view.lanes[1]).into_string().contains("Due <tspan>30</tspan>"));
    }

    #[test]
    fn a_lane_without_records_is_drawn_too() {
        let lane = Lane { due: 0, issued: 0, acked: 0, received: None, ..view().lanes[1].clone() };
        assert!(rows(&lane).iter().all(|bar| bar.boxes(1).is_empty()));
        assert!(!bars(&lane).into_string().contains("NaN"));
    }
}

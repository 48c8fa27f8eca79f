//! What happened to a run, named by letters in the timeline, and where the charts show them.

use super::chart::Pin;
use super::view::Mark;

/// What happened, with letters for those that are neither the begin nor the end.
pub(super) fn lettered(timeline: &[Mark], span: f64) -> Vec<(Option<String>, &Mark)> {
    let mut next = 0_usize;
    let mut letter = |mark: &Mark| {
        let is_inside = mark.t > 0.0 && mark.t < span && !ENDS.contains(&mark.event.as_str());
        is_inside.then(|| {
            next += 1;
            name(next - 1)
        })
    };
    timeline.iter().map(|mark| (letter(mark), mark)).collect()
}

/// `A` to `Z`, then `A2` to `Z2` …
fn name(place: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(place % 26).unwrap_or(0));
    if place < 26 { letter.to_string() } else { format!("{letter}{}", place / 26 + 1) }
}

/// The places of the letters; letters that would cover each other share one, at the first of them.
pub(super) fn pins(timeline: &[(Option<String>, &Mark)], span: f64) -> Vec<Pin> {
    let mut lettered: Vec<_> =
        timeline.iter().filter_map(|(letter, mark)| Some((letter.as_deref()?, mark.t))).collect();
    lettered.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut pins: Vec<Pin> = Vec::new();
    for (letter, t) in lettered {
        match pins.last_mut() {
            Some(pin) if t - pin.t < span * NEAR => {
                pin.letters.push(' ');
                pin.letters.push_str(letter);
            }
            Some(_) | None => pins.push(Pin { t, letters: letter.to_owned() }),
        }
    }
    pins
}

const ENDS: [&str; 4] = ["started", "completed", "cancelled", "failed"];
/// How near letters may be, as a share of a chart.
const NEAR: f64 = 0.03;

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn mark(event: &str, t: f64) -> Mark {
        Mark { event: event.to_owned(), at: DateTime::UNIX_EPOCH, t, detail: None }
    }

    #[test]
    fn only_what_happened_in_between_gets_a_letter() {
        let timeline =
            [mark("started", 0.0), mark("paused", 3.0), mark("resumed", 3.0), mark("completed", 9.0)];
        let letters: Vec<_> = lettered(&timeline, 9.0).into_iter().map(|(letter, _)| letter).collect();
        assert_eq!(letters, [None, Some("A".to_owned()), Some("B".to_owned()), None]);
        assert_eq!([name(0), name(25), name(26)], ["A", "Z", "A2"]);
    }

    #[test]
    fn letters_that_would_cover_each_other_share_a_place() {
        let timeline = [mark("changed", 50.0), mark("paused", 10.0), mark("resumed", 10.5)];
        let pins = pins(&lettered(&timeline, 100.0), 100.0);
        assert_eq!(
            pins,
            [Pin { t: 10.0, letters: "B C".to_owned() }, Pin { t: 50.0, letters: "A".to_owned() }]
        );
    }
}

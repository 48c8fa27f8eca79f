//! Watches a run for its thresholds: tells when one breaks, and when the run is to be given up over it.

use std::time::Duration;

use super::{Figures, Threshold};

/// What was seen of each threshold so far.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    thresholds: Vec<Seen>,
}

#[derive(Debug, Clone)]
struct Seen {
    threshold: Threshold,
    /// Whether it held when last looked at, or, before that, whether it is one that holds until it is broken.
    held: bool,
    broken_since: Option<Duration>,
}

/// A threshold that held and does not hold any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// The condition as it was written.
    pub threshold: String,
    /// What was measured instead, as people read it.
    pub shown: String,
}

impl Watch {
    /// A watch that has seen nothing.
    pub fn new(thresholds: &[Threshold]) -> Self {
        let seen = |threshold: &Threshold| Seen {
            held: threshold.begins_held(),
            threshold: threshold.clone(),
            broken_since: None,
        };
        Self { thresholds: thresholds.iter().map(seen).collect() }
    }

    /// Watches for others from now on; what was seen of those that stay is kept.
    pub fn watch_for(&mut self, thresholds: &[Threshold]) {
        let mut next = Self::new(thresholds);
        for seen in &mut next.thresholds {
            if let Some(known) = self.thresholds.iter().find(|known| known.threshold == seen.threshold) {
                seen.clone_from(known);
            }
        }
        *self = next;
    }

    /// Whether there is anything to watch for.
    pub fn is_idle(&self) -> bool {
        self.thresholds.is_empty()
    }

    /// Takes what was counted in the whole run until `now`, by a monotonic clock; answers what broke since the call before, and
    /// why the run is to end, if it is.
    pub fn note(&mut self, now: Duration, figures: &impl Figures) -> (Vec<Breach>, Option<String>) {
        let mut breaches = Vec::new();
        let mut reason = None;
        for seen in &mut self.thresholds {
            let Some((value, holds)) = seen.threshold.judge(figures) else { continue };
            let shown = seen.threshold.figure.unit().show(value);
            if holds {
                seen.broken_since = None;
            } else if seen.held {
                seen.broken_since = Some(now);
                breaches.push(Breach { threshold: seen.threshold.to_string(), shown: shown.clone() });
            }
            seen.held = holds;
            let lasts = seen.broken_since.map(|since| now.saturating_sub(since));
            if let (Some(abort), Some(lasts)) = (seen.threshold.abort, lasts)
                && lasts >= abort.after
            {
                let why = format!("the threshold {} did not hold: {shown} (abortOnFail)", seen.threshold);
                reason.get_or_insert(why);
            }
        }
        (breaches, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Abort, Figure};
    use super::*;
    use crate::signal::Signal;

    struct Always(f64);

    impl Figures for Always {
        fn figure(&self, _: Option<Signal>, _: Figure) -> Option<f64> {
            Some(self.0)
        }
    }

    fn watch(text: &str, after: Option<u64>) -> Watch {
        let abort = after.map(|after| Abort { after: Duration::from_secs(after) });
        Watch::new(&[Threshold::parse(text).unwrap().aborting(abort)])
    }

    fn seen(watch: &mut Watch, values: &[f64]) -> Vec<(usize, bool)> {
        let mut seen = Vec::new();
        for (second, value) in (0..).zip(values) {
            let (breaches, reason) = watch.note(Duration::from_secs(second), &Always(*value));
            seen.push((breaches.len(), reason.is_some()));
        }
        seen
    }

    #[test]
    fn a_breach_is_told_once_and_again_after_it_held() {
        let seen = seen(&mut watch("missed == 0", None), &[0.0, 1.0, 1.0, 0.0, 2.0]);
        assert_eq!(seen, [(0, false), (1, false), (0, false), (0, false), (1, false)]);
    }

    #[test]
    fn what_must_be_reached_is_no_breach_before_it_was() {
        let seen = seen(&mut watch("acked >= 5", Some(0)), &[0.0, 3.0, 6.0, 4.0]);
        assert_eq!(seen, [(0, false), (0, false), (0, false), (1, true)]);
    }

    #[test]
    fn a_run_is_given_up_when_it_lasts() {
        let seen = seen(&mut watch("failed.rate < 0.1", Some(2)), &[0.0, 0.5, 0.5, 0.5]);
        assert_eq!(seen, [(0, false), (1, false), (0, false), (0, true)]);
        let mut watch = watch("failed.rate < 0.1", Some(0));
        let (_, reason) = watch.note(Duration::ZERO, &Always(0.25));
        let reason = reason.unwrap();
        assert!(reason.contains("failed.rate < 0.1") && reason.contains("25.0000 %"), "{reason}");
    }

    #[test]
    fn other_thresholds_are_taken_up_and_known_ones_keep_what_was_seen() {
        let mut watch = watch("missed == 0", None);
        watch.note(Duration::ZERO, &Always(1.0));
        let more = ["missed == 0", "failed == 0"].map(|text| Threshold::parse(text).unwrap());
        watch.watch_for(&more);
        let (breaches, _) = watch.note(Duration::from_secs(1), &Always(1.0));
        assert_eq!(breaches.len(), 1);
        watch.watch_for(&[]);
        assert!(watch.is_idle());
    }
}

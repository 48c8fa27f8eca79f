//! Reads what is watched of a run and kept of it: thresholds, collected records, the sink to ask.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::fields::{Fields, describe};
use super::time::write_time;
use crate::capture::{Capture, Kept};
use crate::destination::Endpoint;
use crate::fault::Faults;
use crate::spec::Spec;
use crate::threshold::{Abort, Threshold};
use crate::verify::Verify;

/// What was given of thresholds, `capture` and `verify`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ObservationDraft {
    thresholds: Option<Vec<Threshold>>,
    capture: Option<Capture>,
    verify: Option<Verify>,
}

impl ObservationDraft {
    /// Takes the fields out of those of a test.
    pub(super) fn take(fields: &mut Fields<'_>) -> Self {
        Self {
            thresholds: fields.items("thresholds", 0, MOST_THRESHOLDS, read_threshold),
            capture: fields.object("capture", read_capture),
            verify: fields.object("verify", read_verify),
        }
    }

    /// Puts what was given in the place of what a spec says.
    pub(super) fn amend(self, spec: &mut Spec) {
        spec.thresholds = self.thresholds.unwrap_or_else(|| spec.thresholds.clone());
        spec.capture = self.capture.unwrap_or(spec.capture);
        spec.verify = self.verify.or_else(|| spec.verify.clone());
    }
}

/// What does not go together in what is watched.
pub(super) fn check_thresholds(spec: &Spec) -> Faults {
    let mut faults = Faults::none();
    for (index, threshold) in spec.thresholds.iter().enumerate() {
        let place = || format!("thresholds[{index}]");
        if let Some(signal) = threshold.signal
            && spec.demand(signal).is_none()
        {
            faults.add(place(), format!("is \"{threshold}\", and the signal {signal} is off"));
        }
        if threshold.figure.is_of_the_sink() && spec.verify.is_none() {
            let why = format!("is \"{threshold}\", which only the sink can tell: give verify.sink as well");
            faults.add(place(), why);
        }
    }
    faults
}

fn read_threshold(value: &Value, place: &str) -> Result<Threshold, Faults> {
    let parse = |field: &str, text: &str| {
        Threshold::parse(text).map_err(|why| Faults::one(field, format!("is \"{text}\"; it {why}")))
    };
    match value {
        Value::String(text) => parse(place, text),
        Value::Object(_) => {
            let mut fields = Fields::of(value, place)?;
            let text = fields.text("threshold", 256);
            let aborts = fields.flag("abortOnFail").unwrap_or_default();
            let after = fields.time("after", Duration::ZERO, Duration::from_hours(1));
            if !fields.has("threshold") {
                fields.fault("threshold", "is required: a condition such as \"missed == 0\"");
            }
            if after.is_some() && !aborts {
                fields.fault("after", "is given without abortOnFail, and would say nothing");
            }
            let mut faults = fields.finish(&[]);
            let field = format!("{place}.threshold");
            let threshold = text.map(|text| parse(&field, &text)).transpose().unwrap_or_else(|found| {
                faults.extend(found);
                None
            });
            let abort = aborts.then(|| Abort { after: after.unwrap_or_default() });
            match threshold {
                Some(threshold) => faults.or(threshold.aborting(abort)),
                None => Err(faults),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(Faults::one(
            place,
            format!("is {}; accepted is a condition, or an object with one as threshold", describe(value)),
        )),
    }
}

fn read_capture(mut fields: Fields<'_>) -> Result<Capture, Faults> {
    let narrow = |number: u64| u32::try_from(number).ok();
    let all = fields.flag("all").unwrap_or_default();
    let per_second = fields.whole("perSecond", 0, u64::from(Capture::MOST_PER_SECOND), narrow);
    let max = fields.whole("max", 0, u64::from(Capture::MOST), narrow);
    if all && per_second.is_some() {
        fields.fault("perSecond", "is given beside all");
    }
    let usual = Capture::default();
    let kept = match per_second {
        _ if all => Kept::All,
        Some(records) => Kept::PerSecond(records),
        None => usual.kept,
    };
    fields.finish(&[]).or(Capture { kept, max: max.unwrap_or(usual.max) })
}

fn read_verify(mut fields: Fields<'_>) -> Result<Verify, Faults> {
    let sink = fields.name("sink", |text| Endpoint::parse(&text));
    let wait = fields.time("wait", Duration::ZERO, Duration::from_mins(10)).unwrap_or(Verify::WAIT);
    if !fields.has("sink") {
        fields.fault("sink", "is required: the sink's address, an absolute http or https URL");
    }
    let faults = fields.finish(&[]);
    match sink {
        Some(sink) => faults.or(Verify { sink, wait }),
        None => Err(faults),
    }
}

/// Adds the fields that are not as they are when left out.
pub(super) fn write(spec: &Spec, written: &mut Map<String, Value>) {
    if !spec.thresholds.is_empty() {
        let thresholds = spec.thresholds.iter().map(|threshold| match threshold.abort {
            None => Value::from(threshold.as_str()),
            Some(Abort { after }) => {
                json!({"threshold": threshold.as_str(), "abortOnFail": true, "after": write_time(after)})
            }
        });
        written.insert("thresholds".into(), thresholds.collect());
    }
    if spec.capture != Capture::default() {
        let max = spec.capture.max;
        let capture = match spec.capture.kept {
            Kept::All => json!({"all": true, "max": max}),
            Kept::PerSecond(records) => json!({"perSecond": records, "max": max}),
        };
        written.insert("capture".into(), capture);
    }
    if let Some(Verify { sink, wait }) = &spec.verify {
        written.insert("verify".into(), json!({"sink": sink.to_string(), "wait": write_time(*wait)}));
    }
}

const MOST_THRESHOLDS: usize = 32;

#[cfg(test)]
mod tests {
    use super::super::{Draft, options};
    use super::*;

    fn spec(extra: &Value) -> Result<Spec, Faults> {
        let mut body = json!({"logRate": 9, "duration": 9, "destination": {"endpoint": "http://h"}});
        for (name, value) in extra.as_object().unwrap() {
            body[name] = value.clone();
        }
        Draft::read(&body).and_then(Draft::into_spec)
    }

    fn faults(extra: &Value) -> Vec<(String, String)> {
        let faults = spec(extra).unwrap_err();
        faults.as_slice().iter().map(|fault| (fault.field.clone(), fault.message.clone())).collect()
    }

    #[test]
    fn what_is_watched_reads_back_as_it_was_written() {
        let given = json!({
            "thresholds": ["missed == 0", {"threshold": "loss == 0", "abortOnFail": true, "after": 2}],
            "capture": {"all": true, "max": 50},
            "verify": {"sink": "http://127.0.0.1:4318/", "wait": 3},
        });
        let spec = spec(&given).unwrap();
        let written = Value::Object(options(&spec));
        assert_eq!(written, given);
        let change = json!({"thresholds": [], "capture": {"perSecond": 0}});
        let changed = Draft::read(&change).unwrap().amend(&spec).unwrap();
        assert!(changed.thresholds.is_empty() && changed.capture.is_off() && changed.verify.is_some());
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let found = faults(&json!({
            "thresholds": ["missed", 5, {"abortOnFail": true}, {"threshold": "due ~ 1", "after": 1}],
            "capture": {"all": true, "perSecond": 5},
            "verify": {"wait": "1h"},
        }));
        let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "thresholds[0]",
                "thresholds[1]",
                "thresholds[2].threshold",
                "thresholds[3].after",
                "thresholds[3].threshold",
                "capture.perSecond",
                "verify.wait",
                "verify.sink",
            ]
        );
    }

    #[test]
    fn a_threshold_must_be_about_something_that_will_be_measured() {
        let found = faults(&json!({"thresholds": ["traces.missed == 0", "loss == 0"]}));
        assert!(found[0].1.contains("traces is off"), "{found:?}");
        assert!(found[1].1.contains("verify.sink"), "{found:?}");
    }
}

//! Reads load shapes.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::time::write_time;
use crate::capacity::{Capacity, Condition};
use crate::fault::Faults;
use crate::profile::Rate;
use crate::shape::{Profile, Shape, Stage, Target};
use crate::signal::Signal;

/// One shape with a `type`, or an object of shapes by signal.
pub(super) fn read(mut fields: Fields<'_>) -> Result<Profile, Faults> {
    if fields.is("type", CAPACITY) {
        return read_capacity(fields).map(Profile::Capacity);
    }
    if fields.has("type") {
        return read_shape_of(&WHOLE_TYPES, fields).map(Profile::Whole);
    }
    let shapes = Signal::ALL.map(|signal| Some((signal, fields.object(signal.as_str(), read_shape)?)));
    let shapes: std::collections::BTreeMap<_, _> = shapes.into_iter().flatten().collect();
    if !Signal::ALL.iter().any(|signal| fields.has(signal.as_str())) {
        fields.fault(
            "type",
            format!("is required: {}; or shapes for logs, metrics and traces", WHOLE_TYPES.join(", ")),
        );
    }
    fields.finish(&[]).or(Profile::BySignal(shapes))
}

fn read_shape(fields: Fields<'_>) -> Result<Shape, Faults> {
    read_shape_of(&TYPES, fields)
}

fn read_shape_of(types: &[&'static str], mut fields: Fields<'_>) -> Result<Shape, Faults> {
    let known = |name: &str| types.iter().copied().find(|known| *known == name);
    let Some(kind) = fields.choice("type", known, types) else {
        if !fields.has("type") {
            fields.fault("type", format!("is required: {}", types.join(", ")));
        }
        return Err(fields.faults());
    };
    let shape = match kind {
        "ramp" => Shape::Ramp {
            from: target(&mut fields, "from", Some(Target::ZERO)),
            to: target(&mut fields, "to", Some(Target::FULL)),
            over: fields.time("over", MOMENT, LONGEST),
        },
        "steps" => Shape::Steps {
            from: target(&mut fields, "from", None),
            to: target(&mut fields, "to", Some(Target::FULL)),
            steps: required(&mut fields, "steps", "a whole number from 2 to 1000", |fields| {
                fields.whole("steps", 2, 1_000, |steps| u32::try_from(steps).ok())
            }),
            over: fields.time("over", MOMENT, LONGEST),
        },
        "spike" => Shape::Spike {
            peak: target(&mut fields, "peak", None),
            at: required_time(&mut fields, "at", Duration::ZERO),
            lasts: required_time(&mut fields, "for", MOMENT),
        },
        "sine" => Shape::Sine {
            low: target(&mut fields, "low", Some(Target::ZERO)),
            high: target(&mut fields, "high", Some(Target::FULL)),
            period: required_time(&mut fields, "period", Duration::from_millis(100)),
        },
        "stages" => Shape::Stages {
            from: target(&mut fields, "from", Some(Target::ZERO)),
            stages: required(&mut fields, "stages", "a list of 1 to 1000 stages", |fields| {
                fields.list("stages", 1_000, |mut fields| {
                    let stage = Stage {
                        duration: required_time(&mut fields, "duration", Duration::ZERO),
                        target: target(&mut fields, "target", None),
                    };
                    fields.finish(&[]).or(stage)
                })
            }),
        },
        _ => Shape::Constant,
    };
    fields.finish(&[]).or(shape)
}

/// What is searched for; only as the profile of all signals, which rise together.
fn read_capacity(mut fields: Fields<'_>) -> Result<Capacity, Faults> {
    let usual = Capacity::default();
    fields.any("type", CAPACITY, |_| Some(()));
    let capacity = Capacity {
        max: target(&mut fields, "max", Some(usual.max)),
        hold: fields.time("hold", Duration::from_secs(1), Duration::from_hours(1)).unwrap_or(usual.hold),
        settle: fields.time("settle", Duration::ZERO, Duration::from_mins(10)).unwrap_or(usual.settle),
        precision: share(&mut fields, "precision", 1e3, (0.005, 0.5)).unwrap_or(usual.precision),
        condition: fields.object("condition", read_condition).unwrap_or(usual.condition),
    };
    fields.finish(&[]).or(capacity)
}

fn read_condition(mut fields: Fields<'_>) -> Result<Condition, Faults> {
    let condition = Condition {
        failed: share(&mut fields, "failed", 1e6, (0.0, 1.0)).unwrap_or_default(),
        p99: fields.time("p99", MOMENT, Duration::from_mins(10)),
    };
    fields.finish(&[]).or(condition)
}

/// A share from `least` to `most`, in so many parts of one.
fn share(fields: &mut Fields<'_>, name: &'static str, parts: f64, (least, most): (f64, f64)) -> Option<u32> {
    fields.any(name, &format!("a share from {least} to {most}"), |value| {
        let share = value.as_f64().filter(|share| (least..=most).contains(share))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to a million")]
        let share = (share * parts).round() as u32;
        Some(share)
    })
}

/// Records per second, or a part of the signal's rate; required when there is no `usual` one.
fn target(fields: &mut Fields<'_>, name: &'static str, usual: Option<Target>) -> Target {
    let accepted =
        format!("a whole number of records per second from 0 to {}, or a part such as \"50%\"", Rate::MAX);
    let made = fields.any(name, &accepted, |value| match value {
        Value::String(text) => Target::parse_part(text),
        Value::Number(number) => number.as_u64().and_then(Rate::per_second).map(Target::Rate),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    if made.is_none() && usual.is_none() && !fields.has(name) {
        fields.fault(name, format!("is required: {accepted}"));
    }
    made.or(usual).unwrap_or(Target::ZERO)
}

fn required_time(fields: &mut Fields<'_>, name: &'static str, least: Duration) -> Duration {
    required(fields, name, "seconds, or a time such as \"250ms\" or \"5m\"", |fields| {
        fields.time(name, least, LONGEST)
    })
}

/// What `read` takes; a fault when there is nothing to take.
fn required<T: Default>(
    fields: &mut Fields<'_>,
    name: &'static str,
    accepted: &str,
    read: impl Fn(&mut Fields<'_>) -> Option<T>,
) -> T {
    if !fields.has(name) {
        fields.fault(name, format!("is required: {accepted}"));
    }
    read(fields).unwrap_or_default()
}

/// A shape as it is read.
pub(super) fn write(profile: &Profile) -> Value {
    match profile {
        Profile::Whole(shape) => write_shape(shape),
        Profile::Capacity(capacity) => write_capacity(capacity),
        Profile::BySignal(shapes) => {
            shapes.iter().map(|(signal, shape)| (signal.as_str().to_owned(), write_shape(shape))).collect()
        }
    }
}

fn write_shape(shape: &Shape) -> Value {
    let written = |kind: &str, fields: Vec<(&str, Value)>| {
        let kind = ("type", Value::from(kind));
        std::iter::once(kind).chain(fields).filter(|(_, value)| !value.is_null()).collect()
    };
    let time = |time: &Duration| write_time(*time);
    match shape {
        Shape::Constant => written("constant", vec![]),
        Shape::Ramp { from, to, over } => {
            let over = over.as_ref().map_or(Value::Null, time);
            written("ramp", vec![("from", write_target(*from)), ("to", write_target(*to)), ("over", over)])
        }
        Shape::Steps { from, to, steps, over } => {
            let over = over.as_ref().map_or(Value::Null, time);
            let (from, to) = (write_target(*from), write_target(*to));
            written("steps", vec![("from", from), ("to", to), ("steps", Value::from(*steps)), ("over", over)])
        }
        Shape::Spike { peak, at, lasts } => {
            written("spike", vec![("peak", write_target(*peak)), ("at", time(at)), ("for", time(lasts))])
        }
        Shape::Sine { low, high, period } => {
            let (low, high) = (write_target(*low), write_target(*high));
            written("sine", vec![("low", low), ("high", high), ("period", time(period))])
        }
        Shape::Stages { from, stages } => {
            let stage = |stage: &Stage| -> Value {
                [("duration", time(&stage.duration)), ("target", write_target(stage.target))]
                    .into_iter()
                    .collect()
            };
            let stages = Value::Array(stages.iter().map(stage).collect());
            written("stages", vec![("from", write_target(*from)), ("stages", stages)])
        }
    }
}

fn write_capacity(capacity: &Capacity) -> Value {
    let Capacity { max, hold, settle, precision, condition } = *capacity;
    let mut kept = Map::new();
    kept.insert("failed".into(), (f64::from(condition.failed) / 1e6).into());
    if let Some(p99) = condition.p99 {
        kept.insert("p99".into(), write_time(p99));
    }
    json!({
        "type": CAPACITY, "max": write_target(max), "hold": write_time(hold), "settle": write_time(settle),
        "precision": f64::from(precision) / 1e3, "condition": kept
    })
}

fn write_target(target: Target) -> Value {
    match target {
        Target::Rate(rate) => Value::from(rate.records_per_second()),
        Target::Part(_) => Value::from(target.to_string()),
    }
}

/// What a time may be that is not nothing.
const MOMENT: Duration = Duration::from_millis(1);

/// As long as a load may last.
const LONGEST: Duration = Duration::from_hours(30 * 24);

const TYPES: [&str; 6] = ["constant", "ramp", "steps", "spike", "sine", "stages"];

const WHOLE_TYPES: [&str; 7] = ["constant", "ramp", "steps", "spike", "sine", "stages", CAPACITY];

const CAPACITY: &str = "capacity";

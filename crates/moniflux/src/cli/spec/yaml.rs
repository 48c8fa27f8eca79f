//! A spec as YAML, its fields in the order in which people read them.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The YAML, and whether a key was left out of it.
pub(super) fn write(value: &Value) -> anyhow::Result<(String, bool)> {
    let mut value = value.clone();
    let destination = value.get_mut("destination").and_then(Value::as_object_mut);
    let key = destination.and_then(|destination| destination.remove("apiKey"));
    Ok((serde_saphyr::to_string(&InOrder(&value))?, key.is_some()))
}

/// Writes the fields of objects in the order of [`ORDER`], and others after them.
struct InOrder<'a>(&'a Value);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (name, value) in in_order(object) {
                    map.serialize_entry(name, &InOrder(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(InOrder)),
            scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                scalar.serialize(serializer)
            }
        }
    }
}

fn in_order(object: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    let mut fields: Vec<_> = object.iter().collect();
    fields.sort_by_key(|(name, _)| place(name));
    fields
}

const ORDER: [&str; 28] = [
    "testID",
    "userID",
    "logRate",
    "metricsRate",
    "traceRate",
    "type",
    "endpoint",
    "duration",
    "count",
    "openEnded",
    "profile",
    "parallelism",
    "logType",
    "logSize",
    "entropy",
    "spansPerTrace",
    "seed",
    "destination",
    "batchSize",
    "linger",
    "maxInFlight",
    "connections",
    "timeout",
    "retry",
    "thresholds",
    "abortOn",
    "capture",
    "verify",
];

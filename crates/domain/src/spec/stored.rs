//! A spec as stores keep it: with the key that is shown nowhere else.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::spec::Spec;

/// A spec that serializes with its destination's key. It cannot be printed, and is for stores alone.
#[expect(missing_debug_implementations, reason = "it holds a key in the clear")]
#[derive(Serialize, Deserialize)]
pub struct StoredSpec {
    spec: Spec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl From<&Spec> for StoredSpec {
    fn from(spec: &Spec) -> Self {
        let key = spec.destination.api_key.as_ref().map(|key| key.expose().to_owned());
        Self { spec: spec.clone(), key }
    }
}

impl From<StoredSpec> for Spec {
    fn from(stored: StoredSpec) -> Self {
        let mut spec = stored.spec;
        spec.destination.api_key = stored.key.map(Secret::new);
        spec
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::draft::Draft;

    #[test]
    fn a_spec_that_was_stored_without_later_fields_has_their_defaults() {
        let body = json!({"logRate": 9, "duration": 9, "destination": {"endpoint": "http://h"}});
        let spec = Draft::read(&body).and_then(Draft::into_spec).unwrap();
        let mut stored = serde_json::to_value(StoredSpec::from(&spec)).unwrap();
        for later in ["entropy", "spans_per_trace", "thresholds", "capture", "verify"] {
            assert!(stored["spec"].as_object_mut().unwrap().remove(later).is_some(), "{later}");
        }
        let read: StoredSpec = serde_json::from_value(stored).unwrap();
        assert_eq!(Spec::from(read), spec);
    }
}

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

//! Writes what a spec holds besides the original's fields, in the form in which it is read.

use serde_json::{Map, Value};

use super::{delivery, observation, profile};
use crate::profile::Extent;
use crate::shape::Profile;
use crate::spec::{Entropy, Parallelism, SpansPerTrace, Spec};

/// The fields of a spec that the original service did not have, without those that are as when left out; reading them
/// back gives the same spec.
pub fn options(spec: &Spec) -> Map<String, Value> {
    let mut written = Map::new();
    if spec.profile != Profile::default() {
        written.insert("profile".into(), profile::write(&spec.profile));
    }
    match spec.extent {
        Extent::For(_) => {}
        Extent::Count(records) => {
            written.insert("count".into(), records.into());
        }
        Extent::Open => {
            written.insert("openEnded".into(), true.into());
        }
    }
    delivery::write(&spec.delivery, &mut written);
    if let Some(abort_on) = &spec.abort_on {
        written.insert("abortOn".into(), delivery::write_abort_on(abort_on));
    }
    observation::write(spec, &mut written);
    if spec.entropy != Entropy::default() {
        written.insert("entropy".into(), spec.entropy.as_str().into());
    }
    if spec.spans_per_trace != SpansPerTrace::default() {
        written.insert("spansPerTrace".into(), spec.spans_per_trace.count().into());
    }
    if let Some(seed) = spec.seed {
        written.insert("seed".into(), seed.into());
    }
    if spec.parallelism != Parallelism::default() {
        written.insert("parallelism".into(), spec.parallelism.count().into());
    }
    written
}

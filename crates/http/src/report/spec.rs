//! The spec as a report shows it: the fields in the order and form in which they are read, so that it can be run again.
//! A key is never written.

use moniflux_domain::destination::{Compression, Destination};
use moniflux_domain::draft;
use moniflux_domain::id::TestId;
use moniflux_domain::profile::{Extent, LaneRate};
use moniflux_domain::spec::Spec;
use serde::Serialize;
use serde_json::{Map, Value};

/// The fields.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecFields<'a> {
    #[serde(rename = "testID")]
    test: &'a str,
    log_rate: Value,
    metrics_rate: Value,
    trace_rate: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u32>,
    log_type: &'static str,
    log_size: u32,
    destination: DestinationFields<'a>,
    #[serde(flatten)]
    options: Map<String, Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DestinationFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compression: Option<&'static str>,
}

impl<'a> SpecFields<'a> {
    pub(super) fn of(test: &'a TestId, spec: &'a Spec) -> Self {
        Self {
            test: test.as_str(),
            log_rate: rate(spec.rates.logs),
            metrics_rate: rate(spec.rates.metrics),
            trace_rate: rate(spec.rates.traces),
            duration: match spec.extent {
                Extent::For(duration) => Some(duration.as_secs()),
                Extent::Count(_) | Extent::Open => None,
            },
            log_type: spec.log_type.as_str(),
            log_size: spec.log_size.as_bytes(),
            destination: (&spec.destination).into(),
            options: draft::options(spec),
        }
    }
}

impl<'a> From<&'a Destination> for DestinationFields<'a> {
    fn from(destination: &'a Destination) -> Self {
        let compression = destination.compression;
        Self {
            name: destination.name.as_deref(),
            kind: destination.kind.as_str(),
            endpoint: destination.endpoint.to_string(),
            port: destination.port,
            compression: (compression != Compression::None).then(|| compression.as_str()),
        }
    }
}

fn rate(rate: LaneRate) -> Value {
    match rate {
        LaneRate::PerSecond(rate) => rate.records_per_second().into(),
        LaneRate::Max => "max".into(),
    }
}

/// As YAML, with a word about the key that is not there.
///
/// # Errors
/// It cannot be written as YAML.
pub(super) fn yaml(test: &TestId, spec: &Spec) -> Result<String, serde_saphyr::SerializeError> {
    let yaml = serde_saphyr::to_string(&SpecFields::of(test, spec))?;
    let has_key = spec.destination.api_key.is_some();
    Ok(if has_key { format!("# destination.apiKey was set; it is never written\n{yaml}") } else { yaml })
}

#[cfg(test)]
mod tests {
    use moniflux_domain::draft::Draft;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_spec_reads_back_as_it_was_but_for_its_key() {
        let body = json!({
            "logRate": 100, "traceRate": 7, "count": 500, "thresholds": ["missed == 0", "loss == 0"],
            "verify": {"sink": "http://127.0.0.1:1"}, "profile": {"type": "spike", "peak": "300%", "at": "5s", "for": "5s"},
            "destination": {"name": "yes: \"no\" # {", "endpoint": "http://h/p", "port": 81, "apiKey": "hush", "compression": "zstd", "type": "otlp-http"}
        });
        let spec = Draft::read(&body).and_then(Draft::into_spec);
        let spec = spec.unwrap_or_else(|faults| panic!("{faults}"));
        let yaml = yaml(&TestId::parse("t").unwrap(), &spec).unwrap();
        assert!(yaml.starts_with("# destination.apiKey was set") && !yaml.contains("hush"), "{yaml}");
        let read: Value = serde_saphyr::from_str(&yaml).unwrap();
        let again = Draft::read(&read).unwrap().into_spec().unwrap();
        let without_key = Spec { destination: Destination { api_key: None, ..spec.destination }, ..spec };
        assert_eq!(again, without_key, "{yaml}");
    }
}

//! The `otlp-http` format: OTLP 1.x export requests in protobuf.
//!
//! Bodies are byte for byte what a generated encoder writes for the same request: fields in the order of their tags,
//! shortest varints, no empty fields. Decoders take whatever a collector makes of them: split, merged, regrouped, reordered.

mod decode;
mod envelope;
mod fields;
mod logs;
mod message;
mod metrics;
mod records;
mod traces;

pub(crate) use decode::decode;
pub(crate) use logs::Logs;
pub(crate) use metrics::Metrics;
pub(crate) use records::records;
pub(crate) use traces::Traces;

/// Names of what we add to standard attributes.
mod names {
    pub(super) const TEST: &str = "moniflux.test.id";
    pub(super) const RUN: &str = "moniflux.run.id";
    pub(super) const SHARE: &str = "moniflux.share";
    pub(super) const SHARE_COUNT: &str = "moniflux.share.count";
    pub(super) const SEQ: &str = "moniflux.seq";
    pub(super) const SERIES: &str = "moniflux.series";
    pub(super) const SERIES_COUNT: &str = "moniflux.series.count";
}

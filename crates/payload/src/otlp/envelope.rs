//! What surrounds the records of every signal: request, resource, scope.
//!
//! The three signals share their field numbers: `Export…Request { 1: Resource… { 1: Resource, 2: Scope… { 1: Scope, 2: … } } }`.

use moniflux_domain::signal::Signal;

use crate::encoder::Shape;
use crate::otlp::message::{Message, field_len, open_field};
use crate::otlp::names;
use crate::series;

/// The bytes in front of the records, but for the lengths.
#[derive(Debug)]
pub(super) struct Envelope {
    /// The field that holds the resource.
    resource: Vec<u8>,
    /// The field that holds the scope.
    scope: Vec<u8>,
}

impl Envelope {
    pub(super) fn new(shape: &Shape) -> Self {
        let (share, shares) = (shape.share.index(), shape.share.count());
        let mut resource = Message::default();
        resource
            .text_attribute(1, "service.name", "checkout")
            .text_attribute(1, "service.version", "2.14.3")
            // Tells the streams of cumulative sums of shares and runs apart, wherever they are stored.
            .text_attribute(1, "service.instance.id", &format!("{}-{share}", shape.run))
            .text_attribute(1, names::TEST, shape.test.as_str())
            .text_attribute(1, names::RUN, &shape.run.to_string())
            .int_attribute(1, names::SHARE, u64::from(share))
            .int_attribute(1, names::SHARE_COUNT, u64::from(shares));
        if shape.signal == Signal::Metrics {
            resource.int_attribute(1, names::SERIES_COUNT, series::SERIES);
        }
        let mut scope = Message::default();
        scope.string(1, "moniflux").string(2, env!("CARGO_PKG_VERSION"));

        let (mut resource_field, mut scope_field) = (Message::default(), Message::default());
        resource_field.bytes(1, &resource.0);
        scope_field.bytes(1, &scope.0);
        Self { resource: resource_field.0, scope: scope_field.0 }
    }

    /// Appends everything in front of `bytes` bytes of records.
    pub(super) fn open(&self, bytes: usize, body: &mut Vec<u8>) {
        let in_scope = self.scope.len() + bytes;
        open_field(1, self.resource.len() + field_len(in_scope), body);
        body.extend_from_slice(&self.resource);
        open_field(2, in_scope, body);
        body.extend_from_slice(&self.scope);
    }
}

//! The first records of a spec, made without sending anything.

use moniflux_domain::id::{RunId, TestId};
use moniflux_domain::profile::Load;
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::Spec;

use crate::arrival::DecodeError;
use crate::batch::{BatchBuffer, Span};
use crate::encoder::{Encoder, Shape};
use crate::record::{Record, records};

/// The first `count` records that a run of the spec sends of a signal, read out of the bodies that it would send; fewer when it
/// has fewer. A load that begins at `started_at`, in unix nanoseconds, gives them their times.
///
/// # Errors
/// What is encoded cannot be read back: a defect.
pub fn sample_records(
    spec: &Spec,
    test: &TestId,
    run: RunId,
    signal: Signal,
    count: u32,
    started_at: u64,
) -> Result<Vec<Record>, DecodeError> {
    let Some(demand) = spec.demand(signal) else { return Ok(Vec::new()) };
    let load = Load::of(demand, Share::WHOLE);
    let shape = Shape::of(spec, test, run, signal, Share::WHOLE, started_at);
    let encoder = Encoder::new(&shape);
    let mut buffer = BatchBuffer::default();
    let mut found = Vec::new();
    for number in 0..u64::from(count) {
        let due = match load.due_at(number + 1) {
            Some(due) => started_at.saturating_add(due.as_nanos()),
            // They leave as fast as they are taken.
            None if load.is_unpaced() && load.limit().is_none_or(|limit| number < limit) => started_at,
            None => break,
        };
        encoder.encode(&mut buffer, Span { first: number, count: 1, first_due: due, last_due: due });
        found.extend(records(shape.kind, signal, buffer.as_ref(), &[number])?);
    }
    Ok(found)
}

//! What a load is going to send: the batches that its schedule cuts, counted without sending any.

use std::collections::BTreeMap;
use std::time::Duration;

use moniflux_domain::delivery::Delivery;
use moniflux_domain::profile::{ActiveTime, Load};
use moniflux_payload::{BatchBuffer, Encoder, Span};

use crate::lane::schedule::{Cut, next_batch};

/// What one share of a lane is going to send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Records in all; none for a load that only someone's word ends.
    pub records: Option<u64>,
    /// How long the load lasts; none when only someone's word, or the destination's pace, ends it.
    pub lasts: Option<Duration>,
    /// Requests, if everything leaves on time; none as above.
    pub requests: Option<u64>,
    /// Bytes of all bodies before compression.
    pub bytes: Option<u64>,
    /// Records of the fullest request.
    pub most_records: u32,
    /// Bytes of the fullest request, before compression.
    pub most_bytes: u64,
    /// Whether requests and bytes are counted to the end; else they go on as far as was counted.
    pub is_exact: bool,
}

/// Counts what a load from its beginning is going to send.
///
/// Batches are cut as lanes cut them; a few are encoded to learn their length, the others are as long as those of the same
/// number of records. After 200,000 batches the rest is taken to be like them.
pub fn forecast(load: &Load, delivery: &Delivery, encoder: &Encoder) -> Forecast {
    let fits = encoder.records_within(u64::from(delivery.max_batch_bytes));
    let cut = Cut { records: fits.min(delivery.batch_size), linger: delivery.linger };
    if load.is_unpaced() {
        return unpaced(load, cut, encoder);
    }
    let is_endless = load.end() == ActiveTime::FOREVER;
    let mut sizes = Sizes::default();
    let (mut records, mut requests, mut bytes) = (0, 0, 0);
    let mut most = (0, 0);
    while requests < COUNTED
        && let Some(batch) = next_batch(load, records, 0, cut, load.end())
    {
        let size = sizes.of(encoder, batch.first, batch.count);
        records += u64::from(batch.count);
        requests += 1;
        bytes += size;
        most = most.max((batch.count, size));
        if is_endless && requests == A_FEW {
            break;
        }
    }
    let total = (!is_endless).then(|| load.total());
    Forecast {
        records: total,
        lasts: (!is_endless).then(|| load.end().as_duration()),
        requests: total.map(|total| like(requests, records, total)),
        bytes: total.map(|total| like(bytes, records, total)),
        most_records: most.0,
        most_bytes: most.1,
        is_exact: total == Some(records),
    }
}

/// A load that is not paced sends full batches for as long as it may.
fn unpaced(load: &Load, cut: Cut, encoder: &Encoder) -> Forecast {
    let full = Sizes::default().of(encoder, 0, cut.records);
    let records = load.limit();
    Forecast {
        records,
        lasts: (load.end() < ActiveTime::FOREVER).then(|| load.end().as_duration()),
        requests: records.map(|records| records.div_ceil(u64::from(cut.records))),
        bytes: records.map(|records| like(full, cut.records.into(), records)),
        most_records: cut.records,
        most_bytes: full,
        is_exact: false,
    }
}

/// Lengths of bodies, by how many records they hold and how many digits their numbers have.
#[derive(Debug, Default)]
struct Sizes {
    known: BTreeMap<(u32, Widths), u64>,
    buffer: BatchBuffer,
}

impl Sizes {
    fn of(&mut self, encoder: &Encoder, first: u64, count: u32) -> u64 {
        let (from, to) = (widths(first), widths(first + u64::from(count)));
        let Self { known, buffer } = self;
        let mut measure = || {
            encoder.encode(buffer, Span { first, count, first_due: 0, last_due: 0 });
            buffer.as_ref().len() as u64
        };
        if from == to { *known.entry((count, to)).or_insert_with(measure) } else { measure() }
    }
}

/// Digits of a number, and bytes of it as a varint.
type Widths = (u32, u32);

fn widths(number: u64) -> Widths {
    (number.checked_ilog10().unwrap_or(0), number.checked_ilog2().unwrap_or(0) / 7)
}

/// As many for `total` as `amount` for `counted`.
fn like(amount: u64, counted: u64, total: u64) -> u64 {
    if counted == 0 {
        return 0;
    }
    let amount = u128::from(amount) * u128::from(total) / u128::from(counted);
    u64::try_from(amount).unwrap_or(u64::MAX)
}

/// Batches that are counted one by one; more take longer than people like to wait.
const COUNTED: u64 = 200_000;

/// What tells the size of the batches of a load without end.
const A_FEW: u64 = 100;

#[cfg(test)]
mod tests {
    use moniflux_domain::destination::DestinationKind;
    use moniflux_domain::id::{RunId, TestId};
    use moniflux_domain::profile::{Demand, Extent, LoadDuration, Rate};
    use moniflux_domain::signal::{Share, Signal};
    use moniflux_domain::spec::{Entropy, LogSize, LogType, SpansPerTrace};
    use moniflux_payload::Shape;

    use super::*;

    fn encoder() -> Encoder {
        Encoder::new(&Shape {
            kind: DestinationKind::Http,
            signal: Signal::Logs,
            test: TestId::parse("t").unwrap(),
            run: RunId(uuid::Uuid::nil()),
            share: Share::WHOLE,
            log_type: LogType::Info,
            log_size: LogSize::bytes(50).unwrap(),
            entropy: Entropy::default(),
            spans_per_trace: SpansPerTrace::default(),
            seed: 1,
            started_at: 0,
        })
    }

    fn demand(rate: u64, seconds: u32) -> Demand {
        Demand::constant(Rate::per_second(rate).unwrap(), LoadDuration::seconds(seconds).unwrap())
    }

    #[test]
    fn a_short_load_is_counted_to_the_byte() {
        let (load, encoder) = (Load::of(demand(500, 2), Share::WHOLE), encoder());
        let found = forecast(&load, &Delivery::default(), &encoder);
        assert!(found.is_exact && found.records == Some(1_000), "{found:?}");
        assert_eq!(found.lasts, Some(Duration::from_secs(2)));
        let mut buffer = BatchBuffer::default();
        let (mut first, mut bytes, mut requests) = (0, 0, 0);
        let cut = Cut { records: 1_000, linger: Delivery::default().linger };
        while let Some(batch) = next_batch(&load, first, 0, cut, load.end()) {
            let due = |time: ActiveTime| time.as_nanos();
            let (first_due, last_due) = (due(batch.first_due), due(batch.due));
            encoder.encode(&mut buffer, Span { first, count: batch.count, first_due, last_due });
            (first, bytes, requests) =
                (first + u64::from(batch.count), bytes + buffer.as_ref().len() as u64, requests + 1);
        }
        assert_eq!((found.bytes, found.requests), (Some(bytes), Some(requests)));
    }

    #[test]
    fn a_month_of_load_is_told_at_once_and_not_as_exact() {
        let month = Load::of(demand(10_000_000, 2_592_000), Share::WHOLE);
        let found = forecast(&month, &Delivery::default(), &encoder());
        assert!(!found.is_exact, "{found:?}");
        assert_eq!(found.records, Some(25_920_000_000_000));
        assert_eq!(found.requests, Some(25_920_000_000));
        assert_eq!(found.most_records, 1_000);
    }

    #[test]
    fn a_load_without_end_tells_the_size_of_its_requests() {
        let open = Demand { extent: Extent::Open, ..demand(1_000, 1) };
        let found = forecast(&Load::of(open, Share::WHOLE), &Delivery::default(), &encoder());
        assert_eq!((found.records, found.requests, found.bytes, found.lasts), (None, None, None, None));
        assert!(found.most_records == 100 || found.most_records == 101, "{found:?}");
        assert!(found.most_bytes > 5_000, "{found:?}");
    }
}

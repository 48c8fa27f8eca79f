//! The first records of a spec are those that a run of it sends.

use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::id::TestId;
use moniflux_domain::profile::{Extent, LaneRate, LoadDuration, Rate};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::{Rates, SpansPerTrace, Spec};
use moniflux_payload::{Shape, records, sample_records};

use crate::support::{NOON, RUN, TEST, body, span};

fn spec(kind: DestinationKind) -> Spec {
    let destination = Destination {
        name: None,
        kind,
        endpoint: Endpoint::parse("http://127.0.0.1:4318").unwrap(),
        port: None,
        api_key: None,
        compression: Compression::default(),
    };
    let per_second = |records| LaneRate::PerSecond(Rate::per_second(records).unwrap());
    let rates = Rates { logs: per_second(4), metrics: LaneRate::Max, traces: per_second(1) };
    let extent = Extent::For(LoadDuration::seconds(2).unwrap());
    let spans_per_trace = SpansPerTrace::of(3).unwrap();
    Spec { spans_per_trace, ..Spec::new(rates, extent, destination) }
}

#[test]
fn they_are_what_is_sent_at_the_times_at_which_it_is_due() {
    let test = TestId::parse(TEST).unwrap();
    for kind in DestinationKind::ALL {
        let spec = spec(kind);
        for (signal, count) in [(Signal::Logs, 8), (Signal::Metrics, 20), (Signal::Traces, 2)] {
            let found = sample_records(&spec, &test, RUN, signal, 20, NOON).unwrap();
            let numbers: Vec<u64> = (0..count).collect();
            assert!(found.iter().map(|record| record.number).eq(numbers.iter().copied()), "{signal}");

            let shape = Shape::of(&spec, &test, RUN, signal, Share::WHOLE, NOON);
            let body = body(&shape, span(0, u32::try_from(count).unwrap()));
            let sent = records(kind, signal, &body, &numbers).unwrap();
            let content = |json: &str| json.split_once("Z\"").unwrap().1.to_owned();
            for (sample, sent) in found.iter().zip(&sent).filter(|_| signal != Signal::Traces) {
                assert_eq!(content(&sample.json), content(&sent.json));
            }
        }
        let logs = sample_records(&spec, &test, RUN, Signal::Logs, 3, NOON).unwrap();
        let times: Vec<_> = logs.iter().map(|log| log.timestamp.as_str()).collect();
        let at = |fraction| format!("2026-01-01T12:00:00.{fraction}0000000Z");
        assert_eq!(times, ["25", "50", "75"].map(at));
    }
}

#[test]
fn a_signal_that_is_off_has_none() {
    let mut spec = spec(DestinationKind::Http);
    spec.rates.logs = LaneRate::default();
    let test = TestId::parse(TEST).unwrap();
    assert_eq!(sample_records(&spec, &test, RUN, Signal::Logs, 3, NOON).unwrap(), []);
}

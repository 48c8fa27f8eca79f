//! The metrics: eight instruments in two zones make sixteen series, however many points are sent.
//!
//! A metric point is known by its series and by its place in the series, which rides in the value: a sum counts its own
//! points, and a gauge carries its place in the low bits of its mantissa. So no label grows with the number of points.

use moniflux_domain::spec::Entropy;

use crate::encoder::Shape;
use crate::mix;

/// How many series there are. Record `number` of a lane is point `number / SERIES` of series `number % SERIES`.
pub(crate) const SERIES: u64 = 16;

/// How many instruments there are: series `s` is of instrument `s % INSTRUMENTS`, in zone `s / INSTRUMENTS`.
pub(crate) const INSTRUMENTS: usize = 8;

/// The zones; their names are of equal length, so that points of one instrument are.
pub(crate) const ZONES: [&str; 2] = ["eu-west-1a", "eu-west-1b"];

/// What is measured, and in which unit (UCUM); names as in OpenTelemetry's semantic conventions for systems.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instrument {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) kind: Kind,
    /// The attribute that the conventions give this instrument, and its value.
    pub(crate) attribute: Attribute,
}

/// What every point says of its host. With zone, series and its instrument's own, a point has ten attributes, as many as
/// collectors on a host tend to give it. All are constant, so that none makes a series.
pub(crate) const HOST: [Attribute; 7] = [
    ("cloud.provider", "aws"),
    ("cloud.region", "eu-west-1"),
    ("deployment.environment.name", "production"),
    ("host.arch", "amd64"),
    ("host.name", "ip-10-0-3-17.internal"),
    ("host.type", "m7i.xlarge"),
    ("os.type", "linux"),
];

/// How values come about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A value that moves slowly between two bounds.
    Gauge { low: f64, high: f64 },
    /// A cumulative sum that only grows.
    Sum,
}

/// Every instrument; gauges and sums alternate.
pub(crate) const CATALOGUE: [Instrument; INSTRUMENTS] = [
    gauge("system.cpu.utilization", "1", 0.21, 0.93, ("cpu.mode", "user")),
    sum("system.network.packet.count", "{packet}", ("network.io.direction", "receive")),
    gauge("system.memory.utilization", "1", 0.48, 0.86, ("system.memory.state", "used")),
    sum("system.disk.operations", "{operation}", ("disk.io.direction", "read")),
    gauge("system.filesystem.utilization", "1", 0.37, 0.71, ("system.filesystem.state", "used")),
    sum("process.context_switches", "{context_switch}", ("process.context_switch.type", "voluntary")),
    gauge("hw.temperature", "Cel", 38.5, 71.0, ("hw.id", "cpu-package-0")),
    sum("process.paging.faults", "{fault}", ("system.paging.fault.type", "minor")),
];

/// The instrument of the record with that number: an index into [`CATALOGUE`].
#[inline]
pub(crate) fn instrument_of(number: u64) -> usize {
    (number % SERIES) as usize % INSTRUMENTS
}

/// The zone of the record with that number: an index into [`ZONES`].
#[inline]
pub(crate) fn zone_of(number: u64) -> usize {
    (number % SERIES) as usize / INSTRUMENTS
}

/// How gauges move.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels {
    entropy: Entropy,
    key: u64,
}

impl Levels {
    pub(crate) fn of(shape: &Shape) -> Self {
        Self { entropy: shape.entropy, key: mix::mix(shape.seed) }
    }

    /// The value of a gauge's point with that number, without the place in it.
    #[inline]
    pub(crate) fn level(self, low: f64, high: f64, number: u64) -> f64 {
        // Each series is at another phase.
        let phase = match self.entropy {
            Entropy::Low => 0,
            Entropy::Realistic => number / SERIES,
            Entropy::High => mix::nth(self.key, number),
        };
        let phase = phase.wrapping_add((number % SERIES) * (PERIOD / SERIES)) % PERIOD;
        #[expect(clippy::cast_precision_loss, reason = "both are far below 2^52")]
        let x = phase as f64 / PERIOD as f64;
        // Up and down along a parabola.
        low + (high - low) * 4.0 * x * (1.0 - x)
    }
}

/// A value with a place, modulo 2^41, in the low bits of its mantissa; it changes the value by less than one in 2,000.
#[inline]
pub(crate) fn with_place(value: f64, place: u64) -> f64 {
    f64::from_bits((value.to_bits() & !PLACE_MASK) | (place & PLACE_MASK))
}

/// The place that a value carries, modulo 2^41.
#[inline]
pub(crate) fn place_of(value: f64) -> u64 {
    value.to_bits() & PLACE_MASK
}

const fn gauge(
    name: &'static str,
    unit: &'static str,
    low: f64,
    high: f64,
    attribute: Attribute,
) -> Instrument {
    Instrument { name, unit, kind: Kind::Gauge { low, high }, attribute }
}

const fn sum(name: &'static str, unit: &'static str, attribute: Attribute) -> Instrument {
    Instrument { name, unit, kind: Kind::Sum, attribute }
}

/// Key and value.
type Attribute = (&'static str, &'static str);

const PLACE_MASK: u64 = (1 << 41) - 1;

/// After how many points a gauge has been up and down.
const PERIOD: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_and_sums_alternate() {
        assert_eq!((INSTRUMENTS * ZONES.len()) as u64, SERIES);
        for (index, instrument) in CATALOGUE.iter().enumerate() {
            assert_eq!(matches!(instrument.kind, Kind::Gauge { .. }), index % 2 == 0, "{}", instrument.name);
        }
        assert_eq!(ZONES[0].len(), ZONES[1].len());
    }

    #[test]
    fn a_gauge_moves_as_its_entropy_says_within_its_bounds_whatever_place_it_carries() {
        for (entropy, expected) in
            [(Entropy::Low, 0.0..0.0005), (Entropy::Realistic, 0.0005..0.002), (Entropy::High, 0.5..0.73)]
        {
            let levels = Levels { entropy, key: 7 };
            for series in 0..SERIES {
                let value = |place| with_place(levels.level(0.21, 0.93, place * SERIES + series), place);
                let (mut before, mut farthest) = (value(0), 0_f64);
                for place in 0..3 * PERIOD {
                    let value = value(place);
                    assert!((0.2098..0.9304).contains(&value), "{value}");
                    assert_eq!(place_of(value), place);
                    farthest = farthest.max((value - before).abs());
                    before = value;
                }
                assert!(expected.contains(&farthest), "{entropy:?} {farthest}");
            }
        }
        assert_eq!(place_of(with_place(0.5, (1 << 41) + 7)), 7);
    }
}

//! OTLP metrics: the points of one instrument in a batch are grouped under one `Metric`.
//!
//! Which series a point is of stands in the attribute `moniflux.series`, and its place in the series rides in the value
//! (see [`crate::series`]). All points of an instrument are of equal length, so that a batch is laid out anew only when
//! its number of points, or the series it begins with, changes. A share's points pass through the series in steps of the number
//! of shares; its resource names the share, so each of its series is a stream of its own, whose sums grow.

use moniflux_domain::signal::Share;

use crate::batch::{BatchBuffer, Segment, Span};
use crate::encoder::Shape;
use crate::numbers::Numbers;
use crate::otlp::envelope::Envelope;
use crate::otlp::message::{Message, field_len, open_field};
use crate::otlp::names;
use crate::series::{self, CATALOGUE, HOST, INSTRUMENTS, Instrument, Kind, Levels, SERIES, ZONES};
use crate::times::Times;

/// Points of every instrument.
#[derive(Debug)]
pub(crate) struct Metrics {
    envelope: Envelope,
    levels: Levels,
    /// One for each of [`CATALOGUE`].
    templates: Vec<Template>,
}

/// One instrument's `Metric`, and its points.
#[derive(Debug)]
struct Template {
    kind: Kind,
    /// Name and unit.
    head: Vec<u8>,
    /// The tag of the `Gauge` or `Sum`.
    data_tag: u8,
    /// A point in each of the zones; both are of equal length.
    points: [Vec<u8>; ZONES.len()],
    time_at: usize,
    value_at: usize,
    /// What follows the points in a `Sum`: temporality and monotonicity.
    foot: Vec<u8>,
}

/// What a batch holds of each instrument.
struct Plan {
    parts: [Part; INSTRUMENTS],
    bytes: usize,
}

/// The points of one instrument in a batch.
#[derive(Clone, Copy, Default)]
struct Part {
    count: usize,
    /// The number of the first.
    first: u64,
    /// Where they begin, counted from the first metric.
    start: usize,
}

impl Metrics {
    pub(crate) fn new(shape: &Shape) -> Self {
        // A start of 0 would mean that it is unknown.
        let started_at = shape.started_at.max(1);
        let templates = CATALOGUE.iter().enumerate();
        let templates =
            templates.map(|(index, instrument)| Template::new(instrument, index, started_at)).collect();
        Self { envelope: Envelope::new(shape), levels: Levels::of(shape), templates }
    }

    /// The most that a body takes besides its points, and the most that one point takes, in bytes.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        let mut empty = Vec::new();
        self.envelope.open(u32::MAX as usize, &mut empty);
        let metrics: usize = self.templates.iter().map(|template| template.len(u32::MAX as usize)).sum();
        let overhead = metrics - self.templates.len() * u32::MAX as usize;
        (empty.len() + overhead, self.templates.iter().map(Template::point_len).max().unwrap_or_default())
    }

    /// Makes the buffer hold the points of that span of a share.
    pub(crate) fn encode(&self, share: Share, buffer: &mut BatchBuffer, span: Span) {
        let numbers = Numbers::of(share, span.first);
        let plan = self.plan(numbers.clone(), span.count as usize);
        let layout = Segment { width: (numbers.next % SERIES) as usize, count: span.count };
        if buffer.layout != [layout] {
            self.lay_out(&plan, numbers.stride, buffer);
            buffer.layout.push(layout);
        }
        let mut cursors = plan.parts.map(|part| buffer.start + part.start);
        let mut times = Times::over(span);
        for number in numbers.take(span.count as usize) {
            let index = series::instrument_of(number);
            let template = &self.templates[index];
            let point = &mut buffer.body[cursors[index]..][..template.point_len()];
            cursors[index] += template.point_len();
            point[template.time_at..][..8].copy_from_slice(&times.tick().to_le_bytes());
            point[template.value_at..][..8].copy_from_slice(&template.value(self.levels, number));
        }
    }

    fn plan(&self, numbers: Numbers, count: usize) -> Plan {
        let mut plan = Plan { parts: [Part::default(); _], bytes: 0 };
        let period = period(numbers.stride);
        for (before, first) in numbers.take(count.min(period)).enumerate() {
            let count = (count - before).div_ceil(period);
            plan.parts[series::instrument_of(first)] = Part { count, first, start: 0 };
        }
        for (template, part) in self.templates.iter().zip(&mut plan.parts).filter(|(_, part)| part.count > 0)
        {
            let points = part.count * template.point_len();
            plan.bytes += template.len(points);
            part.start = plan.bytes - template.foot.len() - points;
        }
        plan
    }

    fn lay_out(&self, plan: &Plan, stride: u64, buffer: &mut BatchBuffer) {
        let BatchBuffer { body, start, layout } = buffer;
        layout.clear();
        body.clear();
        self.envelope.open(plan.bytes, body);
        *start = body.len();
        body.reserve(plan.bytes);
        for (template, part) in self.templates.iter().zip(&plan.parts).filter(|(_, part)| part.count > 0) {
            let points = part.count * template.point_len();
            open_field(2, template.in_metric(points), body);
            body.extend_from_slice(&template.head);
            open_field(template.data_tag, template.in_data(points), body);
            let stride = stride.wrapping_mul(period(stride) as u64);
            for number in (Numbers { next: part.first, stride }).take(part.count) {
                body.extend_from_slice(&template.points[series::zone_of(number)]);
            }
            body.extend_from_slice(&template.foot);
        }
        debug_assert_eq!(body.len() - *start, plan.bytes);
    }
}

impl Template {
    fn new(instrument: &Instrument, index: usize, started_at: u64) -> Self {
        let mut head = Message::default();
        head.string(1, instrument.name).string(3, instrument.unit);
        let mut foot = Message::default();
        let data_tag = match instrument.kind {
            Kind::Gauge { .. } => 5,
            Kind::Sum => {
                foot.varint(2, AGGREGATION_TEMPORALITY_CUMULATIVE).varint(3, 1);
                7
            }
        };
        let mut offsets = (0, 0);
        let points = [0, 1].map(|zone| {
            let mut point = Message::default();
            if matches!(instrument.kind, Kind::Sum) {
                point.fixed64(2, started_at);
            }
            let time_end = point.fixed64(3, 0).0.len();
            let value_tag = if matches!(instrument.kind, Kind::Sum) { 6 } else { 4 };
            let value_end = point.fixed64(value_tag, 0).0.len();
            for (key, value) in HOST.into_iter().chain([instrument.attribute]) {
                point.text_attribute(7, key, value);
            }
            point.text_attribute(7, "cloud.availability_zone", ZONES[zone]);
            point.int_attribute(7, names::SERIES, (index + INSTRUMENTS * zone) as u64);
            let mut field = Message::default();
            field.bytes(1, &point.0);
            let prefix = field.0.len() - point.0.len();
            offsets = (prefix + time_end - 8, prefix + value_end - 8);
            field.0
        });
        let (time_at, value_at) = offsets;
        Self { kind: instrument.kind, head: head.0, data_tag, points, time_at, value_at, foot: foot.0 }
    }

    fn point_len(&self) -> usize {
        self.points[0].len()
    }

    /// The length of the `Gauge` or `Sum` with that many bytes of points.
    fn in_data(&self, points: usize) -> usize {
        points + self.foot.len()
    }

    /// The length of the `Metric` with that many bytes of points.
    fn in_metric(&self, points: usize) -> usize {
        self.head.len() + field_len(self.in_data(points))
    }

    /// The length of the field that holds the `Metric`.
    fn len(&self, points: usize) -> usize {
        field_len(self.in_metric(points))
    }

    #[inline]
    fn value(&self, levels: Levels, number: u64) -> [u8; 8] {
        let place = number / SERIES;
        match self.kind {
            Kind::Gauge { low, high } => {
                series::with_place(levels.level(low, high, number), place).to_le_bytes()
            }
            Kind::Sum => (place + 1).to_le_bytes(),
        }
    }
}

/// After how many points a share is back at an instrument.
fn period(stride: u64) -> usize {
    INSTRUMENTS >> stride.trailing_zeros().min(INSTRUMENTS.trailing_zeros())
}

const AGGREGATION_TEMPORALITY_CUMULATIVE: u64 = 2;

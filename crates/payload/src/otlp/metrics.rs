//! OTLP metrics: the points of one instrument in a batch are grouped under one `Metric`.
//!
//! Which series a point is of stands in the attribute `moniflux.series`, and its place in the series rides in the value
//! (see [`crate::series`]). All points of an instrument are of equal length, so that a batch is laid out anew only when
//! its number of points, or the series it begins with, changes.

use crate::batch::{BatchBuffer, Segment, Span};
use crate::encoder::Shape;
use crate::otlp::envelope::Envelope;
use crate::otlp::message::{Message, field_len, open_field};
use crate::otlp::names;
use crate::series::{self, CATALOGUE, HOST, INSTRUMENTS, Instrument, Kind, SERIES, ZONES};
use crate::times::Times;

/// Points of every instrument.
#[derive(Debug)]
pub(crate) struct Metrics {
    envelope: Envelope,
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

/// How many points of each instrument a batch holds, and where.
struct Plan {
    counts: [usize; INSTRUMENTS],
    /// Where the points begin, counted from the first metric.
    starts: [usize; INSTRUMENTS],
    bytes: usize,
}

impl Metrics {
    pub(crate) fn new(shape: &Shape) -> Self {
        // A start of 0 would mean that it is unknown.
        let started_at = shape.started_at.max(1);
        let templates = CATALOGUE.iter().enumerate();
        let templates =
            templates.map(|(index, instrument)| Template::new(instrument, index, started_at)).collect();
        Self { envelope: Envelope::new(shape), templates }
    }

    /// The most that a body takes besides its points, and the most that one point takes, in bytes.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        let mut empty = Vec::new();
        self.envelope.open(u32::MAX as usize, &mut empty);
        let metrics: usize = self.templates.iter().map(|template| template.len(u32::MAX as usize)).sum();
        let overhead = metrics - self.templates.len() * u32::MAX as usize;
        (empty.len() + overhead, self.templates.iter().map(Template::point_len).max().unwrap_or_default())
    }

    /// Makes the buffer hold the points of that span.
    pub(crate) fn encode(&self, buffer: &mut BatchBuffer, span: Span) {
        let plan = self.plan(span);
        let layout = Segment { width: (span.first % SERIES) as usize, count: span.count };
        if buffer.layout != [layout] {
            self.lay_out(&plan, buffer, span);
            buffer.layout.push(layout);
        }
        let mut cursors = plan.starts.map(|start| buffer.start + start);
        let mut times = Times::over(span);
        for seq in (span.first..).take(span.count as usize) {
            let (place, series) = (seq / SERIES, seq % SERIES);
            let index = series::instrument_of(seq);
            let template = &self.templates[index];
            let point = &mut buffer.body[cursors[index]..][..template.point_len()];
            cursors[index] += template.point_len();
            point[template.time_at..][..8].copy_from_slice(&times.tick().to_le_bytes());
            point[template.value_at..][..8].copy_from_slice(&template.value(place, series));
        }
    }

    fn plan(&self, span: Span) -> Plan {
        let mut plan = Plan { counts: [0; _], starts: [0; _], bytes: 0 };
        for (index, template) in self.templates.iter().enumerate() {
            let count =
                (span.count as usize).saturating_sub(records_before(index, span)).div_ceil(INSTRUMENTS);
            let points = count * template.point_len();
            if count > 0 {
                plan.bytes += template.len(points);
            }
            plan.counts[index] = count;
            plan.starts[index] = plan.bytes.saturating_sub(template.foot.len() + points);
        }
        plan
    }

    fn lay_out(&self, plan: &Plan, buffer: &mut BatchBuffer, span: Span) {
        let BatchBuffer { body, start, layout } = buffer;
        layout.clear();
        body.clear();
        self.envelope.open(plan.bytes, body);
        *start = body.len();
        body.reserve(plan.bytes);
        for (index, (template, count)) in self.templates.iter().zip(plan.counts).enumerate() {
            if count == 0 {
                continue;
            }
            let points = count * template.point_len();
            open_field(2, template.in_metric(points), body);
            body.extend_from_slice(&template.head);
            open_field(template.data_tag, template.in_data(points), body);
            // Counted in series from series 0, so that it cannot overflow.
            let first = (span.first % SERIES) as usize + records_before(index, span);
            for zone in (first / INSTRUMENTS..).take(count) {
                body.extend_from_slice(&template.points[zone % ZONES.len()]);
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
    fn value(&self, place: u64, series: u64) -> [u8; 8] {
        match self.kind {
            Kind::Gauge { low, high } => {
                series::with_place(series::level(low, high, place, series), place).to_le_bytes()
            }
            Kind::Sum => (place + 1).to_le_bytes(),
        }
    }
}

/// How many records of the span come before its first one of that instrument.
fn records_before(instrument: usize, span: Span) -> usize {
    (instrument + INSTRUMENTS - series::instrument_of(span.first)) % INSTRUMENTS
}

const AGGREGATION_TEMPORALITY_CUMULATIVE: u64 = 2;

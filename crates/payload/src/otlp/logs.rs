//! OTLP logs: one `LogRecord` a record, its number in the attribute `moniflux.seq`.

use moniflux_domain::spec::LogType;

use crate::batch::Records;
use crate::corpus::Messages;
use crate::encoder::Shape;
use crate::numbers::Numbers;
use crate::otlp::envelope::Envelope;
use crate::otlp::message::{self, Message};
use crate::otlp::names;
use crate::times::Times;

/// Log records of one size and severity.
#[derive(Debug)]
pub(crate) struct Logs {
    envelope: Envelope,
    messages: Messages,
    /// By the width of the sequence number, from 1.
    templates: Vec<Template>,
}

/// A record with room for a number of one width.
#[derive(Debug)]
struct Template {
    blank: Vec<u8>,
    time_at: usize,
    message_at: usize,
    seq_at: usize,
    observed_at: usize,
}

impl Logs {
    pub(crate) fn new(shape: &Shape) -> Self {
        let messages = Messages::new(shape);
        let widths = 1..=message::varint_width(u64::MAX);
        let templates = widths.map(|width| Template::new(width, shape.log_type, messages.size())).collect();
        Self { envelope: Envelope::new(shape), messages, templates }
    }
}

impl Records for Logs {
    fn width(seq: u64) -> usize {
        message::varint_width(seq)
    }

    fn last_of(width: usize) -> u64 {
        message::last_of(width)
    }

    fn len(&self, width: usize) -> usize {
        self.templates[width - 1].blank.len()
    }

    fn open(&self, bytes: usize, body: &mut Vec<u8>) {
        self.envelope.open(bytes, body);
    }

    fn lay_out(&self, width: usize, body: &mut Vec<u8>) {
        body.extend_from_slice(&self.templates[width - 1].blank);
    }

    fn close(&self, _body: &mut Vec<u8>) {}

    #[inline]
    fn patch(&self, width: usize, records: &mut [u8], numbers: Numbers, times: &mut Times) {
        let &Template { ref blank, time_at, message_at, seq_at, observed_at } = &self.templates[width - 1];
        for (record, seq) in records.chunks_exact_mut(blank.len()).zip(numbers) {
            let time = times.tick().to_le_bytes();
            record[time_at..][..8].copy_from_slice(&time);
            self.messages.put(&mut record[message_at..][..self.messages.size()], seq);
            message::put_varint(&mut record[seq_at..][..width], seq);
            record[observed_at..][..8].copy_from_slice(&time);
        }
    }
}

impl Template {
    fn new(width: usize, log_type: LogType, message_size: usize) -> Self {
        let mut body = Message::default();
        body.bytes(1, &vec![b' '; message_size]);

        let mut record = Message::default();
        // What is patched comes last in what it is nested in, so that it ends where the record ends so far.
        let time_end = record.fixed64(1, 0).0.len();
        record.varint(2, severity_number(log_type)).string(3, log_type.as_str());
        let message_end = record.bytes(5, &body.0).0.len();
        let seq_end = record.int_attribute(6, names::SEQ, message::last_of(width)).0.len();
        let observed_end = record.fixed64(11, 0).0.len();

        let mut field = Message::default();
        field.bytes(2, &record.0);
        let prefix = field.0.len() - record.0.len();
        Self {
            time_at: prefix + time_end - 8,
            message_at: prefix + message_end - message_size,
            seq_at: prefix + seq_end - width,
            observed_at: prefix + observed_end - 8,
            blank: field.0,
        }
    }
}

/// The lowest number of the severity's range, as OpenTelemetry's logs data model has it.
fn severity_number(log_type: LogType) -> u64 {
    match log_type {
        LogType::Debug => 5,
        LogType::Info => 9,
        LogType::Warn => 13,
        LogType::Error => 17,
    }
}

//! JSON metrics: `{testID, runID, seq, timestamp, name, value}`.
//!
//! The value of a sum is its place in its series, counted from 1; the value of a gauge has six digits of fraction.

use crate::encoder::Shape;
use crate::json::decimal;
use crate::json::rows::Tail;
use crate::series::{self, CATALOGUE, Kind, Levels, SERIES};

/// Name and value.
#[derive(Debug)]
pub(crate) struct MetricTail {
    levels: Levels,
    blank: Vec<u8>,
}

impl MetricTail {
    pub(crate) fn new(shape: &Shape) -> Self {
        let longest = CATALOGUE.iter().map(|instrument| instrument.name.len()).max().unwrap_or_default();
        let mut blank = BEFORE_NAME.to_vec();
        blank.resize(blank.len() + longest + BEFORE_VALUE.len() + VALUE_WIDTH, b' ');
        blank.push(b'}');
        Self { levels: Levels::of(shape), blank }
    }
}

impl Tail for MetricTail {
    fn blank(&self, _index: usize) -> &[u8] {
        &self.blank
    }

    #[inline]
    fn patch(&self, _index: usize, tail: &mut [u8], number: u64) {
        let instrument = &CATALOGUE[series::instrument_of(number)];
        let end = tail.len() - 1;
        let (name, rest) = tail[BEFORE_NAME.len()..end].split_at_mut(instrument.name.len());
        name.copy_from_slice(instrument.name.as_bytes());
        let (before_value, value) = rest.split_at_mut(BEFORE_VALUE.len());
        before_value.copy_from_slice(BEFORE_VALUE);
        match instrument.kind {
            Kind::Gauge { low, high } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "small and positive"
                )]
                let millionths = (self.levels.level(low, high, number) * 1e6) as u64;
                decimal::put_fraction(value, millionths, 6);
            }
            Kind::Sum => decimal::put_right(value, number / SERIES + 1),
        }
    }
}

const BEFORE_NAME: &[u8] = br#"","name":""#;
const BEFORE_VALUE: &[u8] = br#"","value":"#;

/// The digits of the largest sum.
const VALUE_WIDTH: usize = 20;

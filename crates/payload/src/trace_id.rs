//! Ids of traces that look random, are valid (never all zero), and carry the trace's number.
//!
//! The low half of a trace id is a bijection of the number, keyed by the run; the high half is drawn from the low
//! one, so that an id of somebody else's trace is told apart. W3C Trace Context level 2 asks for at least 7 random-looking
//! bytes at the right end, which probability samplers read; they are.

use moniflux_domain::id::RunId;

use crate::mix::{mix, unmix};

/// The ids of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TraceIds {
    key: u64,
}

impl TraceIds {
    pub(crate) fn of(run: RunId) -> Self {
        let (high, low) = run.0.as_u64_pair();
        Self { key: mix(high ^ mix(low)) }
    }

    /// The id of the trace with that number.
    #[inline]
    pub(crate) fn trace(self, number: u64) -> [u8; 16] {
        let low = mix(number ^ self.key);
        ((u128::from(self.check(low)) << 64) | u128::from(low)).to_be_bytes()
    }

    /// The id of one of its spans, from the root, 0, on: a bijection of the low half of the trace's id.
    #[inline]
    pub(crate) fn span(self, number: u64, index: usize) -> [u8; 8] {
        mix(mix(number ^ self.key) ^ (ROOT_SPAN + index as u64)).max(1).to_be_bytes()
    }

    /// The number that this trace id carries; none when it is not one of these.
    #[inline]
    pub(crate) fn number(self, trace: [u8; 16]) -> Option<u64> {
        let [high, low] = halves(trace);
        (high == self.check(low)).then(|| unmix(low) ^ self.key)
    }

    fn check(self, low: u64) -> u64 {
        mix(low.wrapping_add(self.key) ^ HIGH_HALF).max(1)
    }
}

fn halves(trace: [u8; 16]) -> [u64; 2] {
    let whole = u128::from_be_bytes(trace);
    [whole >> 64, whole & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or_default())
}

/// Tell what is drawn from one number apart.
const HIGH_HALF: u64 = 0x6869_6768;
const ROOT_SPAN: u64 = 0x726f_6f74;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn the_number_comes_back_out_of_the_id(number: u64, run: u128) {
            let ids = TraceIds::of(RunId(Uuid::from_u128(run)));
            prop_assert_eq!(ids.number(ids.trace(number)), Some(number));
            let spans: std::collections::HashSet<_> = (0..64).map(|index| ids.span(number, index)).collect();
            prop_assert!(spans.len() == 64 && !spans.contains(&[0; 8]));
        }

        #[test]
        fn ids_of_other_runs_are_not_taken(number: u64, run: u128) {
            let trace = TraceIds::of(RunId(Uuid::from_u128(run))).trace(number);
            prop_assert_eq!(TraceIds::of(RunId(Uuid::from_u128(run ^ 1))).number(trace), None);
        }
    }
}

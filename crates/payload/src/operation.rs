//! What traces are of: requests to a small shop, and how long they took.

use crate::mix;

/// One kind of request that a server handles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) route: &'static str,
    pub(crate) status: u16,
}

/// Every kind. Method and route together are of equal length, so that all spans are.
pub(crate) const OPERATIONS: [Operation; 8] = [
    operation("GET", "/api/v1/inventory", 200),
    operation("POST", "/api/v1/payments", 201),
    operation("GET", "/api/v1/customers", 404),
    operation("PATCH", "/api/v1/profile", 200),
    operation("GET", "/api/v1/shipments", 200),
    operation("POST", "/api/v1/sessions", 401),
    operation("PUT", "/api/v1/addresses", 200),
    operation("DELETE", "/api/v1/basket", 204),
];

/// The request that the trace with that number is of: an index into [`OPERATIONS`], and microseconds.
///
/// Short durations are common and long ones rare: from half a millisecond to a quarter of a second.
#[inline]
pub(crate) fn request(key: u64, number: u64) -> (usize, u64) {
    let drawn = mix::nth(key, number);
    let part = drawn >> (u64::BITS - PART_BITS);
    let skewed = (part * part) >> PART_BITS;
    let micros = SHORTEST_MICROS + ((skewed * SPREAD_MICROS) >> PART_BITS);
    let [lowest, ..] = drawn.to_le_bytes();
    (usize::from(lowest) % OPERATIONS.len(), micros)
}

const fn operation(method: &'static str, route: &'static str, status: u16) -> Operation {
    Operation { method, route, status }
}

const PART_BITS: u32 = 24;
const SHORTEST_MICROS: u64 = 500;
const SPREAD_MICROS: u64 = 250_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_operations_are_of_equal_length() {
        for operation in OPERATIONS {
            assert_eq!(operation.method.len() + operation.route.len(), 20, "{operation:?}");
        }
    }

    #[test]
    fn every_operation_occurs_and_durations_are_skewed_to_the_short() {
        let requests: Vec<_> = (0..10_000).map(|number| request(7, number)).collect();
        for index in 0..OPERATIONS.len() {
            assert!(requests.iter().any(|(operation, _)| *operation == index), "{index}");
        }
        assert!(requests.iter().all(|(_, micros)| (500..250_500).contains(micros)));
        let short = requests.iter().filter(|(_, micros)| *micros < 63_000).count();
        assert!((4_800..5_200).contains(&short), "the median is a quarter of the range: {short}");
    }
}

//! The spans below a trace's root: whose child each is, what it does, and which part of the root's time it takes.
//!
//! Spans are counted from the root, 0, and make a binary tree: the children of span `n` are `2n + 1` and `2n + 2`. The first takes
//! most of the first half of its parent's time, the second most of the other half, so that everything lies within the root.

/// One span below the root; the same in every trace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Descendant {
    /// Which span it is, from 1.
    pub(crate) index: usize,
    /// Which span its parent is.
    pub(crate) parent: usize,
    pub(crate) work: &'static Work,
    /// Where it begins and ends in the root's time, in parts of 2^32.
    from: u64,
    until: u64,
}

/// What a span does.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// The number of its kind in OTLP.
    pub(crate) kind: u64,
    /// As OpenTelemetry's semantic conventions name them.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
}

impl Descendant {
    /// All of them, in their order, in a trace of so many spans.
    pub(crate) fn all(spans: u32) -> Vec<Self> {
        let spans = spans as usize;
        let mut times = vec![(0, WHOLE)];
        let descend = |index| {
            let parent = (index - 1) / 2;
            let (from, until): (u64, u64) = times[parent];
            let sixteenth = (until - from) / 16;
            let (first, last) = if index % 2 == 1 { (1, 7) } else { (8, 15) };
            let (from, until) = (from + first * sixteenth, from + last * sixteenth);
            times.push((from, until));
            let choices = if 2 * index + 1 < spans { &INTERNAL[..] } else { &CLIENT };
            Self { index, parent, work: &choices[index % choices.len()], from, until }
        };
        (1..spans).map(descend).collect()
    }

    /// When it begins and ends, in a trace whose root begins at `start` and takes `nanos`, at most a second.
    #[inline]
    pub(crate) fn times(&self, start: u64, nanos: u64) -> (u64, u64) {
        (start + ((nanos * self.from) >> PART_BITS), start + ((nanos * self.until) >> PART_BITS))
    }
}

const PART_BITS: u32 = 32;
const WHOLE: u64 = 1 << PART_BITS;

/// What spans do that have children.
static INTERNAL: [Work; 3] = [
    internal("price basket", &[("code.function.name", "shop.Basket.price")]),
    internal("check stock", &[("code.function.name", "shop.Stock.check")]),
    internal("load customer", &[("code.function.name", "shop.Customers.load")]),
];

/// What spans do that have none.
static CLIENT: [Work; 4] = [
    client(
        "SELECT orders",
        &[
            ("db.system.name", "postgresql"),
            ("db.operation.name", "SELECT"),
            ("db.collection.name", "orders"),
        ],
    ),
    client("GET", &[("db.system.name", "redis"), ("db.operation.name", "GET"), ("db.namespace", "0")]),
    client(
        "INSERT payments",
        &[
            ("db.system.name", "postgresql"),
            ("db.operation.name", "INSERT"),
            ("db.collection.name", "payments"),
        ],
    ),
    client(
        "shop.Shipping/Quote",
        &[
            ("rpc.system.name", "grpc"),
            ("rpc.method", "shop.Shipping/Quote"),
            ("server.address", "shipping.internal"),
        ],
    ),
];

const fn internal(name: &'static str, attributes: &'static [(&'static str, &'static str)]) -> Work {
    Work { name, kind: 1, attributes }
}

const fn client(name: &'static str, attributes: &'static [(&'static str, &'static str)]) -> Work {
    Work { name, kind: 3, attributes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lie_within_their_parents_and_siblings_do_not_overlap() {
        for spans in 1..=64 {
            let all = Descendant::all(spans);
            assert_eq!(all.len() + 1, spans as usize);
            for nanos in [500_000, 250_500_000, 999_999_999] {
                let mut times = vec![(7, 7 + nanos)];
                times.extend(all.iter().map(|span| span.times(7, nanos)));
                for span in &all {
                    let ((from, until), (parent_from, parent_until)) =
                        (times[span.index], times[span.parent]);
                    assert!(parent_from <= from && from < until && until <= parent_until);
                    if span.index % 2 == 0 {
                        assert!(times[span.index - 1].1 <= from);
                    }
                }
            }
        }
    }

    #[test]
    fn what_has_children_is_internal_and_what_has_none_calls_someone() {
        let all = Descendant::all(5);
        assert_eq!(all.iter().map(|span| span.parent).collect::<Vec<_>>(), [0, 0, 1, 1]);
        assert_eq!(all.iter().map(|span| span.work.kind).collect::<Vec<_>>(), [1, 3, 3, 3]);
    }
}

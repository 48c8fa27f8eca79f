//! How many requests may be on their way, and who is to blame when a batch leaves late.

use std::time::Duration;

/// Counts requests in flight against the limit, and remembers when it was last reached.
#[derive(Debug, Clone)]
pub(super) struct Window {
    limit: u32,
    in_flight: u32,
    full_until: Option<Duration>,
}

impl Window {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit: limit.max(1), in_flight: 0, full_until: None }
    }

    /// Whether another request may leave.
    pub(super) fn is_open(&self) -> bool {
        self.in_flight < self.limit
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.in_flight == 0
    }

    /// A request leaves.
    pub(super) fn take(&mut self) {
        self.in_flight += 1;
    }

    /// A request was answered at `now`.
    pub(super) fn give_back(&mut self, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if self.full_until.is_some_and(|until| until == Duration::MAX) {
            self.full_until = Some(now);
        }
    }

    /// A batch is due and cannot leave.
    pub(super) fn hold(&mut self) {
        self.full_until = Some(Duration::MAX);
    }

    /// Whether a batch that was due at `deadline` was held back by the limit, itself or by those before it.
    pub(super) fn held(&self, deadline: Duration) -> bool {
        self.full_until.is_some_and(|until| deadline <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_limit_is_blamed_for_what_was_due_while_it_was_reached() {
        let mut window = Window::new(1);
        assert!(window.is_open() && !window.held(at(1)));
        window.take();
        assert!(!window.is_open());
        assert!(!window.held(at(5)), "a full window holds nothing while nothing is due");
        window.hold();
        window.give_back(at(10));
        assert!(window.is_open() && window.is_empty());
        assert!(window.held(at(5)) && window.held(at(10)) && !window.held(at(11)));
    }
}

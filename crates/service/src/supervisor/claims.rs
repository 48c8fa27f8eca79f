//! When a replica claims, and how much: a pure function of what it took.

use std::time::Duration;

/// When this replica claims next, and how much of a run.
///
/// So that the shares of a run spread over the replicas, each takes one, lets the others do so as well, and then takes as
/// many as it took before: 1, 1, 2, 4 …, until there are none left.
pub(super) struct Claims {
    /// When.
    pub(super) next: Duration,
    /// How many shares of one run.
    pub(super) per_run: u32,
    /// How long the others take to hear of a run; none when there are no others.
    delay: Option<Duration>,
    /// Of one run since all were taken.
    taken: u32,
}

impl Claims {
    pub(super) fn new(now: Duration, delay: Option<Duration>) -> Self {
        let mut claims = Self { next: now, per_run: u32::MAX, delay, taken: 0 };
        claims.start_over();
        claims
    }

    fn start_over(&mut self) {
        self.taken = 0;
        self.per_run = if self.delay.is_some() { 1 } else { u32::MAX };
    }

    /// A test changed somewhere, so that it may have a new run.
    pub(super) fn expect_new(&mut self, now: Duration) {
        // In the middle of a run's shares it is the others' turn.
        if let Some(delay) = self.delay.filter(|_| self.taken == 0) {
            self.next = self.next.min(now + delay);
        }
    }

    /// A claim was made; there may be more shares of a run than it was allowed.
    pub(super) fn made(&mut self, now: Duration, are_more: bool) {
        match self.delay {
            Some(delay) if are_more => {
                self.taken = self.taken.saturating_add(self.per_run);
                self.per_run = self.taken;
                // The others hear of it, and then wait until it is stored.
                self.next = now + delay * 3;
            }
            Some(_) | None => {
                self.start_over();
                self.next = now + CLAIM;
            }
        }
    }
}

/// How often abandoned runs are looked for.
const CLAIM: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_millis(50);

    /// What each of so many replicas takes of a run of so many shares, all of which hear of it within [`DELAY`].
    fn spread(replicas: usize, shares: u32) -> Vec<u32> {
        let mut left = shares;
        let mut claims: Vec<_> = (0..replicas).map(|_| Claims::new(Duration::ZERO, Some(DELAY))).collect();
        let mut taken = vec![0; replicas];
        for (replica, claims) in claims.iter_mut().enumerate().skip(1) {
            claims.made(Duration::ZERO, false);
            claims.expect_new(Duration::from_millis(replica as u64));
        }
        while left > 0 {
            let replica = (0..replicas).min_by_key(|replica| claims[*replica].next).unwrap();
            let claims = &mut claims[replica];
            let share = claims.per_run.min(left);
            (taken[replica], left) = (taken[replica] + share, left - share);
            claims.made(claims.next, left > 0);
        }
        taken
    }

    #[test]
    fn shares_spread_over_the_replicas() {
        assert_eq!(spread(1, 64), [64]);
        assert_eq!(spread(2, 2), [1, 1]);
        assert_eq!(spread(2, 8), [4, 4]);
        assert_eq!(spread(3, 3), [1, 1, 1]);
        assert_eq!(spread(4, 64), [16, 16, 16, 16]);
    }

    #[test]
    fn a_store_of_one_process_gives_all_at_once() {
        let mut claims = Claims::new(Duration::ZERO, None);
        claims.expect_new(Duration::ZERO);
        assert_eq!(claims.per_run, u32::MAX);
        claims.made(Duration::ZERO, true);
        assert_eq!((claims.per_run, claims.next), (u32::MAX, CLAIM));
    }

    #[test]
    fn a_change_is_looked_at_soon_but_not_in_the_others_turn() {
        let mut claims = Claims::new(Duration::ZERO, Some(DELAY));
        claims.made(Duration::ZERO, false);
        assert_eq!(claims.next, CLAIM);
        claims.expect_new(Duration::ZERO);
        assert_eq!(claims.next, DELAY);
        claims.made(Duration::ZERO, true);
        claims.expect_new(Duration::ZERO);
        assert_eq!(claims.next, DELAY * 3);
    }
}

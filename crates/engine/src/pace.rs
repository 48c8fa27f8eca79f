//! Maps active time to the clocks: when, by monotonic and by wall time, is a moment of the schedule?

use std::time::Duration;

use chrono::{DateTime, Utc};
use moniflux_domain::profile::ActiveTime;

/// Active time either runs with the monotonic clock from an anchor, or is held at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    anchor: ActiveTime,
    anchor_monotonic: Duration,
    anchor_unix_nanos: u64,
    held_at: Option<ActiveTime>,
}

impl Pace {
    /// Running: `active` is now.
    pub(crate) fn running(active: ActiveTime, monotonic: Duration, wall: DateTime<Utc>) -> Self {
        let nanos = wall.timestamp_nanos_opt().and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or(0);
        Self { anchor: active, anchor_monotonic: monotonic, anchor_unix_nanos: nanos, held_at: None }
    }

    /// The same, standing still from now on.
    pub(crate) fn held(self, monotonic: Duration) -> Self {
        Self { held_at: Some(self.active(monotonic)), ..self }
    }

    /// Whether active time stands still.
    pub(crate) fn is_held(&self) -> bool {
        self.held_at.is_some()
    }

    /// Active time at a moment of the monotonic clock.
    pub(crate) fn active(&self, monotonic: Duration) -> ActiveTime {
        self.held_at.unwrap_or_else(|| self.anchor.plus(monotonic.saturating_sub(self.anchor_monotonic)))
    }

    /// When, by the monotonic clock, that moment of active time is or was.
    pub(crate) fn deadline(&self, active: ActiveTime) -> Duration {
        (self.anchor_monotonic + active.since(self.anchor)).saturating_sub(self.anchor.since(active))
    }

    /// When, in nanoseconds since 1970, that moment of active time is or was.
    pub(crate) fn unix_nanos(&self, active: ActiveTime) -> u64 {
        (self.anchor_unix_nanos + active.as_nanos()).saturating_sub(self.anchor.as_nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn held_time_stands_still_and_goes_on_where_it_stood() {
        let wall = DateTime::from_timestamp(1_000, 0).unwrap();
        let pace = Pace::running(ActiveTime::ZERO, 5 * SECOND, wall);
        let held = pace.held(8 * SECOND);
        assert_eq!(held.active(100 * SECOND), ActiveTime::from_duration(3 * SECOND));
        let resumed = Pace::running(held.active(100 * SECOND), 100 * SECOND, wall + 95 * SECOND);
        let four = ActiveTime::from_duration(4 * SECOND);
        assert_eq!(resumed.deadline(four), 101 * SECOND);
        assert_eq!(resumed.unix_nanos(four), 1_096_000_000_000);
        assert_eq!(resumed.deadline(ActiveTime::from_duration(2 * SECOND)), 99 * SECOND);
    }
}

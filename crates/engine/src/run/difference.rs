//! Says in words what a change does to a lane's load, for those who look at its marks.

use std::time::Duration;

use moniflux_domain::profile::{Demand, Extent, LaneRate};
use moniflux_domain::shape::Shape;
use moniflux_domain::signal::Signal;

/// What is other than before: `logs from 500/s to 800/s, for 60 s`.
pub(super) fn difference(signal: Signal, before: Option<&Demand>, now: &Demand) -> String {
    let Some(before) = before else { return format!("{signal} on, at {}", rate(now.rate)) };
    let mut parts = Vec::new();
    if before.rate != now.rate {
        parts.push(format!("from {} to {}", rate(before.rate), rate(now.rate)));
    }
    if before.shape != now.shape {
        parts.push(if now.shape == Shape::Constant {
            "constant".to_owned()
        } else {
            "another shape".to_owned()
        });
    }
    if before.extent != now.extent {
        parts.push(extent(now.extent));
    }
    format!("{signal} {}", parts.join(", "))
}

fn rate(rate: LaneRate) -> String {
    match rate {
        LaneRate::PerSecond(rate) => format!("{}/s", rate.records_per_second()),
        LaneRate::Max => "as fast as it goes".to_owned(),
    }
}

fn extent(extent: Extent) -> String {
    match extent {
        Extent::For(duration) => format!("for {:?}", Duration::from_secs(duration.as_secs().into())),
        Extent::Count(records) => format!("until {records} records"),
        Extent::Open => "until someone ends it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use moniflux_domain::profile::{LoadDuration, Rate};
    use moniflux_domain::shape::Target;

    use super::*;

    fn demand(records: u64, seconds: u32) -> Demand {
        Demand::constant(Rate::per_second(records).unwrap(), LoadDuration::seconds(seconds).unwrap())
    }

    #[test]
    fn a_change_is_told_by_what_is_other() {
        let before = demand(500, 60);
        let tell = |now: &Demand| difference(Signal::Logs, Some(&before), now);
        assert_eq!(tell(&demand(800, 60)), "logs from 500/s to 800/s");
        assert_eq!(tell(&demand(800, 90)), "logs from 500/s to 800/s, for 90s");
        let shape = Shape::Ramp { from: Target::ZERO, to: Target::FULL, over: None };
        let shaped = Demand { shape, extent: Extent::Open, rate: LaneRate::Max };
        assert_eq!(
            tell(&shaped),
            "logs from 500/s to as fast as it goes, another shape, until someone ends it"
        );
        assert_eq!(difference(Signal::Traces, None, &before), "traces on, at 500/s");
    }
}

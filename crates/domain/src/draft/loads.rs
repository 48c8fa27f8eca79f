//! What rates, profile and end mean together, and where they do not go together.

use crate::fault::Faults;
use crate::profile::{ActiveTime, Extent, LaneRate, Load, Rate};
use crate::shape::{Profile, Shape};
use crate::signal::{Share, Signal};
use crate::spec::{LoadDuration, Rates, Spec};

/// The length of stages, which need no other, and the end of a search, which ends by itself.
pub(super) fn extent_of(profile: &Profile) -> Option<Extent> {
    if matches!(profile, Profile::Capacity(_)) {
        return Some(Extent::Open);
    }
    let longest = Signal::ALL.into_iter().filter_map(|signal| profile.of(signal).length()).max()?;
    let seconds = longest.as_secs() + u64::from(longest.subsec_nanos() > 0);
    u32::try_from(seconds).ok().and_then(LoadDuration::seconds).map(Extent::For)
}

/// Whether no signal is on.
pub(super) fn rates_say_nothing(rates: Rates, profile: &Profile) -> bool {
    let by_shape = |signal| matches!(profile, Profile::BySignal(_)) && profile.of(signal).has_rates();
    Signal::ALL.into_iter().all(|signal| rates.of(signal).is_zero() && !by_shape(signal))
}

/// What does not go together in the load of a lane.
pub(super) fn check_loads(spec: &Spec) -> Faults {
    let mut faults = Faults::none();
    if matches!((&spec.profile, spec.extent), (Profile::Capacity(_), Extent::Count(_))) {
        faults.add("count", "is given beside a capacity profile, which ends with what it finds");
    }
    for signal in Signal::ALL {
        let Some(demand) = spec.demand(signal) else { continue };
        let place = match &spec.profile {
            Profile::Whole(_) | Profile::Capacity(_) => "profile".to_owned(),
            Profile::BySignal(_) => format!("profile.{signal}"),
        };
        let found = if demand.rate == LaneRate::Max {
            let is_shaped = demand.shape != Shape::Constant || matches!(spec.profile, Profile::Capacity(_));
            is_shaped.then(|| (place, format!("shapes a rate in numbers; the rate of {signal} is \"max\"")))
        } else if demand.shape.curve(Rate::ZERO, spec.extent.duration()).is_none() {
            Some((
                format!("{place}.over"),
                "is required without a duration: how long the shape takes".to_owned(),
            ))
        } else if let (Shape::Spike { at, .. }, Some(load)) = (&demand.shape, spec.extent.duration())
            && *at >= load
        {
            Some((format!("{place}.at"), format!("is not before the end of the load, {} s", load.as_secs())))
        } else {
            let never_ends = matches!(spec.extent, Extent::Count(_))
                && Load::of(demand, Share::WHOLE).end() == ActiveTime::FOREVER;
            never_ends.then(|| ("count".to_owned(), format!("is never reached by the profile of {signal}")))
        };
        if let Some((field, message)) = found
            && faults.as_slice().iter().all(|fault| fault.field != field)
        {
            faults.add(field, message);
        }
    }
    faults
}

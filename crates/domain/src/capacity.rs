//! The search for the highest rate that a destination takes: a pure state machine, `figures of a step → next step`.
//!
//! Rates rise (each step twice the one before) while the condition holds; then the gap between the best rate and the worst is
//! halved until it is within the precision, and both are tried once more, for one bad second must not decide. Every step is kept as evidence. The search is part
//! of a run's checkpoint, so another holder goes on with it.

mod scale;
mod step;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::profile::{LaneRate, Rate};
use crate::shape::{Profile, Target};
use crate::signal::Signal;
use crate::spec::{Rates, Spec};

pub use self::scale::Scale;
pub use self::step::{Figures, LaneFigures, Limit, Step};

/// What is searched for, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// No signal is raised above this.
    pub max: Target,
    /// How long each step is measured: 1 s to an hour.
    pub hold: Duration,
    /// How much at the start of each step is not measured: up to 10 minutes.
    pub settle: Duration,
    /// How far the highest rate that holds and the lowest that does not may be apart, in thousandths: 5 to 500.
    pub precision: u32,
    /// What must hold.
    pub condition: Condition,
}

/// What must hold in a step, besides that everything leaves and is answered as fast as it is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The share of answered records that may be rejected or fail, in millionths.
    pub failed: u32,
    /// 99 in 100 records must be answered within this, seen from when they were due.
    pub p99: Option<Duration>,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            max: Target::Part(10_000_000),
            hold: Duration::from_secs(5),
            settle: Duration::from_secs(1),
            precision: 50,
            condition: Condition::default(),
        }
    }
}

/// A search, as far as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    goal: Capacity,
    rates: Rates,
    /// No step is above this.
    top: Scale,
    /// The step that is next, or goes on.
    current: Scale,
    /// The highest at which the condition held.
    best: Option<Scale>,
    /// The lowest at which it did not.
    worst: Option<Scale>,
    /// Whether the current step tries the best once more.
    confirms: bool,
    /// How often the current step was repeated because of the generator.
    repeats: u32,
    is_done: bool,
    steps: Vec<Step>,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A step at that rate.
    Rate(Scale),
    /// Nothing more: [`Search::answer`] tells what was found.
    Done,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the highest rate at which the condition holds is known.
    pub found: bool,
    /// Records per second of each signal at that rate; without it, at the highest rate that held so far.
    pub rates: BTreeMap<Signal, u64>,
    /// What keeps it from being higher; none for a search that was broken off.
    pub limit: Option<Limit>,
    /// The same in words.
    pub reason: String,
}

impl Search {
    /// The search that a spec asks for; none when it asks for none.
    pub fn of(spec: &Spec) -> Option<Self> {
        let Profile::Capacity(goal) = &spec.profile else { return None };
        let top = Scale::top(goal.max, &spec.rates);
        Some(Self {
            goal: *goal,
            rates: spec.rates,
            top,
            current: Scale::ONE.min(top),
            best: None,
            worst: None,
            confirms: false,
            repeats: 0,
            is_done: false,
            steps: Vec::new(),
        })
    }

    /// What is searched for.
    pub fn goal(&self) -> &Capacity {
        &self.goal
    }

    /// The scale of the step that goes on.
    pub fn current(&self) -> Scale {
        self.current
    }

    /// Whether there is nothing more to try.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Every step so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// A spec of constant load, all of whose signals have their rate at that scale.
    pub fn at(scale: Scale, spec: &Spec) -> Spec {
        let rate = |signal| LaneRate::PerSecond(scale.of(spec.rates.of(signal)));
        let rates =
            Rates { logs: rate(Signal::Logs), metrics: rate(Signal::Metrics), traces: rate(Signal::Traces) };
        Spec { rates, profile: Profile::default(), ..spec.clone() }
    }

    /// Records per second of that signal in the step that goes on.
    pub fn asked(&self, signal: Signal) -> Rate {
        self.current.of(self.rates.of(signal))
    }

    /// Takes the figures of the current step.
    pub fn note(&mut self, figures: Figures) -> Next {
        if self.is_done {
            return Next::Done;
        }
        let step = Step::judge(self.current, figures, &self.goal.condition);
        let limit = step.limit;
        self.steps.push(step);
        match limit {
            None if self.confirms => self.is_done = true,
            None => self.rise(),
            // One slow second of the machine says little.
            Some(Limit::Generator) if self.repeats < REPEATS => self.repeats += 1,
            Some(_) => self.fall(),
        }
        if self.is_done { Next::Done } else { Next::Rate(self.current) }
    }

    /// What was found, or is known so far.
    pub fn answer(&self) -> Answer {
        let held = self.steps.iter().filter(|step| step.limit.is_none());
        let best = self.best.and_then(|best| held.rev().find(|step| step.scale == best));
        let rates = best.map(Step::taken).unwrap_or_default();
        let worst = self.worst.and_then(|worst| {
            self.steps.iter().rev().find(|step| step.scale == worst && step.limit.is_some())
        });
        let (limit, reason) = match worst {
            _ if !self.is_done => (None, "the run ended before the search did".to_owned()),
            None => (Some(Limit::Max), "the condition held at the highest rate of the search".to_owned()),
            Some(step) => (step.limit, format!("at {}: {}", step.rates(), step.reason)),
        };
        Answer { found: self.is_done && best.is_some(), rates, limit, reason }
    }

    fn rise(&mut self) {
        let best = self.current;
        self.best = Some(best);
        // The worst may be what just held, when it was tried once more.
        self.worst = self.failures().filter(|scale| *scale > best).min();
        match self.worst {
            None if best == self.top => self.go_to(best, true),
            None => self.go_to(best.doubled().min(self.top), false),
            Some(worst) => self.narrow(best, worst),
        }
    }

    fn fall(&mut self) {
        let worst = self.current;
        self.worst = Some(worst);
        // The best may be what just failed, when it was tried once more.
        let held = self.steps.iter().filter(|step| step.limit.is_none()).map(|step| step.scale);
        self.best = held.filter(|scale| *scale < worst).max();
        match self.best {
            Some(best) => self.narrow(best, worst),
            None if worst.halved().is_nothing_of(&self.rates) => self.is_done = true,
            None => self.go_to(worst.halved(), false),
        }
    }

    fn narrow(&mut self, best: Scale, worst: Scale) {
        if !best.is_within(self.goal.precision, worst) {
            self.go_to(best.middle(worst), false);
        } else if self.failures().filter(|scale| *scale == worst).count() < TRIES {
            self.go_to(worst, false);
        } else {
            self.go_to(best, true);
        }
    }

    /// The scale of every step that failed.
    fn failures(&self) -> impl Iterator<Item = Scale> {
        self.steps.iter().filter(|step| step.limit.is_some()).map(|step| step.scale)
    }

    fn go_to(&mut self, scale: Scale, confirms: bool) {
        (self.current, self.confirms, self.repeats) = (scale, confirms, 0);
    }
}

/// How often a step is repeated in which the generator was late.
const REPEATS: u32 = 2;

/// How often a step fails before the search ends on it.
const TRIES: usize = 2;

#[cfg(test)]
mod tests;

//! One step of the search: what was measured, and whether the condition held.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Condition, Scale};
use crate::profile::Rate;
use crate::signal::Signal;
use crate::verdict::{Evidence, Verdict};

/// What was measured in a step, without its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How long it was measured.
    pub lasted: Duration,
    /// Each signal that is on.
    pub lanes: BTreeMap<Signal, LaneFigures>,
    /// 99 in 100 records were answered within this; none without answers.
    pub p99: Option<Duration>,
    /// What the step's verdict rests on.
    pub evidence: Evidence,
}

/// What was counted of one signal in a step, all shares together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneFigures {
    /// Records per second.
    pub asked: Rate,
    /// Records due.
    pub due: u64,
    /// Records that left.
    pub issued: u64,
    /// Records answered with success.
    pub acked: u64,
    /// Records without success, rejected ones included.
    pub failed: u64,
    /// Records due and not yet answered, when the measuring began.
    pub open_before: u64,
    /// Records due and not yet answered, when it ended.
    pub open_after: u64,
    /// Records in a batch, added up over the shares: so many may be open or not by chance.
    pub batch: u64,
}

/// What keeps a rate from being higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// The destination does not take more.
    Destination,
    /// The generator does not make more: the destination may take more.
    Generator,
    /// The search was not to go higher.
    Max,
}

/// A step and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How high it was.
    pub scale: Scale,
    /// What was measured.
    pub figures: Figures,
    /// Whose fault it is that the condition did not hold; none when it held.
    pub limit: Option<Limit>,
    /// Why it held or not, in words.
    pub reason: String,
}

impl Limit {
    /// As it is written in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Generator => "generator",
            Self::Max => "max",
        }
    }
}

impl Figures {
    /// Whether the condition cannot hold any more, however the step goes on.
    pub fn are_lost(&self, condition: &Condition) -> bool {
        self.evidence.held > 0 || (condition.failed == 0 && self.failed() > 0)
    }

    fn failed(&self) -> u64 {
        self.lanes.values().map(|lane| lane.failed).sum()
    }

    /// Why the condition does not hold; none when it does.
    fn complaint(&self, condition: &Condition) -> Option<String> {
        let (failed, acked) = (self.failed(), self.lanes.values().map(|lane| lane.acked).sum::<u64>());
        let answered = failed + acked;
        let Evidence { late, held, dropped, .. } = self.evidence;
        if self.evidence.verdict() == Verdict::GeneratorLimited {
            return Some(format!("the generator was late with {late} records and dropped {dropped}"));
        }
        if u128::from(failed) * MILLION > u128::from(condition.failed) * u128::from(answered) {
            return Some(format!("{failed} of {answered} answered records failed or were rejected"));
        }
        if held > 0 {
            return Some(format!("the limit of requests in flight held {held} records back"));
        }
        if let Some((signal, lane)) = self.lanes.iter().find(|(_, lane)| lane.growth() > lane.tolerance()) {
            let seconds = self.lasted.as_secs_f64();
            return Some(format!(
                "{} {signal} more than before waited for their answer after {seconds:.1} s",
                lane.growth()
            ));
        }
        let (p99, most) = (self.p99?, condition.p99?);
        (p99 > most)
            .then(|| format!("99 in 100 were answered within {} ms, not {}", millis(p99), most.as_millis()))
    }
}

impl LaneFigures {
    /// How many more records are open at the end than were at the beginning.
    fn growth(&self) -> u64 {
        self.open_after.saturating_sub(self.open_before)
    }

    /// What may be more by chance: one in a hundred, and a batch that is just under way.
    fn tolerance(&self) -> u64 {
        (self.due / 100).max(self.batch)
    }
}

impl Step {
    /// A step with its judgement.
    pub(super) fn judge(scale: Scale, figures: Figures, condition: &Condition) -> Self {
        let (limit, reason) = match figures.complaint(condition) {
            None => (None, "the condition held".to_owned()),
            Some(reason) => {
                let is_ours = figures.evidence.verdict() == Verdict::GeneratorLimited
                    || figures.evidence.headroom() < LEAST_HEADROOM;
                (Some(if is_ours { Limit::Generator } else { Limit::Destination }), reason)
            }
        };
        Self { scale, figures, limit, reason }
    }

    /// The step's own verdict.
    pub fn verdict(&self) -> Verdict {
        self.figures.evidence.verdict()
    }

    /// Records per second that were taken of each signal: what was asked, less what was left open beyond a batch that is just
    /// under way.
    pub(super) fn taken(&self) -> BTreeMap<Signal, u64> {
        let taken = |lane: &LaneFigures| {
            let left = lane.growth().saturating_sub(lane.batch).min(lane.due);
            let asked = u128::from(lane.asked.records_per_second());
            let taken = asked * u128::from(lane.due - left) / u128::from(lane.due.max(1));
            u64::try_from(taken).unwrap_or(u64::MAX)
        };
        self.figures.lanes.iter().map(|(signal, lane)| (*signal, taken(lane))).collect()
    }

    /// What was asked for, in words.
    pub(super) fn rates(&self) -> String {
        let lanes = self.figures.lanes.iter();
        let rates: Vec<_> =
            lanes.map(|(signal, lane)| format!("{} {signal}/s", lane.asked.records_per_second())).collect();
        rates.join(", ")
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

/// With less of a thread's time left, what went wrong was the generator's fault.
const LEAST_HEADROOM: f64 = 0.02;

const MILLION: u128 = 1_000_000;

//! A run: one execution of a test, its checkpoint, its end.

mod checkpoint;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{Epoch, ReplicaId, RunId, RunNumber, TestId};
use crate::signal::Share;
use crate::spec::Spec;
use crate::test::Test;

pub use self::checkpoint::{Checkpoint, LaneCheckpoint};

/// One execution of a test, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its own name.
    pub id: RunId,
    /// The test it is a run of.
    pub test: TestId,
    /// The how-many-eth run of that test.
    pub number: RunNumber,
    /// The test's definition when the run began.
    pub spec: Spec,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Its shares, in order. All of them, or those that the context is about.
    pub shares: Vec<RunShare>,
}

/// What one lease covers: one share of every lane of a run, or the run as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunShare {
    /// Which share it is.
    pub share: Share,
    /// How it ended; none while it goes on.
    pub end: Option<RunEnd>,
    /// How far it came, as its holder last reported.
    pub checkpoint: Checkpoint,
    /// Which replica may drive it; none when nobody holds it.
    pub lease: Option<Lease>,
    /// The epoch of the latest lease; zero before the first.
    pub epoch: Epoch,
}

impl Run {
    /// The run that a test has just been given; none when the test has none.
    pub fn begin(test: &Test) -> Option<Self> {
        let current = test.run?;
        Some(Self {
            id: current.id,
            test: test.id.clone(),
            number: current.number,
            spec: test.spec.clone(),
            started_at: test.started_at.unwrap_or(test.updated_at),
            shares: test.spec.leased_shares().map(|share| RunShare::start(&test.spec, share)).collect(),
        })
    }

    /// Runs of which each part holds some shares, put together; parts of one run stand side by side.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for part in parts {
            match runs.last_mut() {
                Some(run) if run.id == part.id => run.shares.extend(part.shares),
                Some(_) | None => runs.push(part),
            }
        }
        runs
    }

    /// The names of its shares.
    pub fn share_ids(&self) -> impl Iterator<Item = ShareId> {
        self.shares.iter().map(|share| ShareId { run: self.id, share: share.share })
    }

    /// Whether every share is there, and not a part of them only.
    pub fn is_complete(&self) -> bool {
        self.shares.first().is_some_and(|first| self.shares.len() == first.share.count() as usize)
    }

    /// How far its shares came together: every lane, and the time of the share that came farthest.
    pub fn checkpoint(&self) -> Checkpoint {
        let mut whole = Checkpoint::default();
        for RunShare { checkpoint, .. } in &self.shares {
            whole.active = whole.active.max(checkpoint.active);
            whole.lanes.extend(checkpoint.lanes.iter().cloned());
            whole.search = whole.search.or_else(|| checkpoint.search.clone());
        }
        whole
    }

    /// How it ended as a whole; none while a share goes on. It failed if one of them did, and completed if all of them did.
    pub fn end(&self) -> Option<RunEnd> {
        let ends = self.shares.iter().map(|share| share.end.as_ref()).collect::<Option<Vec<_>>>()?;
        let at = ends.iter().map(|end| end.at).max()?;
        let worst = ends.into_iter().max_by_key(|end| (end.outcome.severity(), end.reason.is_some()))?;
        self.is_complete().then(|| RunEnd { at, ..worst.clone() })
    }
}

impl RunShare {
    /// A share that nobody held yet.
    pub fn start(spec: &Spec, share: Share) -> Self {
        let checkpoint = Checkpoint::start(spec, share);
        Self { share, end: None, checkpoint, lease: None, epoch: Epoch::default() }
    }
}

/// The name of what one lease covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShareId {
    /// The run.
    pub run: RunId,
    /// Which share of it.
    pub share: Share,
}

/// How a run or a share of it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    /// In which way.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it could not go on, in words; none for the other outcomes.
    pub reason: Option<String>,
}

/// The way a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Its load ended.
    Completed,
    /// Someone cancelled it, or replaced it by a new run.
    Cancelled,
    /// It could not go on.
    Failed,
}

impl Outcome {
    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }

    /// Which of several outcomes is that of the whole: the highest.
    fn severity(self) -> u8 {
        match self {
            Self::Completed => 0,
            Self::Cancelled => 1,
            Self::Failed => 2,
        }
    }
}

/// A replica's time-limited right to drive a share of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it.
    pub holder: ReplicaId,
    /// When it runs out, by the store's clock.
    pub expires_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parts() -> Vec<Run> {
        let asked = serde_json::json!({"logRate": 100, "duration": 10, "parallelism": 3,
            "destination": {"endpoint": "http://127.0.0.1:1"}});
        let spec = crate::draft::Draft::read(&asked).unwrap().into_spec().unwrap();
        let part = |share| Run {
            id: RunId(uuid::Uuid::nil()),
            test: TestId::parse("t").unwrap(),
            number: RunNumber::FIRST,
            spec: spec.clone(),
            started_at: DateTime::UNIX_EPOCH,
            shares: vec![RunShare::start(&spec, share)],
        };
        spec.leased_shares().map(part).collect()
    }

    #[test]
    fn parts_of_a_run_are_joined_and_those_of_another_are_not() {
        let mut all = parts();
        let other = Run { id: RunId(uuid::Uuid::max()), ..all[0].clone() };
        all.push(other.clone());
        let joined = Run::joined(all);
        assert_eq!(joined.iter().map(|run| run.shares.len()).collect::<Vec<_>>(), [3, 1]);
        assert!(joined[0].is_complete() && !joined[1].is_complete());
        assert_eq!(joined[1], other);
        let totals = joined[0].checkpoint().lanes.into_iter().map(|lane| lane.load.total());
        assert_eq!(totals.collect::<Vec<_>>(), [333, 333, 334]);
    }

    fn ended(outcome: Option<Outcome>, index: u32) -> RunShare {
        let at = DateTime::UNIX_EPOCH + Duration::from_secs(index.into());
        let reason = (outcome == Some(Outcome::Failed)).then(|| format!("share {index}"));
        RunShare {
            share: Share::new(index, 3).unwrap(),
            end: outcome.map(|outcome| RunEnd { outcome, at, reason }),
            checkpoint: parts().remove(index as usize).shares.remove(0).checkpoint,
            lease: None,
            epoch: Epoch::default(),
        }
    }

    #[test]
    fn a_run_ends_with_its_last_share_and_as_badly_as_any() {
        use Outcome::{Cancelled, Completed, Failed};
        let run = parts().remove(0);
        let of = |outcomes: &[Option<Outcome>]| {
            let shares = (0..).zip(outcomes).map(|(index, outcome)| ended(*outcome, index)).collect();
            Run { shares, ..run.clone() }
        };
        let end = |outcomes: &[Option<Outcome>]| of(outcomes).end().map(|end| (end.outcome, end.reason));
        assert_eq!(end(&[Some(Completed), None, Some(Completed)]), None);
        assert_eq!(end(&[Some(Completed), Some(Completed)]), None, "a share was never stored");
        assert_eq!(end(&[Some(Completed); 3]), Some((Completed, None)));
        assert_eq!(end(&[Some(Completed), Some(Cancelled), Some(Completed)]), Some((Cancelled, None)));
        let failed = [Some(Cancelled), Some(Failed), Some(Completed)];
        assert_eq!(end(&failed), Some((Failed, Some("share 1".to_owned()))));
        assert_eq!(of(&failed).end().unwrap().at.timestamp(), 2);
        assert_eq!(of(&failed).checkpoint().lanes.len(), 3);
    }
}

//! Tests, runs and their checkpoints, and the log of changes.

use mongodb::bson;
use moniflux_domain::capacity::Search;
use moniflux_domain::id::{Epoch, ReplicaId, RunNumber, TestId, UserId, Version};
use moniflux_domain::lifecycle::Status;
use moniflux_domain::profile::{ActiveTime, Load};
use moniflux_domain::run::{Checkpoint, LaneCheckpoint, Lease, Outcome, Run, RunEnd, RunShare};
use moniflux_domain::signal::{Share, Signal};
use moniflux_domain::spec::StoredSpec;
use moniflux_domain::tally::Tally;
use moniflux_domain::test::{CurrentRun, Test};
use moniflux_domain::verdict::Evidence;
use moniflux_ports::error::StoreFault;
use serde::{Deserialize, Serialize};

use super::result::LatencyDocument;

use super::{Read, date, integer, moment, run_id, unreadable, uuid};

/// A document of `tests`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestDocument {
    #[serde(rename = "_id")]
    id: String,
    user: String,
    status: Status,
    spec: StoredSpec,
    schedule: Option<bson::DateTime>,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
    started_at: Option<bson::DateTime>,
    completed_at: Option<bson::DateTime>,
    run: Option<CurrentRunDocument>,
    #[serde(default)]
    baseline: Option<u32>,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct CurrentRunDocument {
    id: bson::Uuid,
    number: u32,
}

impl TestDocument {
    pub(crate) fn encode(test: &Test) -> Result<Self, StoreFault> {
        let run = test.run.map(|run| CurrentRunDocument { id: uuid(run.id), number: run.number.0 });
        Ok(Self {
            id: test.id.as_str().to_owned(),
            user: test.user.as_str().to_owned(),
            status: test.status,
            spec: StoredSpec::from(&test.spec),
            schedule: test.schedule.map(date),
            created_at: date(test.created_at),
            updated_at: date(test.updated_at),
            started_at: test.started_at.map(date),
            completed_at: test.completed_at.map(date),
            run,
            baseline: test.baseline.map(|run| run.0),
            version: integer(test.version.0)?,
        })
    }

    pub(crate) fn decode(self) -> Result<Test, StoreFault> {
        let subject = format!("test {}", self.id);
        self.read().map_err(|source| unreadable(subject, source))
    }

    fn read(self) -> Read<Test> {
        let run = self.run.map(|run| CurrentRun { id: run_id(run.id), number: RunNumber(run.number) });
        Ok(Test {
            id: TestId::parse(self.id)?,
            user: UserId::parse(self.user)?,
            status: self.status,
            spec: self.spec.into(),
            schedule: self.schedule.map(moment).transpose()?,
            created_at: moment(self.created_at)?,
            updated_at: moment(self.updated_at)?,
            started_at: self.started_at.map(moment).transpose()?,
            completed_at: self.completed_at.map(moment).transpose()?,
            run,
            baseline: self.baseline.map(RunNumber),
            version: Version(u64::try_from(self.version)?),
        })
    }
}

/// A document of `runs`: one share. What the shares of a run have in common stands in each of them, so that every write is a
/// write of one document.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunDocument {
    id: bson::Uuid,
    share: u32,
    shares: u32,
    test: String,
    number: u32,
    spec: StoredSpec,
    started_at: bson::DateTime,
    end: Option<EndDocument>,
    checkpoint: CheckpointDocument,
    lease: Option<LeaseDocument>,
    epoch: i64,
}

/// How a run ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct EndDocument {
    outcome: Outcome,
    at: bson::DateTime,
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeaseDocument {
    holder: String,
    expires_at: bson::DateTime,
}

impl RunDocument {
    /// A share of a run that nobody holds and that has not ended.
    pub(crate) fn encode(run: &Run, share: &RunShare) -> Result<Self, StoreFault> {
        Ok(Self {
            id: uuid(run.id),
            share: share.share.index(),
            shares: share.share.count(),
            test: run.test.as_str().to_owned(),
            number: run.number.0,
            spec: StoredSpec::from(&run.spec),
            started_at: date(run.started_at),
            end: None,
            checkpoint: CheckpointDocument::from(&share.checkpoint),
            lease: None,
            epoch: integer(share.epoch.0)?,
        })
    }

    /// The run, with this one share.
    pub(crate) fn decode(self) -> Result<Run, StoreFault> {
        let subject = format!("run {} of test {}", self.number, self.test);
        self.read().map_err(|source| unreadable(subject, source))
    }

    fn read(self) -> Read<Run> {
        let end = |end: EndDocument| -> Read<RunEnd> {
            Ok(RunEnd { outcome: end.outcome, at: moment(end.at)?, reason: end.reason })
        };
        let lease = |lease: LeaseDocument| -> Read<Lease> {
            Ok(Lease { holder: ReplicaId(lease.holder), expires_at: moment(lease.expires_at)? })
        };
        let share = RunShare {
            share: Share::new(self.share, self.shares).ok_or("there is no such share")?,
            end: self.end.map(end).transpose()?,
            checkpoint: self.checkpoint.into(),
            lease: self.lease.map(lease).transpose()?,
            epoch: Epoch(u64::try_from(self.epoch)?),
        };
        Ok(Run {
            id: run_id(self.id),
            test: TestId::parse(self.test)?,
            number: RunNumber(self.number),
            spec: self.spec.into(),
            started_at: moment(self.started_at)?,
            shares: vec![share],
        })
    }
}

impl From<RunEnd> for EndDocument {
    fn from(end: RunEnd) -> Self {
        Self { outcome: end.outcome, at: date(end.at), reason: end.reason }
    }
}

/// How far a run came.
#[derive(Serialize, Deserialize)]
pub(crate) struct CheckpointDocument {
    active: ActiveTime,
    lanes: Vec<LaneDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    search: Option<Search>,
}

#[derive(Serialize, Deserialize)]
struct LaneDocument {
    signal: Signal,
    load: Load,
    reserved: u64,
    tally: Tally,
    evidence: Evidence,
    latency: LatencyDocument,
}

impl From<&Checkpoint> for CheckpointDocument {
    fn from(checkpoint: &Checkpoint) -> Self {
        let lane = |lane: &LaneCheckpoint| LaneDocument {
            signal: lane.signal,
            load: lane.load.clone(),
            reserved: lane.reserved,
            tally: lane.tally.clone(),
            evidence: lane.evidence,
            latency: LatencyDocument::from(&lane.latency),
        };
        let lanes = checkpoint.lanes.iter().map(lane).collect();
        Self { active: checkpoint.active, lanes, search: checkpoint.search.clone() }
    }
}

impl From<CheckpointDocument> for Checkpoint {
    fn from(document: CheckpointDocument) -> Self {
        let lane = |lane: LaneDocument| LaneCheckpoint {
            signal: lane.signal,
            load: lane.load,
            reserved: lane.reserved,
            tally: lane.tally,
            evidence: lane.evidence,
            latency: lane.latency.into(),
        };
        let lanes = document.lanes.into_iter().map(lane).collect();
        Self { active: document.active, lanes, search: document.search }
    }
}

/// The only document of `changes`: how many changes of tests there were, and which tests the latest were of.
#[derive(Serialize, Deserialize)]
pub(crate) struct ChangesDocument {
    #[serde(rename = "_id")]
    pub(crate) id: String,
    pub(crate) count: i64,
    pub(crate) latest: Vec<String>,
}

//! Records of a share that are kept for people to look at, and wait for the next report. They are read out of the bodies that
//! leave, so they say what was sent.

mod budget;
mod picker;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use moniflux_domain::capture::{Capture, Kept};
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::id::RunId;
use moniflux_domain::point::Sample;
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::run::LaneCheckpoint;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;
use moniflux_payload::{Encoder, Record, records};
use moniflux_ports::clock::Clock;

use self::picker::Picker;
use super::schedule::DueBatch;
use crate::workers::Worker;

pub(crate) use self::budget::Budget;

/// Keeps records of one share.
pub(crate) struct Collector {
    run: RunId,
    kind: DestinationKind,
    signal: Signal,
    picker: Picker,
    /// What all lanes of the thread may keep; none where every record is kept.
    budget: Option<(Arc<Budget>, Arc<dyn Clock>)>,
    samples: Vec<Sample>,
    bytes: usize,
    /// Whether it was said that there are more than can wait.
    told: bool,
}

impl Collector {
    /// What goes on at `active` with what a checkpoint tells; none when nothing is to be kept.
    pub(crate) fn new(
        capture: Capture,
        run: RunId,
        kind: DestinationKind,
        from: &LaneCheckpoint,
        active: ActiveTime,
        encoder: &Encoder,
        worker: &Worker,
    ) -> Option<Self> {
        let most = capture.max.min(encoder.records_within(MOST_BYTES_OF_A_LANE));
        let picker = Picker::new(Capture { max: most, ..capture }, from.share(), from.tally.issued(), active);
        (!capture.is_off()).then_some(Self {
            run,
            kind,
            signal: from.signal,
            picker,
            budget: (capture.kept != Kept::All)
                .then(|| (Arc::clone(&worker.kept), Arc::clone(&worker.clock))),
            samples: Vec::new(),
            bytes: 0,
            told: false,
        })
    }

    /// Keeps what is to be kept of a batch that is about to leave.
    #[inline]
    pub(super) fn note(&mut self, batch: DueBatch, body: &[u8]) {
        if self.picker.is_due(batch) {
            self.keep(batch, body);
        }
    }

    /// What was kept since the last time.
    pub(super) fn take(&mut self) -> Vec<Sample> {
        self.bytes = 0;
        std::mem::take(&mut self.samples)
    }

    fn keep(&mut self, batch: DueBatch, body: &[u8]) {
        let share = self.picker.share();
        let numbers: Vec<u64> = self.picker.pick(batch).map(|own| share.lane_number(own)).collect();
        let is_within = |(budget, clock): &(Arc<Budget>, Arc<dyn Clock>)| {
            budget.take(clock.monotonic(), numbers.len() as u64)
        };
        if !self.budget.as_ref().is_none_or(is_within) {
            return;
        }
        match records(self.kind, self.signal, body, &numbers) {
            Ok(records) => records.into_iter().for_each(|record| self.add(record)),
            Err(error) => {
                tracing::error!(runID = %self.run, signal = %self.signal, %error, "a record that is sent cannot be read");
            }
        }
    }

    fn add(&mut self, record: Record) {
        self.bytes = self.bytes.saturating_add(record.json.len());
        if self.bytes > MOST_BYTES_WAITING {
            if !self.told {
                self.told = true;
                tracing::warn!(runID = %self.run, signal = %self.signal, "more records are to be kept than can wait to be stored: some are not");
            }
            return;
        }
        let Ok(at) = record.timestamp.parse::<DateTime<Utc>>() else { return };
        self.samples.push(Sample {
            run: self.run,
            signal: self.signal,
            share: self.picker.share().index(),
            seq: record.number,
            at: at.trunc_subsecs(3),
            level: record.level.as_deref().and_then(LogType::from_name),
            trace_id: record.trace,
            body: record.json,
        });
    }
}

/// What is kept of a lane in a run, at the most, counted as it is sent.
const MOST_BYTES_OF_A_LANE: u64 = 256 * 1024 * 1024;

/// What waits for the next report, at the most, should it not be asked for in time or should a second bring too much.
const MOST_BYTES_WAITING: usize = 32 * 1024 * 1024;

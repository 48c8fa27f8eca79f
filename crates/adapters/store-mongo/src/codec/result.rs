//! Points, samples and attachments.

use std::time::Duration;

use mongodb::bson;
use moniflux_domain::attachment::Attachment;
use moniflux_domain::id::RunId;
use moniflux_domain::point::{Distribution, Grain, Latency, LoadEvent, Mark, Point, Sample};
use moniflux_domain::profile::ActiveTime;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;
use moniflux_domain::tally::Tally;
use moniflux_domain::verdict::Evidence;
use moniflux_ports::error::StoreFault;
use serde::{Deserialize, Serialize};

use super::{Read, binary, date, integer, moment, run_id, unreadable, uuid};

/// A document of `series`, which is a time series collection: what `of` says is the same for all points of one bucket.
#[derive(Serialize, Deserialize)]
pub(crate) struct PointDocument {
    at: bson::DateTime,
    of: Source,
    active: i64,
    span: i64,
    tally: Tally,
    evidence: Evidence,
    latency: LatencyDocument,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<MarkDocument>,
}

/// What a point is of.
#[derive(Serialize, Deserialize)]
struct Source {
    run: bson::Uuid,
    /// Seconds.
    grain: u32,
    signal: Signal,
    share: u32,
}

#[derive(Serialize, Deserialize)]
struct MarkDocument {
    event: LoadEvent,
    at: bson::DateTime,
    active: ActiveTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl PointDocument {
    pub(crate) fn encode(point: &Point) -> Result<Self, StoreFault> {
        let mark = |mark: &Mark| MarkDocument {
            event: mark.event,
            at: date(mark.at),
            active: mark.active,
            detail: mark.detail.clone(),
        };
        let Point { run, grain, signal, share, .. } = *point;
        Ok(Self {
            at: date(point.at),
            of: Source { run: uuid(run), grain: grain.as_secs(), signal, share },
            active: integer(point.active.as_nanos())?,
            span: integer(ActiveTime::from_duration(point.span).as_nanos())?,
            tally: point.tally.clone(),
            evidence: point.evidence,
            latency: LatencyDocument::from(&point.latency),
            marks: point.marks.iter().map(mark).collect(),
        })
    }

    pub(crate) fn decode(self) -> Result<Point, StoreFault> {
        self.read().map_err(|source| unreadable("a point".to_owned(), source))
    }

    fn read(self) -> Read<Point> {
        let mark = |mark: MarkDocument| -> Read<Mark> {
            let at = moment(mark.at)?;
            Ok(Mark { event: mark.event, at, active: mark.active, detail: mark.detail })
        };
        let grain = Grain::ALL.into_iter().find(|grain| grain.as_secs() == self.of.grain);
        Ok(Point {
            run: run_id(self.of.run),
            signal: self.of.signal,
            share: self.of.share,
            grain: grain.ok_or_else(|| format!("there is no grain of {} s", self.of.grain))?,
            at: moment(self.at)?,
            span: Duration::from_nanos(u64::try_from(self.span)?),
            active: ActiveTime::from_nanos(u64::try_from(self.active)?),
            tally: self.tally,
            evidence: self.evidence,
            latency: self.latency.into(),
            marks: self.marks.into_iter().map(mark).collect::<Result<_, _>>()?,
        })
    }
}

/// A document of `samples`.
#[derive(Serialize, Deserialize)]
pub(crate) struct SampleDocument {
    run: bson::Uuid,
    signal: Signal,
    share: u32,
    seq: i64,
    at: bson::DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<LogType>,
    #[serde(rename = "traceID", default, skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    /// What is looked for; a part of the body.
    texts: Vec<String>,
    body: String,
}

impl SampleDocument {
    pub(crate) fn encode(sample: &Sample) -> Result<Self, StoreFault> {
        Ok(Self {
            run: uuid(sample.run),
            signal: sample.signal,
            share: sample.share,
            seq: integer(sample.seq)?,
            at: date(sample.at),
            level: sample.level,
            trace: sample.trace_id.clone(),
            texts: sample.texts(),
            body: sample.body.clone(),
        })
    }

    pub(crate) fn decode(self) -> Result<Sample, StoreFault> {
        self.read().map_err(|source| unreadable("a sample".to_owned(), source))
    }

    fn read(self) -> Read<Sample> {
        Ok(Sample {
            run: run_id(self.run),
            signal: self.signal,
            share: self.share,
            seq: u64::try_from(self.seq)?,
            at: moment(self.at)?,
            level: self.level,
            trace_id: self.trace,
            body: self.body,
        })
    }
}

/// A document of `attachments`.
#[derive(Serialize, Deserialize)]
pub(crate) struct AttachmentDocument {
    run: bson::Uuid,
    name: String,
    at: bson::DateTime,
    body: String,
}

impl AttachmentDocument {
    /// The attachment, and of which run it is.
    pub(crate) fn decode(self) -> Result<(RunId, Attachment), StoreFault> {
        self.read().map_err(|source| unreadable("an attachment".to_owned(), source))
    }

    fn read(self) -> Read<(RunId, Attachment)> {
        let attachment = Attachment { name: self.name, at: moment(self.at)?, body: self.body };
        Ok((run_id(self.run), attachment))
    }
}

/// Serialized HDR histograms.
#[derive(Serialize, Deserialize)]
pub(super) struct LatencyDocument {
    lateness: bson::Binary,
    response: bson::Binary,
    service: bson::Binary,
}

impl From<&Latency> for LatencyDocument {
    fn from(latency: &Latency) -> Self {
        Self {
            lateness: binary(&latency.lateness.0),
            response: binary(&latency.response.0),
            service: binary(&latency.service.0),
        }
    }
}

impl From<LatencyDocument> for Latency {
    fn from(document: LatencyDocument) -> Self {
        Self {
            lateness: Distribution(document.lateness.bytes),
            response: Distribution(document.response.bytes),
            service: Distribution(document.service.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_signals_sort_like_the_signals() {
        assert!(Signal::ALL.is_sorted_by_key(|signal| signal.as_str()));
    }
}

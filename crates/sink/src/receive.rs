//! Takes records: finds out what they are, reads the body, lets it meet its fate, and counts it.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::{Share, Signal};
use moniflux_payload::DecodeError;

use crate::body::{BodyError, Buffers, Packing};
use crate::ceiling::Ceiling;
use crate::connection;
use crate::faults::{Fate, Faults};
use crate::ledger::Ledger;
use crate::problem::{Code, Problem};

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(crate) body_limit: usize,
    /// How many requests with records came in.
    requests: AtomicU64,
    ceiling: Option<Ceiling>,
    began: Instant,
}

/// What a request says of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Consignment {
    kind: DestinationKind,
    signal: Signal,
    share: Share,
    packing: Packing,
}

impl Receiver {
    pub(crate) fn new(faults: Faults, body_limit: usize) -> Self {
        let ceiling = faults.max_rate.map(Ceiling::new);
        let (ledger, requests, began) = (Ledger::default(), AtomicU64::new(0), now());
        Self { ledger, faults, body_limit, requests, ceiling, began }
    }

    /// Waits until that many more records may be acknowledged.
    async fn keep_to_the_ceiling(&self, records: u64) {
        let wait = self.ceiling.as_ref().map(|ceiling| ceiling.take(now() - self.began, records));
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            tokio::time::sleep(wait).await;
        }
    }
}

/// Answers a request with records.
pub(crate) async fn receive(
    request: HttpRequest,
    payload: Payload,
    receiver: web::Data<Receiver>,
    buffers: ThinData<Buffers>,
) -> HttpResponse {
    let consignment = match Consignment::of(&request) {
        Ok(consignment) => consignment,
        Err(problem) => return problem.into(),
    };
    let fate = receiver.faults.fate(receiver.requests.fetch_add(1, Ordering::Relaxed));
    let body = buffers.collect(payload, receiver.body_limit).await;
    let arrived = wall_clock();
    if !receiver.faults.delay.is_zero() {
        tokio::time::sleep(receiver.faults.delay).await;
    }
    match fate {
        Fate::Reset => connection::reset(&request),
        Fate::Fail => {
            let status = StatusCode::from_u16(receiver.faults.status);
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let problem = Problem::new(Code::FaultOnPurpose, "nothing of this request was counted");
            problem.with_status(status).into()
        }
        Fate::Serve => match body {
            Ok(body) => count(consignment, (body, arrived), &receiver, &buffers).await,
            Err(error) => Problem::from(error).into(),
        },
    }
}

async fn count(
    consignment: Consignment,
    (body, arrived): (Vec<u8>, SystemTime),
    receiver: &web::Data<Receiver>,
    buffers: &Buffers,
) -> HttpResponse {
    let counted = if consignment.packing == Packing::Plain && body.len() <= READ_AT_ONCE {
        consignment.count(body, arrived, receiver)
    } else {
        // Takes too long to keep the worker's other connections waiting.
        let receiver = Arc::clone(receiver);
        match web::block(move || consignment.count(body, arrived, &receiver)).await {
            Ok(counted) => counted,
            Err(error) => {
                tracing::error!(%error, "a body was not read");
                Err(Problem::new(Code::Internal, "the body was not read"))
            }
        }
    };
    match counted {
        Ok((body, records)) => {
            buffers.give_back(body);
            receiver.keep_to_the_ceiling(records).await;
            consignment.success()
        }
        Err(problem) => problem.into(),
    }
}

impl Consignment {
    /// Told by the header of the `http` type, or else by the path of OTLP.
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let headers = request.headers();
        let (kind, signal) = match (headers.get(SIGNAL), otlp_signal(request.path())) {
            (Some(name), _) => {
                let signal = name.to_str().ok().and_then(Signal::from_name);
                let problem = || malformed(format!("{SIGNAL} must be logs, metrics or traces"));
                (DestinationKind::Http, signal.ok_or_else(problem)?)
            }
            (None, Some(signal)) => (DestinationKind::OtlpHttp, signal),
            (None, None) => return Err(Problem::new(Code::PathNotFound, WHAT_IS_TAKEN)),
        };
        if request.method() != Method::POST {
            return Err(Problem::new(Code::MethodNotAllowed, "records are taken by POST"));
        }
        if kind == DestinationKind::OtlpHttp
            && headers.get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(PROTOBUF.as_bytes()))
        {
            return Err(Problem::new(Code::UnsupportedMediaType, format!("OTLP is taken as {PROTOBUF}")));
        }
        let packing = Packing::of(headers.get(CONTENT_ENCODING)).ok_or_else(|| {
            Problem::new(Code::UnsupportedMediaType, "a body is taken plain, as gzip or as zstd")
        })?;
        let share = headers.get(SHARE).map_or(Some(Share::WHOLE), |share| Share::parse(share.to_str().ok()?));
        let share = share
            .ok_or_else(|| malformed(format!("{SHARE} must be a share and the number of shares: 0/1")))?;
        Ok(Self { kind, signal, share, packing })
    }

    /// Counts the records of a body, gives the buffer back and says how many there were.
    fn count(
        self,
        body: Vec<u8>,
        arrived: SystemTime,
        receiver: &Receiver,
    ) -> Result<(Vec<u8>, u64), Problem> {
        let body = self.packing.unpack(body, receiver.body_limit)?;
        let records = receiver.ledger.receive(self.kind, self.signal, self.share, &body, arrived)?;
        Ok((body, records))
    }

    fn success(self) -> HttpResponse {
        match self.kind {
            // An `Export…ServiceResponse` without a partial success has no fields, and so no bytes.
            DestinationKind::OtlpHttp => HttpResponse::Ok().content_type(PROTOBUF).body(()),
            DestinationKind::Http => {
                HttpResponse::Ok().content_type("application/json").body(r#"{"status":"ok"}"#)
            }
        }
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let code = match error {
            BodyError::TooLarge => Code::BodyTooLarge,
            BodyError::Packing(_) | BodyError::BrokenOff(_) => Code::MalformedRequest,
        };
        Self::new(code, error.to_string())
    }
}

impl From<DecodeError> for Problem {
    fn from(error: DecodeError) -> Self {
        malformed(match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })
    }
}

fn malformed(detail: String) -> Problem {
    Problem::new(Code::MalformedRequest, detail)
}

/// The signal that OTLP takes on that path, whatever stands before it.
fn otlp_signal(path: &str) -> Option<Signal> {
    path.rsplit_once("/v1/").and_then(|(_, name)| Signal::from_name(name))
}

#[expect(clippy::disallowed_methods, reason = "the sink measures no load: it has no clock port")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the sink has no clock port, and tells when records arrived")]
fn wall_clock() -> SystemTime {
    SystemTime::now()
}

const SIGNAL: &str = "x-moniflux-signal";
const SHARE: &str = "x-moniflux-share";
const PROTOBUF: &str = "application/x-protobuf";

/// Plain bodies up to this many bytes take well below a millisecond to read.
const READ_AT_ONCE: usize = 1024 * 1024;
const WHAT_IS_TAKEN: &str = "records are taken on any path with the header x-moniflux-signal, and as OTLP on /v1/logs, /v1/metrics and \
     /v1/traces; the ledger is at /ledger";

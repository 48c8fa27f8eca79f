//! The records that were kept of a run: a page of them, or all of them as lines.

use actix_web::http::header::{CONTENT_DISPOSITION, LINK};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, Stream};
use moniflux_domain::id::{RunNumber, TestId};
use moniflux_domain::point::Sample;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;
use moniflux_ports::result_store::SampleQuery;
use moniflux_service::{SamplePage, SampledRun, Service, UseCaseError};

use super::test_id;
use crate::dto::problem::ProblemView;
use crate::dto::sample::{self, SampleView};
use crate::problem::Problem;
use crate::query::{CURSOR, Parameters, Query};

/// Records that were generated during a run and kept (`capture` of the test), by signal and number: of the latest run, or of the
/// one asked for. A run in progress has those of the last second.
#[utoipa::path(
    get, path = "/tests/{testID}/samples", operation_id = "listSamples", tag = "runs",
    params(
        ("testID" = String, Path, description = "The test"),
        ("run" = Option<u32>, Query, minimum = 1, description = "The run's number. Left out: the latest"),
        ("signal" = Option<String>, Query, description = "`logs`, `metrics` or `traces`"),
        ("from" = Option<DateTime<Utc>>, Query, description = "Of that moment or later (RFC 3339)"),
        ("to" = Option<DateTime<Utc>>, Query, description = "Earlier than that moment (RFC 3339)"),
        ("level" = Option<String>, Query, description = "Logs of that severity: DEBUG, INFO, WARN or ERROR, in any case"),
        ("text" = Option<String>, Query, min_length = 1, max_length = 200, description = "With this in one of the record's texts but testID, runID and timestamp; letters fit in either case"),
        ("seq" = Option<u64>, Query, description = "The records of that number"),
        ("traceID" = Option<String>, Query, description = "The trace of that id: 32 hexadecimal digits"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The most on a page. Left out: 100"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
        ("format" = Option<String>, Query, description = "`json`, a page as an array, or `ndjson`: all that fit, one a line. Left out: `json`"),
    ),
    responses(
        (status = 200, description = "The records", content(([SampleView] = "application/json"), (String = "application/x-ndjson")),
            headers(("Link" = Option<String>, description = "rel=\"next\", unless this is the last page"))),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Asked { run, query, as_lines, parameters } = Asked::read(request.query_string())?;
    let test = test_id(&path)?;
    let run = service.sampled_run(&test, run).await?;
    let page = service.samples(run, &query).await?;
    if as_lines {
        let name = format!("attachment; filename=\"{}\"", file_name(&test, run));
        let lines = lines(service, run, query, page);
        let mut response = HttpResponse::Ok();
        response.content_type("application/x-ndjson").insert_header((CONTENT_DISPOSITION, name));
        return Ok(response.streaming(lines));
    }
    let mut response = HttpResponse::Ok();
    if let Some(next) = page.next {
        response.insert_header((LINK, parameters.next_page(request.path(), &sample::write(next))));
    }
    Ok(response.json(views(page.samples)?))
}

/// What a request asks for.
struct Asked {
    run: Option<RunNumber>,
    query: SampleQuery,
    as_lines: bool,
    parameters: Parameters,
}

impl Asked {
    fn read(text: &str) -> Result<Self, Problem> {
        let mut given = Query::parse(text);
        let run = given.whole("run", 1, u32::MAX).map(RunNumber);
        let signal = given.one("signal", |name| {
            let names = || Signal::ALL.map(Signal::as_str).join(", ");
            Signal::from_name(name).ok_or_else(|| format!("is \"{name}\"; accepted: {}", names()))
        });
        let (from, to) = (given.one("from", moment), given.one("to", moment));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            given.fault("to", "is before from");
        }
        let level = given.one("level", |name| {
            let names = || LogType::ALL.map(LogType::as_str).join(", ");
            LogType::from_name(name)
                .ok_or_else(|| format!("is \"{name}\"; accepted: {}, in any case", names()))
        });
        let text = given.one("text", searched_text);
        let seq = given.one("seq", |text| {
            text.parse().map_err(|_no_number| format!("is \"{text}\"; accepted: a whole number, 0 or more"))
        });
        let trace_id = given.one("traceID", |id| {
            let is_one = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            let refused = || format!("is \"{id}\"; accepted: 32 hexadecimal digits");
            is_one.then(|| id.to_ascii_lowercase()).ok_or_else(refused)
        });
        let as_lines = given.one("format", |format| match format {
            "json" => Ok(false),
            "ndjson" => Ok(true),
            _ => Err(format!("is \"{format}\"; accepted: json, ndjson")),
        });
        let as_lines = as_lines.unwrap_or(false);
        let (limit, after) = (given.whole("limit", 1, 1000), given.one(CURSOR, sample::read));
        for (name, is_given) in [("limit", limit.is_some()), (CURSOR, after.is_some())] {
            if as_lines && is_given {
                given.fault(name, "does not go with format=ndjson, which answers all that fit");
            }
        }
        let limit = if as_lines { LINES_AT_ONCE } else { limit.unwrap_or(100) };
        let query = SampleQuery { signal, from, to, level, text, seq, trace_id, after, limit };
        Ok(Self { run, query, as_lines, parameters: given.finish()? })
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    moment.map_err(|_no_moment| format!("is \"{text}\"; accepted: a moment as in RFC 3339"))
}

fn searched_text(text: &str) -> Result<String, String> {
    let fits = (1..=MOST_SEARCHED).contains(&text.chars().count()) && !text.contains(char::is_control);
    let refused = || format!("must be 1 to {MOST_SEARCHED} characters, no control characters among them");
    fits.then(|| text.to_owned()).ok_or_else(refused)
}

fn views(samples: Vec<Sample>) -> Result<Vec<SampleView>, UseCaseError> {
    Ok(samples.into_iter().map(SampleView::try_from).collect::<Result<_, _>>()?)
}

/// All pages from this one on, a page in memory at a time. Should the store fail on the way, the body breaks off, and the client sees
/// that it is not whole.
fn lines(
    service: web::Data<Service>,
    run: SampledRun,
    query: SampleQuery,
    page: SamplePage,
) -> impl Stream<Item = Result<Bytes, UseCaseError>> {
    stream::try_unfold(Some(page), move |page| {
        let (service, mut query) = (service.clone(), query.clone());
        async move {
            let Some(SamplePage { samples, next }) = page else { return Ok(None) };
            let mut text = Vec::new();
            for view in views(samples)? {
                serde_json::to_writer(&mut text, &view).map_err(moniflux_ports::error::StoreFault::broken)?;
                text.push(b'\n');
            }
            query.after = next;
            let more = if next.is_some() { Some(service.samples(run, &query).await?) } else { None };
            Ok(Some((Bytes::from(text), more)))
        }
    })
}

/// What a browser stores the lines as.
fn file_name(test: &TestId, run: SampledRun) -> String {
    // A colon is no part of a file's name everywhere.
    format!("{}-run-{}-samples.ndjson", test.as_str().replace(':', "_"), run.number)
}

/// How many lines are in memory at a time.
const LINES_AT_ONCE: u32 = 1_000;

/// The longest text that is looked for.
const MOST_SEARCHED: usize = 200;

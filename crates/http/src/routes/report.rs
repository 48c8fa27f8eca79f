//! The report of a run, in three forms.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};
use moniflux_domain::id::RunNumber;
use moniflux_ports::result_store::SampleQuery;
use moniflux_service::{SampledRun, SeriesQuery, Service};

use super::test_id;
use crate::dashboard::Dashboard;
use crate::dto::problem::ProblemView;
use crate::observe::Observation;
use crate::problem::{Code, Problem};
use crate::query::Query;
use crate::report::{Environment, Report, Table, policy};

/// The report of a run: one page that needs nothing else and opens from disk for ever, the same as one document, or its
/// tables.
///
/// The document holds `results` and `series` as their own calls answer them, `spec` as it is read, `samples`, and the
/// `environment` that wrote it. Tables are of points and lanes (`series`), of lanes, or of what happened (`timeline`).
#[utoipa::path(
    get, path = "/tests/{testID}/report", operation_id = "readReport", tag = "runs",
    params(
        ("testID" = String, Path, description = "The test"),
        ("run" = Option<u32>, Query, minimum = 1, description = "The run's number. Left out: the latest"),
        ("format" = Option<String>, Query, description = "`html`, `json` or `csv`. Left out: `html`"),
        ("table" = Option<String>, Query, description = "With `format=csv`: `series`, `lanes` or `timeline`. Left out: `series`"),
    ),
    responses(
        (status = 200, description = "The report", content((String = "text/html"), (serde_json::Value = "application/json"), (String = "text/csv"))),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn report(
    service: web::Data<Service>,
    dashboard: web::Data<Dashboard>,
    observation: web::Data<Observation>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut given = Query::parse(request.query_string());
    let run = given.whole("run", 1, u32::MAX).map(RunNumber);
    let format = given.one("format", Format::from_name).unwrap_or(Format::Html);
    let table = given.one("table", table);
    if table.is_some() && format != Format::Csv {
        given.fault("table", "goes with format=csv only");
    }
    given.finish()?;

    let id = test_id(&path)?;
    let results = service.results(&id, run).await?;
    let spec = service.run(&id, results.run).await?.spec;
    let series = service.series(&id, Some(results.run), SeriesQuery::default()).await?;
    let mut samples = Vec::new();
    for signal in results.lanes.keys() {
        let run = SampledRun { id: results.run_id, number: results.run };
        let query = SampleQuery { signal: Some(*signal), limit: SAMPLES, ..SampleQuery::default() };
        samples.extend(service.samples(run, &query).await?.samples);
    }
    let environment = Environment::here(observation.clock.now());
    let report = Report {
        results: &results,
        series: &series,
        spec: &spec,
        samples: &samples,
        environment: &environment,
    };

    let name = format!("moniflux-{id}-run-{}", results.run.0);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}.{}\"", format.extension())));
    Ok(match format {
        Format::Html => {
            let script = dashboard.report_script();
            let page = report.page(script.as_ref()).map_err(|error| {
                tracing::error!(%error, "a report cannot be written");
                Problem::new(Code::Internal, "the report cannot be written")
            })?;
            response
                .insert_header((CONTENT_SECURITY_POLICY, policy(script.as_ref())))
                .content_type("text/html; charset=utf-8")
                .body(page)
        }
        Format::Json => response.json(report.json()),
        Format::Csv => {
            response.content_type("text/csv; charset=utf-8").body(report.csv(table.unwrap_or(Table::Series)))
        }
    })
}

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Html,
    Json,
    Csv,
}

impl Format {
    fn from_name(name: &str) -> Result<Self, String> {
        let found = [Self::Html, Self::Json, Self::Csv].into_iter().find(|format| format.extension() == name);
        found.ok_or_else(|| format!("is \"{name}\"; accepted: html, json, csv"))
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

fn table(name: &str) -> Result<Table, String> {
    let accepted = || Table::ALL.map(Table::as_str).join(", ");
    Table::from_name(name).ok_or_else(|| format!("is \"{name}\"; accepted: {}", accepted()))
}

/// Kept records of each signal that a report shows.
const SAMPLES: u32 = 20;

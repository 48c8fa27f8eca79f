//! Two runs side by side, and the run that others are compared with.

use actix_web::{HttpRequest, HttpResponse, web};
use moniflux_domain::draft::read_baseline;
use moniflux_domain::fault::Faults;
use moniflux_domain::id::RunNumber;
use moniflux_service::{RunReference, Service};

use super::test_id;
use crate::body::JsonBody;
use crate::dto::compare::ComparisonView;
use crate::dto::problem::ProblemView;
use crate::dto::saved::BaselineFields;
use crate::dto::test::TestView;
use crate::problem::Problem;
use crate::query::Query;

/// Two runs side by side: every figure, the difference, and whether it matters.
#[utoipa::path(
    get, path = "/compare", operation_id = "compareRuns", tag = "runs",
    params(("runs" = String, Query, description = "Two runs, separated by a comma: each a runID, or testID:number", example = "nightly:1,nightly:2")),
    responses(
        (status = 200, description = "The comparison", body = ComparisonView),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn compare(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut given = Query::parse(request.query_string());
    let runs = given.one("runs", two);
    given.finish()?;
    let missing = || Problem::invalid(Faults::one("runs", "is required: two runs, separated by a comma"));
    let (a, b) = runs.ok_or_else(missing)?;
    let comparison = service.compare(&a, &b).await?;
    Ok(HttpResponse::Ok().json(ComparisonView::from(comparison)))
}

/// A run beside the test's baseline.
#[utoipa::path(
    get, path = "/tests/{testID}/compare", operation_id = "compareWithBaseline", tag = "runs",
    params(
        ("testID" = String, Path, description = "The test"),
        ("run" = Option<u32>, Query, minimum = 1, description = "The run's number. Left out: the latest"),
    ),
    responses(
        (status = 200, description = "The comparison; the baseline is the first run", body = ComparisonView),
        (status = 400, description = "Invalid, or the test has no baseline", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn with_baseline(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut given = Query::parse(request.query_string());
    let run = given.whole("run", 1, u32::MAX).map(RunNumber);
    given.finish()?;
    let comparison = service.compare_with_baseline(&test_id(&path)?, run).await?;
    Ok(HttpResponse::Ok().json(ComparisonView::from(comparison)))
}

/// Sets the run of a test that others are compared with.
#[utoipa::path(
    put, path = "/tests/{testID}/baseline", operation_id = "setBaseline", tag = "tests",
    params(("testID" = String, Path, description = "The test")), request_body = BaselineFields,
    responses(
        (status = 200, description = "Set", body = TestView),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn set_baseline(
    service: web::Data<Service>,
    path: web::Path<String>,
    JsonBody(body): JsonBody,
) -> Result<HttpResponse, Problem> {
    let run = read_baseline(&body).map_err(Problem::invalid)?;
    let test = service.set_baseline(&test_id(&path)?, Some(run)).await?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Lets a test have no baseline any more.
#[utoipa::path(
    delete, path = "/tests/{testID}/baseline", operation_id = "clearBaseline", tag = "tests",
    params(("testID" = String, Path, description = "The test")),
    responses(
        (status = 200, description = "It has none", body = TestView),
        (status = 404, description = "There is no such test", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn clear_baseline(
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let test = service.set_baseline(&test_id(&path)?, None).await?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

fn two(text: &str) -> Result<(RunReference, RunReference), String> {
    let (a, b) = text
        .split_once(',')
        .ok_or_else(|| format!("is \"{text}\"; accepted are two runs, separated by a comma"))?;
    Ok((RunReference::parse(a.trim())?, RunReference::parse(b.trim())?))
}

//! The runs of a test.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, web};
use moniflux_domain::id::RunNumber;
use moniflux_domain::lifecycle::Status;
use moniflux_domain::run::Run;
use moniflux_domain::test::Test;
use moniflux_service::{Results, Service, UseCaseError};

use super::test_id;
use crate::dto::problem::ProblemView;
use crate::dto::results::ResultsView;
use crate::problem::{Code, Problem};
use crate::query::{CURSOR, Query};

/// The runs of a test, first run first.
#[utoipa::path(
    get, path = "/tests/{testID}/runs", operation_id = "listRuns", tag = "runs",
    params(
        ("testID" = String, Path, description = "The test"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The most on a page. Left out: 100"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    responses(
        (status = 200, description = "The runs", body = [ResultsView], headers(("Link" = Option<String>, description = "rel=\"next\", unless this is the last page"))),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut given = Query::parse(request.query_string());
    let limit = given.whole("limit", 1, 1000).unwrap_or(100);
    let after = given.whole(CURSOR, 1, u32::MAX).map(RunNumber);
    let parameters = given.finish()?;
    let test = service.test(&test_id(&path)?).await?;
    // One more than asked for tells whether there is a next page.
    let mut runs = service.runs(&test.id, after, limit + 1).await?;
    let mut response = HttpResponse::Ok();
    if runs.len() > limit as usize {
        runs.truncate(limit as usize);
        if let Some(last) = runs.last() {
            response.insert_header((LINK, parameters.next_page(request.path(), &last.number.to_string())));
        }
    }
    let mut views = Vec::with_capacity(runs.len());
    for run in &runs {
        views.push(view(&service, run, &test).await?);
    }
    Ok(response.json(views))
}

/// One run.
#[utoipa::path(
    get, path = "/tests/{testID}/runs/{run}", operation_id = "readRun", tag = "runs",
    params(("testID" = String, Path, description = "The test"), ("run" = u32, Path, description = "The run's number, from 1")),
    responses(
        (status = 200, description = "The run", body = ResultsView),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (test, run) = path.into_inner();
    let id = test_id(&test)?;
    let none = |_| Problem::new(Code::RunNotFound, format!("test \"{id}\" has no run \"{run}\""));
    let number = run.parse().map(RunNumber).map_err(none)?;
    let results = service.results(&id, Some(number)).await?;
    Ok(HttpResponse::Ok().json(ResultsView::from(results)))
}

/// The run with its test's state while it is in progress.
async fn view(service: &Service, run: &Run, test: &Test) -> Result<ResultsView, Problem> {
    let is_current = test.run.is_some_and(|current| current.id == run.id) && test.status.has_run();
    let status = if is_current { test.status } else { Status::Running };
    let delivery = service.settled_delivery(run).await?;
    Ok(Results::verified(run, status, delivery).map_err(UseCaseError::from)?.into())
}

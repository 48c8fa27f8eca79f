//! The results of a test: the summary of its latest run, or of another; and documents that are kept with them.

use actix_web::{HttpRequest, HttpResponse, web};
use moniflux_domain::draft::SavedResults;
use moniflux_domain::id::RunNumber;
use moniflux_service::Service;

use super::test_id;
use crate::body::JsonBody;
use crate::dto::problem::ProblemView;
use crate::dto::results::ResultsView;
use crate::dto::saved::{SavedAnswer, SavedResultsFields};
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::commands::by_contract;

/// What became of a run's records: of the latest run, or of the one asked for. A run in progress is as of the last
/// second.
#[utoipa::path(
    get, path = "/tests/{testID}/results", operation_id = "readResults", tag = "runs",
    params(
        ("testID" = String, Path, description = "The test"),
        ("run" = Option<u32>, Query, minimum = 1, description = "The run's number. Left out: the latest"),
    ),
    responses(
        (status = 200, description = "The summary", body = ResultsView),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn summary(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut given = Query::parse(request.query_string());
    let run = given.whole("run", 1, u32::MAX).map(RunNumber);
    given.finish()?;
    let results = service.results(&test_id(&path)?, run).await?;
    Ok(HttpResponse::Ok().json(ResultsView::from(results)))
}

/// Keeps a document with a run of a test; the run's results show it. One of the same name is replaced.
#[utoipa::path(
    post, path = "/save-results", operation_id = "saveResults", tag = "runs", request_body = SavedResultsFields,
    responses(
        (status = 200, description = "Kept", body = SavedAnswer),
        (status = 400, description = "Invalid, or there is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn save(
    service: web::Data<Service>,
    JsonBody(body): JsonBody,
) -> Result<HttpResponse, Problem> {
    let saved = SavedResults::read(&body).map_err(Problem::invalid)?;
    let (test, run, saved) = service.save_results(saved).await.map_err(by_contract)?;
    Ok(HttpResponse::Ok().json(SavedAnswer { test: test.to_string(), run: run.0, saved: saved.into() }))
}

//! A run over time.

use actix_web::{HttpRequest, HttpResponse, web};
use moniflux_domain::id::RunNumber;
use moniflux_domain::spec::LoadDuration;
use moniflux_service::{SeriesQuery, Service};

use super::test_id;
use crate::dto::problem::ProblemView;
use crate::dto::series::SeriesView;
use crate::problem::Problem;
use crate::query::Query;

/// A run over time: counts add up and distributions are merged, step by step.
#[utoipa::path(
    get, path = "/tests/{testID}/series", operation_id = "readSeries", tag = "runs",
    params(
        ("testID" = String, Path, description = "The test"),
        ("run" = Option<u32>, Query, minimum = 1, description = "The run's number. Left out: the latest"),
        ("from" = Option<u32>, Query, minimum = 0, description = "Seconds of active time after which it begins. Left out: 0"),
        ("to" = Option<u32>, Query, minimum = 1, description = "Seconds of active time at which it ends. Left out: all of it"),
        ("step" = Option<u32>, Query, minimum = 1, description = "Seconds of a step. Left out: so that there are at most 500"),
    ),
    responses(
        (status = 200, description = "The points and the timeline", body = SeriesView),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such test or run", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn series(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut given = Query::parse(request.query_string());
    let run = given.whole("run", 1, u32::MAX).map(RunNumber);
    let query = SeriesQuery {
        from: given.whole("from", 0, LoadDuration::MAX),
        to: given.whole("to", 1, LoadDuration::MAX),
        step: given.whole("step", 1, LoadDuration::MAX),
    };
    given.finish()?;
    let series = service.series(&test_id(&path)?, run, query).await?;
    Ok(HttpResponse::Ok().json(SeriesView::from(series)))
}

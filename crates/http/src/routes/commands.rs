//! The calls of the original service that change a test: create, start, restart, schedule, cancel.
//!
//! Their contract knows 400 for every input and state that is refused, so a test that does not exist is a 400 here.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use moniflux_domain::fault::Faults;
use moniflux_service::{Service, UseCaseError};

use crate::body::Body;
use crate::dto::draft::{TestFields, TestReference};
use crate::dto::problem::ProblemView;
use crate::dto::test::TestView;
use crate::problem::{Code, Problem};

/// Stores a test as Pending; as Scheduled when `schedule` is given.
#[utoipa::path(
    post, path = "/create-test", operation_id = "createTest", tag = "commands", request_body = TestFields,
    responses(
        (status = 201, description = "Stored", body = TestView, headers(("Location" = String, description = "The test"))),
        (status = 400, description = "Invalid, or the name is taken", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(service: web::Data<Service>, Body(draft): Body) -> Result<HttpResponse, Problem> {
    let test = service.create(draft).await.map_err(by_contract)?;
    let location = format!("/tests/{}", test.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(TestView::from(&test)))
}

/// Says what creating such a test would refuse, and stores nothing.
#[utoipa::path(
    post, path = "/validate-test", operation_id = "validateTest", tag = "commands", request_body = TestFields,
    responses(
        (status = 200, description = "It could be created", body = Object),
        (status = 400, description = "Invalid, or the name is taken", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn validate(
    service: web::Data<Service>,
    Body(draft): Body,
) -> Result<HttpResponse, Problem> {
    service.validate(draft).await.map_err(by_contract)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({})))
}

/// Begins a run now. With `testID` alone: of the stored test. With more: creates the test, or replaces the given fields
/// of the stored one, first.
#[utoipa::path(
    post, path = "/start-test", operation_id = "startTest", tag = "commands", request_body = TestFields,
    responses(
        (status = 200, description = "Started", body = TestView),
        (status = 400, description = "Invalid, or already running", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn start(service: web::Data<Service>, Body(draft): Body) -> Result<HttpResponse, Problem> {
    let test = service.start(draft).await.map_err(by_contract)?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Begins a new run with the given fields replaced; a run in progress ends as Cancelled.
#[utoipa::path(
    post, path = "/restart-test", operation_id = "restartTest", tag = "commands", request_body = TestFields,
    responses(
        (status = 200, description = "Restarted", body = TestView),
        (status = 400, description = "Invalid, or cannot be restarted", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn restart(service: web::Data<Service>, Body(draft): Body) -> Result<HttpResponse, Problem> {
    let test = service.restart(draft).await.map_err(by_contract)?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Sets the moment at which a stored test starts by itself.
#[utoipa::path(
    post, path = "/schedule-test", operation_id = "scheduleTest", tag = "commands", request_body = TestFields,
    responses(
        (status = 200, description = "Scheduled", body = TestView),
        (status = 400, description = "Invalid, past, or cannot be scheduled", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn schedule(
    service: web::Data<Service>,
    Body(draft): Body,
) -> Result<HttpResponse, Problem> {
    let test = service.schedule(draft).await.map_err(by_contract)?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Ends a running, paused or scheduled test.
#[utoipa::path(
    post, path = "/cancel-test", operation_id = "cancelTest", tag = "commands", request_body = TestReference,
    responses(
        (status = 200, description = "Cancelled", body = TestView),
        (status = 400, description = "Invalid, or cannot be cancelled", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cancel(service: web::Data<Service>, Body(draft): Body) -> Result<HttpResponse, Problem> {
    let missing = || Problem::invalid(Faults::one("testID", "is required: the name of a stored test"));
    let id = draft.test.ok_or_else(missing)?;
    let test = service.cancel(&id).await.map_err(by_contract)?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// A test that does not exist is a wrong input here.
pub(super) fn by_contract(error: UseCaseError) -> Problem {
    Problem::from(error).answered_as(Code::TestNotFound, StatusCode::BAD_REQUEST)
}

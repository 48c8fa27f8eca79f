//! Tests: the listing, and one test under its own path.

use actix_web::http::StatusCode;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, web};
use moniflux_domain::id::UserId;
use moniflux_domain::lifecycle::Status;
use moniflux_ports::test_store::{Order, TestQuery};
use moniflux_service::{Service, UseCaseError};

use super::test_id;
use crate::body::Body;
use crate::dto::cursor;
use crate::dto::draft::TestFields;
use crate::dto::problem::ProblemView;
use crate::dto::test::TestView;
use crate::problem::{Code, Problem};
use crate::query::{CURSOR, Parameters, Query};

/// Tests, oldest first unless said otherwise: those that something is still to come of, or those of the given states.
#[utoipa::path(
    get, path = "/tests", operation_id = "listTests", tag = "tests",
    params(
        ("status" = Option<String>, Query, description = "States, separated by commas. Left out: Pending,Scheduled,Running,Paused"),
        ("userID" = Option<String>, Query, description = "Only this user's tests"),
        ("search" = Option<String>, Query, max_length = 256, description = "Only tests whose name, user, or destination's name or address holds this text, in any case"),
        ("order" = Option<String>, Query, description = "`oldest` or `newest` first. Left out: oldest"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The most on a page. Left out: 100"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    responses(
        (status = 200, description = "The tests", body = [TestView], headers(("Link" = Option<String>, description = "rel=\"next\", unless this is the last page"))),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The tests cannot be read", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(service: web::Data<Service>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    answer_page(&service, &request, &Status::ACTIVE).await
}

/// Every test, oldest first unless said otherwise.
#[utoipa::path(
    get, path = "/get-all-tests", operation_id = "listAllTests", tag = "tests",
    params(
        ("status" = Option<String>, Query, description = "States, separated by commas. Left out: all"),
        ("userID" = Option<String>, Query, description = "Only this user's tests"),
        ("search" = Option<String>, Query, max_length = 256, description = "As for GET /tests"),
        ("order" = Option<String>, Query, description = "As for GET /tests"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The most on a page. Left out: 100"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    responses(
        (status = 200, description = "The tests", body = [TestView], headers(("Link" = Option<String>, description = "rel=\"next\", unless this is the last page"))),
        (status = 400, description = "Invalid", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The tests cannot be read", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_all(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    answer_page(&service, &request, &[]).await
}

async fn answer_page(
    service: &Service,
    request: &HttpRequest,
    usual: &[Status],
) -> Result<HttpResponse, Problem> {
    let (query, parameters) = read_listing(request.query_string(), usual)?;
    let page = service.list(&query).await.map_err(by_contract)?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = page.next {
        response.insert_header((LINK, parameters.next_page(request.path(), &cursor::write(&next))));
    }
    Ok(response.json(page.tests.iter().map(TestView::from).collect::<Vec<_>>()))
}

/// One test.
#[utoipa::path(
    get, path = "/tests/{testID}", operation_id = "readTest", tag = "tests", params(("testID" = String, Path, description = "The test")),
    responses(
        (status = 200, description = "The test", body = TestView),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let test = service.test(&test_id(&path)?).await?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Replaces the given fields: any of a test that has no run in progress; rates and duration of one that has, which the
/// run follows within a second.
#[utoipa::path(
    patch, path = "/tests/{testID}", operation_id = "changeTest", tag = "tests", params(("testID" = String, Path, description = "The test")),
    request_body = TestFields,
    responses(
        (status = 200, description = "Changed", body = TestView),
        (status = 400, description = "Invalid, or cannot be changed now", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change(
    service: web::Data<Service>,
    path: web::Path<String>,
    Body(draft): Body,
) -> Result<HttpResponse, Problem> {
    let test = service.change(&test_id(&path)?, draft).await?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Forgets a test, its runs and its results; not while it runs.
#[utoipa::path(
    delete, path = "/tests/{testID}", operation_id = "deleteTest", tag = "tests", params(("testID" = String, Path, description = "The test")),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 400, description = "A run is in progress", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete(
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    service.delete(&test_id(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets the run stand still.
#[utoipa::path(
    post, path = "/tests/{testID}/pause", operation_id = "pauseTest", tag = "tests", params(("testID" = String, Path, description = "The test")),
    responses(
        (status = 200, description = "Paused", body = TestView),
        (status = 400, description = "It is not running", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn pause(
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let test = service.pause(&test_id(&path)?).await?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// Lets a paused run go on.
#[utoipa::path(
    post, path = "/tests/{testID}/resume", operation_id = "resumeTest", tag = "tests", params(("testID" = String, Path, description = "The test")),
    responses(
        (status = 200, description = "Running again", body = TestView),
        (status = 400, description = "It is not paused", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn resume(
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let test = service.resume(&test_id(&path)?).await?;
    Ok(HttpResponse::Ok().json(TestView::from(&test)))
}

/// A listing's parameters; without states those that are usual.
fn read_listing(text: &str, usual: &[Status]) -> Result<(TestQuery, Parameters), Problem> {
    let mut given = Query::parse(text);
    let mut statuses = Vec::new();
    for name in given.all("status").iter().flat_map(|value| value.split(',')).map(str::trim) {
        if let Some(status) = Status::from_name(name) {
            statuses.push(status);
        } else {
            let accepted = Status::ALL.map(Status::as_str).join(", ");
            given.fault("status", format!("is \"{name}\"; accepted: {accepted}"));
        }
    }
    if statuses.is_empty() {
        statuses = usual.to_vec();
    }
    let query = TestQuery {
        statuses,
        user: given.one("userID", |text| UserId::parse(text)),
        due_by: None,
        search: given.one("search", searched),
        order: given.one("order", order).unwrap_or_default(),
        limit: given.whole("limit", 1, 1000).unwrap_or(100),
        after: given.one(CURSOR, cursor::read),
    };
    Ok((query, given.finish()?))
}

fn searched(text: &str) -> Result<String, String> {
    let is_fit = (1..=256).contains(&text.chars().count());
    if is_fit { Ok(text.to_owned()) } else { Err("must be a text of 1 to 256 characters".to_owned()) }
}

fn order(text: &str) -> Result<Order, String> {
    match text {
        "oldest" => Ok(Order::OldestFirst),
        "newest" => Ok(Order::NewestFirst),
        _ => Err(format!("is \"{text}\"; accepted: oldest, newest")),
    }
}

/// The listing's contract knows 500 only for a store that fails.
fn by_contract(error: UseCaseError) -> Problem {
    Problem::from(error).answered_as(Code::StoreUnavailable, StatusCode::INTERNAL_SERVER_ERROR)
}

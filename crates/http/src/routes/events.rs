//! What happens, as it happens: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use moniflux_domain::id::TestId;
use moniflux_service::{Following, LiveEvent, Service};

use super::test_id;
use crate::dto::event::{DeletedView, PointView, render};
use crate::dto::problem::ProblemView;
use crate::metrics::{Metrics, Reader};
use crate::observe::Observation;
use crate::problem::Problem;
use crate::query::Query;

/// What happens to one test, as server-sent events: `state` (data: the test) at first and whenever it changes, `point` (data:
/// `LivePoint`) once a second under load, `deleted`. `Last-Event-ID` resumes: the points after it are told first.
#[utoipa::path(
    get, path = "/tests/{testID}/events", operation_id = "followTest", tag = "events",
    params(
        ("testID" = String, Path, description = "The test"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last point that was seen"),
    ),
    responses(
        (status = 200, description = "Events, until the client leaves", body = PointView, content_type = "text/event-stream"),
        (status = 404, description = "There is no such test", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn of_test(
    service: web::Data<Service>,
    observation: web::Data<Observation>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    answer(&service, &observation.metrics, &request, Some(test_id(&path)?)).await
}

/// What happens to every test, as server-sent events: as for one test; at first the states of those that something is still
/// to come of.
#[utoipa::path(
    get, path = "/events", operation_id = "followTests", tag = "events",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The id of the last point that was seen")),
    responses((status = 200, description = "Events, until the client leaves", body = DeletedView, content_type = "text/event-stream"))
)]
pub(crate) async fn of_all(
    service: web::Data<Service>,
    observation: web::Data<Observation>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    answer(&service, &observation.metrics, &request, None).await
}

async fn answer(
    service: &Service,
    metrics: &Metrics,
    request: &HttpRequest,
    scope: Option<TestId>,
) -> Result<HttpResponse, Problem> {
    Query::parse(request.query_string()).finish()?;
    let following = service.follow(scope, last_seen(request.headers())).await?;
    let reading = Reading { begins_with: Some(begin(&following)), following, _counted: metrics.reader() };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // Proxies that gather answers would hold events back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(reading, next)))
}

/// One reader and its place.
struct Reading {
    begins_with: Option<Vec<u8>>,
    following: Following,
    _counted: Reader,
}

fn begin(following: &Following) -> Vec<u8> {
    // Browsers try again after so many milliseconds.
    let mut text = b"retry: 2000\n\n".to_vec();
    for event in &following.begins_with {
        text.extend_from_slice(event.rendered(render));
    }
    text
}

async fn next(mut reading: Reading) -> Option<(Result<Bytes, Infallible>, Reading)> {
    if let Some(text) = reading.begins_with.take() {
        return Some((Ok(Bytes::from(text)), reading));
    }
    let text = match tokio::time::timeout(HEARTBEAT, reading.following.next()).await {
        Ok(event) => bytes_of(&event?),
        Err(_) => Bytes::from_static(b": heartbeat\n\n"),
    };
    Some((Ok(text), reading))
}

fn bytes_of(event: &Arc<LiveEvent>) -> Bytes {
    Bytes::copy_from_slice(event.rendered(render))
}

/// What is no number that we gave is none: then nothing is told again.
fn last_seen(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.trim().parse().ok()
}

/// Keeps connections through proxies open, and finds out those that are gone.
const HEARTBEAT: Duration = Duration::from_secs(10);

//! What surrounds every request: its name, its time limit, its line in the log, its place in the metrics, and the one
//! form of every error, ours or the framework's.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use moniflux_ports::clock::Clock;
use tracing::{Instrument, Span, error_span};

use crate::metrics::Metrics;
use crate::problem::{Code, Problem};
use crate::request_id::RequestId;

/// What the observation of requests needs.
pub(crate) struct Observation {
    pub(crate) metrics: Metrics,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) request_limit: Duration,
}

/// The outermost middleware.
///
/// A request over its time is dropped where it waits; every port call is cancel safe.
pub(crate) async fn observe(
    observation: web::Data<Observation>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(request.headers(), observation.clock.as_ref());
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let route = request.match_pattern();
    let span = span_of(&id);

    let begin = observation.clock.monotonic();
    let outcome =
        tokio::time::timeout(observation.request_limit, next.call(request)).instrument(span.clone()).await;
    let took = observation.clock.monotonic().saturating_sub(begin);

    let outcome = span.in_scope(|| match outcome {
        Err(_) => Err(timed_out(observation.request_limit)),
        Ok(Err(error)) => Err(problem_in(&error)),
        Ok(Ok(response)) => Ok(response.map_into_boxed_body()),
    });
    let answer =
        outcome.map(|response| named(response, &id)).map_err(|problem| problem.of_request(id).into());
    let status = answer.as_ref().map_or_else(status_of, ServiceResponse::status);
    observation.metrics.note_request(&method, route.as_deref(), status, took);
    log(&span, &method, &path, status, took);
    answer
}

/// What every line of a request stands in; an error's span, so that it is there at every level of the log.
pub(crate) fn span_of(id: &RequestId) -> Span {
    error_span!("request", requestID = %id)
}

/// The answer with the request's name; an error in the one form that errors have.
fn named(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let problem = match response.response().error() {
        Some(error) => Some(problem_in(error)),
        None if is_bare_error(&response) => Some(Problem::of_status(response.status())),
        None => None,
    };
    if let Some(problem) = problem {
        let (request, _) = response.into_parts();
        return ServiceResponse::from_err(problem.of_request(id.clone()), request);
    }
    let mut response = response;
    let (name, value) = id.header();
    response.headers_mut().insert(name, value);
    response
}

fn is_bare_error(response: &ServiceResponse<BoxBody>) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    is_error && !response.headers().contains_key(header::CONTENT_TYPE)
}

fn problem_in(error: &Error) -> Problem {
    error.as_error::<Problem>().cloned().unwrap_or_else(|| Problem::of_status(status_of(error)))
}

fn status_of(error: &Error) -> StatusCode {
    error.as_response_error().status_code()
}

fn timed_out(limit: Duration) -> Problem {
    Problem::new(Code::TimedOut, format!("no answer was ready within {} s; try again", limit.as_secs_f64()))
}

/// One line for each request: what changes something is told to operators, what only reads to those who look closer.
fn log(span: &Span, method: &Method, path: &str, status: StatusCode, took: Duration) {
    let (status, millis) = (status.as_u16(), took.as_secs_f64() * 1e3);
    span.in_scope(|| {
        if method.is_safe() {
            tracing::debug!(%method, path, status, millis, "request");
        } else {
            tracing::info!(%method, path, status, millis, "request");
        }
    });
}

//! Reads a JSON body within its limits, and a draft out of it.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use moniflux_domain::draft::Draft;
use serde_json::Value;

use crate::problem::{Code, Problem};

/// The fields of a test in a request's body.
#[derive(Debug)]
pub(crate) struct Body(pub(crate) Draft);

/// Any JSON in a request's body.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Value);

impl FromRequest for Body {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = JsonBody::from_request(request, payload);
        Box::pin(async move { Draft::read(&json.await?.0).map(Self).map_err(Problem::invalid) })
    }
}

impl FromRequest for JsonBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check_type(request.headers()).and_then(|()| check_length(request.headers()));
        let payload = payload.take();
        Box::pin(async move {
            checked?;
            let slow = |_| {
                Problem::new(Code::SlowBody, format!("the body took longer than {} s", TIME_LIMIT.as_secs()))
            };
            let bytes = tokio::time::timeout(TIME_LIMIT, read(payload)).await.map_err(slow)??;
            serde_json::from_slice(&bytes)
                .map(Self)
                .map_err(|error| Problem::new(Code::MalformedJson, format!("the body is not JSON: {error}")))
        })
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |detail: String| Err(Problem::new(Code::UnsupportedMediaType, detail));
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim();
    if media_type.is_empty() {
        return refuse("the body's content type is not given; taken is application/json".to_owned());
    }
    if !media_type.eq_ignore_ascii_case("application/json") {
        return refuse(format!("the body is {media_type}; taken is application/json"));
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return refuse("the body is encoded; taken is plain application/json".to_owned());
    }
    Ok(())
}

/// Refuses at once what says itself that it is too long.
fn check_length(headers: &HeaderMap) -> Result<(), Problem> {
    let given =
        headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    if given.is_some_and(|length: usize| length > SIZE_LIMIT) { Err(too_large()) } else { Ok(()) }
}

async fn read(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::new(Code::MalformedRequest, format!("the body cannot be read: {error}"))
        })?;
        if bytes.len() + chunk.len() > SIZE_LIMIT {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, format!("the body is longer than {SIZE_LIMIT} bytes"))
}

/// The longest body, in bytes.
pub(crate) const SIZE_LIMIT: usize = 1024 * 1024;

/// How long a client may take to send a body.
const TIME_LIMIT: Duration = Duration::from_secs(10);

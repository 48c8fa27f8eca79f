//! The one error body (RFC 9457) and the one table from a stable code to its status.
//!
//! Nothing internal leaks: a problem is made of texts meant for the client; the errors behind it go to the log.

use std::error::Error;
use std::{fmt, iter};

use actix_web::body::BoxBody;
use actix_web::http::header::{ALLOW, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use moniflux_domain::fault::{Fault, Faults};
use moniflux_ports::error::StoreFault;
use moniflux_service::UseCaseError;

use crate::dto::problem::ProblemView;
use crate::request_id::RequestId;

/// A request that was not done, and why, for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    status: StatusCode,
    detail: String,
    errors: Vec<Fault>,
    allow: Option<String>,
    request: Option<RequestId>,
}

/// What went wrong, for programs. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidField,
    MalformedJson,
    MalformedRequest,
    TestExists,
    NotAllowedInState,
    TestNotFound,
    RunNotFound,
    PathNotFound,
    MethodNotAllowed,
    SlowBody,
    Contended,
    BodyTooLarge,
    UnsupportedMediaType,
    StoreBroken,
    Internal,
    StoreUnavailable,
    TimedOut,
}

impl Code {
    /// The table: the code's name, its status, its title.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;

        match self {
            Self::InvalidField => ("invalid_field", S::BAD_REQUEST, "The input is not valid"),
            Self::MalformedJson => ("malformed_json", S::BAD_REQUEST, "The body is not JSON"),
            Self::MalformedRequest => ("malformed_request", S::BAD_REQUEST, "The request cannot be read"),
            Self::TestExists => ("test_exists", S::BAD_REQUEST, "A test of this name exists"),
            Self::NotAllowedInState => {
                ("not_allowed_in_state", S::BAD_REQUEST, "The test's state does not allow this")
            }
            Self::TestNotFound => ("test_not_found", S::NOT_FOUND, "There is no such test"),
            Self::RunNotFound => ("run_not_found", S::NOT_FOUND, "There is no such run"),
            Self::PathNotFound => ("path_not_found", S::NOT_FOUND, "There is nothing at this path"),
            Self::MethodNotAllowed => {
                ("method_not_allowed", S::METHOD_NOT_ALLOWED, "This path does not take this method")
            }
            Self::SlowBody => ("slow_body", S::REQUEST_TIMEOUT, "The body did not arrive in time"),
            Self::Contended => ("contended", S::CONFLICT, "Others are changing the test"),
            Self::BodyTooLarge => ("body_too_large", S::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", S::UNSUPPORTED_MEDIA_TYPE, "The body is of another type")
            }
            Self::StoreBroken => ("store_broken", S::INTERNAL_SERVER_ERROR, "The store cannot be read"),
            Self::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "The service failed"),
            Self::StoreUnavailable => {
                ("store_unavailable", S::SERVICE_UNAVAILABLE, "The store cannot be reached")
            }
            Self::TimedOut => ("timed_out", S::SERVICE_UNAVAILABLE, "The request took too long"),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        self.row().0
    }
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        let (_, status, _) = code.row();
        Self { code, status, detail: detail.into(), errors: Vec::new(), allow: None, request: None }
    }

    /// A path that takes these methods, and not the one of the request.
    pub(crate) fn method_not_allowed(method: &Method, allowed: &str) -> Self {
        let detail = format!("{method} is not taken here; taken are {allowed}");
        Self { allow: Some(allowed.to_owned()), ..Self::new(Code::MethodNotAllowed, detail) }
    }

    /// The problem that a framework's bare answer of that status stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => Code::PathNotFound,
            status if status.is_client_error() => Code::MalformedRequest,
            _ => Code::Internal,
        };
        let detail = status.canonical_reason().unwrap_or("no reason is given").to_lowercase();
        Self { status, ..Self::new(code, detail) }
    }

    /// The same problem where the contract of the original service asks for another status.
    pub(crate) fn answered_as(self, code: Code, status: StatusCode) -> Self {
        if self.code == code { Self { status, ..self } } else { self }
    }

    /// The same problem as the answer to that request.
    pub(crate) fn of_request(self, request: RequestId) -> Self {
        Self { request: Some(request), ..self }
    }

    /// The answer of a service that cannot serve, whatever is wrong with its store.
    pub(crate) fn not_ready(fault: StoreFault) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, ..fault.into() }
    }

    /// A bad value outside the body: a parameter of the query.
    pub(crate) fn invalid(faults: Faults) -> Self {
        UseCaseError::Invalid(faults).into()
    }
}

impl From<UseCaseError> for Problem {
    fn from(error: UseCaseError) -> Self {
        let detail = error.to_string();
        match error {
            UseCaseError::Invalid(faults) => {
                let count = faults.as_slice().len();
                let detail = if count == 1 {
                    faults.to_string()
                } else {
                    format!("{count} fields are wrong: {faults}")
                };
                Self { errors: faults.as_slice().to_vec(), ..Self::new(Code::InvalidField, detail) }
            }
            UseCaseError::Exists(_) => Self::new(Code::TestExists, detail),
            UseCaseError::NotFound(_) => Self::new(Code::TestNotFound, detail),
            UseCaseError::RunNotFound { .. } => Self::new(Code::RunNotFound, detail),
            UseCaseError::Refused { .. } => Self::new(Code::NotAllowedInState, detail),
            UseCaseError::Contended(_) => Self::new(Code::Contended, detail),
            UseCaseError::Store(fault) => fault.into(),
        }
    }
}

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        let causes = iter::successors(fault.source(), |cause| (*cause).source()).map(ToString::to_string);
        let cause = causes.collect::<Vec<_>>().join(": ");
        tracing::error!(error = %fault, cause, "the store failed");
        let code = if fault.is_retryable() { Code::StoreUnavailable } else { Code::StoreBroken };
        Self::new(code, fault.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let (code, _, title) = self.code.row();
        let view = ProblemView {
            kind: format!("urn:moniflux:problem:{code}"),
            title,
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code,
            errors: self.errors.iter().map(Into::into).collect(),
            request: self.request.as_ref().map(ToString::to_string),
        };
        let mut response = HttpResponse::build(self.status);
        if let Some(allow) = &self.allow {
            response.insert_header((ALLOW, allow.as_str()));
        }
        if let Some(request) = &self.request {
            response.insert_header(request.header());
        }
        response.insert_header((CONTENT_TYPE, "application/problem+json")).json(view)
    }
}

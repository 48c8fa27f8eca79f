//! What is answered to a request that is refused: a problem (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;

/// A request that is refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    status: StatusCode,
    detail: String,
}

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    MalformedRequest,
    TestNotFound,
    PathNotFound,
    MethodNotAllowed,
    BodyTooLarge,
    UnsupportedMediaType,
    FaultOnPurpose,
    Internal,
}

impl Problem {
    /// A problem with the status of its code; `detail` says what would be taken instead.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, status: code.row().1, detail: detail.into() }
    }

    /// The same with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl From<Problem> for HttpResponse {
    fn from(Problem { code, status, detail }: Problem) -> Self {
        let (code, _, title) = code.row();
        let body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "code": code});
        Self::build(status).content_type("application/problem+json").body(body.to_string())
    }
}

impl Code {
    /// The table: name, status, title.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedRequest => {
                ("malformed_request", StatusCode::BAD_REQUEST, "The records cannot be read")
            }
            Self::TestNotFound => ("test_not_found", StatusCode::NOT_FOUND, "There is no such test"),
            Self::PathNotFound => ("path_not_found", StatusCode::NOT_FOUND, "There is nothing here"),
            Self::MethodNotAllowed => {
                ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed here")
            }
            Self::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is of a kind that is not taken",
            ),
            Self::FaultOnPurpose => {
                ("fault_on_purpose", StatusCode::INTERNAL_SERVER_ERROR, "The request failed on purpose")
            }
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong"),
        }
    }
}

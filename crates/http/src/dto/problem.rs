//! An error, as RFC 9457 has it, with members of our own: `code`, `errors`, `requestID`.

use moniflux_domain::fault::Fault;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:moniflux:problem:invalid_field")]
    pub(crate) kind: String,
    /// The kind of problem, in words.
    pub(crate) title: &'static str,
    /// The status of the answer.
    #[schema(example = 400)]
    pub(crate) status: u16,
    /// What is wrong with this request.
    pub(crate) detail: String,
    /// The kind of problem, for programs; it never changes its meaning.
    #[schema(example = "invalid_field")]
    pub(crate) code: &'static str,
    /// Every wrong field of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<FaultView>,
    /// The request, as in the header `x-request-id` and in the log.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<String>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct FaultView {
    /// Its name; nested ones with a dot.
    #[schema(example = "destination.port")]
    field: String,
    /// What is wrong, and what is accepted.
    message: String,
}

impl From<&Fault> for FaultView {
    fn from(fault: &Fault) -> Self {
        Self { field: fault.field.clone(), message: fault.message.clone() }
    }
}

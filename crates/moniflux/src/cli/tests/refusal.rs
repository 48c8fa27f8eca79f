//! What a service answers when it does not do what it was asked for (RFC 9457).

use std::fmt;

use moniflux_domain::fault::Faults;
use reqwest::Response;
use serde::Deserialize;

use crate::cli::spec::SpecSource;
use crate::exit::Exit;

/// A refusal, with all of its faults.
#[derive(Debug, thiserror::Error)]
pub(crate) struct Refusal {
    pub(super) status: u16,
    /// The kind of problem, for programs; empty when the answer does not say.
    pub(super) code: String,
    detail: String,
    pub(crate) faults: Faults,
    request: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
    code: String,
    errors: Vec<ProblemFault>,
    #[serde(rename = "requestID")]
    request: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ProblemFault {
    field: String,
    message: String,
}

impl Refusal {
    /// Reads an answer that is no success.
    pub(super) async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap_or_default();
        Self::of(status, &body)
    }

    fn of(status: u16, body: &[u8]) -> Self {
        let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
        let mut faults = Faults::none();
        for ProblemFault { field, message } in problem.errors {
            faults.add(field, message);
        }
        let detail = if problem.detail.is_empty() { problem.title } else { problem.detail };
        Self { status, code: problem.code, detail, faults, request: problem.request }
    }

    /// The same, with the names of flags where flags are meant.
    pub(super) fn in_words_of_flags(self, source: &SpecSource) -> Self {
        Self { faults: source.in_words_of_flags(&self.faults), ..self }
    }

    /// How the process ends over it.
    pub(crate) fn exit(&self) -> Exit {
        match self.code.as_str() {
            "invalid_field" | "malformed_json" | "malformed_request" => Exit::BadInput,
            _ => Exit::Error,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.detail.as_str(), self.code.as_str()) {
            ("", _) => write!(f, "the service answers {}", self.status)?,
            (_, "invalid_field") if !self.faults.is_empty() => write!(f, "the service refuses the input:")?,
            (detail, "") => write!(f, "the service answers {}: {detail}", self.status)?,
            (detail, code) => write!(f, "the service refuses: {detail} ({code})")?,
        }
        match &self.request {
            // What is not the client's to mend is looked up in the service's log.
            Some(request) if self.status >= 500 => write!(f, "; request {request}"),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_kept_and_invalid_input_has_its_own_exit() {
        let body =
            br#"{"title": "The input is not valid", "status": 400, "detail": "2 fields are wrong: ...",
            "code": "invalid_field", "requestID": "r",
            "errors": [{"field": "logRate", "message": "is -1"}, {"field": "duration", "message": "is 0"}]}"#;
        let refusal = Refusal::of(400, body);
        assert_eq!(refusal.faults.to_string(), "logRate is -1; duration is 0");
        assert_eq!(
            (refusal.to_string().as_str(), refusal.exit()),
            ("the service refuses the input:", Exit::BadInput)
        );
    }

    #[test]
    fn what_the_state_does_not_allow_is_no_bad_input() {
        let refusal = Refusal::of(400, br#"{"detail": "it is Running", "code": "not_allowed_in_state"}"#);
        assert_eq!(refusal.to_string(), "the service refuses: it is Running (not_allowed_in_state)");
        assert_eq!(refusal.exit(), Exit::Error);
    }

    #[test]
    fn an_answer_of_something_else_is_shown_by_its_status() {
        let refusal = Refusal::of(502, b"<html>");
        assert_eq!((refusal.to_string().as_str(), refusal.exit()), ("the service answers 502", Exit::Error));
    }
}

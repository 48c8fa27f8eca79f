//! A client of the REST API that shows answers as they are.

use anyhow::{Context, Result, ensure};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::Value;

use crate::results::Results;

/// One server's API.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    client: Client,
}

impl Api {
    /// The API at that address.
    ///
    /// # Errors
    /// No client can be made.
    pub fn at(address: &str) -> Result<Self> {
        Ok(Self { base: address.trim_end_matches('/').to_owned(), client: client()? })
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.base
    }

    /// A request that a test makes up itself.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Reads.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// Posts a JSON body.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    /// Posts nothing.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn act(&self, path: &str) -> Result<Answer> {
        Answer::to(self.request(Method::POST, path)).await
    }

    /// Changes.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer> {
        Answer::to(self.request(Method::PATCH, path).json(body)).await
    }

    /// Deletes.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn delete(&self, path: &str) -> Result<Answer> {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    /// A test's state.
    ///
    /// # Errors
    /// There is no such test.
    pub async fn status(&self, test: &str) -> Result<String> {
        let test = self.get(&format!("/tests/{test}")).await?.with(200)?;
        Ok(test["status"].as_str().context("a test has a status")?.to_owned())
    }

    /// The summary of a test's latest run.
    ///
    /// # Errors
    /// There is none.
    pub async fn results(&self, test: &str) -> Result<Results> {
        let answer = self.get(&format!("/tests/{test}/results")).await?.with(200)?;
        Ok(serde_json::from_value(answer)?)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub text: String,
}

impl Answer {
    /// Sends a request.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn to(request: RequestBuilder) -> Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    /// One header's value.
    ///
    /// # Errors
    /// It is not there.
    pub fn header(&self, name: &str) -> Result<&str> {
        Ok(self.headers.get(name).with_context(|| format!("no {name} in {self:?}"))?.to_str()?)
    }

    /// The JSON body of an answer that must have that status.
    ///
    /// # Errors
    /// It has another one, or no JSON.
    pub fn with(&self, status: u16) -> Result<Value> {
        ensure!(self.status == status, "expected {status}, got {}: {}", self.status, self.text);
        if self.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.text).with_context(|| format!("not JSON: {}", self.text))
    }

    /// The problem that a refusal must hold, in the form that every refusal has.
    ///
    /// # Errors
    /// It is not a refusal with that status and code, or not in that form.
    pub fn refused(&self, status: u16, code: &str) -> Result<Problem> {
        let body = self.with(status)?;
        let media = self.header("content-type")?;
        ensure!(media.starts_with("application/problem+json"), "content type {media}");
        let problem: Problem = serde_json::from_value(body).with_context(|| self.text.clone())?;
        ensure!(problem.code == code, "expected {code}: {problem:?}");
        ensure!(problem.status == status, "the body says another status: {problem:?}");
        ensure!(!problem.kind.is_empty() && !problem.title.is_empty(), "unnamed: {problem:?}");
        ensure!(!problem.detail.is_empty(), "unexplained: {problem:?}");
        ensure!(problem.request_id == self.header("x-request-id")?, "another request's: {problem:?}");
        Ok(problem)
    }
}

/// A problem body (RFC 9457) with the members of the API.
#[derive(Debug, Clone, Deserialize)]
pub struct Problem {
    /// The kind of problem, a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, in words.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// This problem, in words.
    pub detail: String,
    /// Stable, for programs.
    pub code: String,
    /// Every fault of the request.
    #[serde(default)]
    pub errors: Vec<Fault>,
    /// Which request.
    #[serde(rename = "requestID")]
    pub request_id: String,
}

/// One wrong field.
#[derive(Debug, Clone, Deserialize)]
pub struct Fault {
    /// Its name.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// The names of the wrong fields, sorted.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = self.errors.iter().map(|fault| fault.field.as_str()).collect();
        fields.sort_unstable();
        fields
    }

    /// What is said of one field.
    ///
    /// # Errors
    /// Nothing.
    pub fn about(&self, field: &str) -> Result<&str> {
        let fault = self.errors.iter().find(|fault| fault.field == field);
        Ok(&fault.with_context(|| format!("nothing about {field}: {self:?}"))?.message)
    }
}

/// A client for plain HTTP on loopback; of TLS it knows no more than that it trusts nobody.
fn client() -> Result<Client> {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(Client::builder().tls_backend_preconfigured(tls).no_proxy().build()?)
}

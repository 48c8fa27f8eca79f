//! The description of the API, and a browser for it that is served whole from here.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, web};
use utoipa::OpenApi;
use utoipa_swagger_ui::Config;

use crate::openapi::Description;
use crate::problem::{Code, Problem};

/// The files of the browser; not part of what is described.
pub(crate) const BROWSER_FILES: &str = "/docs/{file:.*}";

/// The description of this API (OpenAPI 3.1).
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "readDescription", tag = "operation",
    responses((status = 200, description = "The description", body = serde_json::Value))
)]
pub(crate) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(Description::openapi())
}

/// A browser for the description.
#[utoipa::path(
    get, path = "/docs", operation_id = "browseDescription", tag = "operation",
    responses((status = 308, description = "At /docs/", headers(("Location" = String, description = "Where the browser is"))))
)]
pub(crate) async fn browser() -> HttpResponse {
    // Its files are named relative to a folder.
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "docs/")).finish()
}

/// A file of the browser.
///
/// Its policy forbids the page to load anything from elsewhere, whatever its script would like to.
pub(crate) async fn browser_file(path: web::Path<String>) -> Result<HttpResponse, Problem> {
    // "none" switches off the badge of an online validator.
    let config = Config::new(["../openapi.json"]).validator_url("none");
    let file = utoipa_swagger_ui::serve(&path, Arc::new(config)).map_err(|error| {
        tracing::error!(%error, "the browser of the description cannot be served");
        Problem::new(Code::Internal, "the browser of the description cannot be served")
    })?;
    let none = || Problem::new(Code::PathNotFound, format!("there is nothing at /docs/{path}"));
    let file = file.ok_or_else(none)?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(response
        .insert_header((CONTENT_TYPE, file.content_type))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(file.bytes.into_owned()))
}

/// Styles and images that the script makes itself are allowed; nothing from elsewhere is.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

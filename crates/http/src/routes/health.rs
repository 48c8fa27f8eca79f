//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, web};
use moniflux_service::Service;

use crate::dto::problem::ProblemView;
use crate::dto::state::StateView;
use crate::problem::Problem;

/// The process is alive.
#[utoipa::path(
    get, path = "/health", operation_id = "readHealth", tag = "operation",
    responses((status = 200, description = "Alive", body = StateView))
)]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(StateView { status: "alive" })
}

/// The store can be read and written.
#[utoipa::path(
    get, path = "/ready", operation_id = "readReadiness", tag = "operation",
    responses(
        (status = 200, description = "Ready", body = StateView),
        (status = 503, description = "The store does not answer", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn ready(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    service.check().await.map_err(Problem::not_ready)?;
    Ok(HttpResponse::Ok().json(StateView { status: "ready" }))
}

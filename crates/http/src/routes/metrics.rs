//! Metrics of the service and of every run that it drives.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use moniflux_service::Service;

use crate::observe::Observation;
use crate::problem::{Code, Problem};

/// Metrics in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "readMetrics", tag = "operation",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain; version=0.0.4"))
)]
pub(crate) async fn text(
    service: web::Data<Service>,
    observation: web::Data<Observation>,
) -> Result<HttpResponse, Problem> {
    let text = observation.metrics.text(&service.live()).map_err(|error| {
        tracing::error!(%error, "the metrics cannot be written");
        Problem::new(Code::Internal, "the metrics cannot be written")
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text))
}

//! Which path leads where: the ledger, the health, and records on every other path.

use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, guard};
use moniflux_domain::id::RunId;
use serde::Deserialize;
use uuid::Uuid;

use crate::problem::{Code, Problem};
use crate::receive::{Receiver, receive};

/// Adds every route.
pub(crate) fn routes(config: &mut ServiceConfig) {
    // What is no GET may be records on a path of this name.
    config
        .service(web::resource("/health").route(web::get().to(health)).default_service(web::to(receive)))
        .service(web::resource("/ledger").route(web::get().to(ledger)).default_service(web::to(receive)))
        .service(web::resource("/ledger/{test}").guard(guard::Get()).to(ledger_of))
        .default_service(web::to(receive));
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(r#"{"status":"ok"}"#)
}

async fn ledger(receiver: Data<Receiver>) -> HttpResponse {
    answer(&receiver.ledger.view())
}

/// Which runs are wanted.
#[derive(Deserialize)]
struct Wanted {
    /// This one only.
    run: Option<Uuid>,
}

async fn ledger_of(receiver: Data<Receiver>, test: Path<String>, wanted: Query<Wanted>) -> HttpResponse {
    match receiver.ledger.view_of(&test, wanted.run.map(RunId)) {
        Some(view) => answer(&view),
        None => Problem::new(Code::TestNotFound, format!("nothing arrived of test {test}")).into(),
    }
}

fn answer(view: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok().json(view)
}

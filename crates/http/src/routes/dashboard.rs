//! The dashboard: its page, its files, and what stands in its place in a binary that was built without it.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::dashboard::Dashboard;
use crate::problem::{Code, Problem};

/// The files of the dashboard; not part of what is described.
pub(crate) const ASSETS: &str = "/assets/{file}";

/// The dashboard.
#[utoipa::path(
    get, path = "/", operation_id = "showDashboard", tag = "operation",
    responses((status = 200, description = "The page", body = String, content_type = "text/html"))
)]
pub(crate) async fn page(dashboard: web::Data<Dashboard>, request: HttpRequest) -> HttpResponse {
    dashboard.page(&request).unwrap_or_else(page_without)
}

/// A file of the dashboard.
pub(crate) async fn asset(
    dashboard: web::Data<Dashboard>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let none = || Problem::new(Code::PathNotFound, format!("there is nothing at /assets/{name}"));
    dashboard.asset(&request, &name).ok_or_else(none)
}

/// The page of a binary without its dashboard, which says how to get it.
fn page_without() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/html; charset=utf-8")
        .body(explanation().into_string())
}

fn explanation() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "MoniFlux" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "MoniFlux serves its API" }
                    p {
                        "The dashboard is not in this binary: it was built by " code { "cargo build" }
                        " alone, before the dashboard was. With Node.js 20 or later at hand, this builds both and serves them:"
                    }
                    pre { code { "make run" } }
                    p {
                        "Everything can be done without it, too: " a href="docs/" { "the API and a browser for it" } ", "
                        a href="tests" { "the tests" } ", " a href="metrics" { "the metrics" } "."
                    }
                }
            }
        }
    }
}

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const STYLE: &str = "\
    :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }\
    body { margin: 0; min-height: 100vh; display: grid; place-items: center; }\
    main { max-width: 36rem; padding: 2rem; }\
    h1 { font-size: 1.5rem; font-weight: 600; }\
    pre { padding: .75rem 1rem; border: 1px solid; border-radius: 6px; overflow-x: auto; }\
    code { font: .9em ui-monospace, monospace; }";

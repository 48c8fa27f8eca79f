//! Every call of the API, in one table; what each does is in a file a resource.

pub(crate) mod commands;
pub(crate) mod compare;
pub(crate) mod dashboard;
pub(crate) mod description;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod report;
pub(crate) mod results;
pub(crate) mod runs;
pub(crate) mod samples;
pub(crate) mod series;
pub(crate) mod tests;

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard, web};
use moniflux_domain::id::TestId;

use crate::problem::{Code, Problem};

/// Every path and the methods it takes.
pub(crate) fn table() -> Vec<Entry> {
    vec![
        at("/", [get(dashboard::page)]),
        at(dashboard::ASSETS, [get(dashboard::asset)]),
        at("/create-test", [post(commands::create)]),
        at("/start-test", [post(commands::start)]),
        at("/restart-test", [post(commands::restart)]),
        at("/schedule-test", [post(commands::schedule)]),
        at("/cancel-test", [post(commands::cancel)]),
        at("/validate-test", [post(commands::validate)]),
        at("/save-results", [post(results::save)]),
        at("/get-all-tests", [get(tests::list_all)]),
        at("/tests", [get(tests::list)]),
        at("/tests/{testID}", [get(tests::one), patch(tests::change), delete(tests::delete)]),
        at("/tests/{testID}/pause", [post(tests::pause)]),
        at("/tests/{testID}/resume", [post(tests::resume)]),
        at("/tests/{testID}/runs", [get(runs::list)]),
        at("/tests/{testID}/runs/{run}", [get(runs::one)]),
        at("/tests/{testID}/results", [get(results::summary)]),
        at("/tests/{testID}/samples", [get(samples::list)]),
        at("/tests/{testID}/report", [get(report::report)]),
        at("/tests/{testID}/series", [get(series::series)]),
        at("/tests/{testID}/compare", [get(compare::with_baseline)]),
        at("/tests/{testID}/baseline", [put(compare::set_baseline), delete(compare::clear_baseline)]),
        at("/tests/{testID}/events", [get(events::of_test)]),
        at("/events", [get(events::of_all)]),
        at("/compare", [get(compare::compare)]),
        at("/health", [get(health::health)]),
        at("/ready", [get(health::ready)]),
        at("/metrics", [get(metrics::text)]),
        at("/openapi.json", [get(description::openapi)]),
        at("/docs", [get(description::browser)]),
        at(description::BROWSER_FILES, [get(description::browser_file)]),
    ]
}

/// Puts every path into an app; any other answers that there is nothing.
pub(crate) fn install(app: &mut web::ServiceConfig) {
    for entry in table() {
        app.service(entry.into_resource());
    }
    app.default_service(web::to(path_not_found));
}

/// One path.
pub(crate) struct Entry {
    pub(crate) path: &'static str,
    pub(crate) routes: Vec<(Method, Route)>,
}

impl Entry {
    /// The resource, which refuses other methods and says which it takes.
    fn into_resource(self) -> Resource {
        let methods = self.routes.iter().map(|(method, _)| method.as_str());
        // A path that can be read can be asked for its head (RFC 9110, 9.3.2).
        let head = self.routes.iter().any(|(method, _)| *method == Method::GET).then_some("HEAD");
        let allowed = methods.chain(head).collect::<Vec<_>>().join(", ");
        let refuse = move |request: HttpRequest| {
            let problem = Problem::method_not_allowed(request.method(), &allowed);
            async { Err::<HttpResponse, _>(problem) }
        };
        let resource = web::resource(self.path).default_service(web::to(refuse));
        self.routes.into_iter().fold(resource, |resource, (_, route)| resource.route(route))
    }
}

fn at<const N: usize>(path: &'static str, routes: [(Method, Route); N]) -> Entry {
    Entry { path, routes: routes.into() }
}

fn get<H, Args>(handler: H) -> (Method, Route)
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    let either = guard::Any(guard::Get()).or(guard::Head());
    (Method::GET, web::route().guard(either).to(handler))
}

fn post<H, Args>(handler: H) -> (Method, Route)
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    (Method::POST, web::post().to(handler))
}

fn put<H, Args>(handler: H) -> (Method, Route)
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    (Method::PUT, web::put().to(handler))
}

fn patch<H, Args>(handler: H) -> (Method, Route)
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    (Method::PATCH, web::patch().to(handler))
}

fn delete<H, Args>(handler: H) -> (Method, Route)
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    (Method::DELETE, web::delete().to(handler))
}

async fn path_not_found(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let detail = format!("there is nothing at {}; GET /openapi.json lists what there is", request.path());
    Err(Problem::new(Code::PathNotFound, detail))
}

/// The test that a path names. A text that is no name names no test.
fn test_id(text: &str) -> Result<TestId, Problem> {
    TestId::parse(text)
        .map_err(|why| Problem::new(Code::TestNotFound, format!("there is no test \"{text}\"; a name {why}")))
}

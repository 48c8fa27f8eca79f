//! The description of the API (OpenAPI 3.1), gathered from what stands at each handler and each shape.

use utoipa::OpenApi;

use crate::routes::{commands, dashboard, description, health, metrics, report, results, runs, tests};

/// All of it.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "MoniFlux",
        description = "Load tests for observability pipelines: exact rates of logs, metrics and traces, and an account of what became of every record.",
        license(name = "MIT", identifier = "MIT")
    ),
    tags(
        (name = "commands", description = "What is done with tests"),
        (name = "tests", description = "Tests"),
        (name = "runs", description = "Their runs, and what became of the records"),
        (name = "operation", description = "The service itself"),
    ),
    paths(
        commands::create, commands::start, commands::restart, commands::schedule, commands::cancel,
        tests::list, tests::one, tests::change, tests::delete, tests::pause, tests::resume,
        runs::list, runs::one, results::summary, report::report,
        health::health, health::ready, metrics::text, description::openapi, description::browser, dashboard::page,
    )
)]
pub(crate) struct Description;

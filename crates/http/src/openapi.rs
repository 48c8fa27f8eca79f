//! The description of the API (OpenAPI 3.1), gathered from what stands at each handler and each shape.

use utoipa::OpenApi;

use crate::routes::{
    commands, compare, dashboard, description, events, health, metrics, report, results, runs, samples,
    series, tests,
};

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
        (name = "events", description = "What happens, as it happens"),
        (name = "operation", description = "The service itself"),
    ),
    paths(
        commands::create, commands::start, commands::restart, commands::schedule, commands::cancel,
        commands::validate, tests::list, tests::list_all, tests::one, tests::change, tests::delete, tests::pause, tests::resume,
        runs::list, runs::one, results::summary, results::save, series::series, samples::list, report::report,
        events::of_test, events::of_all, compare::compare, compare::with_baseline, compare::set_baseline, compare::clear_baseline,
        health::health, health::ready, metrics::text, description::openapi, description::browser, dashboard::page,
    )
)]
pub(crate) struct Description;

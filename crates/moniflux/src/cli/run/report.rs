//! `--report FILE`: the report of a run that no service knows of, as a service writes it.

use std::path::Path;

use anyhow::Context;
use moniflux_domain::run::Run;
use moniflux_http::report::{Environment, Report, Table};
use moniflux_ports::clock::Clock;
use moniflux_service::{Results, Series};

use super::history::History;

/// Writes the report in the form that the file's name says: a page, unless that is `.json` or `.csv`.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    file: &Path,
    run: &Run,
    results: &Results,
    history: History,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    let (points, samples) = history.into_parts();
    let series = Series::whole(run, &points)?;
    let environment = Environment::here(clock.now());
    let report =
        Report { results, series: &series, spec: &run.spec, samples: &samples, environment: &environment };
    let document = match file.extension().and_then(|extension| extension.to_str()) {
        Some("json") => serde_json::to_string_pretty(&report.json())?,
        Some("csv") => report.csv(Table::Series),
        Some(_) | None => report.html()?,
    };
    std::fs::write(file, document).with_context(|| format!("{} cannot be written", file.display()))
}

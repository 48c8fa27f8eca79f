//! Where the programs are that the tests start.
//!
//! A variable names each of them, as the Makefile sets it; else it is looked for where the Makefile puts it. What is not
//! there fails the test and says how to get it: no test is ever skipped.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// The service under test.
///
/// # Errors
/// It was not built.
pub fn moniflux() -> Result<PathBuf> {
    find("MONIFLUX_TEST_BINARY", "target/release/moniflux", "make build")
}

/// An OpenTelemetry collector.
///
/// # Errors
/// It was not installed.
pub fn rotel() -> Result<PathBuf> {
    find("MONIFLUX_TEST_ROTEL", "target/tools/rotel/rotel-agent", "make tools")
}

/// What checks metrics and alert rules.
///
/// # Errors
/// It was not installed.
pub fn promtool() -> Result<PathBuf> {
    find("MONIFLUX_TEST_PROMTOOL", "target/tools/promtool/promtool", "make tools")
}

/// A Python with the packages of `scripts/requirements.txt`.
///
/// # Errors
/// It was not installed.
pub fn python() -> Result<PathBuf> {
    find("MONIFLUX_TEST_PYTHON", "target/tools/venv/bin/python", "make tools")
}

/// A program that one of the Python packages brings along.
///
/// # Errors
/// It was not installed.
pub fn beside_python(name: &str) -> Result<PathBuf> {
    let tool = python()?.with_file_name(name);
    ensure!(tool.is_file(), "{} is not there: `make tools` installs it", tool.display());
    Ok(tool)
}

/// The folder of the whole workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn find(variable: &str, place: &str, remedy: &str) -> Result<PathBuf> {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let path = named.map_or_else(|| workspace().join(place), PathBuf::from);
    ensure!(
        path.is_file(),
        "{} is not there: `{remedy}` makes it, or {variable} names another",
        path.display()
    );
    Ok(path)
}

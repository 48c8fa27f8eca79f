//! Structured logs, to stderr.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::show::style::Style;
use crate::settings::{LogFormat, Settings};

/// Begins to log as the settings say. Called once, before anything logs.
pub(crate) fn start(settings: &Settings) -> anyhow::Result<()> {
    start_to(settings, std::io::stderr)
}

/// The same, to a writer that leads to stderr.
pub(crate) fn start_to<W>(settings: &Settings, writer: W) -> anyhow::Result<()>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.log_filter))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let pretty = match settings.log_format {
        LogFormat::Pretty => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    if pretty {
        registry.with(lines.with_ansi(Style::of(&std::io::stderr()).has_color())).try_init()?;
    } else {
        registry.with(lines.json().flatten_event(true)).try_init()?;
    }
    Ok(())
}

/// What says nothing to an operator: how the HTTP server starts its threads, and that clients hang up. A filter of the
/// operator's own can bring it back.
const QUIET: &str = "actix_server=warn,actix_http=off";

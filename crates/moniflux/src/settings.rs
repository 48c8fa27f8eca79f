//! The configuration: flags, then the environment and `.env`, then the file, then the compiled-in defaults.
//!
//! Everything is read as text first and checked together, so that a wrong configuration reports all its faults before
//! anything is bound or opened.

mod sources;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use moniflux_domain::fault::Faults;
use moniflux_domain::secret::Secret;
use tracing_subscriber::EnvFilter;

use self::sources::Texts;
pub(crate) use self::sources::{own_variable, variable};

/// The configuration of the process, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where to listen: an address or a name.
    pub(crate) host: String,
    /// Where to listen; 0 for any free port.
    pub(crate) port: u16,
    /// A `tracing` filter.
    pub(crate) log_filter: String,
    pub(crate) log_format: LogFormat,
    pub(crate) store: StoreSettings,
    /// For how long points and samples are kept.
    pub(crate) keep: Duration,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Pretty on a terminal, else JSON.
    Auto,
    Pretty,
    Json,
}

/// Which store, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreSettings {
    Sqlite {
        folder: PathBuf,
    },
    /// The URI may hold a password.
    Mongo {
        uri: Secret,
        database: String,
    },
}

/// The flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::doc_markdown, reason = "shown as help, as it stands")]
pub(crate) struct SettingsArgs {
    /// A YAML file with settings, as config/default.yaml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// debug, info, warn, error, or a tracing filter [env: LOG_LEVEL]
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// auto, pretty or json [env: LOG_FORMAT]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

/// The flags of the service itself.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::doc_markdown, reason = "shown as help, as it stands")]
pub(crate) struct ServeArgs {
    /// Where to listen [env: HOST]
    #[arg(long)]
    host: Option<String>,
    /// Where to listen; 0 for any free port [env: PORT]
    #[arg(long)]
    port: Option<String>,
    /// Where the embedded store keeps its file [env: MONIFLUX_DATA_DIR]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Use MongoDB as the store [env: MONGO_URI]
    #[arg(long, value_name = "URI")]
    mongo_uri: Option<String>,
    /// The database [env: MONGO_DB]
    #[arg(long, value_name = "NAME")]
    mongo_db: Option<String>,
    /// For how many days points and collected records are kept [env: MONIFLUX_RETENTION_DAYS]
    #[arg(long, value_name = "DAYS")]
    retention_days: Option<String>,
}

impl Settings {
    /// Reads and checks every source.
    ///
    /// # Errors
    /// All faults of the configuration.
    pub(crate) fn load(args: &SettingsArgs, serve: &ServeArgs) -> Result<Self, Faults> {
        let flags = [
            ("log_level", &args.log_level),
            ("log_format", &args.log_format),
            ("host", &serve.host),
            ("port", &serve.port),
            ("data_dir", &serve.data_dir),
            ("mongo_uri", &serve.mongo_uri),
            ("mongo_db", &serve.mongo_db),
            ("retention_days", &serve.retention_days),
        ];
        let flags = flags.into_iter().filter_map(|(key, text)| Some((key, text.clone()?)));
        Self::check(&Texts::collect(flags, args.config.as_deref())?)
    }

    /// The same, with nothing but warnings in the log, unless someone asked for a level.
    #[must_use]
    pub(crate) fn quiet(self, args: &SettingsArgs) -> Self {
        let is_asked = args.log_level.is_some() || variable("LOG_LEVEL").is_some();
        Self { log_filter: if is_asked { self.log_filter } else { "warn".to_owned() }, ..self }
    }

    fn check(texts: &Texts) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let host = texts.of("host");
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/') {
            faults.add("host", format!("is {host:?}; accepted: an address or a name to listen at"));
        }
        let port = texts.of("port").parse().unwrap_or_else(|_not_a_port| {
            faults
                .add("port", format!("is {:?}; accepted: a whole number from 0 to 65535", texts.of("port")));
            0
        });
        let log_filter = texts.of("log_level").to_owned();
        if let Err(why) = EnvFilter::try_new(&log_filter) {
            faults.add(
                "log_level",
                format!("is {log_filter:?}; accepted: debug, info, warn, error or a tracing filter ({why})"),
            );
        }
        let log_format = match texts.of("log_format") {
            "pretty" => LogFormat::Pretty,
            "json" => LogFormat::Json,
            "auto" => LogFormat::Auto,
            other => {
                faults.add("log_format", format!("is {other:?}; accepted: auto, pretty, json"));
                LogFormat::Auto
            }
        };
        let store = check_store(texts, &mut faults);
        let keep = check_retention(texts, &mut faults);
        faults.or(Self { host: host.to_owned(), port, log_filter, log_format, store, keep })
    }
}

fn check_retention(texts: &Texts, faults: &mut Faults) -> Duration {
    let given = texts.of("retention_days");
    let days = given.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.unwrap_or_else(|| {
        faults.add("retention_days", format!("is {given:?}; accepted: a whole number from 1 to {MOST_DAYS}"));
        MOST_DAYS
    });
    Duration::from_hours(24 * days)
}

/// A hundred years.
const MOST_DAYS: u64 = 36_500;

fn check_store(texts: &Texts, faults: &mut Faults) -> StoreSettings {
    let (uri, database) = (texts.of("mongo_uri"), texts.of("mongo_db"));
    if uri.is_empty() {
        let folder = texts.of("data_dir");
        if folder.is_empty() {
            faults.add("data_dir", "is empty; accepted: the folder for the embedded store's file");
        }
        return StoreSettings::Sqlite { folder: folder.into() };
    }
    if !uri.starts_with("mongodb://") && !uri.starts_with("mongodb+srv://") {
        // The value is not repeated: it may hold a password.
        faults.add("mongo_uri", "must begin with mongodb:// or mongodb+srv://");
    }
    let forbidden = |c: char| "/\\. \"$*<>:|?".contains(c) || c.is_control();
    if !(1..=63).contains(&database.len()) || database.contains(forbidden) {
        faults.add(
            "mongo_db",
            format!(
                "is {database:?}; accepted: 1 to 63 characters without / \\ . \" $ * < > : | ? and spaces"
            ),
        );
    }
    StoreSettings::Mongo { uri: Secret::new(uri), database: database.to_owned() }
}

#[cfg(test)]
mod tests;

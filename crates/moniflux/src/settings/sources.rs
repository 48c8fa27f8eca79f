//! Collects the settings' texts from all sources, the weakest first.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use config::{Config, File, FileStoredFormat, Format, Map, Value};
use moniflux_domain::fault::Faults;

/// One text a setting.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    /// Reads defaults, file, `.env`, environment and flags.
    pub(super) fn collect(
        flags: impl IntoIterator<Item = (&'static str, String)>,
        file: Option<&Path>,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let text = file.map(|path| {
            std::fs::read_to_string(path).unwrap_or_else(|why| {
                faults.add("--config", format!("{} cannot be read: {why}", path.display()));
                String::new()
            })
        });
        let environment = environment(&mut faults);
        let texts = Self::merge(text.as_deref(), &environment, flags, &mut faults);
        faults.or(texts)
    }

    /// The text of a setting; empty when it is not set.
    pub(super) fn of(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    pub(super) fn merge(
        file: Option<&str>,
        environment: &BTreeMap<String, String>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
        faults: &mut Faults,
    ) -> Self {
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, Yaml));
        if let Some(text) = file {
            builder = builder.add_source(File::from_str(text, Yaml));
        }
        let given = VARIABLES.iter().filter_map(|(key, variable)| {
            let text = environment.get(*variable).filter(|text| !text.is_empty())?;
            Some((*key, text.clone()))
        });
        for (key, text) in given.chain(flags) {
            builder = match builder.set_override(key, text) {
                Ok(builder) => builder,
                Err(why) => {
                    faults.add(key, why.to_string());
                    return Self::default();
                }
            };
        }
        match builder.build().and_then(Config::try_deserialize::<BTreeMap<String, Value>>) {
            Ok(values) => Self::of_values(values, faults),
            Err(why) => {
                faults.add("--config", format!("cannot be read: {why}"));
                Self::default()
            }
        }
    }

    fn of_values(values: BTreeMap<String, Value>, faults: &mut Faults) -> Self {
        let mut texts = BTreeMap::new();
        for (key, value) in values {
            if !VARIABLES.iter().any(|(known, _)| *known == key) {
                let known: Vec<_> = VARIABLES.iter().map(|(known, _)| *known).collect();
                faults.add(key, format!("is not known; known are {}", known.join(", ")));
                continue;
            }
            if value.kind == config::ValueKind::Nil {
                continue;
            }
            match value.into_string() {
                Ok(text) => {
                    texts.insert(key, text);
                }
                Err(_not_a_scalar) => faults.add(key, "must be a single value"),
            }
        }
        Self(texts)
    }
}

/// The process's environment over the `.env` file of the working directory.
fn environment(faults: &mut Faults) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    match dotenvy::dotenv_iter() {
        Ok(lines) => {
            for line in lines {
                match line {
                    Ok((name, text)) => {
                        all.insert(name, text);
                    }
                    Err(why) => faults.add(".env", format!("cannot be read: {why}")),
                }
            }
        }
        Err(dotenvy::Error::Io(why)) if why.kind() == std::io::ErrorKind::NotFound => {}
        Err(why) => faults.add(".env", format!("cannot be read: {why}")),
    }
    // Names and values that are not text are not ours.
    let own = std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
    all.extend(own);
    all
}

/// One variable, of the environment or of the `.env` file of the working directory; none when it is empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    let of_file = || environment(&mut Faults::none()).remove(name);
    own_variable(name).or_else(of_file).filter(|text| !text.is_empty())
}

/// One variable of the process's own environment.
pub(crate) fn own_variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}

/// YAML for the `config` crate, by the one YAML reader that specs are read with too.
#[derive(Debug, Clone, Copy)]
struct Yaml;

impl Format for Yaml {
    fn parse(
        &self,
        _: Option<&String>,
        text: &str,
    ) -> Result<Map<String, Value>, Box<dyn Error + Send + Sync>> {
        if text.trim().is_empty() {
            return Ok(Map::new());
        }
        Ok(serde_saphyr::from_str(text)?)
    }
}

impl FileStoredFormat for Yaml {
    fn file_extensions(&self) -> &'static [&'static str] {
        &["yaml", "yml"]
    }
}

const DEFAULTS: &str = include_str!("../../../../config/default.yaml");

/// Every setting, and the variable that sets it.
const VARIABLES: [(&str, &str); 8] = [
    ("host", "HOST"),
    ("port", "PORT"),
    ("log_level", "LOG_LEVEL"),
    ("log_format", "LOG_FORMAT"),
    ("data_dir", "MONIFLUX_DATA_DIR"),
    ("mongo_uri", "MONGO_URI"),
    ("mongo_db", "MONGO_DB"),
    ("retention_days", "MONIFLUX_RETENTION_DAYS"),
];

//! What to run, from a file and from flags.
//!
//! Both become the one JSON value that [`Draft::read`] takes, so that a flag is accepted and refused as the field is that it
//! stands for; only its name is put back into the faults.

pub(crate) mod flags;
mod words;
mod yaml;

use std::path::Path;

use moniflux_domain::destination::Endpoint;
use moniflux_domain::draft::Draft;
use moniflux_domain::fault::Faults;
use moniflux_domain::threshold::Threshold;
use serde_json::{Map, Value};

use self::flags::{Given, SpecFlags};

/// A spec as it was given. It may hold a key, so it cannot be printed.
#[derive(Clone, PartialEq)]
pub(crate) struct SpecSource {
    /// What [`Draft::read`] takes.
    pub(crate) value: Value,
    /// What was given by flags.
    given: Vec<Given>,
    /// Whether there is nothing but flags.
    is_flags_alone: bool,
    /// How many thresholds the file has; those of flags come after them.
    thresholds_of_file: usize,
}

impl SpecSource {
    /// Reads the file, `-` for standard input, and puts the flags over it.
    ///
    /// # Errors
    /// The file cannot be read, or a flag says nothing at all.
    pub(crate) fn read(file: Option<&Path>, flags: &SpecFlags) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let given = flags.given(&mut faults);
        let value = match file.map(read_file) {
            None => Value::Object(Map::new()),
            Some(Ok(value)) => value,
            Some(Err(found)) => {
                faults.extend(found);
                Value::Null
            }
        };
        faults.or(())?;
        let lists = |value: &Value| value.get("thresholds").and_then(Value::as_array).map_or(0, Vec::len);
        let mut source =
            Self { thresholds_of_file: lists(&value), value, given, is_flags_alone: file.is_none() };
        source.put_flags();
        Ok(source)
    }

    /// What was given, read.
    ///
    /// # Errors
    /// Every field that is wrong by itself; those that flags gave by the flag's name.
    pub(crate) fn draft(&self) -> Result<Draft, Faults> {
        Draft::read(&self.value).map_err(|faults| self.in_words_of_flags(&faults))
    }

    /// The same faults, with the names of flags where flags are meant.
    pub(crate) fn in_words_of_flags(&self, faults: &Faults) -> Faults {
        words::of_flags(faults, &self.given, self.is_flags_alone, self.thresholds_of_file)
    }

    /// As YAML that can be read again, and whether a key was left out of it: secrets are never written.
    ///
    /// # Errors
    /// It cannot be written as YAML.
    pub(crate) fn to_yaml(&self) -> anyhow::Result<(String, bool)> {
        yaml::write(&self.value)
    }

    /// A flag replaces its field, and what goes against it; thresholds are added to those of the file.
    fn put_flags(&mut self) {
        let Value::Object(object) = &mut self.value else { return };
        for group in EITHER {
            if self.given.iter().any(|given| group.contains(&given.path.as_str())) {
                for path in group {
                    object.remove(*path);
                }
            }
        }
        if self.given.iter().any(|given| given.path == "destination.endpoint")
            && let Some(Value::Object(destination)) = object.get_mut("destination")
        {
            // A port belongs to its address: with a new address, the old one's port is not meant.
            destination.remove("port");
        }
        self.given.extend(asking_the_sink(&self.given, object));
        for given in &self.given {
            if given.path == "thresholds" {
                let list = object.entry("thresholds").or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(given.value.clone());
                }
            } else {
                put(object, &given.path, given.value.clone());
            }
        }
    }
}

/// The sink to ask, when a threshold of a flag is about what only the sink can tell, and nothing says which one: where the
/// records go.
fn asking_the_sink(given: &[Given], spec: &Map<String, Value>) -> Option<Given> {
    let is_of_the_sink = |text: &str| Threshold::parse(text).is_ok_and(|read| read.figure.is_of_the_sink());
    let mut thresholds = given.iter().filter(|given| given.path == "thresholds").map(|given| &given.value);
    let is_asked = thresholds
        .any(|value| value.as_str().or_else(|| value.get("threshold")?.as_str()).is_some_and(is_of_the_sink));
    let is_said = spec.contains_key("verify") || given.iter().any(|given| given.path.starts_with("verify"));
    if !is_asked || is_said {
        return None;
    }
    let mut said = Map::new();
    said.extend(spec.get("destination").map(|of_file| ("destination".to_owned(), of_file.clone())));
    for given in given.iter().filter(|given| given.path.starts_with("destination.")) {
        put(&mut said, &given.path, given.value.clone());
    }
    let destination = said.get("destination")?;
    let mut address = Endpoint::parse(destination.get("endpoint")?.as_str()?).ok()?.url().clone();
    address.set_path("");
    address.set_query(None);
    let port = destination.get("port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
    // An http or https URL takes any port; one that is out of range is refused as the destination's.
    if let Some(port) = port {
        address.set_port(Some(port)).ok();
    }
    Some(Given { flag: "--to".to_owned(), path: "verify.sink".to_owned(), value: address.as_str().into() })
}

/// Sets the field at a path such as `destination.type`; what stands in its way is replaced.
fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        object.insert(path.to_owned(), value);
        return;
    };
    let inner = object.entry(first).or_insert(Value::Null);
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// JSON is YAML too, so one reader serves both.
fn read_file(path: &Path) -> Result<Value, Faults> {
    let text = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let name = path.display();
    let text = text.map_err(|why| Faults::one("SPEC", format!("{name} cannot be read: {why}")))?;
    let value: Value = serde_saphyr::from_str(&text)
        .map_err(|why| Faults::one("SPEC", format!("is neither YAML nor JSON: {why}")))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Faults::one("SPEC", format!("{name} must hold an object: the fields of a test")))
    }
}

/// A load ends by one of these.
const EITHER: [&[&str]; 1] = [&["duration", "count", "openEnded"]];

#[cfg(test)]
mod tests;

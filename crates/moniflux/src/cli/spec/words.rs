//! Faults in the words of the command line: the flag where a flag was given, or could have been.

use moniflux_domain::fault::{Fault, Faults};

use super::flags::{Given, flag_of};

/// The same faults, by the names of flags. A fault of what only the file can have given keeps its field.
pub(super) fn of_flags(
    faults: &Faults,
    given: &[Given],
    is_flags_alone: bool,
    thresholds_of_file: usize,
) -> Faults {
    let mut renamed = Faults::none();
    for Fault { field, message } in faults.as_slice() {
        let flag = threshold(field, given, thresholds_of_file)
            .or_else(|| by_flag(field, given))
            .or_else(|| is_flags_alone.then(|| flag_of(field).map(str::to_owned)).flatten());
        let message = if is_flags_alone && ENDS_AND_RATES.iter().any(|(name, _)| name == field) {
            with_flags(message)
        } else {
            message.clone()
        };
        renamed.add(flag.unwrap_or_else(|| field.clone()), message);
    }
    renamed
}

/// The flag that gave a field, or what the field lies in: `profile.stages[0].target` is `--profile stages[0].target`.
fn by_flag(field: &str, given: &[Given]) -> Option<String> {
    // What is said last holds. Thresholds hold side by side.
    given.iter().rev().filter(|given| given.path != "thresholds").find_map(|given| {
        let inner = field.strip_prefix(&given.path)?;
        match inner.chars().next() {
            None => Some(given.flag.clone()),
            Some('.' | '[') => Some(format!("{} {}", given.flag, inner.trim_start_matches('.'))),
            Some(_) => None,
        }
    })
}

/// The flag of `thresholds[n]`: flags come after the file's.
fn threshold(field: &str, given: &[Given], of_file: usize) -> Option<String> {
    let (index, rest) = field.strip_prefix("thresholds[")?.split_once(']')?;
    let index: usize = index.parse().ok()?;
    let mut flags = given.iter().filter(|given| given.path == "thresholds");
    let flag = &flags.nth(index.checked_sub(of_file)?)?.flag;
    Some(match rest.trim_start_matches('.') {
        "" | "threshold" => flag.clone(),
        inner => format!("{flag} {inner}"),
    })
}

/// A message with the flags in place of the fields that it names.
fn with_flags(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for word in message.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let flag = ENDS_AND_RATES.iter().find(|(field, _)| *field == name);
        text.push_str(flag.map_or(name, |(_, flag)| flag));
        text.extend(word.chars().skip(name.chars().count()));
    }
    text
}

/// Fields whose faults speak of each other.
const ENDS_AND_RATES: [(&str, &str); 6] = [
    ("logRate", "--logs"),
    ("metricsRate", "--metrics"),
    ("traceRate", "--traces"),
    ("duration", "--for"),
    ("count", "--count"),
    ("openEnded", "--open-ended"),
];

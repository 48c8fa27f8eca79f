//! Where a report was written, and by what.

use std::thread::available_parallelism;
use std::{env, fs};

use chrono::{DateTime, Utc};
use serde::Serialize;

/// The program and the machine that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The program's version.
    pub version: &'static str,
    /// The system and its version.
    pub system: String,
    /// The processor's kind.
    pub architecture: &'static str,
    /// How many cores the process may use.
    pub cores: usize,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

impl Environment {
    /// This one, now. Reads two small files of the system.
    pub fn here(now: DateTime<Utc>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            system: system(),
            architecture: env::consts::ARCH,
            cores: available_parallelism().map_or(1, usize::from),
            written_at: now,
        }
    }
}

/// `Debian GNU/Linux 12 (bookworm), Linux 6.1.0`; as much of it as the system tells.
fn system() -> String {
    let read = |path: &str| fs::read_to_string(path).ok();
    let release = read("/etc/os-release").and_then(|text| pretty_name(&text));
    let kernel = read("/proc/sys/kernel/osrelease").map(|kernel| format!("Linux {}", kernel.trim()));
    let known: Vec<_> = release.into_iter().chain(kernel).collect();
    if known.is_empty() { env::consts::OS.to_owned() } else { known.join(", ") }
}

fn pretty_name(release: &str) -> Option<String> {
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_called_what_it_calls_itself() {
        let release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(pretty_name(release).as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(pretty_name("ID=debian\n"), None);
    }

    #[test]
    fn this_machine_has_a_core_and_a_name() {
        let here = Environment::here(DateTime::UNIX_EPOCH);
        assert!(here.cores >= 1 && !here.system.is_empty() && !here.version.is_empty());
    }
}

//! The rules for source files and manifests, as functions of their text.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::tools;

/// Everything in which the workspace's sources and manifests break a rule, in words.
///
/// # Errors
/// They cannot be read.
pub fn violations() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in files()? {
        let text = fs::read_to_string(&path)?;
        let name = path.strip_prefix(tools::workspace()).unwrap_or(&path).display().to_string();
        let broken = if path.ends_with("Cargo.toml") { manifest(&text) } else { source(&path, &text) };
        found.extend(broken.into_iter().map(|what| format!("{name} {what}")));
    }
    Ok(found)
}

/// What is wrong with a crate's manifest.
pub fn manifest(text: &str) -> Vec<&'static str> {
    let mut section = "";
    let mut inherits = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        }
        inherits |= section == "[lints]" && line.replace(' ', "") == "workspace=true";
    }
    if inherits { Vec::new() } else { vec!["does not inherit the workspace's lints"] }
}

/// What is wrong with a source file.
pub fn source(path: &Path, text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    if path.file_name().is_some_and(|name| name == "mod.rs") {
        found.push("is a mod.rs: it goes beside its folder, under the folder's name");
    }
    if text.lines().count() > LONGEST {
        found.push("has more than 600 lines");
    }
    if !text.starts_with("//!") {
        found.push("does not open with //! and what lives there");
    }
    if text.lines().any(is_bare_todo) {
        found.push("has a mark for later without an issue");
    }
    found
}

/// A mark for later that names no issue, as `#12` would.
fn is_bare_todo(line: &str) -> bool {
    let comment = line.split_once("//").map_or("", |(_, comment)| comment);
    let marked = ["TODO", "FIXME", "XXX"].iter().any(|mark| comment.contains(mark));
    let numbered =
        comment.split('#').skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    marked && !numbered
}

/// Every manifest and source file of a crate of ours.
fn files() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut ahead: Vec<_> =
        ["crates", "tests", "benches"].map(|folder| tools::workspace().join(folder)).into();
    while let Some(folder) = ahead.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let is_source = path.extension().is_some_and(|extension| extension == "rs");
            if path.is_dir() {
                ahead.extend((!path.ends_with("node_modules")).then_some(path));
            } else if is_source || path.ends_with("Cargo.toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

const LONGEST: usize = 600;

#[cfg(test)]
mod tests {
    use super::*;

    /// In two parts, so that this file does not break the rule itself.
    const MARK: &str = concat!("TO", "DO");

    #[test]
    fn a_manifest_without_the_lints_is_found() {
        assert!(manifest("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n").is_empty());
        assert_eq!(manifest("[package]\nworkspace = true\n[lints]\n").len(), 1);
    }

    #[test]
    fn each_rule_of_a_source_file_can_be_broken() {
        let broken = |name: &str, text: &str| source(Path::new(name), text).len();
        assert_eq!(broken("src/a.rs", &format!("//! A.\n\n// {MARK}, see #12\n")), 0);
        assert_eq!(broken("src/a/mod.rs", "//! A.\n"), 1);
        assert_eq!(broken("src/a.rs", "use b;\n"), 1);
        assert_eq!(broken("src/a.rs", &"//! A.\n".repeat(601)), 1);
        assert_eq!(broken("src/a.rs", &format!("//! A.\nlet b = 1; // {MARK}\n")), 1);
    }
}

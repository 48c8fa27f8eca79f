//! Who depends on whom, as `cargo metadata` says.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::tools;

/// The crates of the workspace, and what their dependencies bring along.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Our crates, by package name.
    pub crates: BTreeMap<String, Crate>,
    /// What each package, ours or not, pulls in directly for other than its tests.
    pub pulls: BTreeMap<String, BTreeSet<String>>,
}

/// What one of our crates names in its manifest.
#[derive(Debug, Clone, Default)]
pub struct Crate {
    /// For its code, or for building it.
    pub normal: BTreeSet<String>,
    /// For its tests.
    pub dev: BTreeSet<String>,
}

impl Graph {
    /// The graph of this workspace on this machine's platform: what other platforms need is not even fetched.
    ///
    /// # Errors
    /// `cargo metadata` fails.
    pub fn of_workspace() -> Result<Self> {
        let manifest = tools::workspace().join("Cargo.toml");
        let options = ["--locked".to_owned(), "--filter-platform".to_owned(), platform()?];
        Self::of(&MetadataCommand::new().manifest_path(manifest).other_options(options).exec()?)
    }

    /// Everything that a package brings along, directly or not.
    pub fn reach(&self, package: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut ahead = vec![package];
        while let Some(next) = ahead.pop() {
            for pulled in self.pulls.get(next).into_iter().flatten() {
                if reached.insert(pulled.as_str()) {
                    ahead.push(pulled);
                }
            }
        }
        reached
    }

    fn of(metadata: &Metadata) -> Result<Self> {
        let mut graph = Self::default();
        for package in metadata.workspace_packages() {
            let named = |wanted: fn(DependencyKind) -> bool| {
                let fitting = package.dependencies.iter().filter(|dependency| wanted(dependency.kind));
                fitting.map(|dependency| dependency.name.clone()).collect()
            };
            let found = Crate {
                normal: named(|kind| kind != DependencyKind::Development),
                dev: named(|kind| kind == DependencyKind::Development),
            };
            graph.crates.insert(package.name.to_string(), found);
        }
        let names: BTreeMap<&PackageId, &str> =
            metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
        let resolve = metadata.resolve.as_ref().context("cargo metadata resolves nothing")?;
        for node in &resolve.nodes {
            let pulled = node.deps.iter().filter(|dependency| {
                dependency.dep_kinds.iter().any(|info| info.kind == DependencyKind::Normal)
            });
            let pulled =
                pulled.filter_map(|dependency| names.get(&dependency.pkg)).map(|name| (*name).to_owned());
            let name = names.get(&node.id).context("a node without a package")?;
            graph.pulls.entry((*name).to_owned()).or_default().extend(pulled);
        }
        Ok(graph)
    }
}

/// The platform that the compiler runs on.
fn platform() -> Result<String> {
    let about = Command::new("rustc").arg("-vV").output().context("cannot ask rustc")?;
    let about = String::from_utf8(about.stdout)?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

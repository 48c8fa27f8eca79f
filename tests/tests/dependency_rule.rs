//! The rules that keep the workspace as `docs/architecture.md` draws it.

use anyhow::Result;
use moniflux_tests::rules::dependencies;
use moniflux_tests::rules::files;
use moniflux_tests::rules::graph::Graph;

#[test]
fn dependencies_point_inwards_and_drivers_stay_in_their_adapters() -> Result<()> {
    let graph = Graph::of_workspace()?;
    assert!(graph.crates.len() > 10, "only these crates were seen: {:?}", graph.crates.keys());
    assert!(
        graph.reach("moniflux").contains("mongodb"),
        "the graph has no depth: the binary reaches no driver"
    );
    let found = dependencies::violations(&graph);
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

#[test]
fn every_source_file_and_manifest_keeps_the_rules_of_the_house() -> Result<()> {
    let found = files::violations()?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

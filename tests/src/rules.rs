//! The rules of the house that no lint knows, as functions from what there is to what is wrong with it.

pub mod dependencies;
pub mod files;
pub mod graph;

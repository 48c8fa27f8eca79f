//! Makes the crate follow the dashboard's build: what is in `dashboard/dist` is embedded, and a change there changes the
//! crate. Before the first build the folder is made, empty: a missing one would count as changed each time.

use std::{fs, io};

fn main() -> io::Result<()> {
    fs::create_dir_all(DIST)?;
    println!("cargo::rerun-if-changed={DIST}");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

const DIST: &str = "dashboard/dist";

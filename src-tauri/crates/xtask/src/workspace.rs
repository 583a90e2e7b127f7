//! Where things are in the checkout.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::program::{self, cargo};

/// The folder with the workspace's Cargo.toml. `cargo xtask` says where it found this package, also after the checkout was
/// moved or when two share what is built.
pub(crate) fn root() -> PathBuf {
    let found = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = found.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    here.ancestors().nth(3).unwrap_or(&here).to_owned()
}

/// Where cargo puts what it builds, and we put reports. A person may have moved it, so cargo is asked.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let metadata = metadata()?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target directory")?;
    Ok(folder.into())
}

/// What cargo knows about the packages of the workspace, without their dependencies.
pub(crate) fn metadata() -> anyhow::Result<Value> {
    let text = program::read(cargo("metadata").args(["--no-deps", "--format-version", "1"]))?;
    serde_json::from_str(&text).context("cargo metadata is not JSON")
}

/// The configuration of the shell.
pub(crate) fn tauri_config() -> anyhow::Result<Value> {
    read_json(&root().join("src-tauri/tauri.conf.json"))
}

/// Reads a JSON file.
pub(crate) fn read_json(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

//! What has to be there before anything is built: the system's packages, Node.js and the packages of the page.
//!
//! All of it is idempotent and silent when nothing is missing.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, bail};

use crate::program::{self, node_program};
use crate::system::{self, Purpose};
use crate::{page, peers, workspace};

/// The folders with packages of Node.js.
const NODE_FOLDERS: [&str; 3] = ["ui", "tests/ui", peers::NODE_FOLDER];

/// `cargo xtask setup`: all that building and testing needs, and the page, without which the shell does not compile.
pub(crate) fn everything() -> anyhow::Result<()> {
    to_test()?;
    for folder in NODE_FOLDERS {
        packages_of(folder)?;
    }
    page::build()?;
    program::say("Everything is set up.");
    Ok(())
}

/// What building needs.
pub(crate) fn to_build() -> anyhow::Result<()> {
    system::install_missing(&[Purpose::Build])?;
    node()
}

/// What building and testing need.
pub(crate) fn to_test() -> anyhow::Result<()> {
    system::install_missing(&[Purpose::Build, Purpose::Test])?;
    node()?;
    peers::install()
}

/// What measuring needs besides.
pub(crate) fn to_bench() -> anyhow::Result<()> {
    system::install_missing(&[Purpose::Build, Purpose::Test, Purpose::Bench])?;
    node()
}

/// Installs the Node.js packages of a folder when its lock file is newer than they are.
pub(crate) fn packages_of(folder: &str) -> anyhow::Result<()> {
    let path = workspace::root().join(folder);
    let lock = changed_at(&path.join("package-lock.json"))
        .with_context(|| format!("{folder}/package-lock.json cannot be read"))?;
    // npm writes this file last, so it is not there after an interrupted install.
    let is_installed = changed_at(&path.join("node_modules/.package-lock.json"))
        .is_some_and(|installed| installed >= lock);
    if is_installed { Ok(()) } else { program::run(node_program("npm", folder).arg("ci")) }
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|facts| facts.modified()).ok()
}

/// Node.js is not installed from here: the one that distributions carry is often too old.
fn node() -> anyhow::Result<()> {
    let package = workspace::read_json(&workspace::root().join("ui/package.json"))?;
    let wanted =
        package["engines"]["node"].as_str().context("ui/package.json names no Node.js version")?;
    let oldest = version(wanted.trim_start_matches(">="))
        .with_context(|| format!("ui/package.json: `{wanted}` is not like >=20.19"))?;
    let advice = format!("Node.js {wanted} with npm is needed: https://nodejs.org");
    let Ok(text) = program::read(Command::new("node").arg("--version")) else {
        bail!("there is no Node.js. {advice}");
    };
    let found = version(text.trim().trim_start_matches('v'))
        .with_context(|| format!("`node --version` says {}, which is no version", text.trim()))?;
    anyhow::ensure!(found >= oldest, "Node.js {} is too old. {advice}", text.trim());
    anyhow::ensure!(
        program::succeeds(node_program("npm", ".").arg("--version")),
        "Node.js is there without npm. {advice}"
    );
    Ok(())
}

/// The first two parts of a version.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(version("20.19"), Some((20, 19)));
        assert!(version("20.20.2") > version("20.19"));
        assert!(version("18.99.9") < version("20.19"));
        assert!(version("100.0.1") > version("20.19"));
        assert_eq!(version("lts"), None);
    }
}

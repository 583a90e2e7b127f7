//! Builds the packages of this system with Tauri's own command line, which builds the page and the release binary first.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{self, tauri};
use crate::{setup, workspace};

/// On Linux only these: an `AppImage` cannot be built without downloads from GitHub.
const LINUX_BUNDLES: &str = "deb,rpm";

/// Builds the packages and says where they are.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::to_build()?;
    setup::packages_of("ui")?;
    let mut command = tauri("src-tauri");
    command.arg("build");
    if cfg!(target_os = "linux") {
        command.args(["--bundles", LINUX_BUNDLES]);
    }
    program::run(&mut command)?;

    let bundles = workspace::target()?.join("release/bundle");
    if program::find("dpkg-deb").is_some() {
        for (path, _) in packages_in(&bundles)? {
            if path.extension().is_some_and(|extension| extension == "deb") {
                squeeze(&path)?;
            }
        }
    }
    let packages = packages_in(&bundles)?;
    anyhow::ensure!(!packages.is_empty(), "no package was built in {}", bundles.display());
    for (path, size_bytes) in packages {
        program::say(&format!(
            "{}  {}.{} MB",
            path.display(),
            size_bytes / 1_000_000,
            size_bytes / 100_000 % 10
        ));
    }
    Ok(())
}

/// Packs a Debian package anew as `dpkg-deb` does by itself: with xz, which makes it a quarter smaller than Tauri's gzip.
fn squeeze(package: &Path) -> anyhow::Result<()> {
    let folder = package.with_extension("unpacked");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    program::run(Command::new("dpkg-deb").arg("--raw-extract").args([package, &folder]))?;
    let packed = Command::new("dpkg-deb")
        .args(["-Zxz", "--root-owner-group", "--build"])
        .args([&folder, package])
        .status();
    std::fs::remove_dir_all(&folder)?;
    anyhow::ensure!(packed?.success(), "dpkg-deb could not pack {}", package.display());
    Ok(())
}

/// The files in the folders of a bundle folder, with their sizes in bytes.
fn packages_in(bundles: &Path) -> anyhow::Result<Vec<(PathBuf, u64)>> {
    let mut packages = Vec::new();
    for kind in std::fs::read_dir(bundles)? {
        let kind = kind?.path();
        if !kind.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(kind)? {
            let entry = entry?;
            let facts = entry.metadata()?;
            if facts.is_file() {
                packages.push((entry.path(), facts.len()));
            }
        }
    }
    packages.sort();
    Ok(packages)
}

//! The types of the wire in TypeScript. ts-rs makes a test of each type that writes it; types that share a file add to it one
//! after another, so all of them have to run in one process, which is `cargo test` and not cargo-nextest.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::program::{self, cargo};
use crate::{page, setup, workspace};

/// How the names of these tests begin.
pub(crate) const TESTS: &str = "export_bindings_";

/// The command that writes all types into a folder. They are the shell's, but a run of all tests passes the scope it has
/// built already.
pub(crate) fn export(scope: &[&str], folder: &Path) -> Command {
    let mut command = cargo("test");
    command.args(scope).args(["--lib", "--", TESTS]).env("TS_RS_EXPORT_DIR", folder);
    command
}

/// Writes `ui/src/ipc` anew, without the types that are gone.
pub(crate) fn write() -> anyhow::Result<()> {
    setup::to_build()?;
    page::build()?;
    let fresh = fresh_folder()?;
    program::run(&mut export(&["--package", "tapeshelf"], &fresh))?;
    let kept = workspace::root().join("ui/src/ipc");
    for name in types_in(&kept)?.keys() {
        std::fs::remove_file(kept.join(name))?;
    }
    for (name, text) in types_in(&fresh)? {
        std::fs::write(kept.join(&name), text)
            .with_context(|| format!("{name} cannot be written"))?;
    }
    Ok(())
}

/// An empty folder to write them into.
pub(crate) fn fresh_folder() -> anyhow::Result<std::path::PathBuf> {
    let folder = workspace::target()?.join("ipc-types");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The files that differ between two folders, each with what is wrong in the second.
pub(crate) fn differences(fresh: &Path, kept: &Path) -> anyhow::Result<Vec<String>> {
    let (fresh, kept) = (types_in(fresh)?, types_in(kept)?);
    let missing_or_old = fresh.iter().filter_map(|(name, text)| match kept.get(name) {
        None => Some(format!("{name} is missing")),
        Some(kept) if kept != text => Some(format!("{name} is not what the Rust types say")),
        Some(_) => None,
    });
    let left_over = kept.keys().filter(|name| !fresh.contains_key(*name));
    Ok(missing_or_old
        .chain(left_over.map(|name| format!("{name} belongs to no Rust type")))
        .collect())
}

fn types_in(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut types = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("ts")) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // A checkout on Windows may have other line ends.
            types.insert(name, std::fs::read_to_string(&path)?.replace("\r\n", "\n"));
        }
    }
    Ok(types)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_named() {
        let (fresh, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |folder: &tempfile::TempDir, name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write(&fresh, "same.ts", "a\n");
        write(&kept, "same.ts", "a\r\n");
        assert_eq!(differences(fresh.path(), kept.path()).unwrap(), [""; 0]);
        write(&fresh, "new.ts", "b");
        write(&fresh, "old.ts", "c");
        write(&kept, "old.ts", "d");
        write(&kept, "gone.ts", "e");
        assert_eq!(
            differences(fresh.path(), kept.path()).unwrap(),
            [
                "new.ts is missing",
                "old.ts is not what the Rust types say",
                "gone.ts belongs to no Rust type"
            ]
        );
    }
}

//! Building the page. The binary embeds `ui/dist`, so anything that compiles the shell needs it there first.
//!
//! A build is skipped when the sources are what they were at the last one: a fresh `ui/dist` with the same content would
//! still make cargo compile the shell again.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::program::{self, node_program};
use crate::{setup, workspace};

/// What the page is built from, in `ui`.
const SOURCES: [&str; 6] = [
    "src",
    "index.html",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

/// Builds the page that ships, if its sources changed.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::packages_of("ui")?;
    let ui = workspace::root().join("ui");
    // The mark is not in the product, because all of that is embedded.
    let mark = workspace::target()?.join("ui-dist.built-from");
    let sources = fingerprint(&ui, &SOURCES)?;
    let was_built_from = std::fs::read_to_string(&mark).ok();
    if was_built_from.as_ref() == Some(&sources) && ui.join("dist/index.html").exists() {
        return Ok(());
    }
    program::run(node_program("npm", "ui").args(["run", "build"]))?;
    std::fs::create_dir_all(workspace::target()?)?;
    std::fs::write(&mark, sources).with_context(|| format!("{} cannot be written", mark.display()))
}

/// Changes when a file among the sources is added, removed, renamed or altered.
fn fingerprint(folder: &Path, sources: &[&str]) -> anyhow::Result<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(&folder.join(source), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(folder)?.hash(&mut hasher);
        std::fs::read(&file)
            .with_context(|| format!("{} cannot be read", file.display()))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_follows_contents_and_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::create_dir_all(path.join("src/deep")).unwrap();
        std::fs::write(path.join("src/deep/a"), "one").unwrap();
        let at_first = fingerprint(path, &["src"]).unwrap();
        assert_eq!(fingerprint(path, &["src"]).unwrap(), at_first);

        std::fs::write(path.join("src/deep/a"), "two").unwrap();
        let altered = fingerprint(path, &["src"]).unwrap();
        assert_ne!(altered, at_first);

        std::fs::rename(path.join("src/deep/a"), path.join("src/deep/b")).unwrap();
        assert_ne!(fingerprint(path, &["src"]).unwrap(), altered);
        assert!(fingerprint(path, &["missing"]).is_err());
    }

    #[test]
    fn every_source_of_the_page_is_there() {
        fingerprint(&workspace::root().join("ui"), &SOURCES).unwrap();
    }
}

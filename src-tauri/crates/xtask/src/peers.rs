//! Programs of others that the tests hold our files and requests against: validators, readers and a server of buckets in
//! Python, a mock server in Node.js, both pinned in `tests/peers`.
//!
//! The Python part is a virtual environment in the target folder, where the tests find it at `peers/venv` (or where
//! `TAPESHELF_PEERS` says, for a machine that has its own). It is made once and again when the pins change.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::{program, setup, workspace};

/// The pins, in the workspace.
const REQUIREMENTS: &str = "tests/peers/requirements.txt";
/// The folder with the packages of Node.js.
pub(crate) const NODE_FOLDER: &str = "tests/peers";

/// Installs what is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    setup::packages_of(NODE_FOLDER)?;
    let wanted = std::fs::read_to_string(workspace::root().join(REQUIREMENTS))
        .with_context(|| format!("{REQUIREMENTS} cannot be read"))?;
    let environment = workspace::target()?.join("peers/venv");
    if is_made_from(&environment, &wanted) {
        return Ok(());
    }
    if environment.exists() {
        std::fs::remove_dir_all(&environment)
            .with_context(|| format!("{} cannot be emptied", environment.display()))?;
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    program::run(Command::new(python).args(["-m", "venv"]).arg(&environment))
        .context("the peers of the tests need Python 3 with venv")?;
    let mut pip = Command::new(python_of(&environment));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(REQUIREMENTS)
        .current_dir(workspace::root());
    program::run(&mut pip).context("the packages of tests/peers were not installed")?;
    let mark = mark_of(&environment);
    std::fs::write(&mark, wanted).with_context(|| format!("{} cannot be written", mark.display()))
}

/// The pins it was made from are written into it last, so they are not there after an interrupted install.
fn mark_of(environment: &Path) -> PathBuf {
    environment.join("made-from.txt")
}

fn is_made_from(environment: &Path, wanted: &str) -> bool {
    std::fs::read_to_string(mark_of(environment)).is_ok_and(|made_from| made_from == wanted)
        && python_of(environment).exists()
}

fn python_of(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_good_only_when_whole_and_of_these_pins() {
        let folder = tempfile::tempdir().unwrap();
        let environment = folder.path();
        assert!(!is_made_from(environment, "bagit==1"));
        let python = python_of(environment);
        std::fs::create_dir_all(python.parent().unwrap()).unwrap();
        std::fs::write(&python, "").unwrap();
        assert!(!is_made_from(environment, "bagit==1"), "the install was interrupted");
        std::fs::write(mark_of(environment), "bagit==1").unwrap();
        assert!(is_made_from(environment, "bagit==1"));
        assert!(!is_made_from(environment, "bagit==2"), "the pins changed");
        std::fs::remove_file(&python).unwrap();
        assert!(!is_made_from(environment, "bagit==1"), "its Python is gone");
    }

    #[test]
    fn every_peer_is_pinned() {
        let text = std::fs::read_to_string(workspace::root().join(REQUIREMENTS)).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            assert!(line.contains("=="), "{line}");
            count += 1;
        }
        assert!(count >= 3);
    }
}

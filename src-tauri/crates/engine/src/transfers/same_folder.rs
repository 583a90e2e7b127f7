//! Whether a file lies in a folder, whichever way either was reached: through a link, by `..`, or in other letters where the
//! file system does not tell them apart. What was saved under one spelling is found under every other.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use crate::folders::Folders;
use crate::lock;

/// A folder by what it is, not by how it is spelled. Jobs, rules and copies are in one place if this says so. Asking it may
/// ask a disk, so it belongs on a thread that may block.
pub(crate) struct SameFolder {
    chosen: PathBuf,
    real: PathBuf,
    /// Real paths of other folders that were asked about: many copies share few of them.
    known: Mutex<HashMap<PathBuf, PathBuf>>,
    /// Those may be on disks that do not answer.
    folders: Folders,
}

impl SameFolder {
    /// The folder as a person chose it; it need not be there. Asks its disk for as long as that takes.
    pub(crate) fn new(chosen: &Path, folders: &Folders) -> Self {
        let (chosen, real) = (chosen.to_owned(), real(chosen));
        Self { chosen, real, known: Mutex::default(), folders: folders.clone() }
    }

    /// What is left of a path below this folder; `None` for one that is elsewhere.
    pub(crate) fn below(&self, path: &Path) -> Option<PathBuf> {
        if let Ok(below) = path.strip_prefix(&self.chosen)
            && !below.components().any(|part| part == Component::ParentDir)
        {
            return Some(below.to_owned());
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return None };
        self.real_of(folder).join(name).strip_prefix(&self.real).ok().map(Path::to_owned)
    }

    /// Whether this is that folder.
    pub(crate) fn is(&self, folder: &Path) -> bool {
        self.chosen == folder || self.real == self.real_of(folder)
    }

    fn real_of(&self, folder: &Path) -> PathBuf {
        if let Some(known) = lock(&self.known).get(folder) {
            return known.clone();
        }
        // Without the lock: a share that does not answer keeps only who asks for it. It is taken for what it is called: this
        // folder has just answered, so it is another one, unless a link leads from there to here.
        let asked = folder.to_owned();
        let found = self.folders.ask_here(folder, move || Ok(real(&asked)));
        let found = found.unwrap_or_else(|_| folder.to_owned());
        lock(&self.known).insert(folder.to_owned(), found.clone());
        found
    }
}

/// The path without links and `..`. Of what is not there, the part that is.
pub(crate) fn real(path: &Path) -> PathBuf {
    match (std::fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(folder), Some(name)) => real(folder).join(name),
        (Err(_), _, _) => path.to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn folder_at(chosen: &Path) -> SameFolder {
        SameFolder::new(chosen, &Folders::new(std::time::Duration::from_mins(2)))
    }

    #[test]
    fn a_folder_is_the_same_through_links_and_dots_and_another_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (calls, link) = (dir.path().join("calls"), dir.path().join("link"));
        std::fs::create_dir_all(calls.join("2026")).unwrap();
        std::fs::create_dir_all(dir.path().join("calls too/2026")).unwrap();
        std::os::unix::fs::symlink(&calls, &link).unwrap();
        let dotted = dir.path().join("calls/2026/..");
        for chosen in [&calls, &link, &dotted] {
            let folder = folder_at(chosen);
            for base in [&calls, &link, &dotted] {
                assert!(folder.is(base), "{}", base.display());
                let path = base.join("2026/a.mp3");
                assert_eq!(folder.below(&path), Some("2026/a.mp3".into()), "{}", path.display());
                let gone = base.join("2025/may/a.mp3");
                assert_eq!(
                    folder.below(&gone),
                    Some("2025/may/a.mp3".into()),
                    "not there any more"
                );
            }
            assert_eq!(folder.below(&dir.path().join("calls too/2026/a.mp3")), None);
            assert!(!folder.is(&dir.path().join("calls too")) && !folder.is(&calls.join("2026")));
        }
    }

    #[test]
    fn a_folder_that_was_moved_and_left_a_link_behind_has_what_was_saved_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let (before, after) = (dir.path().join("calls"), dir.path().join("large disk/calls"));
        std::fs::create_dir_all(&after).unwrap();
        std::os::unix::fs::symlink(&after, &before).unwrap();
        let saved = before.join("a.mp3");
        assert_eq!(folder_at(&after).below(&saved), Some("a.mp3".into()));
    }
}

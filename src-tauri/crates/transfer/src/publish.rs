//! The last step of a download: from `.part` to its final name, never over another file, durable when it returns.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempPath;
use unicode_normalization::UnicodeNormalization;

use crate::error::{At, Error, Result};
use crate::naming::RelativeName;
use crate::part::SealedPart;

/// How many names (`x`, `x (2)`, …) are tried in one folder before giving up.
const MAX_TWINS: u32 = 100_000;

/// Gives out names in folders, so that no two files get the same one, also not when they differ in case only.
///
/// It lists each folder once and then keeps count itself: listing a folder of 100,000 files for each new file would take
/// longer than the downloads. Use one for a job, or for all jobs that run at the same time, and not for longer: it does
/// not notice when a person deletes files. Another program's files are safe in any case, because the rename never
/// replaces.
#[derive(Debug, Default)]
pub struct Shelf {
    folders: Mutex<HashMap<PathBuf, Names>>,
    /// Of each folder that folders are made in: those in it, by their folded names.
    made: Mutex<HashMap<PathBuf, HashMap<String, OsString>>>,
}

/// The names of one folder, folded.
#[derive(Debug, Default)]
struct Names {
    taken: HashSet<String>,
    /// Where to go on looking for a free number, by the plain name, of names that had to get one. Thousands of files of one
    /// name would otherwise look at every number before theirs.
    free_from: HashMap<String, u32>,
}

impl Shelf {
    /// Moves a part file to `name` below `folder`; see [`SealedPart::publish`]. Can be called from several threads.
    pub fn publish(&self, part: SealedPart, folder: &Path, name: &RelativeName) -> Result<PathBuf> {
        self.publish_announced(part, folder, name, |_| Ok(()))
    }

    /// Likewise, but tells each path before it is tried, so that the caller can write down what the file is about to
    /// be called: after a crash between the two, a file of that name with the part's hash is this one.
    ///
    /// # Errors
    /// Those of the disk, and what `announce` returns; then nothing was moved.
    pub fn publish_announced<E: From<Error>>(
        &self,
        part: SealedPart,
        folder: &Path,
        name: &RelativeName,
        mut announce: impl FnMut(&Path) -> std::result::Result<(), E>,
    ) -> std::result::Result<PathBuf, E> {
        let target = self.make_folders(folder, name)?;
        // Jobs may spell one folder differently, and share its names all the same.
        // Some virtual drives of Windows cannot tell.
        let real = fs::canonicalize(&target).unwrap_or_else(|_| target.clone());
        let mut number = 0;
        loop {
            number = self.claim(&real, name, number + 1)?;
            let path = target.join(name.file_name(number));
            if let Err(error) = announce(&path) {
                self.release(&real, name, number);
                return Err(error);
            }
            match rename_new(&part.path, &path) {
                Ok(()) => {
                    sync_folder(&target).at(&target)?;
                    return Ok(path);
                }
                // Another program was faster; the name stays claimed, because it is taken.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    self.release(&real, name, number);
                    let path = if part.path.exists() { path } else { part.path };
                    return Err(Error::new(&path, &error).into());
                }
            }
        }
    }

    /// Makes the folders of the name one by one, and forces each new entry to disk: a file is not safe in a folder that is
    /// not. One that differs from a folder that is there in its letters' case or composition only is that folder: on another
    /// system both would be one, and files of the same name in them one file.
    fn make_folders(&self, root: &Path, name: &RelativeName) -> Result<PathBuf> {
        fs::create_dir_all(root).at(root)?;
        let mut parent = root.to_owned();
        for part in name.folder_names() {
            let folder = parent.join(part);
            if folder.is_dir() {
                parent = folder;
                continue;
            }
            // One at a time, so that two that differ in case only are not both the first.
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            if !made.contains_key(&parent) {
                made.insert(parent.clone(), folders_in(&parent)?);
            }
            let alike = made.entry(parent.clone()).or_default();
            let there = alike.get(&folded(part)).map(|name| parent.join(name));
            if let Some(there) = there.filter(|there| there.is_dir()) {
                parent = there;
                continue;
            }
            alike.insert(folded(part), part.into());
            match fs::create_dir(&folder) {
                Ok(()) => sync_folder(&parent).at(&parent)?,
                Err(_) if folder.is_dir() => {}
                Err(error) => return Err(Error::new(&folder, &error)),
            }
            parent = folder;
        }
        Ok(parent)
    }

    /// Takes the first free name from `number` on.
    fn claim(&self, folder: &Path, name: &RelativeName, number: u32) -> Result<u32> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains_key(folder) {
            let taken = names_in(folder)?;
            folders.insert(folder.to_owned(), Names { taken, ..Names::default() });
        }
        let names = folders.entry(folder.to_owned()).or_default();
        let plain = folded(&name.file_name(1));
        let from = number.max(names.free_from.get(&plain).copied().unwrap_or(1));
        let free = (from..=MAX_TWINS).find(|n| names.taken.insert(folded(&name.file_name(*n))));
        if let Some(number) = free.filter(|number| *number > 1) {
            names.free_from.insert(plain, number + 1);
        }
        free.ok_or_else(|| Error::NotWritable {
            path: folder.join(name.file_name(1)),
            reason: format!("{MAX_TWINS} files of this name are there already"),
        })
    }

    fn release(&self, folder: &Path, name: &RelativeName, number: u32) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = folders.get_mut(folder) {
            names.taken.remove(&folded(&name.file_name(number)));
            if let Some(from) = names.free_from.get_mut(&folded(&name.file_name(1))) {
                *from = number.min(*from);
            }
        }
    }
}

/// The folders in a folder, by their folded names.
fn folders_in(folder: &Path) -> Result<HashMap<String, OsString>> {
    let mut found = HashMap::new();
    for entry in fs::read_dir(folder).at(folder)? {
        let entry = entry.at(folder)?;
        let name = entry.file_name();
        if entry.path().is_dir() {
            found.insert(folded(&name.to_string_lossy()), name);
        }
    }
    Ok(found)
}

/// The names in a folder, folded, so that a copy of the folder on another system does not lose one of two twins.
fn names_in(folder: &Path) -> Result<HashSet<String>> {
    let mut names = HashSet::new();
    for entry in fs::read_dir(folder).at(folder)? {
        names.insert(folded(&entry.at(folder)?.file_name().to_string_lossy()));
    }
    Ok(names)
}

/// A name as a case-insensitive, normalising file system compares it.
fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// Renames, but never over an existing file. Atomic where the file system can do it (`RENAME_NOREPLACE`, a hard link,
/// `MoveFileEx`).
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let result = retried(|| {
        let mut part = TempPath::try_from_path(from)?;
        part.disable_cleanup(true);
        part.persist_noclobber(to).map_err(|failed| failed.error)
    });
    match result {
        // exFAT on macOS knows neither an exclusive rename nor hard links, and says so in one of these ways.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported)
                || (cfg!(unix) && error.kind() == io::ErrorKind::PermissionDenied) =>
        {
            rename_over_placeholder(from, to)
        }
        other => other,
    }
}

/// Claims the name with an empty file that only one program can make, then renames over it. A crash between the two
/// leaves an empty file, which is why this is the last resort.
fn rename_over_placeholder(from: &Path, to: &Path) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).open(to)?;
    let renamed = retried(|| fs::rename(from, to));
    if renamed.is_err() {
        // The name is ours and empty: it must not be taken for a download. If even this fails there is nothing better to
        // do, and the rename's own error says why.
        let _ = fs::remove_file(to);
    }
    renamed
}

/// On Windows a virus scanner or indexer that has just opened the file makes the rename fail for some milliseconds with
/// "access denied" (5) or "sharing violation" (32).
#[cfg(windows)]
fn retried(mut step: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    use std::time::Duration;
    for wait_ms in [10, 25, 50, 100, 250, 500] {
        match step() {
            Err(error) if matches!(error.raw_os_error(), Some(5 | 32)) => {
                std::thread::sleep(Duration::from_millis(wait_ms));
            }
            other => return other,
        }
    }
    step()
}

#[cfg(not(windows))]
fn retried(mut step: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    step()
}

/// Forces a file's bytes to disk. File systems that cannot (some network and FUSE mounts) are not an error: they keep what
/// was written as safely as they keep anything, and every byte is proven by its hash.
pub(crate) fn sync_file(file: &fs::File) -> io::Result<()> {
    match file.sync_all() {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Forces a folder's entries to disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    sync_file(&fs::File::open(folder)?)
}

/// Windows keeps directory entries in its own journal, and does not let a folder be opened as a file.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_resort_never_replaces_either() {
        let folder = tempfile::tempdir().unwrap();
        let (part, old) = (folder.path().join("p.part"), folder.path().join("old.mp3"));
        fs::write(&part, b"new").unwrap();
        fs::write(&old, b"old").unwrap();
        let refused = rename_over_placeholder(&part, &old).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&old).unwrap(), b"old");
        let free = folder.path().join("free.mp3");
        rename_over_placeholder(&part, &free).unwrap();
        assert_eq!(fs::read(&free).unwrap(), b"new");
        assert!(!part.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_cannot_be_forced_to_a_disk_is_no_error() {
        let file = fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
        assert!(file.sync_all().is_err());
        sync_file(&file).unwrap();
    }

    #[test]
    fn the_last_resort_leaves_no_empty_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("x.mp3");
        rename_over_placeholder(&folder.path().join("absent.part"), &to).unwrap_err();
        assert!(!to.exists());
    }
}

//! Which files of a folder are worth a look.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::folders::Folders;

/// Folders inside folders are followed so deep.
const MOST_DEPTH: usize = 32;
/// What a recording is called at its end.
pub(super) const AUDIO: [&str; 9] =
    ["mp3", "wav", "wave", "ogg", "oga", "opus", "flac", "m4a", "mp4"];

/// What is asked of folders that may not answer, on a thread that may wait. All of it ends when a person stops the adoption,
/// with [`Error::Cancelled`], or when a folder does not answer, with [`transfer::Error::Silent`] and its name.
#[derive(Clone, Copy)]
pub(super) struct Disks<'a> {
    pub(super) folders: &'a Folders,
    pub(super) stop: &'a CancellationToken,
}

impl Disks<'_> {
    /// Asks what takes no time where the folder answers at all.
    pub(super) fn ask<T: Send + 'static>(
        self,
        folder: &Path,
        question: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.folders.ask_here(folder, question)
    }

    /// Size and hash of a file.
    pub(super) fn hash(self, path: &Path) -> Result<(u64, String)> {
        let hashed = self.folders.hash_here(path, |_| !self.stop.is_cancelled())?;
        hashed.ok_or(Error::Cancelled)
    }

    /// Reads for as long as the folder answers. Who stops does not wait for the end of it.
    pub(super) fn read<T: Send + 'static>(
        self,
        folder: &Path,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let work = self.folders.site(folder).work(work);
        tokio::runtime::Handle::current().block_on(async {
            tokio::select! {
                done = work => done,
                () = self.stop.cancelled() => Err(Error::Cancelled),
            }
        })
    }

    /// Writes for as long as the folder answers. Nobody goes on before that has ended: it would be in their way.
    pub(super) fn write<T: Send + 'static>(
        self,
        folder: &Path,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::runtime::Handle::current().block_on(self.folders.site(folder).work(work))
    }

    /// Likewise what is read `from` one folder and written to the other.
    pub(super) fn write_from<T: Send + 'static>(
        self,
        from: &Path,
        folder: &Path,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let runtime = tokio::runtime::Handle::current();
        let (folders, folder) = (self.folders.clone(), folder.to_owned());
        self.write(from, move || runtime.block_on(folders.site(&folder).work(work)))
    }
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Audio and archives below a folder, by path. Links are not followed, hidden files are not looked at.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((place, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&place).map_err(|source| Error::file(&place, &source));
        let entries = match entries {
            Ok(entries) => entries,
            // One folder that may not be read is no reason to leave out the others.
            Err(_) if depth > 0 => continue,
            Err(error) => return Err(error),
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() && depth < MOST_DEPTH {
                folders.push((path, depth + 1));
            } else if kind.is_file()
                && (has_extension(&path, &AUDIO) || has_extension(&path, &["zip"]))
            {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

pub(super) fn has_extension(path: &Path, among: &[&str]) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| among.iter().any(|one| extension.eq_ignore_ascii_case(one)))
}

/// Whether another file system may have been mounted on this folder back then, and is not now: it is empty, and nothing has
/// come or gone in it since. What is taken out of a folder changes the folder's time; an unplugged disk does not.
pub(crate) fn could_be_mounted_on(folder: &Path, then: Timestamp) -> bool {
    if folder.parent().is_some_and(|above| transfer::disk_of(above) != transfer::disk_of(folder)) {
        // Something is mounted there now.
        return false;
    }
    let is_empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let changed = std::fs::metadata(folder).and_then(|found| found.modified());
    let changed = changed.ok().and_then(|changed| Timestamp::try_from(changed).ok());
    is_empty && changed.is_some_and(|changed| changed < then)
}

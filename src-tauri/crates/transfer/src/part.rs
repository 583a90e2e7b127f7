//! A file while it is being received: it has a name ending in `.part`, and its SHA-256 grows with it.
//!
//! The name is hidden and derived from the job, so that a restart finds it again and a person sees no half files. What
//! was on disk before a crash is hashed again when the file is opened: nothing remembered is believed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

use crate::disk::{hash_rest, hex};
use crate::error::{At, Error, Result};
use crate::naming::RelativeName;
use crate::publish::{Shelf, sync_file};

/// So much of a file has come before it is worth forcing that to the disk on the way.
const AHEAD_BYTES: u64 = 64 * 1024 * 1024;

/// Where a job receives one of its items: `<folder>/.tapeshelf-<job>-<position>.part`. It lies in the destination
/// folder, so that the final rename stays on one disk.
pub fn part_path(folder: &Path, job_id: &str, position: u32) -> PathBuf {
    let job: String =
        job_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    folder.join(format!(".tapeshelf-{job}-{position}.part"))
}

/// A file being received. Writes append; [`PartFile::len`] and the hash always describe what is on disk.
#[derive(Debug)]
pub struct PartFile {
    path: PathBuf,
    file: File,
    size_bytes: u64,
    hasher: Sha256,
    ahead: Ahead,
    /// Set when a write failed and the file could not be cut back: hash and file may differ from then on.
    broken: bool,
}

impl PartFile {
    /// Opens or makes the file, and its folder with parents. What an earlier attempt left there is kept and hashed again:
    /// [`PartFile::len`] says how much that is, so it may take a while for a large file.
    pub fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).at(folder)?;
        }
        // Another program may have put a link or a pipe here; writing through it could hit any file.
        match fs::symlink_metadata(path) {
            Ok(found) if !found.is_file() => {
                return Err(Error::NotWritable {
                    path: path.to_owned(),
                    reason: String::from("something that is not a plain file has this name"),
                });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::new(path, &error)),
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .at(path)?;
        let (size_bytes, hasher) = hash_rest(&mut file).at(path)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            size_bytes,
            hasher,
            ahead: Ahead::from(size_bytes),
            broken: false,
        })
    }

    /// Bytes on disk.
    #[expect(clippy::len_without_is_empty, reason = "a length in bytes, not a collection")]
    pub fn len(&self) -> u64 {
        self.size_bytes
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Drops everything received so far: the server sent the whole file again instead of the rest.
    pub fn restart(&mut self) -> Result<()> {
        self.cut(0).at(&self.path)?;
        self.forget();
        self.broken = false;
        Ok(())
    }

    /// Appends. If this fails, the file is cut back to what it held before, so that a retry after the disk has room
    /// again goes on without a gap or a repetition.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.broken {
            return Err(Error::Io {
                path: self.path.clone(),
                reason: String::from("an earlier write failed half-way; open the file again"),
            });
        }
        if let Err(error) = self.file.write_all(bytes) {
            self.broken = self.cut(self.size_bytes).is_err();
            return Err(Error::new(&self.path, &error));
        }
        self.hasher.update(bytes);
        self.size_bytes += bytes.len() as u64;
        let forced = self.ahead.keep_up(&self.file, self.size_bytes);
        forced.map_err(|error| self.lose(&error))
    }

    /// Ends receiving: everything is forced to the disk, and size and hash are final.
    ///
    /// # Errors
    /// Those of the disk. When the bytes could not be forced there, the file is gone: it has to be received anew.
    pub fn seal(mut self) -> Result<SealedPart> {
        self.file.flush().at(&self.path)?;
        let forced = self.ahead.end().and_then(|()| sync_file(&self.file));
        forced.map_err(|error| self.lose(&error))?;
        Ok(SealedPart { path: self.path, size_bytes: self.size_bytes, sha256: hex(self.hasher) })
    }

    /// Removes the file.
    pub fn discard(self) -> Result<()> {
        let Self { path, file, ahead, .. } = self;
        // Windows removes a file when the last one has closed it.
        drop(ahead);
        drop(file);
        remove(&path)
    }

    /// The bytes could not be forced to the disk. A system says so once: what it still has in memory then reads as if it were
    /// on the disk, and forcing it there again succeeds. So the next attempt would prove, and name, bytes that the disk never
    /// got.
    fn lose(&mut self, error: &io::Error) -> Error {
        // Either is enough. A disk that lets neither be done lets nothing be named either.
        let _ = self.cut(0);
        let _ = remove(&self.path);
        self.broken = true;
        self.forget();
        Error::new(&self.path, error)
    }

    fn forget(&mut self) {
        self.size_bytes = 0;
        self.hasher = Sha256::new();
        self.ahead.at = 0;
    }

    fn cut(&mut self, size_bytes: u64) -> io::Result<()> {
        self.file.set_len(size_bytes)?;
        self.file.seek(SeekFrom::Start(size_bytes)).map(|_| ())
    }
}

/// Forces the bytes of a large file to the disk while more of them arrive, so that its end does not wait for all of it.
#[derive(Debug)]
struct Ahead {
    /// Up to where that was begun.
    at: u64,
    under_way: Option<(File, JoinHandle<io::Result<()>>)>,
}

impl Ahead {
    fn from(size_bytes: u64) -> Self {
        Self { at: size_bytes, under_way: None }
    }

    /// Begins to force what there is of the file, if that is worth it and the last time has ended.
    ///
    /// # Errors
    /// Of the last time.
    fn keep_up(&mut self, file: &File, size_bytes: u64) -> io::Result<()> {
        let is_busy = |(_, thread): &(File, JoinHandle<_>)| !thread.is_finished();
        if size_bytes.saturating_sub(self.at) < AHEAD_BYTES
            || self.under_way.as_ref().is_some_and(is_busy)
        {
            return Ok(());
        }
        self.end()?;
        self.at = size_bytes;
        let (kept, forced) = (file.try_clone()?, file.try_clone()?);
        // Without a thread to spare, all of it is forced at the end.
        if let Ok(thread) = thread::Builder::new().spawn(move || sync_file(&forced)) {
            self.under_way = Some((kept, thread));
        }
        Ok(())
    }

    /// Waits for what is under way.
    fn end(&mut self) -> io::Result<()> {
        self.under_way.take().map_or(Ok(()), |(_, thread)| joined(thread))
    }
}

fn joined(thread: JoinHandle<io::Result<()>>) -> io::Result<()> {
    let stopped = || io::Error::other("forcing a file to the disk stopped");
    thread.join().unwrap_or_else(|_| Err(stopped()))
}

/// Nobody else will be told that bytes were lost, and a later attempt must not go on behind them.
impl Drop for Ahead {
    fn drop(&mut self) {
        let Some((file, thread)) = self.under_way.take() else { return };
        if joined(thread).is_err() {
            let _ = file.set_len(0);
        }
    }
}

/// A file that was received to its end, is safe on disk, and still has its `.part` name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub size_bytes: u64,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
}

impl SealedPart {
    /// Gives the file its final name below `folder` and returns the path it got. A file that is already there is never
    /// replaced, also not one whose name differs only in case: the new one becomes `name (2)`. When this returns, the name
    /// itself is on disk. On an error the part file keeps its name and can be opened again.
    ///
    /// This lists the folder each time; for many files use one [`Shelf`].
    pub fn publish(self, folder: &Path, name: &RelativeName) -> Result<PathBuf> {
        Shelf::default().publish(self, folder, name)
    }

    /// Gives the file a time of change; the final name keeps it. File systems that cannot hold it leave it as it is.
    pub fn set_changed_at(&self, at: std::time::SystemTime) -> Result<()> {
        let file = OpenOptions::new().write(true).open(&self.path).at(&self.path)?;
        match file.set_modified(at) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(Error::new(&self.path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Removes the file.
    pub fn discard(self) -> Result<()> {
        remove(&self.path)
    }
}

/// Removes a part file; one that is gone already is fine.
fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::new(path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> JoinHandle<io::Result<()>> {
        thread::spawn(|| Err(io::Error::other("lost")))
    }

    fn with_bytes(folder: &Path, size_bytes: usize) -> PartFile {
        let mut part = PartFile::open(&folder.join("x.part")).unwrap();
        part.write(&vec![7; size_bytes]).unwrap();
        part
    }

    #[test]
    fn bytes_that_were_lost_on_the_way_are_lost_to_every_later_attempt() {
        let folder = tempfile::tempdir().unwrap();
        let dies = || {
            let mut part = with_bytes(folder.path(), 100);
            part.ahead.under_way = Some((part.file.try_clone().unwrap(), lost()));
            part
        };
        // At the end, while more comes, and when nothing more comes.
        let path = dies().path;
        assert_eq!(fs::metadata(&path).unwrap().len(), 0, "also where nobody asks what came of it");
        assert!(dies().seal().is_err());
        assert!(!path.exists());
        let mut part = dies();
        while !part.ahead.under_way.as_ref().unwrap().1.is_finished() {
            thread::yield_now();
        }
        let more = usize::try_from(AHEAD_BYTES).unwrap();
        assert!(part.write(&vec![7; more]).is_err());
        assert_eq!((part.len(), path.exists()), (0, false));
        assert!(part.write(b"more").is_err(), "it has to be opened again");
    }

    #[test]
    fn a_large_file_is_forced_on_the_way_and_hashes_as_any() {
        let folder = tempfile::tempdir().unwrap();
        let step = usize::try_from(AHEAD_BYTES).unwrap() / 2 + 1;
        let mut part = with_bytes(folder.path(), step);
        assert!(part.ahead.under_way.is_none(), "not yet");
        part.write(&vec![7; step]).unwrap();
        assert!(part.ahead.under_way.is_some());
        part.write(&vec![7; step]).unwrap();
        let sealed = part.seal().unwrap();
        assert_eq!(sealed.size_bytes, 3 * step as u64);
        assert_eq!(sealed.sha256, hex(Sha256::new_with_prefix(vec![7; 3 * step])));
    }
}

//! A file while it is being received: it has a name ending in `.part`, and its SHA-256 grows with it.
//!
//! The name is hidden and derived from the job, so that a restart finds it again and a person sees no half files. What
//! was on disk before a crash is hashed again when the file is opened: nothing remembered is believed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::disk::{hash_rest, hex};
use crate::error::{At, Error, Result};
use crate::naming::RelativeName;
use crate::publish::{Shelf, sync_file};

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
        Ok(Self { path: path.to_owned(), file, size_bytes, hasher, broken: false })
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
        self.size_bytes = 0;
        self.hasher = Sha256::new();
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
        Ok(())
    }

    /// Ends receiving: everything is forced to the disk, and size and hash are final.
    ///
    /// # Errors
    /// Those of the disk. When the bytes could not be forced there, the file is gone: it has to be received anew.
    pub fn seal(mut self) -> Result<SealedPart> {
        self.file.flush().at(&self.path)?;
        if let Err(error) = sync_file(&self.file) {
            // A system says so once. What it still has in memory then reads as if it were on the disk, and forcing it there
            // again succeeds: the next attempt would prove, and name, bytes that the disk never got.
            let error = Error::new(&self.path, &error);
            // Either is enough. A disk that lets neither be done lets nothing be named either.
            let _ = self.cut(0);
            let _ = self.discard();
            return Err(error);
        }
        Ok(SealedPart { path: self.path, size_bytes: self.size_bytes, sha256: hex(self.hasher) })
    }

    /// Removes the file.
    pub fn discard(self) -> Result<()> {
        let Self { path, file, .. } = self;
        drop(file);
        remove(&path)
    }

    fn cut(&mut self, size_bytes: u64) -> io::Result<()> {
        self.file.set_len(size_bytes)?;
        self.file.seek(SeekFrom::Start(size_bytes)).map(|_| ())
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

//! What a ZIP of a vendor holds, unpacked one file at a time beside where it will stay. Its names are never used as
//! paths, and no file may grow beyond what the archive says of it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;
use transfer::part::{PartFile, SealedPart};
use zip::ZipArchive;

use crate::error::{Error, Result};

/// How much is unpacked at once.
const BLOCK_BYTES: usize = 128 * 1024;
/// No recording is larger; what says it is would fill the disk.
const MOST_BYTES: u64 = 4_000_000_000;
/// No archive of a vendor holds more.
const MOST_ENTRIES: usize = 1_000_000;

/// An open archive.
pub(super) struct Archive {
    path: PathBuf,
    zip: ZipArchive<File>,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|source| Error::file(path, &source))?;
        let zip = ZipArchive::new(file).map_err(|error| unreadable(path, &error))?;
        if zip.len() > MOST_ENTRIES {
            let what = format!("it holds more than {MOST_ENTRIES} files");
            return Err(Error::File { path: path.to_owned(), what });
        }
        Ok(Self { path: path.to_owned(), zip })
    }

    pub(super) fn len(&self) -> usize {
        self.zip.len()
    }

    /// Unpacks one entry into `part`. `None` for a folder.
    ///
    /// # Errors
    /// Those of the archive, of the disk, and [`Error::Cancelled`] once `stop` is; then nothing is left of it.
    pub(super) fn unpack(
        &mut self,
        index: usize,
        part: &Path,
        stop: &CancellationToken,
    ) -> Result<Option<(String, SealedPart)>> {
        let mut entry = self.zip.by_index(index).map_err(|error| unreadable(&self.path, &error))?;
        if entry.is_dir() {
            return Ok(None);
        }
        // A name that is no text is still a file.
        let name =
            entry.name().map_or_else(|_| format!("file {index}"), std::borrow::Cow::into_owned);
        let declared = entry.size();
        let mut file = PartFile::open(part)?;
        file.restart()?;
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            if stop.is_cancelled() {
                file.discard()?;
                return Err(Error::Cancelled);
            }
            let read = match entry.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(source) => {
                    file.discard()?;
                    return Err(Error::File { path: self.path.clone(), what: source.to_string() });
                }
            };
            if file.len() + read as u64 > declared.min(MOST_BYTES) {
                file.discard()?;
                let what = format!("“{name}” is larger than the archive says");
                return Err(Error::File { path: self.path.clone(), what });
            }
            file.write(&block[..read])?;
        }
        Ok(Some((name, file.seal()?)))
    }
}

fn unreadable(path: &Path, error: &zip::result::ZipError) -> Error {
    Error::File { path: path.to_owned(), what: format!("the archive cannot be read: {error}") }
}

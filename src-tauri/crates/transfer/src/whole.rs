//! Files that appear as a whole: another program sees the old one or the new one, never a half.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{At, Error, Result};
use crate::publish::sync_file;

/// A file on its way. It lies beside its target under a name of its own until it is published; dropped before that, it
/// is removed and the target stays as it was.
pub(crate) struct WholeFile {
    file: NamedTempFile,
    target: PathBuf,
    folder: PathBuf,
}

impl WholeFile {
    /// Begins a file that is to be `target`.
    pub(crate) fn begin(target: &Path) -> Result<Self> {
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".tapeshelf-").tempfile_in(folder).at(folder)?;
        Ok(Self { file, target: target.to_owned(), folder: folder.to_owned() })
    }

    /// What is written to.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Where it lies until it is published.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Forces the bytes to disk and gives them the target's name, in place of what had it. Durable when it returns.
    pub(crate) fn publish(self) -> Result<()> {
        let Self { file, target, folder } = self;
        sync_file(file.as_file()).at(&target)?;
        readable_by_others(file.as_file()).at(&target)?;
        file.persist(&target).map_err(|failed| Error::new(&target, &failed.error))?;
        crate::publish::sync_folder(&folder).at(&folder)
    }
}

/// Writes a small file as a whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    let whole = WholeFile::begin(path)?;
    whole.file().write_all(bytes).at(path)?;
    whole.publish()
}

/// Temporary files are private; what they become is as public as any other file of the folder.
#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_others(_file: &File) -> io::Result<()> {
    Ok(())
}

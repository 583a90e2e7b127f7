//! What can go wrong on disk, by meaning.

use std::io;
use std::path::{Path, PathBuf};

/// The result of everything here that touches the disk.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file or folder could not be used. `reason` is the operating system's own sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No space or no quota: the part file is kept, and goes on once there is
    /// room.
    #[error("no room left for {}", path.display())]
    DiskFull {
        /// The file that did not fit.
        path: PathBuf,
    },
    /// The file system does not take files of this size, or the name is longer than it takes: only this file is
    /// concerned.
    #[error("the file system does not take {}: {reason}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// The place exists or should be made, but may not be written: permissions, a read-only disk, a file where a folder
    /// should be.
    #[error("{} cannot be written: {reason}", path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// The file or folder is not there (any more): moved, deleted, or its disk was unplugged.
    #[error("{} is not there", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
    },
    /// The disk of the file or folder does not answer, as a network folder whose server is gone. Nothing here waits with a
    /// deadline, so it is the caller who says this.
    #[error("{} does not answer", path.display())]
    Silent {
        /// The file or folder.
        path: PathBuf,
    },
    /// Anything else: a failing disk, a name the file system refuses.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
}

impl Error {
    /// Sorts an operating system error about `path` by meaning.
    pub(crate) fn new(path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let path = path.to_owned();
        let reason = error.to_string();
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::DiskFull { path },
            Kind::FileTooLarge | Kind::InvalidFilename => Self::Unfit { path, reason },
            Kind::PermissionDenied
            | Kind::ReadOnlyFilesystem
            | Kind::NotADirectory
            | Kind::IsADirectory
            | Kind::AlreadyExists => Self::NotWritable { path, reason },
            Kind::NotFound => Self::Missing { path },
            _ => Self::Io { path, reason },
        }
    }

    /// The path the error is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::DiskFull { path }
            | Self::Unfit { path, .. }
            | Self::NotWritable { path, .. }
            | Self::Missing { path }
            | Self::Silent { path }
            | Self::Io { path, .. } => path,
        }
    }
}

/// Adds the path to an `io::Result`.
pub(crate) trait At<T> {
    /// Sorts the error by meaning, about `path`.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|error| Error::new(path, &error))
    }
}

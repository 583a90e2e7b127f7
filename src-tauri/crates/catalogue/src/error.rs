//! What can go wrong with the index, by meaning.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong with the index, by meaning.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file holds something it cannot hold. The next [`crate::Catalogue::open`] looks closely, and begins a new
    /// index if the damage is real.
    #[error("the index is damaged: {what}")]
    Corrupt {
        /// What was found.
        what: String,
    },
    /// A newer Tapeshelf wrote the file. It was left untouched.
    #[error(
        "the index was written by a newer version of Tapeshelf (format {found}; this one knows {known})"
    )]
    NewerVersion {
        /// Format of the file.
        found: i64,
        /// Newest format this program knows.
        known: i64,
    },
    /// Another program held the index for longer than we wait.
    #[error("another program is using the index")]
    Busy,
    /// The disk of the index is full; nothing of the change was kept.
    #[error("the disk of the index is full")]
    DiskFull,
    /// The folder or file may not be written or read.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// Which.
        path: PathBuf,
    },
    /// No account, recording, job or record of that name.
    #[error("there is no {what} {id} in the index")]
    NotFound {
        /// `account`, `recording`, `job`, …
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A change that the present state does not allow, such as resuming a cancelled job. Nothing was changed.
    #[error("a {what} that is {from} cannot become {to}")]
    WrongState {
        /// `job` or `item`.
        what: &'static str,
        /// State it has.
        from: &'static str,
        /// State it was to get.
        to: &'static str,
    },
    /// A deletion of a recording that is on hold. Nothing was changed.
    #[error("it is on hold for {name}")]
    Held {
        /// What the hold is for.
        name: String,
    },
    /// A path this system cannot express as text.
    #[error("the path {} cannot be stored", path.display())]
    UnstorablePath {
        /// Which.
        path: PathBuf,
    },
    /// The file system refused something else.
    #[error("{} could not be used", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Anything else SQLite says.
    #[error("the index answered with an error")]
    Sqlite(#[from] rusqlite::Error),
}

impl Error {
    /// An input/output error at `path`, by meaning.
    pub(crate) fn from_io(source: std::io::Error, path: &Path) -> Self {
        use std::io::ErrorKind;
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotADirectory
            | ErrorKind::AlreadyExists => Self::NotWritable { path: path.to_owned() },
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    /// Gives an error of SQLite its meaning. `path` is the file it is about.
    pub(crate) fn classified(self, path: &Path) -> Self {
        let Self::Sqlite(source) = self else { return self };
        if is_short_read(&source) {
            return Self::Corrupt { what: source.to_string() };
        }
        match &source {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Corrupt { what: source.to_string() },
            _ => match source.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    Self::Corrupt { what: source.to_string() }
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
                Some(ErrorCode::DiskFull) => Self::DiskFull,
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    Self::NotWritable { path: path.to_owned() }
                }
                _ => Self::Sqlite(source),
            },
        }
    }

    pub(crate) fn not_found(what: &'static str, id: &impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }
}

/// A page that lies beyond the end of the file.
fn is_short_read(source: &rusqlite::Error) -> bool {
    source
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ)
}

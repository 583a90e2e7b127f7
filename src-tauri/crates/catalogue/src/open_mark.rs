//! The mark: a small file beside the index that exists while the index is in use, and says how that went.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

const FILE_NAME: &str = "catalogue.open";

/// How a use goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nothing special. Found at start: the program did not end cleanly.
    Open,
    /// SQLite refused something that it never refuses on a sound file.
    Suspect,
    /// Something unreadable was met.
    Damaged,
}

impl Use {
    fn text(self) -> &'static str {
        match self {
            Self::Open => "open\n",
            Self::Suspect => "suspect\n",
            Self::Damaged => "damaged\n",
        }
    }
}

/// The file.
pub(crate) struct Mark {
    path: PathBuf,
}

impl Mark {
    /// The mark of the index in `dir`.
    pub(crate) fn in_folder(dir: &Path) -> Self {
        Self { path: dir.join(FILE_NAME) }
    }

    /// How the last use went; `None` when it ended cleanly, or never was.
    pub(crate) fn read(&self) -> Option<Use> {
        match fs::read(&self.path) {
            Ok(text) => {
                [Use::Suspect, Use::Damaged].into_iter().find(|word| word.text().as_bytes() == text)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(_) => None,
        }
        .or(Some(Use::Open))
    }

    /// Says how it goes.
    pub(crate) fn set(&self, word: Use) -> Result<()> {
        fs::write(&self.path, word.text()).map_err(|source| Error::from_io(source, &self.path))
    }

    /// Says that the use ended cleanly.
    pub(crate) fn clear(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Error::from_io(error, &self.path))
            }
            _ => Ok(()),
        }
    }
}

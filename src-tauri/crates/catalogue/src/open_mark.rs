//! The mark: a small file beside the index that exists while the index is in use, and says how that went.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
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
    /// A new index is about to take the damaged one's place, which is renamed to `….corrupt-<n>` with this number before.
    Replacing(u32),
}

impl Use {
    fn text(self) -> String {
        match self {
            Self::Open => "open\n".to_owned(),
            Self::Suspect => "suspect\n".to_owned(),
            Self::Damaged => "damaged\n".to_owned(),
            Self::Replacing(number) => format!("replacing {number}\n"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.trim_end() {
            "suspect" => Some(Self::Suspect),
            "damaged" => Some(Self::Damaged),
            other => other.strip_prefix("replacing ")?.parse().ok().map(Self::Replacing),
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
        match fs::read_to_string(&self.path) {
            Ok(text) => Use::read(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(_) => None,
        }
        .or(Some(Use::Open))
    }

    /// Says how it goes.
    pub(crate) fn set(&self, word: Use) -> Result<()> {
        let written = || {
            let mut file = File::create(&self.path)?;
            file.write_all(word.text().as_bytes())?;
            // Names that change after this must not outlive it, also when the power fails.
            if matches!(word, Use::Replacing(_)) {
                file.sync_all()?;
                sync_folder(self.path.parent().unwrap_or(Path::new(".")));
            }
            Ok(())
        };
        written().map_err(|source| Error::from_io(source, &self.path))
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

/// Forces the names in a folder to disk, where the file system can. One that cannot has the order of its names only by chance
/// when the power fails; a start that is refused for it would be refused for ever.
#[cfg(unix)]
pub(crate) fn sync_folder(dir: &Path) {
    if let Err(error) = File::open(dir).and_then(|folder| folder.sync_all()) {
        tracing::warn!(folder = %dir.display(), %error, "names could not be forced to the disk");
    }
}

/// Windows keeps names in its own journal, and does not let a folder be opened as a file.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_dir: &Path) {}

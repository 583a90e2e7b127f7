//! Why a file cannot be decoded.

use std::io;
use std::path::{Path, PathBuf};

use domain::Container;

/// Why a file cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Audio of a kind this program cannot decode.
    #[error("{codec} cannot be played here")]
    Unsupported {
        /// What it is wrapped in.
        container: Container,
        /// The codec's name, or the RIFF format tag (`0x0031`).
        codec: String,
    },
    /// The first bytes are of no audio format that is known here.
    #[error("the file is no known audio format")]
    NotAudio,
    /// The beginning is audio, but the file makes no sense to the decoder.
    #[error("the file is damaged: {reason}")]
    Damaged {
        /// The decoder's complaint.
        reason: String,
    },
    /// The operating system could not read the file.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
}

impl Error {
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged { reason: reason.into() }
    }
}

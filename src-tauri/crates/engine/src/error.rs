//! Why a use case failed, by meaning.

use std::path::{Path, PathBuf};

use domain::AccountId;

use crate::places::PlaceError;

/// Shorthand.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the OS keyring could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyringFailure {
    /// There is none on this machine, or it is not running.
    None,
    /// It is locked and was not unlocked.
    Locked,
    /// Access was denied.
    Denied,
    /// It did not answer in time; often an unlock prompt nobody saw.
    TimedOut,
}

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The vendor's API.
    #[error(transparent)]
    Provider(#[from] providers::Error),
    /// The index.
    #[error(transparent)]
    Catalogue(catalogue::Error),
    /// Writing, reading or naming a file.
    #[error(transparent)]
    Transfer(#[from] transfer::Error),
    /// A file or folder outside a transfer.
    #[error("{path}: {what}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        what: String,
    },
    /// The OS keyring.
    #[error("the keyring cannot be used: {what}")]
    Keyring {
        /// In what way.
        reason: KeyringFailure,
        /// What the keyring said; never a secret.
        what: String,
    },
    /// The account's secret is not at hand.
    #[error("sign in again")]
    SignInNeeded(AccountId),
    /// A bucket that copies are saved in.
    #[error("“{label}” cannot be used: {trouble}")]
    Place {
        /// What a person calls it.
        label: String,
        /// What is the matter.
        trouble: PlaceError,
    },
    /// Input that breaks a rule; nothing was done.
    #[error("{what}")]
    Invalid {
        /// The input to blame, by its name on the wire.
        field: Option<&'static str>,
        /// The rule.
        what: String,
    },
    /// The downloaded bytes are not the recording.
    #[error("{what}")]
    NotAudio {
        /// Why not.
        what: String,
    },
    /// The provider knows the recording, but has no audio file of it yet.
    #[error("The provider has no audio file for this recording yet.")]
    NotReady,
    /// Something asked for by id is not there any more.
    #[error("{what}")]
    Stale {
        /// What.
        what: String,
    },
    /// Stopped by a person or by closing the app.
    #[error("cancelled")]
    Cancelled,
    /// A fault of ours.
    #[error("{what}")]
    Internal {
        /// What went wrong.
        what: String,
    },
}

impl From<catalogue::Error> for Error {
    /// What the index does not have any more is out of date, not broken.
    fn from(error: catalogue::Error) -> Self {
        match error {
            catalogue::Error::NotFound { what, .. } => {
                Self::stale(format!("This {what} is not there any more."))
            }
            other => Self::Catalogue(other),
        }
    }
}

impl Error {
    /// An I/O error on a path.
    pub(crate) fn file(path: &Path, source: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), what: source.to_string() }
    }

    /// Input that breaks a rule.
    pub(crate) fn invalid(field: &'static str, what: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field), what: what.into() }
    }

    /// Something that is not there any more.
    pub(crate) fn stale(what: impl Into<String>) -> Self {
        Self::Stale { what: what.into() }
    }
}

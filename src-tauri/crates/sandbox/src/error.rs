//! Why a sandbox could not start or go on.

use std::path::PathBuf;

/// What can go wrong with the sandbox itself. Faults it plays on purpose are no errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port of 127.0.0.1 could not be opened.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for; 0 means any.
        port: u16,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file that remembers deletions and exports could not be read or written.
    #[error("cannot use the state file {path}: {source}")]
    State {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The bank of sounds inside the program does not fit together.
    #[error("the built-in sounds are damaged: {0}")]
    Assets(String),
    /// A request about a recording that is not there.
    #[error("there is no recording {0:?}")]
    NoSuchRecording(String),
}

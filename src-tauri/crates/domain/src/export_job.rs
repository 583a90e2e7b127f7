//! Export jobs that a vendor runs and that can be watched (VBC). Vobiz's export by e-mail is in [`crate::export`].

use std::fmt;

use jiff::Timestamp;

use crate::ids::VendorJobId;

/// How a job is doing. VBC documents one status word, `complete`, so the others are read by what they contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportJobStatus {
    /// Not finished.
    Running,
    /// The archive can be downloaded.
    Complete,
    /// It will not finish; the vendor's word.
    Failed(String),
    /// A word that says neither.
    Other(String),
}

impl ExportJobStatus {
    /// Whether asking again can bring news.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Running | Self::Other(_))
    }
}

impl fmt::Display for ExportJobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => f.write_str("running"),
            Self::Complete => f.write_str("complete"),
            Self::Failed(word) | Self::Other(word) => f.write_str(word),
        }
    }
}

/// One job as the vendor describes it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportJob {
    /// The vendor's id.
    pub id: VendorJobId,
    /// How it is doing.
    pub status: ExportJobStatus,
    /// Recordings packed so far.
    pub files_completed: Option<u64>,
    /// Recordings it will pack.
    pub files_total: Option<u64>,
    /// Where the archive is; needs the account's token.
    pub download_url: Option<String>,
    /// When the archive goes away.
    pub valid_until: Option<Timestamp>,
}

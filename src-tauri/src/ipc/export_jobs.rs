//! Export jobs (VBC): archives that the vendor packs and this program watches and downloads.

use domain::{ExportJobStatus, ListFilters, RecordingList};
use engine::{ExportJobRow, ReviewedJob};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::IpcError;
use super::exports::filled;

/// What to export, as the wizard has it. Empty text does not narrow.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exportJobs.ts")]
pub struct ExportJobDraft {
    /// Which account.
    pub account_id: String,
    /// `company`, or `users/<id>` (`users/self` for one's own).
    pub list: String,
    /// First moment. Both ends are required: without them a job would pack everything.
    #[ts(type = "number | null")]
    pub from_ms: Option<i64>,
    /// Last moment.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// `inbound`, `outbound`, `intra_pbx` or empty.
    pub direction: String,
    /// Calling number.
    pub caller_id: String,
    /// Number that was called.
    pub dnis: String,
    /// Caller name.
    pub cnam: String,
    /// Extension.
    pub extension: String,
    /// Call id.
    pub call_id: String,
    /// The shortest length in milliseconds.
    #[ts(type = "number | null")]
    pub min_duration_ms: Option<u64>,
    /// The longest length in milliseconds.
    #[ts(type = "number | null")]
    pub max_duration_ms: Option<u64>,
}

/// What the review step shows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exportJobs.ts")]
pub struct ExportJobReview {
    /// Rules the draft breaks, as sentences; empty means it can be sent.
    pub problems: Vec<String>,
    /// Where the request goes.
    pub url: String,
    /// The exact body.
    pub body_json: String,
    /// The same as a curl command, with the token left out.
    pub curl: String,
    /// How many recordings of the index match, by what the index knows.
    pub matching_count: u32,
    /// Their total length.
    #[ts(type = "number")]
    pub matching_duration_ms: u64,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exportJobs.ts")]
pub struct ExportJobView {
    /// Account id.
    pub account_id: String,
    /// The vendor's id of the job.
    pub job_id: String,
    /// `company` or `users/<id>`.
    pub list: String,
    /// How it is doing.
    pub status: ExportJobState,
    /// The vendor's own word for it.
    pub status_word: String,
    /// Recordings packed so far.
    #[ts(type = "number | null")]
    pub files_completed: Option<u64>,
    /// Recordings it will pack.
    #[ts(type = "number | null")]
    pub files_total: Option<u64>,
    /// When the archive goes away.
    #[ts(type = "number | null")]
    pub valid_until_ms: Option<i64>,
    /// When it was asked for from here; `None` for a job made elsewhere.
    #[ts(type = "number | null")]
    pub requested_at_ms: Option<i64>,
    /// The filters it was asked for with; `None` for a job made elsewhere.
    pub body_json: Option<String>,
    /// When the vendor was last asked about it.
    #[ts(type = "number | null")]
    pub checked_at_ms: Option<i64>,
    /// Where its archive was saved.
    pub archive_path: Option<String>,
}

/// How a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exportJobs.ts")]
pub enum ExportJobState {
    /// Not finished.
    Running,
    /// The archive can be downloaded.
    Complete,
    /// It will not finish.
    Failed,
    /// The archive is past its time.
    Expired,
    /// A word of the vendor's that says none of these.
    Other,
}

/// How far the download of an archive is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exportJobs.ts")]
pub struct ArchiveProgress {
    /// Bytes received.
    #[ts(type = "number")]
    pub received_bytes: u64,
    /// Whole size, if known.
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
}

/// A saved archive, after every file in it was read through and agreed with its checksum.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exportJobs.ts")]
pub struct SavedArchive {
    /// Where it is.
    pub path: String,
    /// Size.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Files in it.
    pub files: u32,
}

impl ExportJobDraft {
    /// The list and the filters.
    pub fn read(&self) -> Result<(RecordingList, ListFilters), IpcError> {
        let list = RecordingList::parse(&self.list).ok_or_else(|| IpcError::Invalid {
            field: Some("list".into()),
            what: "Choose whose recordings to export.".into(),
        })?;
        let filters = ListFilters {
            call_id: filled(&self.call_id),
            direction: filled(&self.direction),
            caller_id: filled(&self.caller_id),
            dnis: filled(&self.dnis),
            cnam: filled(&self.cnam),
            extension: filled(&self.extension),
            duration_gte_ms: self.min_duration_ms,
            duration_lte_ms: self.max_duration_ms,
            start_gte: moment(self.from_ms)?,
            start_lte: moment(self.to_ms)?,
            ..ListFilters::default()
        };
        Ok((list, filters))
    }
}

fn moment(ms: Option<i64>) -> Result<Option<Timestamp>, IpcError> {
    ms.map(Timestamp::from_millisecond).transpose().map_err(|_| IpcError::Invalid {
        field: Some("period".into()),
        what: "This is no date that a calendar has.".into(),
    })
}

impl From<ReviewedJob> for ExportJobReview {
    fn from(review: ReviewedJob) -> Self {
        Self {
            problems: review.problems,
            url: review.url,
            body_json: review.body_json,
            curl: review.curl,
            matching_count: review.matching_count,
            matching_duration_ms: review.matching_duration_ms,
        }
    }
}

impl ExportJobView {
    /// A job as it is at `now`, which decides whether its archive is past its time.
    pub fn at(now: Timestamp, row: ExportJobRow) -> Self {
        let job = row.job;
        let expired = job.valid_until.is_some_and(|until| until <= now);
        Self {
            account_id: row.account.to_string(),
            job_id: job.id.to_string(),
            list: row.list.to_string(),
            status: match job.status {
                ExportJobStatus::Complete if expired => ExportJobState::Expired,
                ExportJobStatus::Complete => ExportJobState::Complete,
                ExportJobStatus::Running => ExportJobState::Running,
                ExportJobStatus::Failed(_) => ExportJobState::Failed,
                ExportJobStatus::Other(_) => ExportJobState::Other,
            },
            status_word: job.status.to_string(),
            files_completed: job.files_completed,
            files_total: job.files_total,
            valid_until_ms: job.valid_until.map(Timestamp::as_millisecond),
            requested_at_ms: row.requested_at.map(Timestamp::as_millisecond),
            body_json: row.body_json,
            checked_at_ms: row.checked_at.map(Timestamp::as_millisecond),
            archive_path: row.archive.map(|path| path.display().to_string()),
        }
    }
}

impl From<engine::SavedArchive> for SavedArchive {
    fn from(saved: engine::SavedArchive) -> Self {
        Self {
            path: saved.path.display().to_string(),
            size_bytes: saved.size_bytes,
            sha256: saved.sha256,
            files: saved.files,
        }
    }
}

/// Holds messages back to ten a second.
#[derive(Default)]
pub(crate) struct Pace(std::sync::Mutex<Option<std::time::Instant>>);

impl Pace {
    const BETWEEN: std::time::Duration = std::time::Duration::from_millis(100);

    /// Whether it is time for another message; if so, it counts as sent.
    pub(crate) fn may_tell(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= Self::BETWEEN);
        if due {
            *last = Some(std::time::Instant::now());
        }
        due
    }
}

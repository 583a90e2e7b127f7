//! Downloads.

use engine::{FolderToken, ItemRecord, ItemState, JobState, JobView, PreviewedNames};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::VendorReply;
use super::library::Selection;

/// A folder a person picked in the native dialog. The window gets a token, never a path to hand back.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct ChosenFolder {
    /// Names the folder in `transfers_start`.
    pub token: String,
    /// To show.
    pub path: String,
    /// Free space there.
    #[ts(type = "number | null")]
    pub free_bytes: Option<u64>,
}

/// Asks how files would be named.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct NamePreviewRequest {
    /// The template.
    pub template: String,
    /// The first few rows of this selection are named.
    pub selection: Selection,
}

/// How files would be named.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct NamePreview {
    /// Relative paths of at most five rows; the extension is a guess until the bytes are here.
    pub names: Vec<String>,
    /// What is wrong with the template, if anything.
    pub problem: Option<String>,
    /// The fields a template may use, with what they are for.
    pub fields: Vec<TemplateField>,
}

/// One `{field}` of a name template.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct TemplateField {
    /// Name, without braces.
    pub name: String,
    /// What it stands for.
    pub meaning: String,
}

/// Starts a download job.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct StartTransfer {
    /// Which recordings.
    pub selection: Selection,
    /// Where: a token of `transfers_choose_folder` or `transfers_last_folder`.
    pub folder_token: String,
    /// How files are named.
    pub template: String,
}

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub enum JobStateName {
    /// Waiting or moving bytes.
    Running,
    /// Stopped by a person or by a full disk, an unreachable folder or a missing sign-in; goes on when told to.
    Paused,
    /// Every item ended.
    Finished,
    /// Stopped for good by a person.
    Cancelled,
}

/// One download job.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct TransferJob {
    /// Job id.
    pub id: String,
    /// State.
    pub state: JobStateName,
    /// Where the files go.
    pub folder: String,
    /// When it was asked for.
    #[ts(type = "number")]
    pub created_at_ms: i64,
    /// When it ended.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// Items.
    pub total: u32,
    /// Ended as verified or remarked.
    pub saved: u32,
    /// Of those, with a remark.
    pub remarked: u32,
    /// Were there already.
    pub skipped: u32,
    /// Ended as failed.
    pub failed: u32,
    /// Bytes received so far.
    #[ts(type = "number")]
    pub received_bytes: u64,
    /// Known bytes of the whole job; null when unknown.
    #[ts(type = "number | null")]
    pub expected_bytes: Option<u64>,
    /// Bytes a second over the last few seconds, while running.
    #[ts(type = "number | null")]
    pub bytes_per_s: Option<u64>,
    /// One sentence why it is slow or stands still, if it does.
    pub note: Option<String>,
}

/// State of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub enum ItemStateName {
    /// Not begun.
    Queued,
    /// Bytes are coming.
    Receiving,
    /// All bytes are here and are being checked.
    Verifying,
    /// Saved and proven whole.
    Verified,
    /// Saved, with a remark.
    Remarked,
    /// A verified copy was there already.
    Skipped,
    /// Could not be saved.
    Failed,
    /// Not saved because the job was cancelled.
    Cancelled,
}

/// One file of a job.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct TransferItem {
    /// Position in the job, from 0.
    pub position: u32,
    /// The recording.
    pub key: u32,
    /// State.
    pub state: ItemStateName,
    /// File name (relative to the folder), once known.
    pub name: Option<String>,
    /// Bytes received.
    #[ts(type = "number")]
    pub received_bytes: u64,
    /// Size, if known.
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    /// Why it failed or what is remarkable, as a sentence.
    pub note: Option<String>,
    /// The vendor's words for it.
    pub reply: Option<VendorReply>,
}

impl From<FolderToken> for ChosenFolder {
    fn from(folder: FolderToken) -> Self {
        Self {
            token: folder.token,
            path: folder.path.display().to_string(),
            free_bytes: folder.free_bytes,
        }
    }
}

impl From<PreviewedNames> for NamePreview {
    fn from(preview: PreviewedNames) -> Self {
        Self {
            names: preview.names,
            problem: preview.problem,
            fields: preview
                .fields
                .iter()
                .map(|field| TemplateField {
                    name: field.name.into(),
                    meaning: field.meaning.into(),
                })
                .collect(),
        }
    }
}

impl From<JobView> for TransferJob {
    fn from(job: JobView) -> Self {
        let record = job.record;
        let tally = record.tally;
        Self {
            id: record.id.to_string(),
            state: match record.state {
                JobState::Running => JobStateName::Running,
                JobState::Paused => JobStateName::Paused,
                JobState::Finished => JobStateName::Finished,
                JobState::Cancelled => JobStateName::Cancelled,
            },
            folder: record.folder.display().to_string(),
            created_at_ms: record.created_at.as_millisecond(),
            ended_at_ms: record.ended_at.map(jiff::Timestamp::as_millisecond),
            total: tally.total,
            saved: tally.verified + tally.remarked,
            remarked: tally.remarked,
            skipped: tally.skipped,
            failed: tally.failed,
            received_bytes: job.received_bytes,
            expected_bytes: tally.expected_bytes,
            bytes_per_s: job.bytes_per_s,
            note: record.note,
        }
    }
}

impl From<ItemRecord> for TransferItem {
    fn from(item: ItemRecord) -> Self {
        Self {
            position: item.position,
            key: item.key.0,
            state: match item.state {
                ItemState::Queued => ItemStateName::Queued,
                ItemState::Receiving => ItemStateName::Receiving,
                ItemState::Verifying => ItemStateName::Verifying,
                ItemState::Verified => ItemStateName::Verified,
                ItemState::Remarked => ItemStateName::Remarked,
                ItemState::Skipped => ItemStateName::Skipped,
                ItemState::Failed => ItemStateName::Failed,
                ItemState::Cancelled => ItemStateName::Cancelled,
            },
            name: item.name,
            received_bytes: item.received_bytes,
            total_bytes: item.total_bytes,
            note: item.note,
            reply: item.reply_json.and_then(|json| serde_json::from_str(&json).ok()),
        }
    }
}

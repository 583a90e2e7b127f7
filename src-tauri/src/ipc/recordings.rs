//! A recording: its row in the table, everything known about it, the copy on this computer.

use domain::{CopyState, phone};
use engine::{Detail, RowRecord};
use jiff::Timestamp;
use serde::Serialize;
use ts_rs::TS;

use super::annotations::HoldView;
use super::copies::CheckResultName;

/// One row of the table. `library_window` returns an array of these as raw JSON bytes.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the recording")]
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct Row {
    /// The row's key.
    pub key: u32,
    /// Account.
    pub account_id: String,
    /// The vendor's recording id.
    pub recording_id: String,
    /// Start (or storage) instant.
    #[ts(type = "number | null")]
    pub at_ms: Option<i64>,
    /// True when `at_ms` is an estimate.
    pub at_is_estimated: bool,
    /// Calling party, grouped for reading.
    pub from: String,
    /// Called party, grouped for reading.
    pub to: String,
    /// Conference name, if any.
    pub conference_name: Option<String>,
    /// Length.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// Type, free text.
    pub kind: Option<String>,
    /// Claimed format.
    pub format: Option<String>,
    /// Size, as the vendor says or as saved.
    #[ts(type = "number | null")]
    pub size_bytes: Option<u64>,
    /// State of our copy.
    pub state: CopyStateName,
    /// True when the provider does not have it any more.
    pub gone: bool,
    /// Calling party as the vendor wrote it.
    pub from_raw: Option<String>,
    /// Called party as the vendor wrote it.
    pub to_raw: Option<String>,
    /// Country of the calling number, two letters (`IN`), if it is an international number.
    pub from_country: Option<String>,
    /// Country of the called number.
    pub to_country: Option<String>,
    /// `inbound`, `outbound`, `intra_pbx`, or the vendor's own word.
    pub direction: Option<String>,
    /// Caller name.
    pub caller_name: Option<String>,
    /// Extensions that took part.
    pub extensions: Vec<String>,
    /// Call UUID.
    pub call_uuid: Option<String>,
    /// Stored at the vendor.
    #[ts(type = "number | null")]
    pub added_at_ms: Option<i64>,
    /// End of the recording.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// Billed length in seconds.
    #[ts(type = "number | null")]
    pub billed_s: Option<u64>,
    /// Days in storage when last read.
    #[ts(type = "number | null")]
    pub storage_days: Option<i64>,
    /// Price of storage, as the vendor says it.
    pub storage_rate: Option<f64>,
    /// Price a month, no currency known.
    pub monthly_cost: Option<f64>,
    /// First time the index saw it.
    #[ts(type = "number")]
    pub first_seen_ms: i64,
    /// When our copy was verified.
    #[ts(type = "number | null")]
    pub verified_at_ms: Option<i64>,
    /// True when we deleted it.
    pub deleted_by_us: bool,
    /// Starred.
    pub starred: bool,
    /// Tags, in alphabetical order.
    pub tags: Vec<String>,
    /// The note.
    pub note: Option<String>,
    /// What it is on hold for.
    pub hold: Option<String>,
    /// Ids of the vendor's recording rules.
    pub rule_ids: Vec<String>,
    /// The vendor's file name.
    pub file_name: Option<String>,
    /// Where the vendor says the audio is: may have expired. Untrusted text.
    pub media_url: Option<String>,
}

/// State of our copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub enum CopyStateName {
    /// No copy.
    NotSaved,
    /// On its way.
    Moving,
    /// Saved and proven whole.
    Verified,
    /// Saved, with a remark.
    Remarked,
    /// The last attempt failed.
    Failed,
}

/// Everything known about one recording.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct RecordingDetail {
    /// The row.
    pub row: Row,
    /// Account label.
    pub account_label: String,
    /// Call UUID.
    pub call_uuid: Option<String>,
    /// Calling party as the vendor wrote it.
    pub from_raw: Option<String>,
    /// Called party as the vendor wrote it.
    pub to_raw: Option<String>,
    /// Stored at the vendor.
    #[ts(type = "number | null")]
    pub added_at_ms: Option<i64>,
    /// End of the recording.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// Billed length in seconds.
    #[ts(type = "number | null")]
    pub billed_s: Option<u64>,
    /// Days in storage when last read.
    #[ts(type = "number | null")]
    pub storage_days: Option<i64>,
    /// Price a month, no currency known.
    pub monthly_cost: Option<f64>,
    /// First time the index saw it.
    #[ts(type = "number")]
    pub first_seen_ms: i64,
    /// Other recordings of the same call.
    pub same_call: Vec<Row>,
    /// The newest other recordings with one of the same numbers, at most twenty.
    pub same_number: Vec<Row>,
    /// How many there are of them.
    pub same_number_count: u32,
    /// The query that finds those, to be searched for.
    pub same_number_query: Option<String>,
    /// Since when the vendor does not have it any more.
    #[ts(type = "number | null")]
    pub gone_at_ms: Option<i64>,
    /// The hold in full.
    pub hold: Option<HoldView>,
    /// Our best copy: a whole one before others, one on this computer before one in a bucket, the newest of those.
    pub copy: Option<SavedCopy>,
    /// The other copies, best first.
    pub other_copies: Vec<SavedCopy>,
    /// Why the last attempt to save it failed.
    pub last_failure: Option<String>,
    /// The vendor's JSON, pretty-printed. Untrusted text.
    pub raw_json: String,
}

/// A copy on this computer or in a bucket.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SavedCopy {
    /// Where it is: a path, or the key in the bucket.
    pub path: String,
    /// The bucket; null for a file on this computer.
    pub place_id: Option<String>,
    /// Size.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// When it was verified.
    #[ts(type = "number")]
    pub verified_at_ms: i64,
    /// `mp3 · 8 kHz · mono · 12:08`, by content.
    pub evidence: String,
    /// What deserves a look, as sentences.
    pub remarks: Vec<String>,
    /// When a check could last tell what it is; null when none ever could.
    #[ts(type = "number | null")]
    pub checked_at_ms: Option<i64>,
    /// What it was then.
    pub check_result: Option<CheckResultName>,
}

impl From<CopyState> for CopyStateName {
    fn from(state: CopyState) -> Self {
        match state {
            CopyState::NotSaved => Self::NotSaved,
            CopyState::Moving => Self::Moving,
            CopyState::Verified => Self::Verified,
            CopyState::Remarked => Self::Remarked,
            CopyState::Failed => Self::Failed,
        }
    }
}

impl From<RowRecord> for Row {
    fn from(row: RowRecord) -> Self {
        let [from, to] = [&row.from, &row.to].map(|party| party.as_deref().map(phone::read));
        let country = |party: &Option<phone::Reading>| {
            party.as_ref().and_then(|party| party.country).map(str::to_owned)
        };
        Self {
            key: row.key.0,
            account_id: row.account.to_string(),
            recording_id: row.recording_id.to_string(),
            at_ms: row.at.map(Timestamp::as_millisecond),
            at_is_estimated: row.at_is_estimated,
            conference_name: row.conference_name,
            duration_ms: row.duration_ms,
            kind: row.kind,
            format: row.format,
            size_bytes: row.size_bytes,
            state: row.state.into(),
            gone: row.gone,
            from_country: country(&from),
            to_country: country(&to),
            from: from.map(|party| party.text).unwrap_or_default(),
            to: to.map(|party| party.text).unwrap_or_default(),
            from_raw: row.from,
            to_raw: row.to,
            direction: row.direction,
            caller_name: row.caller_name,
            extensions: row.extensions,
            call_uuid: row.call_uuid.map(|id| id.to_string()),
            added_at_ms: row.added_at.map(Timestamp::as_millisecond),
            ended_at_ms: row.ended_at.map(Timestamp::as_millisecond),
            billed_s: row.billed_s,
            storage_days: row.storage_days,
            storage_rate: row.storage_rate,
            monthly_cost: row.monthly_cost,
            first_seen_ms: row.first_seen.as_millisecond(),
            verified_at_ms: row.verified_at.map(Timestamp::as_millisecond),
            deleted_by_us: row.deleted_by_us,
            starred: row.annotations.starred,
            tags: row.annotations.tags,
            note: row.annotations.note,
            hold: row.annotations.hold.map(|hold| hold.name),
            rule_ids: row.rule_ids,
            file_name: row.file_name,
            media_url: row.media_url,
        }
    }
}

impl From<Detail> for RecordingDetail {
    fn from(detail: Detail) -> Self {
        let stored = detail.stored;
        let recording = stored.recording;
        let raw_json = serde_json::from_str::<serde_json::Value>(&recording.raw)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or(recording.raw);
        Self {
            row: detail.row.into(),
            account_label: detail.account_label,
            call_uuid: recording.call_uuid.map(|id| id.to_string()),
            from_raw: recording.from,
            to_raw: recording.to,
            added_at_ms: recording.added_at.map(Timestamp::as_millisecond),
            ended_at_ms: recording.ended_at.map(Timestamp::as_millisecond),
            billed_s: recording.billed_s,
            storage_days: recording.storage_days,
            monthly_cost: recording.monthly_cost,
            first_seen_ms: stored.first_seen.as_millisecond(),
            same_call: detail.same_call.into_iter().map(Row::from).collect(),
            same_number: detail.same_number.into_iter().map(Row::from).collect(),
            same_number_count: detail.same_number_count,
            same_number_query: detail.same_number_query,
            gone_at_ms: stored.gone_at.map(Timestamp::as_millisecond),
            hold: stored.annotations.hold.map(HoldView::from),
            copy: stored.copy.map(SavedCopy::from),
            other_copies: stored.other_copies.into_iter().map(SavedCopy::from).collect(),
            last_failure: stored.last_failure,
            raw_json,
        }
    }
}

impl From<engine::CopyRecord> for SavedCopy {
    fn from(copy: engine::CopyRecord) -> Self {
        Self {
            path: copy.path.display().to_string(),
            place_id: copy.place.map(|place| place.to_string()),
            size_bytes: copy.size_bytes,
            sha256: copy.sha256,
            verified_at_ms: copy.verified_at.as_millisecond(),
            evidence: copy.evidence,
            remarks: copy.remarks,
            checked_at_ms: copy.checked.map(|check| check.at.as_millisecond()),
            check_result: copy.checked.map(|check| check.found.into()),
        }
    }
}

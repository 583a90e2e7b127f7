//! The table and the details pane.

use domain::search::{LibraryView, Search, Sort, SortColumn};
use domain::{AccountId, CopyState, RecordingKey, phone};
use engine::{DeleteReport, Detail, RowRecord, Snapshot, Totals};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub enum ViewName {
    /// Everything.
    All,
    /// New since the last visit.
    New,
    /// No copy here.
    NotSaved,
    /// Failed, remarked, or gone at the provider without a copy.
    NeedsAttention,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub enum ColumnName {
    /// Start.
    When,
    /// Calling party.
    From,
    /// Called party.
    To,
    /// Length.
    Duration,
    /// Type.
    Kind,
    /// Format.
    Format,
    /// Size.
    Size,
    /// Conference.
    Conference,
    /// Account.
    Account,
    /// State of our copy.
    State,
}

/// A search.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SearchRequest {
    /// What was typed.
    pub text: String,
    /// Only this account.
    pub account_id: Option<String>,
    /// Only this part.
    pub view: ViewName,
    /// Sorted by.
    pub sort: ColumnName,
    /// Largest or newest first.
    pub descending: bool,
}

/// The answer: a snapshot whose rows are fetched by position with `library_window`. A snapshot does not change while
/// a sync runs; the last eight are kept.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SearchResult {
    /// Names the snapshot.
    pub snapshot: u32,
    /// Exact number of rows.
    pub count: u32,
    /// Total length.
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Total of the known sizes.
    #[ts(type = "number")]
    pub known_bytes: u64,
    /// How many rows have no known size.
    pub unknown_size_count: u32,
}

/// Counts for the sidebar.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct ViewCounts {
    /// All.
    pub all: u32,
    /// New.
    pub new: u32,
    /// Not saved.
    pub not_saved: u32,
    /// Needs attention.
    pub needs_attention: u32,
}

/// One row of the table. `library_window` returns an array of these as raw JSON bytes.
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
    /// Our copy.
    pub copy: Option<SavedCopy>,
    /// Why the last attempt to save it failed.
    pub last_failure: Option<String>,
    /// The vendor's JSON, pretty-printed. Untrusted text.
    pub raw_json: String,
}

/// A copy on this computer.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SavedCopy {
    /// Where it is.
    pub path: String,
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
}

/// Which rows an action is about.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub enum Selection {
    /// These rows.
    Keys {
        /// Row keys.
        keys: Vec<u32>,
    },
    /// Every row of a snapshot, but for some.
    Snapshot {
        /// The snapshot.
        snapshot: u32,
        /// Row keys left out.
        except: Vec<u32>,
    },
}

/// What a selection amounts to.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SelectionTotals {
    /// Rows.
    pub count: u32,
    /// Length.
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Known bytes.
    #[ts(type = "number")]
    pub known_bytes: u64,
    /// Rows of unknown size.
    pub unknown_size_count: u32,
    /// Rows with a verified copy; one with a remark does not count.
    pub saved_count: u32,
    /// Rows without.
    pub unsaved_count: u32,
    /// Rows the provider does not have any more.
    pub gone_count: u32,
}

/// Delete recordings at the provider.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct DeleteRequest {
    /// Which.
    pub selection: Selection,
    /// How many the person saw and agreed to; refused when it is not the selection's count.
    pub confirmed_count: u32,
    /// Delete also those that have no verified copy here. Without it they are kept and reported.
    pub without_copy: bool,
    /// Why, for the record. May be empty.
    pub reason: String,
}

/// What became of a deletion.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct DeleteOutcome {
    /// Deleted now.
    pub deleted: u32,
    /// Were gone already.
    pub already_gone: u32,
    /// Kept, each with its reason.
    pub kept: Vec<KeptRecording>,
}

/// A recording a deletion left alone.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct KeptRecording {
    /// Row key.
    pub key: u32,
    /// Why, as a sentence.
    pub why: String,
}

impl From<SearchRequest> for Search {
    fn from(request: SearchRequest) -> Self {
        Self {
            text: request.text,
            account: request.account_id.map(AccountId::new),
            view: match request.view {
                ViewName::All => LibraryView::All,
                ViewName::New => LibraryView::New,
                ViewName::NotSaved => LibraryView::NotSaved,
                ViewName::NeedsAttention => LibraryView::NeedsAttention,
            },
            sort: Sort {
                column: match request.sort {
                    ColumnName::When => SortColumn::When,
                    ColumnName::From => SortColumn::From,
                    ColumnName::To => SortColumn::To,
                    ColumnName::Duration => SortColumn::Duration,
                    ColumnName::Kind => SortColumn::Kind,
                    ColumnName::Format => SortColumn::Format,
                    ColumnName::Size => SortColumn::Size,
                    ColumnName::Conference => SortColumn::Conference,
                    ColumnName::Account => SortColumn::Account,
                    ColumnName::State => SortColumn::State,
                },
                descending: request.descending,
            },
        }
    }
}

impl From<Snapshot> for SearchResult {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            snapshot: snapshot.id,
            count: snapshot.count,
            duration_ms: snapshot.duration_ms,
            known_bytes: snapshot.known_bytes,
            unknown_size_count: snapshot.unknown_size_count,
        }
    }
}

impl From<engine::ViewCounts> for ViewCounts {
    fn from(counts: engine::ViewCounts) -> Self {
        Self {
            all: counts.all,
            new: counts.new,
            not_saved: counts.not_saved,
            needs_attention: counts.needs_attention,
        }
    }
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
        Self {
            key: row.key.0,
            account_id: row.account.to_string(),
            recording_id: row.recording_id.to_string(),
            at_ms: row.at.map(jiff::Timestamp::as_millisecond),
            at_is_estimated: row.at_is_estimated,
            from: row.from.as_deref().map(phone::display).unwrap_or_default(),
            to: row.to.as_deref().map(phone::display).unwrap_or_default(),
            conference_name: row.conference_name,
            duration_ms: row.duration_ms,
            kind: row.kind,
            format: row.format,
            size_bytes: row.size_bytes,
            state: row.state.into(),
            gone: row.gone,
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
            added_at_ms: recording.added_at.map(jiff::Timestamp::as_millisecond),
            ended_at_ms: recording.ended_at.map(jiff::Timestamp::as_millisecond),
            billed_s: recording.billed_s,
            storage_days: recording.storage_days,
            monthly_cost: recording.monthly_cost,
            first_seen_ms: stored.first_seen.as_millisecond(),
            same_call: detail.same_call.into_iter().map(Row::from).collect(),
            copy: stored.copy.map(SavedCopy::from),
            last_failure: stored.last_failure,
            raw_json,
        }
    }
}

impl From<engine::CopyRecord> for SavedCopy {
    fn from(copy: engine::CopyRecord) -> Self {
        Self {
            path: copy.path.display().to_string(),
            size_bytes: copy.size_bytes,
            sha256: copy.sha256,
            verified_at_ms: copy.verified_at.as_millisecond(),
            evidence: copy.evidence,
            remarks: copy.remarks,
        }
    }
}

fn recording_keys(keys: Vec<u32>) -> Vec<RecordingKey> {
    keys.into_iter().map(RecordingKey).collect()
}

impl From<Selection> for engine::Selection {
    fn from(selection: Selection) -> Self {
        match selection {
            Selection::Keys { keys } => Self::Keys(recording_keys(keys)),
            Selection::Snapshot { snapshot, except } => {
                Self::Snapshot { id: snapshot, except: recording_keys(except) }
            }
        }
    }
}

impl From<Totals> for SelectionTotals {
    fn from(totals: Totals) -> Self {
        Self {
            count: totals.count,
            duration_ms: totals.duration_ms,
            known_bytes: totals.known_bytes,
            unknown_size_count: totals.unknown_size_count,
            saved_count: totals.saved_count,
            unsaved_count: totals.unsaved_count,
            gone_count: totals.gone_count,
        }
    }
}

impl From<DeleteRequest> for engine::DeleteOrder {
    fn from(request: DeleteRequest) -> Self {
        Self {
            selection: request.selection.into(),
            confirmed_count: request.confirmed_count as usize,
            without_copy: request.without_copy,
            reason: request.reason,
        }
    }
}

impl From<DeleteReport> for DeleteOutcome {
    fn from(report: DeleteReport) -> Self {
        Self {
            deleted: report.deleted,
            already_gone: report.already_gone,
            kept: report
                .kept
                .into_iter()
                .map(|kept| KeptRecording { key: kept.key.0, why: kept.why })
                .collect(),
        }
    }
}

//! The table and the details pane.

use domain::search::{LibraryView, Sort, SortColumn};
use domain::{AccountId, CopyState, RecordingKey, phone};
use engine::{DeleteReport, Detail, RowRecord, Snapshot, Totals};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::annotations::HoldView;
use super::query::{QueryPart, QueryProblem};

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
    /// No copy here, and so old that the provider may soon delete it: 25 days and more.
    ExpiringSoon,
    /// Half an hour and longer.
    LongCalls,
    /// Shorter than ten seconds.
    VeryShort,
    /// On hold.
    OnHold,
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
    /// Inbound, outbound, internal.
    Direction,
    /// Caller name.
    Caller,
    /// Extensions.
    Extensions,
    /// Price a month.
    Cost,
    /// Age: oldest first when ascending is false.
    Age,
    /// Hour of the day in the chosen time zone.
    Hour,
    /// Day of the week in the chosen time zone, Monday first.
    Weekday,
    /// Country of the calling number.
    FromCountry,
    /// Country of the called number.
    ToCountry,
    /// Stored at the vendor.
    Added,
    /// End of the recording.
    Ended,
    /// Billed length.
    Billed,
    /// Days in storage when last read.
    StorageDays,
    /// Price of storage.
    StorageRate,
    /// First seen by the index.
    FirstSeen,
    /// When our copy was verified.
    VerifiedAt,
    /// The vendor's id.
    Id,
    /// Call UUID.
    Call,
    /// Starred.
    Star,
    /// Tags.
    Tags,
    /// Note.
    Note,
    /// On hold.
    Hold,
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SortKey {
    /// Sorted by.
    pub column: ColumnName,
    /// Largest or newest first.
    pub descending: bool,
}

/// A search.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SearchRequest {
    /// What was typed, in the search language.
    pub text: String,
    /// Only this account.
    pub account_id: Option<String>,
    /// Only this part.
    pub view: ViewName,
    /// Sorted by.
    pub sort: ColumnName,
    /// Largest or newest first.
    pub descending: bool,
    /// How rows that are equal so far are ordered; absent means by time.
    #[serde(default)]
    #[ts(optional)]
    pub then_by: Option<Vec<SortKey>>,
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
    /// What they cost a month, of those with a known price. No currency is known.
    pub monthly_cost: f64,
    /// How many rows have no known price.
    pub unknown_cost_count: u32,
    /// What is wrong with the text; the rest of it applied.
    pub problems: Vec<QueryProblem>,
    /// The parts of the text, to show as chips.
    pub parts: Vec<QueryPart>,
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
    /// Expiring soon.
    pub expiring_soon: u32,
    /// Long calls.
    pub long_calls: u32,
    /// Very short.
    pub very_short: u32,
    /// On hold.
    pub on_hold: u32,
}

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
    /// The vendor's file name.
    pub file_name: Option<String>,
    /// Ids of the vendor's recording rules.
    pub rule_ids: Vec<String>,
    /// The hold in full.
    pub hold: Option<HoldView>,
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
    /// What they cost a month, of those with a known price.
    pub monthly_cost: f64,
    /// Rows of unknown price.
    pub unknown_cost_count: u32,
    /// Rows on hold: no deletion touches them.
    pub held_count: u32,
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
    /// Asked for, but the answer was lost: each may be gone or not, and is asked about again at the next start.
    pub unknown: Vec<KeptRecording>,
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

impl From<ViewName> for LibraryView {
    fn from(view: ViewName) -> Self {
        match view {
            ViewName::All => Self::All,
            ViewName::New => Self::New,
            ViewName::NotSaved => Self::NotSaved,
            ViewName::NeedsAttention => Self::NeedsAttention,
            ViewName::ExpiringSoon => Self::ExpiringSoon,
            ViewName::LongCalls => Self::LongCalls,
            ViewName::VeryShort => Self::VeryShort,
            ViewName::OnHold => Self::OnHold,
        }
    }
}

impl From<SortKey> for Sort {
    fn from(key: SortKey) -> Self {
        Self { column: key.column.into(), descending: key.descending }
    }
}

impl From<ColumnName> for SortColumn {
    fn from(column: ColumnName) -> Self {
        match column {
            ColumnName::When => Self::When,
            ColumnName::From => Self::From,
            ColumnName::To => Self::To,
            ColumnName::Duration => Self::Duration,
            ColumnName::Kind => Self::Kind,
            ColumnName::Format => Self::Format,
            ColumnName::Size => Self::Size,
            ColumnName::Conference => Self::Conference,
            ColumnName::Account => Self::Account,
            ColumnName::State => Self::State,
            ColumnName::Direction => Self::Direction,
            ColumnName::Caller => Self::Caller,
            ColumnName::Extensions => Self::Extensions,
            ColumnName::Cost => Self::Cost,
            ColumnName::Age => Self::Age,
            ColumnName::Hour => Self::Hour,
            ColumnName::Weekday => Self::Weekday,
            ColumnName::FromCountry => Self::FromCountry,
            ColumnName::ToCountry => Self::ToCountry,
            ColumnName::Added => Self::Added,
            ColumnName::Ended => Self::Ended,
            ColumnName::Billed => Self::Billed,
            ColumnName::StorageDays => Self::StorageDays,
            ColumnName::StorageRate => Self::StorageRate,
            ColumnName::FirstSeen => Self::FirstSeen,
            ColumnName::VerifiedAt => Self::VerifiedAt,
            ColumnName::Id => Self::Id,
            ColumnName::Call => Self::Call,
            ColumnName::Star => Self::Star,
            ColumnName::Tags => Self::Tags,
            ColumnName::Note => Self::Note,
            ColumnName::Hold => Self::Hold,
        }
    }
}

impl From<LibraryView> for ViewName {
    fn from(view: LibraryView) -> Self {
        match view {
            LibraryView::All => Self::All,
            LibraryView::New => Self::New,
            LibraryView::NotSaved => Self::NotSaved,
            LibraryView::NeedsAttention => Self::NeedsAttention,
            LibraryView::ExpiringSoon => Self::ExpiringSoon,
            LibraryView::LongCalls => Self::LongCalls,
            LibraryView::VeryShort => Self::VeryShort,
            LibraryView::OnHold => Self::OnHold,
        }
    }
}

impl From<Sort> for SortKey {
    fn from(sort: Sort) -> Self {
        Self { column: sort.column.into(), descending: sort.descending }
    }
}

impl From<SortColumn> for ColumnName {
    fn from(column: SortColumn) -> Self {
        match column {
            SortColumn::When => Self::When,
            SortColumn::From => Self::From,
            SortColumn::To => Self::To,
            SortColumn::Duration => Self::Duration,
            SortColumn::Kind => Self::Kind,
            SortColumn::Format => Self::Format,
            SortColumn::Size => Self::Size,
            SortColumn::Conference => Self::Conference,
            SortColumn::Account => Self::Account,
            SortColumn::State => Self::State,
            SortColumn::Direction => Self::Direction,
            SortColumn::Caller => Self::Caller,
            SortColumn::Extensions => Self::Extensions,
            SortColumn::Cost => Self::Cost,
            SortColumn::Age => Self::Age,
            SortColumn::Hour => Self::Hour,
            SortColumn::Weekday => Self::Weekday,
            SortColumn::FromCountry => Self::FromCountry,
            SortColumn::ToCountry => Self::ToCountry,
            SortColumn::Added => Self::Added,
            SortColumn::Ended => Self::Ended,
            SortColumn::Billed => Self::Billed,
            SortColumn::StorageDays => Self::StorageDays,
            SortColumn::StorageRate => Self::StorageRate,
            SortColumn::FirstSeen => Self::FirstSeen,
            SortColumn::VerifiedAt => Self::VerifiedAt,
            SortColumn::Id => Self::Id,
            SortColumn::Call => Self::Call,
            SortColumn::Star => Self::Star,
            SortColumn::Tags => Self::Tags,
            SortColumn::Note => Self::Note,
            SortColumn::Hold => Self::Hold,
        }
    }
}

impl From<SearchRequest> for engine::SearchOrder {
    fn from(request: SearchRequest) -> Self {
        let first = SortKey { column: request.sort, descending: request.descending };
        let then = request.then_by.unwrap_or_default();
        Self {
            text: request.text,
            account: request.account_id.map(AccountId::new),
            view: request.view.into(),
            sort: std::iter::once(first).chain(then).map(Sort::from).collect(),
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
            monthly_cost: snapshot.monthly_cost,
            unknown_cost_count: snapshot.unknown_cost_count,
            problems: QueryProblem::all(&snapshot.text, &snapshot.query),
            parts: QueryPart::all(&snapshot.text, &snapshot.query),
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
            expiring_soon: counts.expiring_soon,
            long_calls: counts.long_calls,
            very_short: counts.very_short,
            on_hold: counts.on_hold,
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
            at_ms: row.at.map(Timestamp::as_millisecond),
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
            from_country: row.from.as_deref().and_then(phone::country).map(str::to_owned),
            to_country: row.to.as_deref().and_then(phone::country).map(str::to_owned),
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
            file_name: recording.file_name,
            rule_ids: recording.rule_ids,
            hold: stored.annotations.hold.map(HoldView::from),
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
            monthly_cost: totals.monthly_cost,
            unknown_cost_count: totals.unknown_cost_count,
            held_count: totals.held_count,
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
        let unknown = report.unknown.into_iter();
        Self {
            unknown: unknown.map(|kept| KeptRecording { key: kept.key.0, why: kept.why }).collect(),
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

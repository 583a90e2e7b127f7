//! Which rows an action is about, what they amount to, and deleting them.

use domain::RecordingKey;
use engine::{DeleteReport, Totals};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Rows of unknown length.
    pub unknown_duration_count: u32,
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
    /// Of those on hold, the ones that count in `savedCount`.
    pub held_saved_count: u32,
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
            unknown_duration_count: totals.unknown_duration_count,
            known_bytes: totals.known_bytes,
            unknown_size_count: totals.unknown_size_count,
            saved_count: totals.saved_count,
            unsaved_count: totals.unsaved_count,
            gone_count: totals.gone_count,
            monthly_cost: totals.monthly_cost,
            unknown_cost_count: totals.unknown_cost_count,
            held_count: totals.held_count,
            held_saved_count: totals.held_saved_count,
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

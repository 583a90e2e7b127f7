//! Searching, and the counts of the sidebar.

use domain::AccountId;
use domain::search::Sort;
use engine::Snapshot;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::columns::{ColumnName, SortKey, ViewName};
use super::query::{QueryPart, QueryProblem};

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
    /// How many rows have no known length.
    pub unknown_duration_count: u32,
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
            unknown_duration_count: snapshot.unknown_duration_count,
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

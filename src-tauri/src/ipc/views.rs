//! Saved views: a query with its order and columns, under a name.

use domain::AccountId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::app::ColumnLayout;
use super::columns::{SortKey, ViewName};

/// A saved view.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "views.ts")]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// The query.
    pub text: String,
    /// Only this account.
    pub account_id: Option<String>,
    /// The part of the library it looks in.
    pub view: ViewName,
    /// The order; never empty.
    pub sort: Vec<SortKey>,
    /// Columns in order; empty means those of the library.
    pub columns: Vec<ColumnLayout>,
}

/// A view to save.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "views.ts")]
pub struct SavedViewDraft {
    /// The view to replace; null for a new one. An id that was deleted brings the view back under it, which is how a
    /// deletion is undone.
    pub id: Option<String>,
    /// What the person calls it; not empty.
    pub name: String,
    /// The query.
    pub text: String,
    /// Only this account.
    pub account_id: Option<String>,
    /// The part of the library it looks in.
    pub view: ViewName,
    /// The order; empty means newest first.
    pub sort: Vec<SortKey>,
    /// Columns in order; empty means those of the library.
    pub columns: Vec<ColumnLayout>,
}

/// How many rows a saved view has now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "views.ts")]
pub struct SavedViewCount {
    /// Which.
    pub id: String,
    /// Exact number of rows.
    pub count: u32,
}

/// What reading a file of views brought.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "views.ts")]
pub struct ImportedViews {
    /// Views that were added.
    pub added: Vec<SavedView>,
    /// What could not be taken over, as sentences.
    pub problems: Vec<String>,
}

impl From<engine::SavedView> for SavedView {
    fn from(view: engine::SavedView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            text: view.order.text,
            account_id: view.order.account.map(|id| id.to_string()),
            view: view.order.view.into(),
            sort: view.order.sort.into_iter().map(SortKey::from).collect(),
            columns: view.columns.into_iter().map(ColumnLayout::from).collect(),
        }
    }
}

impl From<SavedViewDraft> for engine::SavedView {
    fn from(draft: SavedViewDraft) -> Self {
        Self {
            id: draft.id.unwrap_or_default(),
            name: draft.name,
            order: engine::SearchOrder {
                text: draft.text,
                account: draft.account_id.map(AccountId::new),
                view: draft.view.into(),
                sort: draft.sort.into_iter().map(Into::into).collect(),
            },
            columns: draft.columns.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<engine::ImportedViews> for ImportedViews {
    fn from(imported: engine::ImportedViews) -> Self {
        Self {
            added: imported.added.into_iter().map(SavedView::from).collect(),
            problems: imported.problems,
        }
    }
}

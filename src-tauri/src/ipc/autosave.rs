//! Rules that keep saving: every call of a view or query, to this place, after each sync.

use domain::AccountId;
use domain::search::LibraryView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::columns::ViewName;
use super::saving::TransferOptions;

/// What a rule is about: a search, run anew each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "autosave.ts")]
pub struct RuleQuery {
    /// As in the search field.
    pub text: String,
    /// Only this account.
    pub account_id: Option<String>,
    /// Only this part of the library.
    pub view: ViewName,
}

/// What a rule did the last time it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "autosave.ts")]
pub struct RuleTally {
    /// When.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Recordings that matched.
    pub matched: u32,
    /// Of them saved in this place already.
    pub saved: u32,
    /// Of them under way already.
    pub moving: u32,
    /// Of them gone at the provider, or given up after failing.
    pub left_out: u32,
    /// Of them queued now.
    pub queued: u32,
    /// Why nothing could be queued, as a sentence.
    pub problem: Option<String>,
}

/// A rule.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "autosave.ts")]
pub struct AutoSaveRule {
    /// Id.
    pub id: String,
    /// What a person calls it.
    pub label: String,
    /// Which recordings.
    pub query: RuleQuery,
    /// Where they go, to show: a folder, or what a bucket is called.
    pub folder: String,
    /// The bucket, if it is one and no folder.
    pub place_id: Option<String>,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// Runs after each sync.
    pub enabled: bool,
    /// What it did the last time; null when it never ran.
    pub last: Option<RuleTally>,
}

/// Makes or changes a rule.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "autosave.ts")]
pub struct SaveRule {
    /// Which rule; null for a new one.
    pub id: Option<String>,
    /// What a person calls it.
    pub label: String,
    /// Which recordings.
    pub query: RuleQuery,
    /// Where they go; null keeps the place of the rule that is changed.
    pub folder_token: Option<String>,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// Runs after each sync.
    pub enabled: bool,
}

impl From<RuleQuery> for engine::RuleQuery {
    fn from(query: RuleQuery) -> Self {
        Self {
            text: query.text,
            account: query.account_id.map(AccountId::new),
            view: LibraryView::from(query.view),
        }
    }
}

impl From<engine::RuleTally> for RuleTally {
    fn from(tally: engine::RuleTally) -> Self {
        Self {
            at_ms: tally.at.as_millisecond(),
            matched: tally.matched,
            saved: tally.saved,
            moving: tally.moving,
            left_out: tally.left_out,
            queued: tally.queued,
            problem: tally.problem,
        }
    }
}

impl From<engine::AutoSaveRule> for AutoSaveRule {
    fn from(rule: engine::AutoSaveRule) -> Self {
        Self {
            id: rule.id,
            label: rule.label,
            query: RuleQuery {
                text: rule.query.text,
                account_id: rule.query.account.map(|account| account.to_string()),
                view: rule.query.view.into(),
            },
            folder: rule.destination,
            place_id: rule.place.map(|place| place.to_string()),
            template: rule.template,
            options: rule.options.into(),
            enabled: rule.enabled,
            last: rule.last.map(RuleTally::from),
        }
    }
}

impl From<SaveRule> for engine::RuleChange {
    fn from(rule: SaveRule) -> Self {
        Self {
            id: rule.id,
            label: rule.label,
            query: rule.query.into(),
            folder: rule.folder_token,
            template: rule.template,
            options: rule.options.into(),
            enabled: rule.enabled,
        }
    }
}

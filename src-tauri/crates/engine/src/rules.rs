//! Rules that keep saving: every recording a query finds, to one place, after each sync.
//!
//! A copy elsewhere is none in that place: a rule is kept only by what is there.

use std::collections::HashSet;
use std::path::PathBuf;

use catalogue::{CopyRecord, ItemState, Priority, SaveRule};
use domain::search::LibraryView;
use domain::{AccountId, PlaceId, RecordingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transfer::beside::BAG_DATA;
use transfer::naming::Template;
use uuid::Uuid;

use crate::Engine;
use crate::copies::could_be_mounted_on;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::SearchOrder;
use crate::transfers::{Destination, JobOptions, SameFolder, TransferOptions};

/// Rows looked at in one go.
const PAGE: usize = 1_000;

/// Which recordings a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleQuery {
    /// In the language of the search field.
    pub text: String,
    /// Only this account.
    pub account: Option<AccountId>,
    /// Only this part of the library.
    pub view: LibraryView,
}

/// What a rule did the last time it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleTally {
    /// When.
    pub at: Timestamp,
    /// Recordings that matched.
    pub matched: u32,
    /// Of them saved in this place already.
    pub saved: u32,
    /// Of them on their way to it already.
    pub moving: u32,
    /// Of them gone at the provider, or given up after failing.
    pub left_out: u32,
    /// Of them queued now.
    pub queued: u32,
    /// Why nothing could be queued, as a sentence.
    pub problem: Option<String>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoSaveRule {
    /// Id.
    pub id: String,
    /// What a person calls it.
    pub label: String,
    /// Which recordings.
    pub query: RuleQuery,
    /// Where they go, or are received on their way into a bucket.
    pub folder: PathBuf,
    /// The bucket they go to.
    pub place: Option<PlaceId>,
    /// Where they go, to show.
    pub destination: String,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// Runs after each sync.
    pub enabled: bool,
    /// What it did the last time.
    pub last: Option<RuleTally>,
}

/// Makes a rule or changes one.
#[derive(Debug, Clone)]
pub struct RuleChange {
    /// Which; `None` for a new one.
    pub id: Option<String>,
    /// What a person calls it.
    pub label: String,
    /// Which recordings.
    pub query: RuleQuery,
    /// The token of a folder or of a bucket; `None` keeps the one it has.
    pub folder: Option<String>,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// Runs after each sync.
    pub enabled: bool,
}

/// A query as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptQuery {
    text: String,
    account: Option<String>,
    view: String,
}

impl Engine {
    /// All rules, oldest first.
    pub async fn save_rules(&self) -> Result<Vec<AutoSaveRule>> {
        let rules = self.with_catalogue(catalogue::Catalogue::save_rules).await?;
        rules.into_iter().map(|rule| self.read_rule(rule)).collect()
    }

    /// Makes a rule, or changes one. It runs with the next sync, or by [`Engine::run_save_rule`].
    pub async fn put_save_rule(&self, change: RuleChange) -> Result<AutoSaveRule> {
        Template::parse(&change.template)
            .map_err(|problem| Error::invalid("template", problem.to_string()))?;
        change.options.check()?;
        if change.label.trim().is_empty() {
            return Err(Error::invalid("label", "Give the rule a name."));
        }
        if let Some(problem) = domain::query::read(&change.query.text).problems.first() {
            return Err(Error::invalid("query", problem.what.clone()));
        }
        let before = match &change.id {
            Some(id) => Some(self.save_rule(id).await?),
            None => None,
        };
        let (folder, place) = match (&change.folder, before) {
            (Some(token), _) => match self.inner.transfers.destination(token)? {
                Destination::Folder(folder) => (folder, None),
                Destination::Place(id) => (self.outbox(&id).await?, Some(id)),
            },
            (None, Some(before)) => (before.folder, before.place),
            (None, None) => return Err(Error::invalid("folderToken", "Choose a folder.")),
        };
        let id = change.id.unwrap_or_else(|| Uuid::now_v7().to_string());
        let kept = KeptQuery {
            text: change.query.text,
            account: change.query.account.map(|account| account.to_string()),
            view: change.query.view.name().to_owned(),
        };
        let options = JobOptions::new(change.options, place.as_ref());
        let rule = SaveRule {
            id: id.clone(),
            label: change.label.trim().to_owned(),
            query_json: serde_json::to_string(&kept)
                .map_err(|error| Error::Internal { what: error.to_string() })?,
            folder,
            template: change.template,
            options_json: options.to_json(),
            enabled: change.enabled,
            created_at: self.now(),
            last_json: None,
        };
        self.with_catalogue(move |catalogue| catalogue.put_save_rule(&rule)).await?;
        self.tell(Event::RulesChanged);
        self.save_rule(&id).await
    }

    /// Removes a rule. What it saved stays, and what it queued goes on.
    pub async fn remove_save_rule(&self, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.with_catalogue(move |catalogue| catalogue.remove_save_rule(&id)).await?;
        self.tell(Event::RulesChanged);
        Ok(())
    }

    /// Runs a rule now, also one that is off.
    pub async fn run_save_rule(&self, id: &str) -> Result<RuleTally> {
        let rule = self.save_rule(id).await?;
        self.run_rule(rule).await
    }

    /// Runs every rule that is on. What one cannot do is in its tally.
    pub(crate) async fn run_save_rules(&self) {
        let rules = match self.save_rules().await {
            Ok(rules) => rules,
            Err(error) => {
                tracing::warn!(%error, "the rules that keep saving cannot be read");
                return;
            }
        };
        for rule in rules.into_iter().filter(|rule| rule.enabled) {
            let id = rule.id.clone();
            if let Err(error) = self.run_rule(rule).await {
                tracing::warn!(rule = id, %error, "a rule that keeps saving did not run");
            }
        }
    }

    async fn save_rule(&self, id: &str) -> Result<AutoSaveRule> {
        let rules = self.save_rules().await?;
        rules
            .into_iter()
            .find(|rule| rule.id == id)
            .ok_or_else(|| Error::stale("This rule is not there any more."))
    }

    async fn run_rule(&self, rule: AutoSaveRule) -> Result<RuleTally> {
        // Two syncs that end together must not queue the same recordings twice.
        let _turn = self.inner.rules_turn.lock().await;
        let order = SearchOrder {
            text: rule.query.text.clone(),
            account: rule.query.account.clone(),
            view: rule.query.view,
            ..SearchOrder::default()
        };
        let search = self.to_search(order).await?;
        let (target, problem) = match self.target_of(&rule).await {
            Ok(target) => (Some(target), None),
            Err(Error::Transfer(error @ transfer::Error::Silent { .. })) => {
                let what =
                    "If it is a network folder, see that its server is on and can be reached.";
                (None, Some(format!("{error}. {what}")))
            }
            Err(error) => return Err(error),
        };
        let sorted = rule.clone();
        let sort = move |catalogue: &catalogue::Catalogue| {
            sort_out(catalogue, &search, &sorted, target.as_ref())
        };
        let (tally, keys, newest) = self.with_catalogue(sort).await?;
        let mut tally = RuleTally { at: self.now(), ..tally };
        tally.problem = match problem {
            Some(problem) => Some(problem),
            None => self.trouble_of_rule(&rule, newest).await?,
        };
        if !keys.is_empty() && tally.problem.is_none() {
            tally.queued = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            let options = JobOptions::new(rule.options, rule.place.as_ref());
            let mut job = self.new_job(rule.folder, rule.template, Priority::Low, &options);
            job.label.clone_from(&rule.label);
            job.rule_id = Some(rule.id.clone());
            self.begin_job(job, keys).await?;
        }
        let (id, kept) = (rule.id, serde_json::to_string(&tally).unwrap_or_default());
        self.with_catalogue(move |catalogue| catalogue.note_rule_run(&id, &kept)).await?;
        self.tell(Event::RulesChanged);
        Ok(tally)
    }

    /// The folder of a rule by what it is. Asks its disk.
    async fn target_of(&self, rule: &AutoSaveRule) -> Result<SameFolder> {
        let (folder, folders) = (rule.folder.clone(), self.inner.folders.clone());
        let asked = move || Ok(SameFolder::new(&folder, &folders));
        self.inner.folders.ask(&rule.folder, asked).await
    }

    /// Why nothing can be saved where a rule saves, as a sentence. `newest` is when the newest copy there was verified.
    async fn trouble_of_rule(
        &self,
        rule: &AutoSaveRule,
        newest: Option<Timestamp>,
    ) -> Result<Option<String>> {
        if let Some(place) = &rule.place {
            if self.place(place).is_err() {
                let label = &rule.destination;
                let what =
                    "was removed from the settings. Set it up again, or choose another place.";
                return Ok(Some(format!("“{label}” {what}")));
            }
            self.outbox(place).await?;
            return Ok(None);
        }
        let folder = rule.folder.clone();
        let asked = self.inner.folders.ask(&rule.folder, move || {
            // An empty mount point is not the disk that has the copies: what is saved into it would be lost behind the disk.
            let is_bare = newest.is_some_and(|newest| could_be_mounted_on(&folder, newest));
            Ok(folder.is_dir() && !is_bare)
        });
        let is_there = asked.await?;
        let what = "is not there. Connect its disk, or choose another one.";
        Ok((!is_there).then(|| format!("The folder {} {what}", rule.folder.display())))
    }

    fn read_rule(&self, rule: SaveRule) -> Result<AutoSaveRule> {
        let kept: KeptQuery = serde_json::from_str(&rule.query_json)
            .map_err(|error| Error::Internal { what: format!("a rule cannot be read: {error}") })?;
        let JobOptions { options, place, .. } = JobOptions::read(&rule.options_json);
        let place = place.map(PlaceId::new);
        let destination = match &place {
            Some(place) => self.place_label(place),
            None => rule.folder.display().to_string(),
        };
        Ok(AutoSaveRule {
            id: rule.id,
            label: rule.label,
            query: RuleQuery {
                text: kept.text,
                account: kept.account.map(AccountId::new),
                view: LibraryView::named(&kept.view).unwrap_or_default(),
            },
            folder: rule.folder,
            place,
            destination,
            template: rule.template,
            options,
            enabled: rule.enabled,
            last: rule.last_json.and_then(|json| serde_json::from_str(&json).ok()),
        })
    }
}

impl AutoSaveRule {
    /// Whether a copy keeps it: where it saves, which is `folder` unless it is a bucket, and not found gone or changed since.
    /// Of a folder that did not answer only what is called by its name counts.
    fn is_kept_by(&self, copy: &CopyRecord, folder: Option<&SameFolder>) -> bool {
        let is_here = match (&self.place, folder) {
            (Some(place), _) => copy.place.as_ref() == Some(place),
            (None, Some(folder)) => {
                let is_part = |below: PathBuf| !self.options.bag || below.starts_with(BAG_DATA);
                copy.place.is_none() && folder.below(&copy.path).is_some_and(is_part)
            }
            (None, None) => copy.place.is_none() && copy.path.starts_with(&self.folder),
        };
        is_here && !copy.is_spoilt()
    }
}

/// What a search finds, by what is to be done about it, and when the newest copy was verified that keeps it.
fn sort_out(
    catalogue: &catalogue::Catalogue,
    search: &domain::search::Search,
    rule: &AutoSaveRule,
    folder: Option<&SameFolder>,
) -> catalogue::Result<(RuleTally, Vec<RecordingKey>, Option<Timestamp>)> {
    let found = catalogue.search(search)?.keys;
    let mut tally = RuleTally {
        at: Timestamp::UNIX_EPOCH,
        matched: u32::try_from(found.len()).unwrap_or(u32::MAX),
        saved: 0,
        moving: 0,
        left_out: 0,
        queued: 0,
        problem: None,
    };
    let mut keys = Vec::new();
    let is_same = |other: &PathBuf| match folder {
        Some(folder) => folder.is(other),
        None => *other == rule.folder,
    };
    let mut spellings = catalogue.job_folders()?;
    spellings.retain(is_same);
    let unsaved = catalogue.unsaved_in(&spellings)?;
    let mut newest = None;
    for page in found.chunks(PAGE) {
        let copies = catalogue.copies_of(page)?;
        let mut here = HashSet::new();
        for (key, copy) in copies.iter().filter(|(_, copy)| rule.is_kept_by(copy, folder)) {
            here.insert(*key);
            newest = newest.max(Some(copy.verified_at));
        }
        // What the provider does not have any more can still be taken from these.
        let unspoilt = copies.iter().filter(|(_, copy)| !copy.is_spoilt());
        let anywhere: HashSet<RecordingKey> = unspoilt.map(|(key, _)| *key).collect();
        for row in catalogue.rows(page)? {
            match unsaved.get(&row.key) {
                _ if here.contains(&row.key) => tally.saved += 1,
                Some(ItemState::Failed) => tally.left_out += 1,
                Some(_) => tally.moving += 1,
                None if row.gone && !anywhere.contains(&row.key) => tally.left_out += 1,
                None => keys.push(row.key),
            }
        }
    }
    Ok((tally, keys, newest))
}

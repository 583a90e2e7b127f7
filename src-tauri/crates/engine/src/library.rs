//! The table: searches yield snapshots of row keys, the table asks for windows of them.
//!
//! A snapshot keeps the scrollbar honest (position n is always the same row) and rows still while a sync runs. The last
//! few are kept; an older one is `Stale` and the window searches again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use catalogue::{RowRecord, StoredRecording, Totals, ViewCounts};
use domain::RecordingKey;
use domain::query::{self, Completion, Field, Reading};
use domain::search::{LibraryView, Search, Sort};
use domain::{AccountId, phone};
use jiff::tz::TimeZone;

use crate::accounts::named_with_owner;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, blocking, lock};

/// How many snapshots are kept: the one on screen, and a few that a dialog or a fast typist may still refer to.
const KEPT: usize = 8;
/// How many other calls of the same numbers the details show.
const SAME_NUMBER_SHOWN: usize = 20;
/// Fewer digits are an extension or a service number, which says little about who called.
const TELLING_DIGITS: usize = 6;
/// The longest window.
const LONGEST_WINDOW: usize = 500;

/// A search to make; the engine knows the time and the time zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchOrder {
    /// What was typed, in the language of [`domain::query`].
    pub text: String,
    /// Only this account.
    pub account: Option<AccountId>,
    /// Only this part of the library.
    pub view: LibraryView,
    /// Order; empty means newest first.
    pub sort: Vec<Sort>,
}

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Names it.
    pub id: u32,
    /// Rows.
    pub count: u32,
    /// Total length in milliseconds.
    pub duration_ms: u64,
    /// Rows of unknown length.
    pub unknown_duration_count: u32,
    /// Total of the known sizes in bytes.
    pub known_bytes: u64,
    /// Rows of unknown size.
    pub unknown_size_count: u32,
    /// Total of the known prices a month.
    pub monthly_cost: f64,
    /// Rows of unknown price.
    pub unknown_cost_count: u32,
    /// What was typed.
    pub text: String,
    /// What was read from it.
    pub query: Reading,
}

/// Which rows an action is about.
#[derive(Debug, Clone)]
pub enum Selection {
    /// These.
    Keys(Vec<RecordingKey>),
    /// All of a snapshot but these.
    Snapshot {
        /// Which snapshot.
        id: u32,
        /// Left out.
        except: Vec<RecordingKey>,
    },
}

/// Everything about one recording, for the details pane.
#[derive(Debug, Clone)]
pub struct Detail {
    /// What the index holds.
    pub stored: StoredRecording,
    /// The same as a row.
    pub row: RowRecord,
    /// The account's label, with the sub-account the recording belongs to, where that is another.
    pub account_label: String,
    /// Other recordings of the same call.
    pub same_call: Vec<RowRecord>,
    /// The newest other recordings with one of its numbers.
    pub same_number: Vec<RowRecord>,
    /// How many there are of them.
    pub same_number_count: u32,
    /// The query that finds them and itself; `None` when it has no number that tells calls apart.
    pub same_number_query: Option<String>,
}

/// The snapshots that are kept.
#[derive(Default)]
pub(crate) struct Snapshots {
    last_id: u32,
    kept: VecDeque<(u32, Arc<Vec<RecordingKey>>)>,
}

impl Snapshots {
    fn add(&mut self, keys: Vec<RecordingKey>) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.kept.push_back((self.last_id, Arc::new(keys)));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        self.last_id
    }

    fn get(&self, id: u32) -> Option<Arc<Vec<RecordingKey>>> {
        self.kept.iter().find(|(kept, _)| *kept == id).map(|(_, keys)| Arc::clone(keys))
    }
}

impl Engine {
    /// Runs a search and keeps its result as a snapshot.
    pub async fn search(&self, order: SearchOrder) -> Result<Snapshot> {
        let query = query::read(&order.text);
        let text = order.text.clone();
        let search = self.to_search(order).await?;
        let found = self.with_catalogue(move |catalogue| catalogue.search(&search)).await?;
        let count = u32::try_from(found.keys.len()).unwrap_or(u32::MAX);
        let id = lock(&self.inner.snapshots).add(found.keys);
        Ok(Snapshot {
            id,
            count,
            duration_ms: found.duration_ms,
            unknown_duration_count: found.unknown_duration_count,
            known_bytes: found.known_bytes,
            unknown_size_count: found.unknown_size_count,
            monthly_cost: found.monthly_cost,
            unknown_cost_count: found.unknown_cost_count,
            text,
            query,
        })
    }

    /// A search at this moment in the chosen time zone.
    pub(crate) async fn to_search(&self, order: SearchOrder) -> Result<Search> {
        let SearchOrder { text, account, view, sort } = order;
        Ok(Search { text, account, view, sort, now: self.now(), zone: self.time_zone().await? })
    }

    /// The time zone that was chosen, else this computer's.
    pub(crate) async fn time_zone(&self) -> Result<TimeZone> {
        let chosen = self.settings().await?.time_zone;
        Ok(TimeZone::get(&chosen).unwrap_or_else(|_| TimeZone::system()))
    }

    /// Where rows stand in a snapshot.
    pub async fn positions(
        &self,
        snapshot: u32,
        keys: Vec<RecordingKey>,
    ) -> Result<Vec<Option<u32>>> {
        let snapshot = self.snapshot(snapshot)?;
        blocking(move || {
            let mut wanted: HashMap<RecordingKey, Option<u32>> =
                keys.iter().map(|key| (*key, None)).collect();
            for (position, key) in (0..).zip(snapshot.iter()) {
                if let Some(found) = wanted.get_mut(key) {
                    *found = Some(position);
                }
            }
            Ok(keys.iter().map(|key| wanted.get(key).copied().flatten()).collect())
        })
        .await
    }

    /// Rows of a snapshot by position. A row that has been removed since is left out.
    pub async fn window(
        &self,
        snapshot: u32,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<RowRecord>> {
        let keys = self.snapshot(snapshot)?;
        let start = offset.min(keys.len());
        let end = start.saturating_add(limit.min(LONGEST_WINDOW)).min(keys.len());
        self.with_catalogue(move |catalogue| catalogue.rows(&keys[start..end])).await
    }

    /// Counts for the sidebar.
    pub async fn view_counts(&self) -> Result<ViewCounts> {
        let now = self.now();
        self.with_catalogue(move |catalogue| catalogue.counts(now)).await
    }

    /// Everything about one recording.
    pub async fn recording(&self, key: RecordingKey) -> Result<Detail> {
        let found = self
            .with_catalogue(move |catalogue| {
                let Some(stored) = catalogue.recording(key)? else { return Ok(None) };
                let row = catalogue.rows(&[key])?.pop();
                let same_call = catalogue.rows(&catalogue.same_call(key)?)?;
                Ok(row.map(|row| (stored, row, same_call)))
            })
            .await?;
        let (stored, row, same_call) =
            found.ok_or_else(|| Error::stale("This recording is not in the index any more."))?;
        let account_label = match self.account(&stored.account).await {
            Ok(account) => named_with_owner(&account, &stored.recording.raw),
            Err(Error::Stale { .. }) => String::new(),
            Err(error) => return Err(error),
        };
        let same_number_query = same_number_query(&stored);
        let (same_number, same_number_count) = match same_number_query.clone() {
            Some(text) => self.same_number(key, text).await?,
            None => (Vec::new(), 0),
        };
        Ok(Detail {
            stored,
            row,
            account_label,
            same_call,
            same_number,
            same_number_count,
            same_number_query,
        })
    }

    async fn same_number(&self, key: RecordingKey, text: String) -> Result<(Vec<RowRecord>, u32)> {
        let search = self.to_search(SearchOrder { text, ..SearchOrder::default() }).await?;
        self.with_catalogue(move |catalogue| {
            let mut keys = catalogue.search(&search)?.keys;
            keys.retain(|other| *other != key);
            let shown = &keys[..keys.len().min(SAME_NUMBER_SHOWN)];
            Ok((catalogue.rows(shown)?, u32::try_from(keys.len()).unwrap_or(u32::MAX)))
        })
        .await
    }

    /// Asks the provider for one recording and stores the answer.
    pub async fn refresh_recording(&self, key: RecordingKey) -> Result<Detail> {
        let stored = self.stored(key).await?;
        let provider = self.provider(&stored.account).await?;
        match provider.retrieve(&stored.recording.id).await {
            Ok(fresh) => {
                let (account, now) = (stored.account, self.now());
                self.with_catalogue(move |catalogue| catalogue.store_one(&account, &fresh, now))
                    .await?;
            }
            Err(error @ providers::Error::NotFound(_)) => {
                let now = self.now();
                self.with_catalogue(move |catalogue| catalogue.mark_gone(key, now)).await?;
                self.tell(Event::LibraryChanged);
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        }
        self.tell(Event::LibraryChanged);
        self.recording(key).await
    }

    /// What may stand at the cursor of a query.
    pub async fn complete_query(&self, text: &str, cursor: usize) -> Result<Completion> {
        let mut asked = None;
        query::complete(text, cursor, |field| {
            asked = Some(field);
            Vec::new()
        });
        let seen = match asked {
            Some(field) => {
                self.with_catalogue(move |catalogue| catalogue.seen_values(field)).await?
            }
            None => Vec::new(),
        };
        Ok(query::complete(text, cursor, |_| seen))
    }

    /// The values that a token has in the data, the most frequent first.
    pub async fn seen_values(&self, token: &str) -> Result<Vec<(String, u32)>> {
        match Field::named(token) {
            Some(field) => self.with_catalogue(move |catalogue| catalogue.seen_values(field)).await,
            None => Ok(Vec::new()),
        }
    }

    /// What a selection amounts to.
    pub async fn selection_totals(&self, selection: Selection) -> Result<Totals> {
        let keys = self.selected_keys(&selection)?;
        self.with_catalogue(move |catalogue| catalogue.totals(&keys)).await
    }

    /// The keys of a selection, in the order on screen.
    pub(crate) fn selected_keys(&self, selection: &Selection) -> Result<Vec<RecordingKey>> {
        match selection {
            Selection::Keys(keys) => Ok(keys.clone()),
            Selection::Snapshot { id, except } => {
                let keys = self.snapshot(*id)?;
                let except: std::collections::HashSet<_> = except.iter().collect();
                Ok(keys.iter().filter(|key| !except.contains(key)).copied().collect())
            }
        }
    }

    /// What the index holds of a recording.
    pub(crate) async fn stored(&self, key: RecordingKey) -> Result<StoredRecording> {
        self.with_catalogue(move |catalogue| catalogue.recording(key))
            .await?
            .ok_or_else(|| Error::stale("This recording is not in the index any more."))
    }

    fn snapshot(&self, id: u32) -> Result<Arc<Vec<RecordingKey>>> {
        lock(&self.inner.snapshots)
            .get(id)
            .ok_or_else(|| Error::stale("This result list is too old; search again."))
    }
}

/// The query for recordings with one of this recording's numbers.
fn same_number_query(stored: &StoredRecording) -> Option<String> {
    let mut tokens: Vec<String> = [&stored.recording.from, &stored.recording.to]
        .into_iter()
        .flatten()
        .filter_map(|party| {
            let digits = phone::digits(party);
            let is_address = phone::sip_user(party).is_some() && !party.contains('"');
            if is_address {
                Some(format!("number:\"{party}\""))
            } else {
                (digits.len() >= TELLING_DIGITS).then(|| format!("number:{digits}"))
            }
        })
        .collect();
    tokens.dedup();
    (!tokens.is_empty()).then(|| tokens.join(" or "))
}

//! The table: searches yield snapshots of row keys, the table asks for windows of them.
//!
//! A snapshot keeps the scrollbar honest (position n is always the same row) and rows still while a sync runs. The last
//! few are kept; an older one is `Stale` and the window searches again.

use std::collections::VecDeque;
use std::sync::Arc;

use catalogue::{RowRecord, StoredRecording, Totals, ViewCounts};
use domain::RecordingKey;
use domain::search::Search;

use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, lock};

/// How many snapshots are kept: the one on screen, and a few that a dialog or a fast typist may still refer to.
const KEPT: usize = 8;
/// The longest window.
const LONGEST_WINDOW: usize = 500;

/// The answer to a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Names it.
    pub id: u32,
    /// Rows.
    pub count: u32,
    /// Total length in milliseconds.
    pub duration_ms: u64,
    /// Total of the known sizes in bytes.
    pub known_bytes: u64,
    /// Rows of unknown size.
    pub unknown_size_count: u32,
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
    /// The account's label.
    pub account_label: String,
    /// Other recordings of the same call.
    pub same_call: Vec<RowRecord>,
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
    pub async fn search(&self, search: Search) -> Result<Snapshot> {
        let found = self.with_catalogue(move |catalogue| catalogue.search(&search)).await?;
        let count = u32::try_from(found.keys.len()).unwrap_or(u32::MAX);
        let id = lock(&self.inner.snapshots).add(found.keys);
        Ok(Snapshot {
            id,
            count,
            duration_ms: found.duration_ms,
            known_bytes: found.known_bytes,
            unknown_size_count: found.unknown_size_count,
        })
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
        self.with_catalogue(catalogue::Catalogue::counts).await
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
            Ok(account) => account.label,
            Err(Error::Stale { .. }) => String::new(),
            Err(error) => return Err(error),
        };
        Ok(Detail { stored, row, account_label, same_call })
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

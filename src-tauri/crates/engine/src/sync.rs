//! Reading an account's list of recordings into the index.
//!
//! One sync at a time for an account. Pages shift while they are read when calls arrive or go, so rows are matched by
//! id, and when fewer distinct recordings came than the vendor counted, the list is read once more before anything is
//! said to be missing. Only a complete reading marks what was not listed as gone; nothing is ever dropped.

use std::collections::HashSet;

use domain::{AccountId, RecordingId};
use providers::{Page, PageRequest, Provider};
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, lock};

/// A list longer than this many pages is a loop: 100 million recordings at 100 a page.
const MOST_PAGES: u64 = 1_000_000;

/// How far a sync is.
#[derive(Debug, Clone)]
pub enum SyncProgress {
    /// Running.
    Running {
        /// Objects received.
        received: u64,
        /// The vendor's total.
        total: Option<u64>,
        /// Of them new to the index.
        new: u64,
    },
    /// Done.
    Finished(SyncTally),
    /// Stopped by a person.
    Cancelled,
    /// Failed.
    Failed(std::sync::Arc<Error>),
}

/// What a finished sync did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncTally {
    /// Distinct recordings the vendor listed.
    pub received: u64,
    /// Of them new.
    pub new: u64,
    /// Of them changed.
    pub changed: u64,
    /// Not listed any more.
    pub gone: u64,
    /// What did not add up, as a sentence with numbers.
    pub warning: Option<String>,
}

impl Engine {
    /// Starts a sync in the background; progress comes as events. Does nothing when one is running for this account.
    pub fn start_sync(&self, id: &AccountId) {
        let cancel = self.inner.shutdown.child_token();
        {
            let mut syncs = lock(&self.inner.syncs);
            if syncs.contains_key(id) {
                return;
            }
            syncs.insert(id.clone(), cancel.clone());
        }
        let engine = self.clone();
        let id = id.clone();
        tokio::spawn(async move {
            let outcome = engine.run_sync(&id, &cancel).await;
            lock(&engine.inner.syncs).remove(&id);
            engine.inner.sync_ended.notify_waiters();
            let progress = match outcome {
                Ok(tally) => {
                    tracing::info!(account = %id, received = tally.received, new = tally.new, gone = tally.gone, "sync finished");
                    SyncProgress::Finished(tally)
                }
                Err(Error::Cancelled) => SyncProgress::Cancelled,
                Err(error) => {
                    tracing::warn!(account = %id, %error, "sync failed");
                    SyncProgress::Failed(std::sync::Arc::new(error))
                }
            };
            engine.tell(Event::Sync { account: id, progress });
            engine.tell(Event::AccountsChanged);
            engine.tell(Event::LibraryChanged);
        });
    }

    /// Stops a running sync; what was received is kept.
    pub fn cancel_sync(&self, id: &AccountId) {
        if let Some(cancel) = lock(&self.inner.syncs).get(id) {
            cancel.cancel();
        }
    }

    /// Stops all syncs and waits until they have ended.
    pub(crate) async fn stop_syncs(&self) {
        for cancel in lock(&self.inner.syncs).values() {
            cancel.cancel();
        }
        loop {
            let ended = self.inner.sync_ended.notified();
            if lock(&self.inner.syncs).is_empty() {
                return;
            }
            ended.await;
        }
    }

    async fn run_sync(&self, id: &AccountId, cancel: &CancellationToken) -> Result<SyncTally> {
        self.tell(Event::Sync {
            account: id.clone(),
            progress: SyncProgress::Running { received: 0, total: None, new: 0 },
        });
        let account = self.account(id).await?;
        let provider = self.provider(id).await?;
        let now = self.now();
        let begun = id.clone();
        let run = self.with_catalogue(move |catalogue| catalogue.begin_sync(&begun, now)).await?;
        let mut reading = Reading::default();
        let mut outcome =
            self.read_list(provider.as_ref(), account.page_size, &run, &mut reading, cancel).await;
        if outcome.is_ok() && reading.is_doubtful() {
            tracing::info!(account = %id, distinct = reading.distinct(), total = ?reading.total, "the list came up short; reading it again");
            outcome = self
                .read_list(provider.as_ref(), account.page_size, &run, &mut reading, cancel)
                .await;
        }
        // Rows we could not read are on the vendor's list all the same: without them "gone" would be a guess.
        let complete = outcome.is_ok() && !reading.is_doubtful() && reading.unreadable.is_empty();
        let (total, now) = (reading.total, self.now());
        let gone = self
            .with_catalogue(move |catalogue| catalogue.finish_sync(run, complete, total, now))
            .await?;
        outcome?;
        Ok(SyncTally {
            received: reading.distinct(),
            new: reading.new,
            changed: reading.changed,
            gone,
            warning: reading.warning(),
        })
    }

    /// Reads the whole list once, page by page, storing each before asking for the next.
    async fn read_list(
        &self,
        provider: &dyn Provider,
        page_size: u32,
        run: &catalogue::SyncRun,
        reading: &mut Reading,
        cancel: &CancellationToken,
    ) -> Result<()> {
        let mut request = PageRequest { limit: page_size, ..PageRequest::default() };
        reading.begin_pass();
        for _ in 0..MOST_PAGES {
            let page = tokio::select! {
                () = cancel.cancelled() => return Err(Error::Cancelled),
                page = provider.list(&request) => page?,
            };
            reading.note_page(&page);
            let (stored_run, now, recordings) = (run.clone(), self.now(), page.recordings);
            let tally = self
                .with_catalogue(move |catalogue| {
                    catalogue.store_page(&stored_run, &recordings, now)
                })
                .await?;
            reading.new += u64::from(tally.new);
            reading.changed += u64::from(tally.changed);
            request.offset += page.received;
            self.tell(Event::Sync {
                account: run.account().clone(),
                progress: SyncProgress::Running {
                    received: reading.distinct(),
                    total: reading.total,
                    new: reading.new,
                },
            });
            if tally.new + tally.changed > 0 {
                self.tell(Event::LibraryChanged);
            }
            // Without a total, a server that gives the same page for ever can only be told by its ids.
            let nothing_new_to_this_run = tally.new + tally.changed + tally.unchanged == 0;
            if page.received == 0
                || !page.has_more
                || (page.total.is_none() && nothing_new_to_this_run)
            {
                return Ok(());
            }
        }
        Err(Error::Internal { what: format!("the list did not end after {MOST_PAGES} pages") })
    }
}

/// What a reading of the list has seen so far.
#[derive(Default)]
struct Reading {
    /// Ids of the present pass.
    seen: HashSet<RecordingId>,
    /// The vendor's total at the beginning of the present pass, and now.
    first_total: Option<u64>,
    total: Option<u64>,
    new: u64,
    changed: u64,
    unreadable: Vec<String>,
}

impl Reading {
    fn begin_pass(&mut self) {
        self.seen.clear();
        self.unreadable.clear();
        self.first_total = None;
    }

    fn note_page(&mut self, page: &Page) {
        self.total = page.total.or(self.total);
        self.first_total = self.first_total.or(page.total);
        self.seen.extend(page.recordings.iter().map(|recording| recording.id.clone()));
        self.unreadable.extend(page.unreadable.iter().cloned());
    }

    fn distinct(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Something may have slipped through: fewer recordings came than there were when the pass began, or the list grew
    /// shorter under it, which moves later rows up onto pages that were read already. A list that only grew is fine: it
    /// grows at the top, and what is pushed down is met again.
    fn is_doubtful(&self) -> bool {
        let (Some(first), Some(last)) = (self.first_total, self.total) else { return false };
        last < first || self.distinct() + (self.unreadable.len() as u64) < first
    }

    fn warning(&self) -> Option<String> {
        let mut parts = Vec::new();
        if let (Some(first), Some(last)) = (self.first_total, self.total)
            && self.is_doubtful()
        {
            let counted =
                if first == last { first.to_string() } else { format!("{first}, then {last}") };
            parts.push(format!(
                "The provider counted {counted} recordings but listed {} different ones, also in a second reading. Nothing was marked as gone.",
                self.distinct()
            ));
        }
        if let Some(first) = self.unreadable.first() {
            parts.push(format!(
                "{} rows could not be read and are not in the table (the first: {first}).",
                self.unreadable.len()
            ));
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

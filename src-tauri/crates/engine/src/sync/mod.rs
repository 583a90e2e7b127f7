//! Reading the lists of an account into the index.
//!
//! One sync at a time for an account. Usually it reads only what is new: from the newest recording down to what is known,
//! and then compares the vendor's count with the index's. When the counts differ, once a day, and the first time, it
//! reads everything (`walk`), several pages at once where the vendor allows it. Pages shift while they are read when
//! calls arrive or go, so rows are matched by id, and a reading that came up short is done again, page after page,
//! before anything is said to be missing. Only a complete reading marks what was not listed as gone; nothing is ever
//! dropped. A reading that was interrupted goes on where it stopped.

mod hidden;
mod pages;
mod schedule;
mod speed;
mod walk;

use std::ops::ControlFlow;
use std::sync::Arc;

use domain::{AccountId, RecordingList};
use jiff::{SignedDuration, Timestamp};
use providers::{PageRequest, Provider};
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, lock, or_cancelled};
use walk::{Progress, Reading};

/// How long a complete reading is believed. Quick ones do not see what changed further down.
const FULL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// An interrupted reading older than this is not worth going on with.
const RESUME_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Pages without anything new that end a quick reading. More than one, because a page can shift by as much as itself
/// between two requests.
const KNOWN_PAGES: u32 = 2;

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
        /// Recordings a second over the last seconds, once known.
        recordings_per_s: Option<f64>,
        /// An estimate of the time left, where everything is read and the total is known.
        left_ms: Option<u64>,
    },
    /// Done.
    Finished(SyncTally),
    /// Stopped by a person.
    Cancelled,
    /// Failed.
    Failed(Arc<Error>),
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

/// How much to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncDepth {
    /// What is new, if that is enough by the counts.
    Quick,
    /// Everything.
    Full,
}

/// One sync that runs.
pub(crate) struct RunningSync {
    cancel: CancellationToken,
    /// What was told last, for whoever begins to listen now.
    progress: SyncProgress,
}

impl Engine {
    /// Starts a sync in the background; progress comes as events. Does nothing when one is running for this account.
    pub fn start_sync(&self, id: &AccountId) {
        self.start_sync_of(id, SyncDepth::Quick);
    }

    /// The same, with a choice of how much to read.
    pub fn start_sync_of(&self, id: &AccountId, depth: SyncDepth) {
        let cancel = self.inner.shutdown.child_token();
        let begun = SyncProgress::Running {
            received: 0,
            total: None,
            new: 0,
            recordings_per_s: None,
            left_ms: None,
        };
        {
            let mut syncs = lock(&self.inner.syncs);
            if syncs.contains_key(id) {
                return;
            }
            let running = RunningSync { cancel: cancel.clone(), progress: begun.clone() };
            syncs.insert(id.clone(), running);
        }
        self.tell(Event::Sync { account: id.clone(), progress: begun });
        let engine = self.clone();
        let id = id.clone();
        tokio::spawn(async move {
            let outcome = engine.run_sync(&id, depth, &cancel).await;
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
                    SyncProgress::Failed(Arc::new(error))
                }
            };
            let is_done = matches!(progress, SyncProgress::Finished(_));
            engine.tell(Event::Sync { account: id, progress });
            engine.tell(Event::AccountsChanged);
            engine.tell(Event::LibraryChanged);
            if is_done {
                engine.run_save_rules().await;
                // A start after this one, however the program ends until then, should not have to read what was brought.
                if let Err(error) = engine.with_catalogue(catalogue::Catalogue::keep_rows).await {
                    tracing::warn!(%error, "the rows could not be kept for the next start");
                }
            }
        });
    }

    /// Stops a running sync; what was received is kept.
    pub fn cancel_sync(&self, id: &AccountId) {
        if let Some(running) = lock(&self.inner.syncs).get(id) {
            running.cancel.cancel();
        }
    }

    /// The syncs that run now.
    pub fn running_syncs(&self) -> Vec<(AccountId, SyncProgress)> {
        let syncs = lock(&self.inner.syncs);
        syncs.iter().map(|(id, running)| (id.clone(), running.progress.clone())).collect()
    }

    /// Stops all syncs and waits until they have ended.
    pub(crate) async fn stop_syncs(&self) {
        for running in lock(&self.inner.syncs).values() {
            running.cancel.cancel();
        }
        loop {
            let ended = self.inner.sync_ended.notified();
            if lock(&self.inner.syncs).is_empty() {
                return;
            }
            ended.await;
        }
    }

    async fn run_sync(
        &self,
        id: &AccountId,
        depth: SyncDepth,
        cancel: &CancellationToken,
    ) -> Result<SyncTally> {
        or_cancelled(cancel, self.read_account(id, depth)).await
    }

    async fn read_account(&self, id: &AccountId, depth: SyncDepth) -> Result<SyncTally> {
        let account = self.account(id).await?;
        let provider = self.provider(id).await?;
        let lists = provider.lists().await?;
        let (known, now) = (id.clone(), self.now());
        let (last_full, interrupted) = self
            .with_catalogue(move |catalogue| {
                Ok((catalogue.last_complete_sync(&known)?, catalogue.interrupted_sync(&known)?))
            })
            .await?;
        if let Some(interrupted) = interrupted
            && interrupted.began_at.saturating_add(RESUME_WITHIN).is_ok_and(|end| now < end)
            && let Some(progress) = Progress::read(&interrupted.progress_json)
        {
            tracing::info!(account = %id, "going on with an interrupted reading");
            let reading = Reading::resumed(interrupted.run, account.page_size, progress);
            return self.read_everything(provider.as_ref(), &lists, reading).await;
        }
        let due = last_full.is_none_or(|last| is_due(last, now));
        let mut stored = SyncTally::default();
        if depth == SyncDepth::Quick && !due {
            match self.read_news(provider.as_ref(), id, account.page_size, &lists).await? {
                ControlFlow::Break(tally) => return Ok(tally),
                ControlFlow::Continue(tally) => stored = tally,
            }
        }
        let run = self.begin_run(id).await?;
        let reading = Reading::of_everything_after(run, account.page_size, &stored);
        self.read_everything(provider.as_ref(), &lists, reading).await
    }

    /// Reads each list from its newest recording down to what is known. Breaks off what follows, unless the counts say that
    /// this was not enough.
    async fn read_news(
        &self,
        provider: &dyn Provider,
        id: &AccountId,
        page_size: u32,
        lists: &[RecordingList],
    ) -> Result<ControlFlow<SyncTally, SyncTally>> {
        let mut reading = Reading::new(self.begin_run(id).await?, page_size);
        for list in lists {
            if !self.read_news_of(provider, list, &mut reading).await? {
                tracing::info!(account = %id, %list, "the counts differ; reading everything");
                let stored = reading.tally(0, None);
                let (run, now) = (reading.run, self.now());
                self.with_catalogue(move |catalogue| catalogue.finish_sync(run, false, None, now))
                    .await?;
                return Ok(ControlFlow::Continue(stored));
            }
        }
        let tally = reading.tally(0, None);
        let (run, total, now) = (reading.run, reading.total, self.now());
        self.with_catalogue(move |catalogue| catalogue.finish_quick_sync(run, total, now)).await?;
        Ok(ControlFlow::Break(tally))
    }

    /// Whether the news of one list explain the vendor's count.
    async fn read_news_of(
        &self,
        provider: &dyn Provider,
        list: &RecordingList,
        reading: &mut Reading,
    ) -> Result<bool> {
        let mut request =
            PageRequest { list: list.clone(), limit: reading.page_size, ..PageRequest::default() };
        let mut known_pages = 0;
        let total = loop {
            let page = provider.list(&request).await?;
            let (total, next) = (page.total, page.next_offset);
            if !page.unreadable.is_empty() {
                return Ok(false);
            }
            let tally = self.store(reading, list, vec![page]).await?.tally;
            known_pages = if tally.new + tally.changed == 0 { known_pages + 1 } else { 0 };
            match next {
                Some(next) if known_pages < KNOWN_PAGES => request.offset = next,
                _ => break total,
            }
        };
        let Some(total) = total else { return Ok(false) };
        reading.total = Some(reading.total.unwrap_or_default() + total);
        let (account, list) = (reading.run.account().clone(), list.clone());
        let believed =
            self.with_catalogue(move |catalogue| catalogue.believed_there(&account, &list)).await?;
        Ok(believed == total)
    }

    async fn begin_run(&self, id: &AccountId) -> Result<catalogue::SyncRun> {
        let (id, now) = (id.clone(), self.now());
        self.with_catalogue(move |catalogue| catalogue.begin_sync(&id, now)).await
    }

    /// Tells how far a sync is, and remembers it for whoever begins to listen later.
    fn tell_sync(&self, id: &AccountId, progress: SyncProgress) {
        if let Some(running) = lock(&self.inner.syncs).get_mut(id) {
            running.progress = progress.clone();
        }
        self.tell(Event::Sync { account: id.clone(), progress });
    }
}

/// Whether the last complete reading is too old. A clock that was turned back makes it due as well.
fn is_due(last: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(last);
    age >= FULL_EVERY || age.is_negative()
}

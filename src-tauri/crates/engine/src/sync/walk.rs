//! Reading everything: each list from its first page to its last.

use std::collections::HashMap;

use domain::{RecordingId, RecordingList};
use providers::{Page, PageRequest, Provider};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::pages::fetch_in_order;
use super::speed::Speed;
use super::{SyncProgress, SyncTally};
use crate::Engine;
use crate::error::{Error, Result};
use crate::events::Event;

/// A list longer than this many pages is a loop: 100 million recordings at 100 a page.
const MOST_PAGES: u64 = 1_000_000;
/// Pages asked for at the same time, at most. The vendor's own limit, where there is one, lies below `Provider`.
const PARALLEL_PAGES: usize = 16;
/// The same where a quota a minute is shared with everything else a person does.
const PARALLEL_PAGES_UNDER_QUOTA: usize = 2;
/// Pages stored in one change of the index at most.
const PAGES_AT_ONCE: usize = 16;

/// One reading of all lists.
pub(super) struct Reading {
    pub(super) run: catalogue::SyncRun,
    pub(super) page_size: u32,
    /// The vendor's totals of the lists read so far, added up.
    pub(super) total: Option<u64>,
    received: u64,
    new: u64,
    changed: u64,
    unreadable: u64,
    first_unreadable: Option<String>,
    /// What other accounts with profiles list for themselves, each with the vendor's id of its account.
    others: HashMap<RecordingId, String>,
    short: Vec<String>,
    progress: Progress,
    speed: Speed,
    /// It goes to the end of every list, and so the total says how much is left.
    is_whole: bool,
}

/// Where a reading stands; kept in the index, so that it can go on after the program ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Progress {
    /// Lists that were read to their end.
    done: Vec<String>,
    /// The list that is being read, and up to where all its pages are in the index.
    list: String,
    offset: u64,
    /// What the vendor counted when the list was begun.
    total: Option<u64>,
    /// Totals of the lists that are done.
    done_total: u64,
}

impl Progress {
    pub(super) fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Internal { what: error.to_string() })
    }
}

/// What one walk through a list came to.
struct Walked {
    /// The vendor's count at its beginning and at its end.
    first_total: Option<u64>,
    last_total: Option<u64>,
}

impl Reading {
    pub(super) fn new(run: catalogue::SyncRun, page_size: u32) -> Self {
        Self {
            run,
            page_size,
            total: None,
            received: 0,
            new: 0,
            changed: 0,
            unreadable: 0,
            first_unreadable: None,
            others: HashMap::new(),
            short: Vec::new(),
            progress: Progress::default(),
            speed: Speed::default(),
            is_whole: false,
        }
    }

    /// What an earlier look at the lists stored is no longer new to the index, but it is to whoever waits for the sync.
    pub(super) fn of_everything_after(
        run: catalogue::SyncRun,
        page_size: u32,
        stored: &SyncTally,
    ) -> Self {
        let SyncTally { new, changed, .. } = *stored;
        Self { is_whole: true, new, changed, ..Self::new(run, page_size) }
    }

    pub(super) fn resumed(run: catalogue::SyncRun, page_size: u32, progress: Progress) -> Self {
        Self { progress, is_whole: true, ..Self::new(run, page_size) }
    }

    pub(super) fn tally(&self, gone: u64, warning: Option<String>) -> SyncTally {
        SyncTally { received: self.received, new: self.new, changed: self.changed, gone, warning }
    }

    /// What the vendor counts and this account does not keep.
    fn listed_besides(&self) -> u64 {
        self.unreadable + self.others.len() as u64
    }

    fn warning(&self) -> Option<String> {
        let mut parts = self.short.clone();
        if let Some(first) = &self.first_unreadable {
            parts.push(format!(
                "{} rows could not be read and are not in the table (the first: {first}).",
                self.unreadable
            ));
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

impl Engine {
    pub(super) async fn read_everything(
        &self,
        provider: &dyn Provider,
        lists: &[RecordingList],
        mut reading: Reading,
    ) -> Result<SyncTally> {
        // What an interrupted reading brought counts: the vendor's total does too.
        for list in lists {
            reading.received += self.brought(&reading, list).await?;
        }
        for list in lists {
            if reading.progress.done.contains(&list.to_string()) {
                continue;
            }
            if let Some(short) = self.read_list(provider, list, &mut reading).await? {
                reading.short.push(short);
            }
        }
        self.read_hidden(provider, lists, &mut reading).await?;
        // They leave this account before what it does not list is marked as gone.
        self.hand_over(reading.run.account(), &reading.others).await?;
        // Rows we could not read are on the vendor's list all the same: without them "gone" would be a guess.
        let complete = reading.short.is_empty() && reading.unreadable == 0;
        let total = lists_total(&reading);
        let (run, now) = (reading.run.clone(), self.now());
        let gone = self
            .with_catalogue(move |catalogue| catalogue.finish_sync(run, complete, total, now))
            .await?;
        let warning = reading.warning();
        Ok(reading.tally(gone, warning))
    }

    /// Reads one list, a second time if the first came up short. Returns what is missing even then.
    async fn read_list(
        &self,
        provider: &dyn Provider,
        list: &RecordingList,
        reading: &mut Reading,
    ) -> Result<Option<String>> {
        let under_quota = provider.pace().limit_per_min.is_some();
        let parallel = if under_quota { PARALLEL_PAGES_UNDER_QUOTA } else { PARALLEL_PAGES };
        let mut walked = self.walk(provider, list, reading, parallel).await?;
        let mut brought = self.brought(reading, list).await?;
        if walked.is_doubtful(brought, reading.listed_besides()) {
            tracing::info!(account = %reading.run.account(), %list, brought, total = ?walked.last_total, "the list came up short; reading it again");
            reading.progress.offset = 0;
            // What the first walk met may be gone since, and must not stand for what it missed.
            reading.others.clear();
            let (run, again, now) = (reading.run.clone(), list.clone(), self.now());
            reading.run = self
                .with_catalogue(move |catalogue| catalogue.begin_again(&run, &again, now))
                .await?;
            walked = self.walk(provider, list, reading, 1).await?;
            brought = self.brought(reading, list).await?;
        }
        reading.progress.done.push(list.to_string());
        let others = reading.others.len() as u64;
        reading.progress.done_total +=
            walked.last_total.map_or(brought, |total| total.saturating_sub(others));
        reading.progress.list.clear();
        reading.progress.offset = 0;
        self.note_progress(reading).await?;
        let is_short = walked.is_doubtful(brought, reading.listed_besides());
        Ok(is_short.then(|| walked.shortfall(brought + others)))
    }

    async fn brought(&self, reading: &Reading, list: &RecordingList) -> Result<u64> {
        let (run, list) = (reading.run.clone(), list.clone());
        self.with_catalogue(move |catalogue| catalogue.brought(&run, &list)).await
    }

    /// One walk through a list. Each page is in the index before the progress says so.
    async fn walk(
        &self,
        provider: &dyn Provider,
        list: &RecordingList,
        reading: &mut Reading,
        parallel: usize,
    ) -> Result<Walked> {
        let name = list.to_string();
        let request =
            PageRequest { list: list.clone(), limit: reading.page_size, ..PageRequest::default() };
        let first = provider.list(&request).await?;
        let first_total = first.total;
        let (stride, mut next) = (first.stride.max(1), first.next_offset);
        // Go on where an earlier reading stopped, a page above it: what came since pushed the rest down, and when the
        // list grew shorter everything is read again.
        let resumed = &reading.progress;
        let is_same = resumed.list == name
            && resumed.offset > 0
            && resumed.total.is_some()
            && first_total >= resumed.total;
        let mut done_to = if is_same { resumed.offset.saturating_sub(stride) } else { 0 };
        if !is_same {
            reading.progress.list = name;
            reading.progress.offset = 0;
            reading.progress.total = first_total;
        }
        let top = self.store(reading, list, vec![first]).await?;
        if is_same && top.distinct() > 0 {
            self.read_top(provider, &request, next, reading).await?;
        }
        let mut last_total = first_total;
        if let (Some(total), Some(begin), true) = (first_total, next, parallel > 1) {
            let begin = begin.max(done_to / stride * stride);
            let offsets = (begin..total).step_by(usize::try_from(stride).unwrap_or(usize::MAX));
            let (to_store, mut fetched) = mpsc::channel(PAGES_AT_ONCE);
            let fetching = fetch_in_order(provider, &request, offsets, parallel, to_store);
            let storing = async {
                let mut pages = Vec::with_capacity(PAGES_AT_ONCE);
                while fetched.recv_many(&mut pages, PAGES_AT_ONCE).await > 0 {
                    // What came before a failure is kept.
                    let mut failure = None;
                    let mut arrived = Vec::with_capacity(pages.len());
                    for page in pages.drain(..) {
                        match page {
                            Ok((offset, page)) => {
                                done_to = offset + stride;
                                last_total = page.total.or(last_total);
                                next = page.next_offset;
                                arrived.push(page);
                            }
                            Err(error) => failure = Some(error),
                        }
                    }
                    if !arrived.is_empty() {
                        self.store_up_to(reading, list, arrived, done_to).await?;
                    }
                    if let Some(failure) = failure {
                        return Err(failure);
                    }
                }
                Ok(())
            };
            // Pages go on arriving while earlier ones are stored. When storing ends early, nobody waits for the rest.
            let mut storing = std::pin::pin!(storing);
            tokio::select! {
                stored = &mut storing => stored?,
                () = fetching => storing.await?,
            }
        } else if let Some(begin) = next {
            next = Some(begin.max(done_to / stride * stride));
        }
        // One by one: all of it where the vendor gave no total, else what was added at the end meanwhile.
        for _ in 0..MOST_PAGES {
            let Some(offset) = next else {
                // What came while several pages were on their way pushed others past the place where they were looked
                // for; it is at the top.
                if parallel > 1 && last_total > first_total {
                    self.read_top(provider, &request, Some(0), reading).await?;
                }
                return Ok(Walked { first_total, last_total });
            };
            let page = provider.list(&PageRequest { offset, ..request.clone() }).await?;
            let (total, after) = (page.total, page.next_offset);
            last_total = total.or(last_total);
            let stored = self.store_up_to(reading, list, vec![page], offset).await?;
            // A server that gives the same page for ever can only be told by its ids, once it gave as many as it counts.
            let is_within = total.is_some_and(|total| offset + stride < total);
            next = after.filter(|_| is_within || stored.distinct() > 0);
        }
        Err(Error::Internal { what: format!("the list did not end after {MOST_PAGES} pages") })
    }

    /// Reads on from `next` until a page brings nothing that this reading has not met.
    async fn read_top(
        &self,
        provider: &dyn Provider,
        request: &PageRequest,
        mut next: Option<u64>,
        reading: &mut Reading,
    ) -> Result<()> {
        while let Some(offset) = next {
            let page = provider.list(&PageRequest { offset, ..request.clone() }).await?;
            next = page.next_offset;
            if self.store(reading, &request.list, vec![page]).await?.distinct() == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Puts pages into the index in one change, and tells.
    pub(super) async fn store(
        &self,
        reading: &mut Reading,
        list: &RecordingList,
        pages: Vec<Page>,
    ) -> Result<Stored> {
        self.store_noting(reading, list, pages, None).await
    }

    /// The same. An interrupted reading then goes on from `offset`, which is written down in that change too.
    async fn store_up_to(
        &self,
        reading: &mut Reading,
        list: &RecordingList,
        pages: Vec<Page>,
        offset: u64,
    ) -> Result<Stored> {
        reading.progress.offset = offset;
        let progress = reading.progress.json()?;
        self.store_noting(reading, list, pages, Some(progress)).await
    }

    async fn store_noting(
        &self,
        reading: &mut Reading,
        list: &RecordingList,
        pages: Vec<Page>,
        progress: Option<String>,
    ) -> Result<Stored> {
        let total = pages.last().and_then(|page| page.total);
        let mut recordings = Vec::new();
        let known_others = reading.others.len();
        for page in pages {
            reading.others.extend(page.elsewhere.into_iter().map(|(owner, id)| (id, owner)));
            reading.unreadable += page.unreadable.len() as u64;
            if reading.first_unreadable.is_none() {
                reading.first_unreadable = page.unreadable.into_iter().next();
            }
            recordings.extend(page.recordings);
        }
        let (run, now) = (reading.run.clone(), self.now());
        let tally = self
            .with_catalogue(move |catalogue| match progress {
                None => catalogue.store_page(&run, &recordings, now),
                Some(progress) => catalogue.store_page_up_to(&run, &recordings, &progress, now),
            })
            .await?;
        reading.new += u64::from(tally.new);
        reading.changed += u64::from(tally.changed);
        let stored = Stored { tally, others: reading.others.len() - known_others };
        reading.received += u64::from(tally.new + tally.changed + tally.unchanged);
        tracing::trace!(%list, received = reading.received, "pages stored");
        reading.speed.note(Instant::now(), reading.received);
        let others = reading.others.len() as u64;
        let total = total.map(|total| total.saturating_sub(others) + reading.progress.done_total);
        let left =
            total.filter(|_| reading.is_whole).map(|total| total.saturating_sub(reading.received));
        let progress = SyncProgress::Running {
            received: reading.received,
            total,
            new: reading.new,
            recordings_per_s: reading.speed.per_s(),
            left_ms: left.and_then(|left| reading.speed.left_ms(left)),
        };
        self.tell_sync(reading.run.account(), progress);
        if tally.new + tally.changed > 0 {
            self.tell(Event::LibraryChanged);
        }
        Ok(stored)
    }

    async fn note_progress(&self, reading: &Reading) -> Result<()> {
        let json = reading.progress.json()?;
        let run = reading.run.clone();
        self.with_catalogue(move |catalogue| catalogue.note_sync_progress(&run, &json)).await
    }
}

/// What pages brought.
pub(super) struct Stored {
    pub(super) tally: catalogue::PageTally,
    /// What is listed elsewhere and was not met before.
    others: usize,
}

impl Stored {
    /// How many recordings the reading had not met before.
    pub(super) fn distinct(&self) -> usize {
        let catalogue::PageTally { new, changed, unchanged, .. } = self.tally;
        (new + changed + unchanged) as usize + self.others
    }
}

fn lists_total(reading: &Reading) -> Option<u64> {
    (!reading.progress.done.is_empty()).then_some(reading.progress.done_total)
}

impl Walked {
    /// Something may have slipped through: fewer recordings came than the vendor counts now, or the list grew shorter
    /// under the reading, which moves later rows up onto pages that were read already. What was added at the top
    /// meanwhile is met by the second reading.
    fn is_doubtful(&self, brought: u64, besides: u64) -> bool {
        let (Some(first), Some(last)) = (self.first_total, self.last_total) else { return false };
        last < first || brought + besides < last
    }

    fn shortfall(&self, brought: u64) -> String {
        let counted = match (self.first_total, self.last_total) {
            (Some(first), Some(last)) if first != last => format!("{first}, then {last}"),
            (_, last) => last.unwrap_or_default().to_string(),
        };
        format!(
            "The provider counted {counted} recordings but listed {brought} different ones, also in a second reading. Nothing was marked as gone."
        )
    }
}

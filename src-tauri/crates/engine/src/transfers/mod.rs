//! Downloads: jobs of many recordings, written down before the first byte, that go on after a stop of any kind.
//!
//! The catalogue holds the state of each job and item. What lives in memory is only what is moving right now: the jobs
//! that run (`active`), their progress (`live`), how much each account bears (`lanes`), and the one task that moves them
//! all (`conductor`). A single file is `item`; what comes along when a job ends is `besides`.

mod active;
mod bandwidth;
mod begin;
mod besides;
mod conductor;
mod destination;
mod item;
mod lanes;
mod live;
mod options;
mod outbound;
mod pace;
mod quiet;
mod trouble;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use catalogue::{
    ItemFilter, ItemOrder, ItemRecord, JobFilter, JobRecord, JobState, Priority, RowRecord,
};
use domain::{JobId, PlaceId};
use tokio::sync::Notify;
use transfer::part::part_path;

use crate::awake::Awake;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, blocking, lock};

use active::ActiveJob;
pub(crate) use bandwidth::Bandwidth;
pub use begin::{FolderToken, NameProblem, NewTransfer, Plan, PreviewedNames};
use destination::Destination;
use lanes::Lanes;
pub(crate) use options::JobOptions;
pub use options::{NamePreset, TransferOptions, TransferSettings};
pub use pace::{LanePace, TransferPace};
pub use quiet::QuietHours;

/// The most items or jobs that are given out at once.
const LONGEST_LIST: u32 = 500;

/// A job with what is moving right now.
#[derive(Debug, Clone)]
pub struct JobView {
    /// As written down.
    pub record: JobRecord,
    /// What it was told to do besides.
    pub options: TransferOptions,
    /// The bucket it saves into, instead of the folder of its record.
    pub place: Option<PlaceId>,
    /// Where its files go, to show.
    pub destination: String,
    /// Bytes received, with those of the files under way.
    pub received_bytes: u64,
    /// Bytes a second over the last seconds, while it runs.
    pub bytes_per_s: Option<u64>,
    /// An estimate of the time left in milliseconds, while it runs.
    pub left_ms: Option<u64>,
    /// One sentence that explains the present pace, while it runs.
    pub pace: Option<String>,
}

/// A file of a job, with the row of its recording if the index still has it.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// As written down, with what is moving right now.
    pub record: ItemRecord,
    /// The recording.
    pub row: Option<RowRecord>,
}

/// What holds for all downloads.
#[derive(Debug, Clone)]
struct Rules {
    /// Files at once.
    at_once: u32,
    /// Nothing begins before.
    quiet_until: Option<jiff::Zoned>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { at_once: 4, quiet_until: None }
    }
}

/// The jobs that run, and the one task that moves them.
#[derive(Default)]
struct Active {
    jobs: HashMap<JobId, Arc<ActiveJob>>,
    is_conducted: bool,
}

/// All that downloads share.
#[derive(Default)]
pub(crate) struct Transfers {
    active: Mutex<Active>,
    folders: Mutex<HashMap<String, Destination>>,
    shelves: Mutex<HashMap<PathBuf, Weak<transfer::Shelf>>>,
    lanes: Lanes,
    cap: Bandwidth,
    awake: Awake,
    rules: Mutex<Rules>,
    rules_at: Mutex<Option<Instant>>,
    pace: Mutex<Option<String>>,
    /// Something changed that the conductor should look at.
    wake: Notify,
    /// A file or a job ended.
    ended: Notify,
}

impl Transfers {
    /// Waits until nothing runs any more; the jobs must have been told to stop.
    pub(crate) async fn stopped(&self) {
        loop {
            let ended = self.ended.notified();
            self.wake.notify_one();
            {
                let active = lock(&self.active);
                if active.jobs.is_empty() && !active.is_conducted {
                    return;
                }
            }
            ended.await;
        }
    }

    /// Whether any job is moving.
    pub(crate) fn any_running(&self) -> bool {
        !lock(&self.active).jobs.is_empty()
    }

    fn get(&self, id: &JobId) -> Option<Arc<ActiveJob>> {
        lock(&self.active).jobs.get(id).cloned()
    }

    fn all(&self) -> Vec<Arc<ActiveJob>> {
        lock(&self.active).jobs.values().cloned().collect()
    }

    /// Jobs whose files may begin.
    fn taking(&self) -> Vec<Arc<ActiveJob>> {
        self.all().into_iter().filter(|job| job.takes_items()).collect()
    }

    /// The names of a folder, shared by all jobs that save into it.
    fn shelf_of(&self, folder: &Path) -> Arc<transfer::Shelf> {
        let mut shelves = lock(&self.shelves);
        shelves.retain(|_, shelf| shelf.strong_count() > 0);
        if let Some(shelf) = shelves.get(folder).and_then(Weak::upgrade) {
            return shelf;
        }
        let shelf = Arc::new(transfer::Shelf::default());
        shelves.insert(folder.to_owned(), Arc::downgrade(&shelf));
        shelf
    }
}

impl Engine {
    /// All jobs, newest first.
    pub async fn jobs(&self) -> Result<Vec<JobView>> {
        let records = self.with_catalogue(catalogue::Catalogue::jobs).await?;
        Ok(records.into_iter().map(|record| self.with_live(record)).collect())
    }

    /// Jobs that match, newest first, with the number of all that do.
    pub async fn find_jobs(
        &self,
        filter: JobFilter,
        offset: u32,
        limit: u32,
    ) -> Result<(u32, Vec<JobView>)> {
        let (total, records) = self
            .with_catalogue(move |catalogue| {
                catalogue.find_jobs(&filter, offset, limit.min(LONGEST_LIST))
            })
            .await?;
        Ok((total, records.into_iter().map(|record| self.with_live(record)).collect()))
    }

    /// Files of a job by position, with what is moving right now.
    pub async fn job_items(&self, id: &JobId, offset: u32, limit: u32) -> Result<Vec<ItemRecord>> {
        let wanted = id.clone();
        let items = self
            .with_catalogue(move |catalogue| {
                catalogue.job_items(&wanted, offset, limit.min(LONGEST_LIST))
            })
            .await?;
        Ok(self.with_live_items(id, items))
    }

    /// Files of a job that match, by position, with the number of all that do.
    pub async fn find_items(
        &self,
        id: &JobId,
        filter: ItemFilter,
        offset: u32,
        limit: u32,
    ) -> Result<(u32, Vec<ItemView>)> {
        let wanted = id.clone();
        let (total, items) = self
            .with_catalogue(move |catalogue| {
                catalogue.find_items(&wanted, &filter, offset, limit.min(LONGEST_LIST))
            })
            .await?;
        let items = self.with_live_items(id, items);
        Ok((total, self.with_rows(items).await?))
    }

    /// Adds the rows of their recordings.
    pub async fn with_rows(&self, items: Vec<ItemRecord>) -> Result<Vec<ItemView>> {
        let keys: Vec<_> = items.iter().map(|item| item.key).collect();
        let rows = self.with_catalogue(move |catalogue| catalogue.rows(&keys)).await?;
        let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.key, row)).collect();
        Ok(items
            .into_iter()
            .map(|record| ItemView { row: rows.remove(&record.key), record })
            .collect())
    }

    /// Stops a job for now; files under way keep what they have.
    pub async fn pause_job(&self, id: &JobId) -> Result<()> {
        self.end_run(id, JobState::Paused, None).await
    }

    /// Stops a job for good. Finished files stay, unfinished ones are removed.
    pub async fn cancel_job(&self, id: &JobId) -> Result<()> {
        let record = self.job_record(id).await?;
        self.end_run(id, JobState::Cancelled, None).await?;
        let uploads = JobOptions::read(&record.options_json);
        if let Err(error) = self.abandon_uploads(id, &uploads).await {
            tracing::warn!(job = %id, %error, "parts of uploads may be left in the bucket");
        }
        let (wanted, folder, total) = (id.clone(), record.folder, record.tally.total);
        blocking(move || {
            for position in 0..total {
                remove_part(&part_path(&folder, wanted.as_str(), position));
            }
            Ok(())
        })
        .await?;
        self.tell(Event::LibraryChanged);
        Ok(())
    }

    /// Goes on with a paused job, at once also where a provider is being waited for.
    pub async fn resume_job(&self, id: &JobId) -> Result<()> {
        let record = self.job_record(id).await?;
        self.inner.transfers.lanes.forgive();
        if record.state != JobState::Paused {
            self.inner.transfers.wake.notify_one();
            return Ok(());
        }
        let folder = record.folder.clone();
        let goes_out = JobOptions::read(&record.options_json).place.is_some();
        blocking(move || {
            // Not made anew: a folder that is gone may be a disk that is not connected.
            // One of our own, from where files go out, may be.
            if goes_out || folder.is_dir() {
                Ok(transfer::check_folder(&folder)?)
            } else {
                Err(transfer::Error::Missing { path: folder }.into())
            }
        })
        .await?;
        self.put_back_stragglers(id).await?;
        self.set_job_state(id, JobState::Running, None).await?;
        if record.tally.held > 0 && record.tally.held == record.tally.queued {
            self.release_all(id, record.tally.total).await?;
        }
        self.activate(id).await
    }

    /// Queues the failed files of a job again and goes on.
    pub async fn retry_failed(&self, id: &JobId) -> Result<()> {
        let wanted = id.clone();
        let queued = self.with_catalogue(move |catalogue| catalogue.retry_failed(&wanted)).await?;
        if queued > 0 {
            self.activate(id).await?;
        }
        self.tell(Event::LibraryChanged);
        self.tell_job(id).await
    }

    /// Does something with single files of a job.
    pub async fn order_items(
        &self,
        id: &JobId,
        positions: Vec<u32>,
        order: ItemOrder,
    ) -> Result<()> {
        let (wanted, asked) = (id.clone(), positions.clone());
        let changed = self
            .with_catalogue(move |catalogue| catalogue.order_items(&wanted, &asked, order))
            .await?;
        let active = self.inner.transfers.get(id);
        if matches!(order, ItemOrder::Hold | ItemOrder::Cancel)
            && let Some(job) = &active
        {
            job.stop_items(&changed);
        }
        if order == ItemOrder::Cancel {
            let (folder, wanted) = (self.job_record(id).await?.folder, id.clone());
            // One that is under way removes its own when it has let go of it.
            let idle = changed
                .into_iter()
                .filter(|position| active.as_ref().is_none_or(|job| !job.is_under_way(*position)));
            let parts: Vec<_> =
                idle.map(|position| part_path(&folder, wanted.as_str(), position)).collect();
            blocking(move || {
                for part in &parts {
                    remove_part(part);
                }
                Ok(())
            })
            .await?;
        }
        if matches!(order, ItemOrder::Release | ItemOrder::Retry)
            && self.job_record(id).await?.state == JobState::Running
        {
            self.activate(id).await?;
        }
        self.inner.transfers.wake.notify_one();
        self.tell(Event::LibraryChanged);
        self.tell_job(id).await
    }

    /// Puts a job before another one of the queue, or at its end.
    pub async fn move_job(&self, id: &JobId, before: Option<&JobId>) -> Result<()> {
        let (wanted, target) = (id.clone(), before.cloned());
        self.with_catalogue(move |catalogue| catalogue.move_job(&wanted, target.as_ref())).await?;
        for view in self.jobs().await?.into_iter().filter(|view| !view.record.state.is_ended()) {
            self.tell(Event::Job(view));
        }
        Ok(())
    }

    /// Changes how urgent a job is.
    pub async fn set_job_priority(&self, id: &JobId, priority: Priority) -> Result<()> {
        let wanted = id.clone();
        self.with_catalogue(move |catalogue| catalogue.set_priority(&wanted, priority)).await?;
        self.tell_job(id).await
    }

    /// Where a job's files go, to show in the file manager.
    pub async fn job_folder(&self, id: &JobId) -> Result<PathBuf> {
        let record = self.job_record(id).await?;
        if JobOptions::read(&record.options_json).place.is_some() {
            let what = "These files are in a bucket; there is no folder to show.".into();
            return Err(Error::Invalid { field: None, what });
        }
        Ok(record.folder)
    }

    /// Goes on with the jobs an earlier run left.
    pub(crate) async fn recover_transfers(&self) -> Result<()> {
        for id in self.with_catalogue(catalogue::Catalogue::recover_jobs).await? {
            if let Err(error) = self.activate(&id).await {
                tracing::error!(job = %id, %error, "a download job cannot go on");
            }
        }
        Ok(())
    }

    async fn release_all(&self, id: &JobId, total: u32) -> Result<()> {
        let id = id.clone();
        let all: Vec<u32> = (0..total).collect();
        self.with_catalogue(move |catalogue| {
            catalogue.order_items(&id, &all, ItemOrder::Release).map(|_| ())
        })
        .await
    }

    async fn put_back_stragglers(&self, id: &JobId) -> Result<()> {
        let id = id.clone();
        self.with_catalogue(move |catalogue| catalogue.put_back_items(&id)).await
    }

    /// Stops a job's files and waits until they are put back, then writes the new state down.
    async fn end_run(&self, id: &JobId, state: JobState, note: Option<&str>) -> Result<()> {
        if let Some(job) = self.inner.transfers.get(id) {
            job.stop.cancel();
            loop {
                let ended = self.inner.transfers.ended.notified();
                self.inner.transfers.wake.notify_one();
                if self.inner.transfers.get(id).is_none() {
                    break;
                }
                ended.await;
            }
        }
        let record = self.job_record(id).await?;
        if matches!(record.state, JobState::Running | JobState::Paused) {
            self.set_job_state(id, state, note).await?;
        }
        self.tell_job(id).await
    }

    async fn set_job_state(&self, id: &JobId, state: JobState, note: Option<&str>) -> Result<()> {
        let (id, now, note) = (id.clone(), self.now(), note.map(str::to_owned));
        self.with_catalogue(move |catalogue| {
            catalogue.set_job_state(&id, state, note.as_deref(), now)
        })
        .await
    }

    async fn job_record(&self, id: &JobId) -> Result<JobRecord> {
        let wanted = id.clone();
        self.with_catalogue(move |catalogue| catalogue.job(&wanted))
            .await?
            .ok_or_else(|| Error::stale("This download is not in the list any more."))
    }

    fn with_live(&self, record: JobRecord) -> JobView {
        let JobOptions { options, place, .. } = JobOptions::read(&record.options_json);
        let place = place.map(PlaceId::new);
        let destination = match &place {
            Some(place) => self.place_label(place),
            None => record.folder.display().to_string(),
        };
        let active = self.inner.transfers.get(&record.id);
        let unsettled = active.as_ref().map_or(0, |job| job.live.unsettled_bytes());
        let received_bytes = record.tally.received_bytes + unsettled;
        let left_files = record.tally.queued - record.tally.held + record.tally.moving;
        let left_bytes = record.tally.expected_bytes.map(|all| all.saturating_sub(received_bytes));
        JobView {
            options,
            place,
            destination,
            received_bytes,
            bytes_per_s: active.as_ref().map(|job| job.live.bytes_per_s()),
            left_ms: active
                .as_ref()
                .and_then(|job| job.live.left_ms(left_bytes, left_files, Instant::now())),
            pace: active.and_then(|_| lock(&self.inner.transfers.pace).clone()),
            record,
        }
    }

    fn with_live_items(&self, id: &JobId, mut items: Vec<ItemRecord>) -> Vec<ItemRecord> {
        if let Some(job) = self.inner.transfers.get(id) {
            for item in &mut items {
                job.live.apply_to(item);
            }
        }
        items
    }

    async fn tell_job(&self, id: &JobId) -> Result<()> {
        let view = self.with_live(self.job_record(id).await?);
        self.tell(Event::Job(view));
        Ok(())
    }
}

/// Removes an unfinished file that nobody will go on with; fine if there is none.
pub(crate) fn remove_part(part: &Path) {
    match std::fs::remove_file(part) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %part.display(), %source, "an unfinished file could not be removed");
        }
        _ => {}
    }
}

//! Downloads: jobs of many recordings, written down before the first byte, that go on after a stop of any kind.
//!
//! The catalogue holds the state of each job and item. What lives in memory is only what is moving right now: the jobs
//! that run (`active`), their progress (`live`), how much each account bears (`lanes`), and the one task that moves them
//! all (`conductor`). A single file is `item`: what an earlier run left of it is `found`, what another copy has of it is
//! `nearby`, and `publish` brings it where it belongs; `turns` lets one job at a time save a recording. What a person
//! tells jobs to do is `orders`; what comes along when a job ends is `besides`, made of `entry`, and `report` is the list of
//! what is missing.

mod active;
mod bandwidth;
mod begin;
mod besides;
mod conductor;
mod destination;
mod entry;
mod found;
mod hosts;
mod item;
mod lane;
mod lanes;
mod live;
mod nearby;
mod options;
mod orders;
mod outbound;
mod pace;
mod publish;
mod quiet;
mod report;
mod same_folder;
#[cfg(test)]
mod tests;
mod trouble;
mod turns;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use catalogue::{ItemFilter, ItemRecord, JobFilter, JobRecord, RowRecord};
use domain::{AccountId, JobId, PlaceId};
use tokio::sync::Notify;

use crate::awake::Awake;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, lock};

use active::ActiveJob;
pub(crate) use bandwidth::{Bandwidth, Caps};
pub use begin::{FolderToken, NameProblem, NewTransfer, Plan, PreviewedNames};
pub(crate) use destination::Destination;
use lanes::Lanes;
pub(crate) use options::JobOptions;
pub use options::{NamePreset, TransferOptions, TransferSettings};
pub use pace::{LanePace, TransferPace};
pub use quiet::QuietHours;
pub(crate) use same_folder::SameFolder;

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
    turns: turns::Turns,
    hosts: hosts::MediaHosts,
    caps: Caps,
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

    /// What all traffic of files is held to.
    pub(crate) fn caps(&self) -> Caps {
        self.caps.clone()
    }

    /// Whether nothing may begin now.
    fn is_quiet(&self) -> bool {
        lock(&self.rules).quiet_until.is_some()
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

    /// A person has signed in to an account, or put it in order: its files wait no longer.
    pub(crate) fn admit(&self, account: &AccountId) {
        for job in self.all() {
            job.admit(account);
        }
        self.wake.notify_one();
    }

    /// Jobs whose files may begin.
    fn taking(&self) -> Vec<Arc<ActiveJob>> {
        self.all().into_iter().filter(|job| job.takes_items()).collect()
    }

    /// The names of a folder, shared by all jobs that save into it. Asks the disk which folder it is.
    fn shelf_of(&self, folder: &Path) -> Arc<transfer::Shelf> {
        let folder = same_folder::real(folder);
        let mut shelves = lock(&self.shelves);
        shelves.retain(|_, shelf| shelf.strong_count() > 0);
        if let Some(shelf) = shelves.get(&folder).and_then(Weak::upgrade) {
            return shelf;
        }
        let shelf = Arc::new(transfer::Shelf::default());
        shelves.insert(folder, Arc::downgrade(&shelf));
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

    pub(crate) async fn job_record(&self, id: &JobId) -> Result<JobRecord> {
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
            pace: active.and_then(|job| job.pace(lock(&self.inner.transfers.pace).clone())),
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

//! What a person tells jobs and their files to do: stop, go on, try again, first, last.

use std::path::PathBuf;

use catalogue::{ItemFilter, ItemOrder, ItemState, JobState, Priority};
use domain::JobId;
use transfer::part::part_path;

use super::active::ActiveJob;
use super::options::JobOptions;
use super::remove_part;
use crate::Engine;
use crate::error::{Error, Result};
use crate::events::Event;

impl Engine {
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
        let positions = (0..record.tally.total).collect();
        self.remove_parts(id, record.folder, positions).await;
        self.tell(Event::LibraryChanged);
        Ok(())
    }

    /// Goes on with a paused job, at once also where a provider is being waited for.
    pub async fn resume_job(&self, id: &JobId) -> Result<()> {
        let record = self.job_record(id).await?;
        self.inner.transfers.lanes.forgive();
        self.inner.transfers.hosts.forgive();
        if record.state != JobState::Paused {
            if let Some(job) = self.inner.transfers.get(id) {
                job.admit_all();
            }
            self.inner.transfers.wake.notify_one();
            return Ok(());
        }
        let folder = record.folder.clone();
        let goes_out = JobOptions::read(&record.options_json).place.is_some();
        let sound = self.inner.folders.ask(&record.folder, move || {
            // Not made anew: a folder that is gone may be a disk that is not connected.
            // One of our own, from where files go out, may be.
            if goes_out || folder.is_dir() {
                Ok(transfer::check_folder(&folder)?)
            } else {
                Err(transfer::Error::Missing { path: folder }.into())
            }
        });
        sound.await?;
        self.put_back_stragglers(id).await?;
        self.set_job_state(id, JobState::Running, None).await?;
        if record.tally.held > 0 && record.tally.held == record.tally.queued {
            self.release_all(id, record.tally.total).await?;
        }
        self.set_going(id).await
    }

    /// Queues the failed files of a job again and goes on.
    pub async fn retry_failed(&self, id: &JobId) -> Result<()> {
        let wanted = id.clone();
        let queued = self.with_catalogue(move |catalogue| catalogue.retry_failed(&wanted)).await?;
        if queued > 0 {
            self.set_going(id).await?;
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
            let folder = self.job_record(id).await?.folder;
            // One that is under way removes its own when it has let go of it.
            let idle = changed
                .into_iter()
                .filter(|position| active.as_ref().is_none_or(|job| !job.is_under_way(*position)));
            let idle = idle.collect();
            self.remove_parts(id, folder, idle).await;
        }
        if matches!(order, ItemOrder::Release | ItemOrder::Retry)
            && self.job_record(id).await?.state == JobState::Running
        {
            self.set_going(id).await?;
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
        // Also for what is read back from buckets, with no job running.
        let cap = self.transfer_settings().await?.bytes_per_s;
        self.inner.transfers.caps.set(cap);
        for id in self.with_catalogue(catalogue::Catalogue::recover_jobs).await? {
            if let Err(error) = self.set_going(&id).await {
                tracing::error!(job = %id, %error, "a download job cannot go on");
            }
        }
        Ok(())
    }

    /// Removes unfinished files that nobody will go on with. Where the folder does not answer they stay behind; what was asked
    /// for is done all the same.
    pub(super) async fn remove_parts(&self, id: &JobId, folder: PathBuf, positions: Vec<u32>) {
        let (id, below) = (id.clone(), folder.clone());
        let removing = self.inner.folders.site(&folder).work(move || {
            for position in positions {
                remove_part(&part_path(&below, id.as_str(), position));
            }
            Ok(())
        });
        if let Err(error) = removing.await {
            tracing::warn!(folder = %folder.display(), %error, "unfinished files may be left");
        }
    }

    /// Removes what the cancelled files of a job received. Most did so themselves; not those that waited when their account was
    /// removed.
    pub(super) async fn clear_cancelled(&self, job: &ActiveJob) -> Result<()> {
        let id = job.id.clone();
        let filter = ItemFilter { states: vec![ItemState::Cancelled], ..ItemFilter::default() };
        let find =
            move |catalogue: &catalogue::Catalogue| catalogue.find_items(&id, &filter, 0, u32::MAX);
        let (total, items) = self.with_catalogue(find).await?;
        if total > 0 {
            let positions = items.into_iter().map(|item| item.position).collect();
            self.remove_parts(&job.id, job.folder.clone(), positions).await;
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

    pub(super) async fn put_back_stragglers(&self, id: &JobId) -> Result<()> {
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

    pub(super) async fn set_job_state(
        &self,
        id: &JobId,
        state: JobState,
        note: Option<&str>,
    ) -> Result<()> {
        let (id, now, note) = (id.clone(), self.now(), note.map(str::to_owned));
        self.with_catalogue(move |catalogue| {
            catalogue.set_job_state(&id, state, note.as_deref(), now)
        })
        .await
    }
}

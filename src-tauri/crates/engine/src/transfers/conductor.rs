//! One scheduler over all jobs: takes the next files by the order of the queue, as many at once as the settings and each
//! account's lane allow, and ends jobs that have nothing left.
//!
//! What stops one file (the provider refuses it, its bytes are wrong) ends that file. What would stop every file (no
//! disk space, no sign-in, the folder is gone) pauses the job with a sentence. A provider that does not answer or asks
//! to slow down stops nothing: its lane waits, and the files are taken again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use catalogue::{JobRecord, JobState, TakenItem};
use domain::{AccountId, JobId, PlaceId};
use tokio::task::JoinSet;

use super::active::ActiveJob;
use super::besides::SOFTWARE;
use super::item::Ended;
use super::lane::Outcome;
use super::options::JobOptions;
use super::{Rules, trouble};
use crate::copies::could_be_mounted_on;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, blocking, lock};

/// How often running jobs tell their progress, and waits are looked at.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// How long settings are believed before they are read again.
const RULES_LAST: Duration = Duration::from_secs(2);
/// How long a look at the free space is believed.
const SPACE_LASTS: Duration = Duration::from_secs(1);
/// With less room than this nothing is begun.
const LEAST_FREE_BYTES: u64 = 4_000_000;

/// What ended.
enum Done {
    Item {
        job: Arc<ActiveJob>,
        account: AccountId,
        position: u32,
        outcome: Outcome,
        ended: Result<Ended>,
    },
    Job(Arc<ActiveJob>),
}

impl Engine {
    /// Lets a job run, unless it does.
    pub(super) async fn activate(&self, id: &JobId) -> Result<()> {
        if lock(&self.inner.transfers.active).jobs.contains_key(id) {
            self.inner.transfers.wake.notify_one();
            return Ok(());
        }
        let record = self.job_record(id).await?;
        let zone = self.settings().await?.zone();
        let stop = self.inner.shutdown.child_token();
        let place = JobOptions::read(&record.options_json).place.map(PlaceId::new);
        let place = place.map(|place| self.place(&place)).transpose()?;
        let (engine, folder) = (self.clone(), record.folder.clone());
        let job = self.inner.folders.ask(&folder, move || {
            let has_saved = record.tally.verified + record.tally.remarked > 0;
            if place.is_none()
                && has_saved
                && could_be_mounted_on(&record.folder, record.created_at)
            {
                // Nothing came into this folder since the job began, so what was saved is on a disk that was mounted here.
                return Err(transfer::Error::Missing { path: record.folder }.into());
            }
            if place.is_none() {
                check_bag_of(&record)?;
            }
            let shelf = engine.inner.transfers.shelf_of(&record.folder);
            ActiveJob::new(&record, place, zone, stop, shelf, &engine.inner.folders)
        });
        let job = job.await?;
        let must_spawn = {
            let mut active = lock(&self.inner.transfers.active);
            active.jobs.entry(id.clone()).or_insert_with(|| Arc::new(job));
            !std::mem::replace(&mut active.is_conducted, true)
        };
        if must_spawn {
            tokio::spawn(self.clone().conduct());
        }
        self.inner.transfers.wake.notify_one();
        Ok(())
    }

    /// Lets a job run; one that cannot stands still with the reason, and is not called running while nothing moves it.
    pub(super) async fn set_going(&self, id: &JobId) -> Result<()> {
        let Err(error) = self.activate(id).await else { return Ok(()) };
        let note = trouble::halt_note(&error);
        self.set_job_state(id, JobState::Paused, Some(&note)).await?;
        self.tell_job(id).await?;
        Err(error)
    }

    async fn conduct(self) {
        let mut work: JoinSet<Done> = JoinSet::new();
        let mut tick = tokio::time::interval(TELL_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut space_seen_at: Option<Instant> = None;
        loop {
            let rules = self.rules().await;
            if space_seen_at.is_none_or(|at| at.elapsed() > SPACE_LASTS) {
                space_seen_at = Some(Instant::now());
                self.look_at_space();
            }
            self.begin_items(&rules, &mut work).await;
            self.settle_idle_jobs(&rules, &mut work).await;
            {
                let mut active = lock(&self.inner.transfers.active);
                if active.jobs.is_empty() && work.is_empty() {
                    active.is_conducted = false;
                    break;
                }
            }
            tokio::select! {
                Some(done) = work.join_next() => match done {
                    Ok(done) => self.note_done(done, &rules).await,
                    // The task itself is lost; its item is put back when its job stops.
                    Err(stopped) => tracing::error!(%stopped, "a download task stopped"),
                },
                () = self.inner.transfers.wake.notified() => {}
                _ = tick.tick() => self.tell_progress(&rules).await,
            }
        }
        let engine = self.clone();
        // Letting go of the system's inhibitor may block.
        let _ = blocking(move || {
            let transfers = &engine.inner.transfers;
            // Another conductor may have begun, which wants what is held.
            let is_held = transfers.awake.is_held();
            transfers.awake.hold_while(|| is_held && !transfers.taking().is_empty());
            Ok(())
        })
        .await;
        self.inner.transfers.ended.notify_waiters();
    }

    /// Begins as many files as there is room for.
    async fn begin_items(&self, rules: &Rules, work: &mut JoinSet<Done>) {
        loop {
            let now = Instant::now();
            if rules.quiet_until.is_some() {
                return;
            }
            let jobs = self.inner.transfers.taking();
            let under_way = u32::try_from(work.len()).unwrap_or(u32::MAX);
            let (lane_room, busy) = self.inner.transfers.lanes.rooms(rules.at_once, now);
            let room = rules.at_once.saturating_sub(under_way).min(lane_room);
            if jobs.is_empty() || room == 0 {
                return;
            }
            let (ids, at) = (jobs.iter().map(|job| job.id.clone()).collect::<Vec<_>>(), self.now());
            let of = |job: &Arc<ActiveJob>| {
                let id = job.id.clone();
                job.barred().into_iter().map(move |account| (id.clone(), account))
            };
            let barred: Vec<_> = jobs.iter().flat_map(of).collect();
            let taken = self
                .with_catalogue(move |catalogue| {
                    catalogue.take_items(&ids, &busy, &barred, room, at)
                })
                .await;
            let taken = match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::error!(%error, "the queue cannot be read");
                    let what = error.to_string();
                    for job in &jobs {
                        job.halt(Error::Internal { what: what.clone() });
                    }
                    return;
                }
            };
            if taken.is_empty() {
                return;
            }
            for taken in taken {
                if let Some(job) = jobs.iter().find(|job| job.id == taken.job) {
                    self.spawn_item(Arc::clone(job), taken, work);
                }
            }
        }
    }

    fn spawn_item(&self, job: Arc<ActiveJob>, taken: TakenItem, work: &mut JoinSet<Done>) {
        let (position, account) = (taken.item.position, taken.account.clone());
        let cancel = job.begin(position);
        self.inner.transfers.lanes.begin(&account);
        let engine = self.clone();
        work.spawn(async move {
            let (outcome, ended) = engine.run_item(taken, &job, &cancel).await;
            Done::Item { job, account, position, outcome, ended }
        });
    }

    async fn note_done(&self, done: Done, rules: &Rules) {
        match done {
            Done::Item { job, account, position, outcome, ended } => {
                self.inner.transfers.lanes.end(&account, outcome, rules.at_once, Instant::now());
                job.end(position);
                self.inner.transfers.ended.notify_waiters();
                match ended {
                    Ok(Ended::Settled) => {}
                    // The files of other accounts go on.
                    Ok(Ended::Halt(error)) if trouble::is_of_account(&error) => {
                        if let Ok(of) = self.account(&account).await {
                            job.keep_label(&account, &of.label);
                        }
                        job.bar(account, error);
                    }
                    // Also when an item could not be written down: the others must be put back, not dropped.
                    Ok(Ended::Halt(error)) | Err(error) => job.halt(error),
                }
            }
            Done::Job(job) => {
                let _ = self.tell_job(&job.id).await;
            }
        }
    }

    /// Ends jobs that were stopped, and jobs that have nothing left.
    async fn settle_idle_jobs(&self, rules: &Rules, work: &mut JoinSet<Done>) {
        for job in self.inner.transfers.all() {
            if !job.is_idle() {
                continue;
            }
            if job.stop.is_cancelled() {
                if job.begin_finishing() {
                    let engine = self.clone();
                    work.spawn(async move {
                        engine.end_stopped(&job).await;
                        Done::Job(job)
                    });
                }
                continue;
            }
            // Lists go out into a bucket, which is not for quiet hours either.
            let waits = rules.quiet_until.is_some() && job.place.is_some();
            if waits || !job.takes_items() {
                continue;
            }
            match self.job_record(&job.id).await {
                Ok(record)
                    if record.tally.queued == record.tally.held && record.tally.moving == 0 =>
                {
                    if job.begin_finishing() {
                        let engine = self.clone();
                        let held = record.tally.held;
                        work.spawn(async move {
                            engine.end_finished(&job, held).await;
                            Done::Job(job)
                        });
                    }
                }
                Ok(_) if job.barred().is_empty() => {}
                Ok(_) => {
                    let id = job.id.clone();
                    let left = self.with_catalogue(move |catalogue| catalogue.accounts_queued(&id));
                    match left.await {
                        Ok(left) => job.halt_if_barred(&left),
                        Err(error) => job.halt(error),
                    }
                }
                // The job is gone from the index, or the index cannot be read.
                Err(error) => job.halt(error),
            }
        }
    }

    async fn end_stopped(&self, job: &Arc<ActiveJob>) {
        if let Some(error) = job.take_halt() {
            tracing::warn!(job = %job.id, %error, "a download job stands still");
            let outcome = async {
                self.put_back_stragglers(&job.id).await?;
                let note = trouble::halt_note(&error);
                self.set_job_state(&job.id, JobState::Paused, Some(&note)).await
            };
            if let Err(error) = outcome.await {
                tracing::error!(job = %job.id, %error, "its state could not be written down");
            }
        }
        self.deactivate(job).await;
    }

    async fn end_finished(&self, job: &Arc<ActiveJob>, held: u32) {
        let outcome = async {
            if held > 0 {
                let note = "What is left was paused file by file.";
                return self
                    .set_job_state(&job.id, JobState::Paused, Some(note))
                    .await
                    .map(|()| true);
            }
            self.write_besides(job).await?;
            self.clear_outbox(job).await?;
            self.clear_cancelled(job).await?;
            let note = match self.count_gone(job).await? {
                0 => None,
                1 => Some("One of its files was moved or deleted after it was saved.".to_owned()),
                gone => Some(format!(
                    "{gone} of its files were moved or deleted after they were saved."
                )),
            };
            let (id, now) = (job.id.clone(), self.now());
            let finish = move |catalogue: &catalogue::Catalogue| {
                catalogue.finish_job(&id, note.as_deref(), now)
            };
            self.with_catalogue(finish).await
        };
        match outcome.await {
            Ok(true) => self.deactivate(job).await,
            // Files were queued again in this very moment.
            Ok(false) => job.go_on(),
            Err(error) => {
                job.halt(error);
                self.end_stopped(job).await;
            }
        }
    }

    async fn deactivate(&self, job: &ActiveJob) {
        lock(&self.inner.transfers.active).jobs.remove(&job.id);
        // Told before anyone who waits for the end goes on, so that the last word on the job is not an older one.
        let _ = self.tell_job(&job.id).await;
        self.inner.transfers.ended.notify_waiters();
        self.tell(Event::LibraryChanged);
    }

    /// Halts jobs whose disk is about to be full, or does not answer. Nobody waits for it: the other jobs have disks of their own.
    fn look_at_space(&self) {
        for job in self.inner.transfers.taking() {
            if !job.begin_look() {
                continue;
            }
            let engine = self.clone();
            tokio::spawn(async move {
                let folders = &engine.inner.folders;
                let ask = || {
                    let folder = job.folder.clone();
                    folders.ask(&job.folder, move || Ok(transfer::free_bytes(&folder).ok()))
                };
                let mut free = ask().await;
                if free.is_err() {
                    // A disk that starts up, or a share that connects again after the computer slept, may take its time.
                    tokio::time::sleep(engine.inner.waits.folder_answers).await;
                    free = ask().await;
                }
                match free {
                    Ok(Some(free)) if free < LEAST_FREE_BYTES => {
                        let path = job.folder.join("next");
                        job.halt(transfer::Error::DiskFull { path }.into());
                    }
                    Ok(_) => {}
                    Err(error) => job.halt(error),
                }
                job.end_look();
            });
        }
    }

    /// Until when nothing is begun, if it is quiet now.
    pub(crate) async fn quiet_until(&self) -> Option<jiff::Zoned> {
        self.rules().await.quiet_until
    }

    /// The rules as set, read again every now and then.
    async fn rules(&self) -> Rules {
        let transfers = &self.inner.transfers;
        let is_fresh = lock(&transfers.rules_at).is_some_and(|at| at.elapsed() < RULES_LAST);
        if !is_fresh {
            let read = self
                .with_catalogue(|catalogue| {
                    Ok((super::options::read(catalogue)?, crate::settings::read(catalogue)?))
                })
                .await;
            match read {
                Ok((settings, general)) => {
                    let now = self.now().to_zoned(general.zone());
                    let quiet_until =
                        settings.quiet_hours.as_ref().and_then(|hours| hours.until(&now));
                    transfers.caps.set(settings.bytes_per_s);
                    let may_hold = settings.keep_awake && quiet_until.is_none();
                    let engine = self.clone();
                    let _ = blocking(move || {
                        let transfers = &engine.inner.transfers;
                        transfers.awake.hold_while(|| may_hold && !transfers.taking().is_empty());
                        Ok(())
                    })
                    .await;
                    *lock(&transfers.rules) =
                        Rules { at_once: general.parallel_downloads, quiet_until };
                }
                Err(error) => tracing::warn!(%error, "the settings of downloads cannot be read"),
            }
            *lock(&transfers.rules_at) = Some(Instant::now());
        }
        lock(&transfers.rules).clone()
    }

    async fn tell_progress(&self, rules: &Rules) {
        let sentence = self.pace_sentence(rules).await;
        (*lock(&self.inner.transfers.pace)).clone_from(&sentence);
        for job in self.inner.transfers.all() {
            // Telling is a courtesy; what fails here fails again where it matters.
            let _ = self.tell_job(&job.id).await;
        }
    }
}

/// Refuses a bag where another program's is.
fn check_bag_of(record: &JobRecord) -> Result<()> {
    if JobOptions::read(&record.options_json).options.bag {
        transfer::beside::check_bag_folder(&record.folder, SOFTWARE)?;
    }
    Ok(())
}

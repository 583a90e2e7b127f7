//! The task that runs one job: takes queued items, keeps so many under way, settles each in the catalogue.
//!
//! What stops one file (the provider refuses it, its bytes are wrong) fails that item. What would stop every file (no
//! disk space, no sign-in, the folder is gone) pauses the job with a sentence, and items under way go back to the queue.

use std::sync::Arc;
use std::time::{Duration, Instant};

use catalogue::{CopyRecord, ItemRecord, ItemState, JobRecord, JobState};
use domain::JobId;
use tokio::task::JoinSet;
use transfer::naming::{RelativeName, Template};

use super::RunningJob;
use super::live::Live;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::fetch::evidence;
use crate::{Engine, blocking, lock};

/// How often a running job tells its progress.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Items looked at in one go.
const PAGE: u32 = 500;

/// How an item ended.
enum Ended {
    /// In one of the final states.
    Settled,
    /// Stopped; it is queued again.
    PutBack,
    /// Stopped by something that would stop every other file too.
    Halt(Error),
}

impl Engine {
    /// Starts the task of a job, unless it runs already.
    pub(super) fn run_job(&self, id: JobId) {
        let job = Arc::new(RunningJob {
            stop: self.inner.shutdown.child_token(),
            live: Live::default(),
            shelf: transfer::Shelf::default(),
        });
        {
            let mut jobs = lock(&self.inner.transfers.jobs);
            if jobs.contains_key(&id) {
                return;
            }
            jobs.insert(id.clone(), Arc::clone(&job));
        }
        let engine = self.clone();
        tokio::spawn(async move {
            let outcome = engine.drive(&id, &job).await;
            if let Err(error) = outcome {
                tracing::error!(job = %id, %error, "a download job stopped");
                let note = format!("Stopped: {error}");
                if let Err(error) = engine.set_job_state(&id, JobState::Paused, Some(&note)).await {
                    tracing::error!(job = %id, %error, "its state could not be written down");
                }
            }
            lock(&engine.inner.transfers.jobs).remove(&id);
            engine.inner.transfers.one_ended.notify_waiters();
            // The record may be gone when its account was removed meanwhile.
            if let Ok(record) = engine.job_record(&id).await {
                if record.state == JobState::Finished && record.tally.queued > 0 {
                    // Failed files were queued again in the moment this task came to its end.
                    let _ = engine.set_job_state(&id, JobState::Running, None).await;
                    engine.run_job(id.clone());
                }
                let _ = engine.tell_job(&id).await;
            }
            engine.tell(Event::LibraryChanged);
        });
    }

    async fn drive(&self, id: &JobId, job: &Arc<RunningJob>) -> Result<()> {
        let record = self.job_record(id).await?;
        let parallel = self.settings().await?.parallel_downloads as usize;
        let mut under_way: JoinSet<Result<Ended>> = JoinSet::new();
        let mut tick = tokio::time::interval(TELL_EVERY);
        let mut halted: Option<Error> = None;
        loop {
            let stopping = halted.is_some() || job.stop.is_cancelled();
            if !stopping && under_way.len() < parallel {
                match self.take_items(id, parallel - under_way.len()).await {
                    Ok(items) => {
                        for item in items {
                            let (engine, record, job) =
                                (self.clone(), record.clone(), Arc::clone(job));
                            under_way
                                .spawn(async move { engine.run_item(&record, item, &job).await });
                        }
                    }
                    Err(error) => halted = Some(error),
                }
            }
            if under_way.is_empty() {
                break;
            }
            tokio::select! {
                Some(ended) = under_way.join_next() => {
                    let ended = ended.unwrap_or_else(|stopped| Err(Error::Internal { what: stopped.to_string() }));
                    match ended {
                        Ok(Ended::Settled | Ended::PutBack) => {}
                        // Also when an item could not be written down: the others must be put back, not dropped.
                        Ok(Ended::Halt(error)) | Err(error) => {
                            halted.get_or_insert(error);
                            job.stop.cancel();
                        }
                    }
                }
                _ = tick.tick() => {
                    // Telling is a courtesy; what fails here fails again where it matters.
                    let _ = self.tell_job(id).await;
                }
            }
        }
        if let Some(error) = halted {
            self.put_back_stragglers(id).await?;
            return self.set_job_state(id, JobState::Paused, Some(&halt_note(&error))).await;
        }
        if !job.stop.is_cancelled() {
            self.set_job_state(id, JobState::Finished, None).await?;
        }
        Ok(())
    }

    /// Queues items again that could not be written down when they ended, so that none stays "receiving" for ever.
    pub(super) async fn put_back_stragglers(&self, id: &JobId) -> Result<()> {
        let id = id.clone();
        self.with_catalogue(move |catalogue| {
            let mut offset = 0;
            loop {
                let items = catalogue.job_items(&id, offset, PAGE)?;
                let read = u32::try_from(items.len()).unwrap_or(PAGE);
                let stuck = |item: &ItemRecord| {
                    matches!(item.state, ItemState::Receiving | ItemState::Verifying)
                };
                for mut item in items.into_iter().filter(stuck) {
                    item.state = ItemState::Queued;
                    catalogue.set_item(&id, &item)?;
                }
                if read < PAGE {
                    return Ok(());
                }
                offset += read;
            }
        })
        .await
    }

    /// Takes queued items and marks them as receiving, so that they are not taken twice.
    async fn take_items(&self, id: &JobId, limit: usize) -> Result<Vec<ItemRecord>> {
        let id = id.clone();
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.with_catalogue(move |catalogue| {
            let mut items = catalogue.next_queued(&id, limit)?;
            for item in &mut items {
                item.state = ItemState::Receiving;
                catalogue.set_item(&id, item)?;
            }
            Ok(items)
        })
        .await
    }

    async fn run_item(
        &self,
        record: &JobRecord,
        mut item: ItemRecord,
        job: &Arc<RunningJob>,
    ) -> Result<Ended> {
        let outcome = self.save_item(record, &mut item, job).await;
        let ended = match outcome {
            Ok(state) => {
                item.state = state;
                Ended::Settled
            }
            Err(Error::Cancelled) => {
                item.state = ItemState::Queued;
                Ended::PutBack
            }
            Err(error) if stops_every_file(&error) => {
                item.state = ItemState::Queued;
                Ended::Halt(error)
            }
            Err(error) => {
                tracing::warn!(recording = item.key.0, %error, "a recording could not be saved");
                self.note_item_failure(&mut item, &error).await?;
                let part =
                    transfer::part::part_path(&record.folder, record.id.as_str(), item.position);
                blocking(move || {
                    super::remove_part(&part);
                    Ok(())
                })
                .await?;
                Ended::Settled
            }
        };
        let (id, settled, position) = (record.id.clone(), item.clone(), item.position);
        let written = self.with_catalogue(move |catalogue| catalogue.set_item(&id, &settled)).await;
        job.live.settle(position);
        match written {
            Ok(()) => Ok(ended),
            // The item was cancelled meanwhile, with its account or its job: there is nothing left to say about it.
            Err(Error::Catalogue(catalogue::Error::WrongState { .. })) => Ok(Ended::Settled),
            Err(error) => Err(error),
        }
    }

    /// Saves one recording; returns the state it ended in.
    async fn save_item(
        &self,
        record: &JobRecord,
        item: &mut ItemRecord,
        job: &Arc<RunningJob>,
    ) -> Result<ItemState> {
        let stored = self.stored(item.key).await?;
        if let Some(copy) = &stored.copy
            && item.name.is_none()
            && is_there(copy, &record.folder)
        {
            item.received_bytes = 0;
            item.total_bytes = Some(copy.size_bytes);
            item.name = Some(relative(&copy.path, &record.folder));
            item.note = Some("A verified copy is in this folder already.".into());
            return Ok(ItemState::Skipped);
        }
        let part = transfer::part::part_path(&record.folder, record.id.as_str(), item.position);
        let position = item.position;
        let on_bytes = |received, total| job.live.note(position, received, total, Instant::now());
        let fetched = self.fetch(&stored, &part, &mut item.etag, &on_bytes, &job.stop).await?;
        let extension = fetched.facts.container.extension();
        let name = if let Some(stem) = &item.name {
            RelativeName::from_stem(stem, extension)
        } else {
            let template = Template::parse(&record.template)
                .map_err(|problem| Error::invalid("template", problem.to_string()))?;
            self.name_for(&template, &stored, position as usize, extension).await?
        };
        let remarks: Vec<String> = fetched.remarks.iter().map(ToString::to_string).collect();
        let (size_bytes, sha256) = (fetched.sealed.size_bytes, fetched.sealed.sha256.clone());
        let (folder, sealed, job) = (record.folder.clone(), fetched.sealed, Arc::clone(job));
        let path = blocking(move || Ok(job.shelf.publish(sealed, &folder, &name)?)).await?;
        let state = if remarks.is_empty() { ItemState::Verified } else { ItemState::Remarked };
        let (name, note) =
            (relative(&path, &record.folder), (!remarks.is_empty()).then(|| remarks.join(" ")));
        let copy = CopyRecord {
            path,
            size_bytes,
            sha256,
            verified_at: self.now(),
            evidence: evidence(&fetched.facts),
            remarks,
        };
        let key = item.key;
        self.with_catalogue(move |catalogue| catalogue.save_copy(key, &copy)).await?;
        // Only now: a name that is set before means "call it so", for an item that is tried again.
        item.received_bytes = size_bytes;
        item.total_bytes = Some(size_bytes);
        item.name = Some(name);
        item.note = note;
        self.tell(Event::LibraryChanged);
        Ok(state)
    }

    async fn note_item_failure(&self, item: &mut ItemRecord, error: &Error) -> Result<()> {
        let why = failure_sentence(error);
        item.state = ItemState::Failed;
        item.note = Some(why.clone());
        item.reply_json = vendor_reply_json(error);
        let (key, now) = (item.key, self.now());
        let gone = matches!(error, Error::Provider(providers::Error::NotFound(_)));
        self.with_catalogue(move |catalogue| {
            catalogue.note_failure(key, &why)?;
            if gone { catalogue.mark_gone(key, now) } else { Ok(()) }
        })
        .await?;
        self.tell(Event::LibraryChanged);
        Ok(())
    }
}

/// Whether a verified copy lies in this folder with the size it had. A full re-hash is left to *Verify now*.
fn is_there(copy: &CopyRecord, folder: &std::path::Path) -> bool {
    copy.path.starts_with(folder)
        && std::fs::metadata(&copy.path)
            .is_ok_and(|file| file.is_file() && file.len() == copy.size_bytes)
}

fn relative(path: &std::path::Path, folder: &std::path::Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

fn stops_every_file(error: &Error) -> bool {
    match error {
        Error::Transfer(_) | Error::SignInNeeded(_) | Error::Keyring { .. } => true,
        Error::Provider(error) => {
            matches!(
                error,
                providers::Error::Unauthenticated(_) | providers::Error::Unreachable { .. }
            )
        }
        _ => false,
    }
}

fn halt_note(error: &Error) -> String {
    match error {
        Error::SignInNeeded(_) => "Waiting: the account needs a sign-in.".into(),
        Error::Provider(providers::Error::Unreachable { reason }) => {
            format!(
                "Paused: the provider does not answer ({reason}). Resume when the network is back."
            )
        }
        Error::Provider(_) => {
            "Waiting: the provider refused the credentials. Sign in again, then resume.".into()
        }
        other => {
            format!("Paused: {other}. Nothing that was saved is lost; resume when it is mended.")
        }
    }
}

/// Why a file could not be saved, as a sentence for a person.
fn failure_sentence(error: &Error) -> String {
    use providers::Error as Vendor;
    match error {
        Error::Provider(Vendor::NotFound(_)) => {
            "The provider does not have this recording any more.".into()
        }
        Error::Provider(Vendor::PermissionDenied(_)) => {
            "This account may not read this recording.".into()
        }
        Error::Provider(Vendor::RateLimited { .. }) => {
            "The provider kept asking to slow down.".into()
        }
        Error::Provider(Vendor::Unreachable { reason }) => {
            format!("The provider did not answer: {reason}.")
        }
        Error::Provider(Vendor::Interrupted { reason }) => {
            format!("The connection broke each time: {reason}.")
        }
        Error::Provider(Vendor::VendorFailed(_)) => "The provider had an error of its own.".into(),
        other => other.to_string(),
    }
}

/// The vendor's words, kept with the item.
fn vendor_reply_json(error: &Error) -> Option<String> {
    let Error::Provider(error) = error else { return None };
    let correlation = error.correlation()?;
    Some(
        serde_json::json!({
            "status": correlation.status,
            "message": correlation.message,
            "correlationId": correlation.id,
        })
        .to_string(),
    )
}

//! Saving one file of a job: skip what is there, go on where an earlier run ended, fetch, verify, name, record.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalogue::{CopyRecord, ItemRecord, ItemState, StoredRecording, TakenItem};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use transfer::naming::{NameInput, RelativeName};
use transfer::part::{SealedPart, part_path};

use super::active::ActiveJob;
use super::found::{Found, Intent, look_around};
use super::lanes::Outcome;
use super::trouble::{self, Verdict};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::fetch::{Attempt, Fetched, MediaHost};
use crate::verify::evidence;
use crate::{Engine, blocking, or_cancelled};

/// Below this size a download that was cut off is cheaper to begin anew than to write down how far it came.
const WORTH_RESUMING_BYTES: u64 = 1_000_000;

/// A verified file that is to get its name.
pub(super) struct Published<'a> {
    pub(super) intent: Intent,
    pub(super) sealed: SealedPart,
    /// By content, without the dot.
    pub(super) extension: &'a str,
    pub(super) answered_in: Option<Duration>,
}

/// How an item ended.
pub(super) enum Ended {
    /// It is where it belongs.
    Settled,
    /// No file of the job can be saved now.
    Halt(Error),
}

/// What was saved.
pub(super) struct Saved {
    state: ItemState,
    copy: Option<CopyRecord>,
    answered_in: Option<Duration>,
}

impl Engine {
    /// Works on one item to whatever end. The outcome is what the account's lane learns from it.
    pub(super) async fn run_item(
        &self,
        taken: TakenItem,
        job: &Arc<ActiveJob>,
        cancel: &CancellationToken,
    ) -> (Outcome, Result<Ended>) {
        let mut item = taken.item;
        let mut media_host = None;
        let asked_at = Instant::now();
        let saved = self.save_item(&mut item, job, &mut media_host, cancel).await;
        let (saved, outcome) = match saved {
            Ok(saved) => {
                let outcome = saved.answered_in.map_or(Outcome::Neutral, Outcome::Arrived);
                (Ok(saved), outcome)
            }
            Err(error) => {
                let host = media_host.as_ref();
                let (error, outcome) =
                    self.inner.transfers.hosts.judged(error, item.key, host, asked_at);
                (Err(error), outcome)
            }
        };
        let position = item.position;
        let ended = match saved {
            Ok(saved) => self.complete(item, job, saved).await,
            Err(error) => self.settle_trouble(item, job, error).await,
        };
        job.live.settle(position);
        let ended = match ended {
            // The item was cancelled meanwhile, with its account or its job: there is nothing left to say about it.
            Err(Error::Catalogue(catalogue::Error::WrongState { .. })) => {
                let part = part_path(&job.folder, job.id.as_str(), position);
                let removed = blocking(move || {
                    super::remove_part(&part);
                    Ok(())
                });
                removed.await.map(|()| Ended::Settled)
            }
            other => other,
        };
        (outcome, ended)
    }

    async fn complete(
        &self,
        mut item: ItemRecord,
        job: &Arc<ActiveJob>,
        saved: Saved,
    ) -> Result<Ended> {
        item.state = saved.state;
        item.not_before = None;
        item.intent_json = None;
        let (id, key) = (job.id.clone(), item.key);
        let received = part_path(&job.folder, job.id.as_str(), item.position);
        self.with_catalogue(move |catalogue| match &saved.copy {
            Some(copy) => catalogue.complete_item(&id, &item, key, copy),
            None => catalogue.set_item(&id, &item),
        })
        .await?;
        if job.place.is_some() {
            // Only now: until the copy was written down these bytes were all that a later run could go on with.
            blocking(move || {
                super::remove_part(&received);
                Ok(())
            })
            .await?;
        }
        self.tell(Event::LibraryChanged);
        Ok(Ended::Settled)
    }

    /// Decides what a failure means, and writes it down.
    async fn settle_trouble(
        &self,
        mut item: ItemRecord,
        job: &Arc<ActiveJob>,
        error: Error,
    ) -> Result<Ended> {
        let (folder, disk, tries) = (job.folder.clone(), job.disk, item.tries);
        let again = self.inner.waits.file_again;
        let (error, verdict) = blocking(move || {
            let verdict = trouble::judge(&error, tries, again, || trouble::is_sound(&folder, disk));
            Ok((error, verdict))
        })
        .await?;
        let (id, now) = (job.id.clone(), self.now());
        match verdict {
            Verdict::PutBack => {
                item.state = ItemState::Queued;
                item.tries = tries.saturating_sub(1);
            }
            Verdict::PutOff(wait, why) => {
                if trouble::is_out_of_reach(&error) {
                    // The file did nothing wrong, so it has all its tries when somebody answers again.
                    item.tries = tries.saturating_sub(1);
                }
                item.state = ItemState::Queued;
                item.not_before = now.checked_add(wait).ok();
                item.note = (!why.is_empty()).then_some(why);
            }
            Verdict::HaltJob => {
                item.state = ItemState::Queued;
                self.with_catalogue(move |catalogue| catalogue.set_item(&id, &item)).await?;
                return Ok(Ended::Halt(error));
            }
            Verdict::Fail => {
                tracing::warn!(recording = item.key.0, %error, "a recording could not be saved");
                item.state = ItemState::Failed;
                item.note = Some(trouble::sentence(&error));
                item.reply_json = trouble::vendor_reply_json(&error);
                let gone = matches!(error, Error::Provider(providers::Error::NotFound(_)));
                let part = part_path(&job.folder, job.id.as_str(), item.position);
                blocking(move || {
                    super::remove_part(&part);
                    Ok(())
                })
                .await?;
                self.with_catalogue(move |catalogue| catalogue.fail_item(&id, &item, gone, now))
                    .await?;
                self.tell(Event::LibraryChanged);
                return Ok(Ended::Settled);
            }
        }
        self.with_catalogue(move |catalogue| catalogue.set_item(&id, &item)).await?;
        Ok(Ended::Settled)
    }

    async fn save_item(
        &self,
        item: &mut ItemRecord,
        job: &Arc<ActiveJob>,
        media_host: &mut Option<MediaHost>,
        cancel: &CancellationToken,
    ) -> Result<Saved> {
        let stored = self.stored(item.key).await?;
        let part = part_path(&job.folder, job.id.as_str(), item.position);
        let found = look_around(self, job, item, &stored, &part).await?;
        match found {
            Found::Nothing => {}
            Found::There(copy) => {
                item.received_bytes = 0;
                item.total_bytes = Some(copy.size_bytes);
                item.name = Some(relative(&copy.path, &job.root()));
                let what = if job.place.is_some() { "bucket" } else { "folder" };
                item.note = Some(format!("A verified copy is in this {what} already."));
                return Ok(Saved { state: ItemState::Skipped, copy: None, answered_in: None });
            }
            Found::Named(intent, path) => {
                let place = job.place.as_ref().map(|place| place.id.clone());
                return Ok(saved(item, job, intent.copy(path, place, self.now()), None));
            }
            Found::Sealed(intent, sealed) => {
                let name = intent.name.clone().unwrap_or_default();
                let extension = Path::new(&name).extension().and_then(|e| e.to_str());
                let extension = extension.unwrap_or("bin");
                let published = Published { intent, sealed, extension, answered_in: None };
                return self.publish(item, job, &stored, published, cancel).await;
            }
        }
        let position = item.position;
        let on_bytes = |received, total| job.live.note(position, received, total, Instant::now());
        let (engine, opened_job, opened_item) = (self.clone(), Arc::clone(job), item.clone());
        let on_opened = move |etag: Option<String>, total: Option<u64>| -> BoxFuture<'static, _> {
            let (engine, job, item) =
                (engine.clone(), Arc::clone(&opened_job), opened_item.clone());
            Box::pin(async move { engine.note_opened(&job, item, etag, total).await })
        };
        let etag_before = item.etag.clone();
        let transfers = &self.inner.transfers;
        let attempt = Attempt {
            stored: &stored,
            part: &part,
            validator: &mut item.etag,
            address_is_stale: item.tries > 1 || transfers.hosts.is_silent(item.key),
            on_opened: Some(&on_opened),
            on_bytes: &on_bytes,
            media_host: &mut *media_host,
            cap: Some(&transfers.caps.down),
            inflow: None,
        };
        let fetched = self.fetch_once(attempt, cancel).await;
        let Fetched { sealed, facts, remarks, answered_in } = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                let (received, total) = job.live.of(position).unwrap_or_default();
                item.received_bytes = received;
                item.total_bytes = total.or(item.total_bytes);
                if received < WORTH_RESUMING_BYTES && etag_before.is_none() {
                    item.etag = None;
                }
                return Err(error);
            }
        };
        if let Some(host) = media_host {
            transfers.hosts.arrived(&host.origin, item.key, Instant::now());
        }
        let intent = Intent {
            name: None,
            size_bytes: sealed.size_bytes,
            sha256: sealed.sha256.clone(),
            evidence: evidence(&facts),
            remarks: remarks.iter().map(ToString::to_string).collect(),
            upload: None,
        };
        item.etag = None;
        let extension = facts.container.extension();
        let published = Published { intent, sealed, extension, answered_in: Some(answered_in) };
        self.publish(item, job, &stored, published, cancel).await
    }

    /// A large file begins: looks whether it fits, and writes down what a later run needs to go on with it.
    async fn note_opened(
        &self,
        job: &ActiveJob,
        mut item: ItemRecord,
        etag: Option<String>,
        total: Option<u64>,
    ) -> Result<()> {
        let Some(total) = total.filter(|total| *total >= WORTH_RESUMING_BYTES) else {
            return Ok(());
        };
        let (folder, received) = (job.folder.clone(), item.received_bytes);
        blocking(move || match transfer::free_bytes(&folder) {
            Ok(free) if free < total.saturating_sub(received) => {
                Err(transfer::Error::DiskFull { path: folder.join("next") }.into())
            }
            _ => Ok(()),
        })
        .await?;
        item.etag = etag;
        item.total_bytes = Some(total);
        let id = job.id.clone();
        self.with_catalogue(move |catalogue| catalogue.note_progress(&id, &item)).await
    }

    /// Brings a verified file where it belongs.
    async fn publish(
        &self,
        item: &mut ItemRecord,
        job: &Arc<ActiveJob>,
        stored: &StoredRecording,
        published: Published<'_>,
        cancel: &CancellationToken,
    ) -> Result<Saved> {
        match &job.place {
            None => self.publish_in_folder(item, job, stored, published).await,
            Some(place) => {
                let sending = self.publish_to_place(item, job, place, stored, published);
                or_cancelled(cancel, sending).await
            }
        }
    }

    /// Gives the file its name: first the intent is written down, then the file is renamed.
    async fn publish_in_folder(
        &self,
        item: &mut ItemRecord,
        job: &Arc<ActiveJob>,
        stored: &StoredRecording,
        published: Published<'_>,
    ) -> Result<Saved> {
        let Published { intent, sealed, extension, answered_in } = published;
        let name = self.name_in(job, stored, item.position, extension).await?;
        let call_time = job.options.call_time.then(|| stored.recording.when()).flatten();
        let (catalogue, now) = (self.inner.catalogue.clone(), self.now());
        let (work_job, mut work_item, mut intent) = (Arc::clone(job), item.clone(), intent);
        let copy = blocking(move || {
            let job = work_job;
            if !job.folder.is_dir() || transfer::disk_of(&job.folder) != job.disk {
                return Err(transfer::Error::Missing { path: job.folder.clone() }.into());
            }
            if let Some(at) = call_time {
                sealed.set_changed_at(at.into())?;
            }
            let path = job.shelf.publish_announced(
                sealed,
                &job.audio_folder(),
                &name,
                |path: &Path| -> Result<()> {
                    intent.name = path.strip_prefix(&job.folder).ok().and_then(plain_text);
                    work_item.intent_json = serde_json::to_string(&intent).ok();
                    Ok(catalogue.note_progress(&job.id, &work_item)?)
                },
            )?;
            Ok(intent.copy(path, None, now))
        })
        .await?;
        Ok(saved(item, job, copy, answered_in))
    }

    /// The name a recording gets in a job.
    pub(super) async fn name_in(
        &self,
        job: &ActiveJob,
        stored: &StoredRecording,
        position: u32,
        extension: &str,
    ) -> Result<RelativeName> {
        if let Some(stem) = &job.fixed_stem {
            return Ok(RelativeName::from_stem(stem, extension));
        }
        let account_label = if let Some(label) = job.label_of(&stored.account) {
            label
        } else {
            let label = self.account(&stored.account).await?.label;
            job.keep_label(&stored.account, &label);
            label
        };
        let input = NameInput {
            recording: &stored.recording,
            account_label: &account_label,
            zone: &job.zone,
            index: position as usize,
        };
        Ok(job.template.render(&input, extension))
    }
}

pub(super) fn saved(
    item: &mut ItemRecord,
    job: &ActiveJob,
    copy: CopyRecord,
    answered_in: Option<Duration>,
) -> Saved {
    item.received_bytes = copy.size_bytes;
    item.total_bytes = Some(copy.size_bytes);
    item.name = Some(relative(&copy.path, &job.root()));
    item.note = (!copy.remarks.is_empty()).then(|| copy.remarks.join(" "));
    let state = if copy.remarks.is_empty() { ItemState::Verified } else { ItemState::Remarked };
    Saved { state, copy: Some(copy), answered_in }
}

pub(super) fn relative(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

fn plain_text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}

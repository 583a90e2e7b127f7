//! Saving one file of a job: skip what is there, go on where an earlier run ended, fetch, verify, name, record.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalogue::{
    Catalogue, CheckResult, CopyRecord, ItemRecord, ItemState, StoredRecording, TakenItem,
};
use domain::{PlaceId, RecordingKey};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use transfer::naming::{NameInput, RelativeName};
use transfer::part::{PartFile, SealedPart, part_path};

use super::active::ActiveJob;
use super::lanes::Outcome;
use super::trouble::{self, Verdict};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::fetch::{Attempt, Fetched, evidence};
use crate::{Engine, blocking, or_cancelled};

/// Below this size a download that was cut off is cheaper to begin anew than to write down how far it came.
const WORTH_RESUMING_BYTES: u64 = 1_000_000;

/// Written down before a finished file gets its final name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Intent {
    /// Relative to the job's folder, or the whole key in a bucket; `None` for a path that is no text, which then cannot be
    /// found again.
    pub(super) name: Option<String>,
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
    pub(super) evidence: String,
    pub(super) remarks: Vec<String>,
    /// The bucket's name for an upload in parts that has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upload: Option<String>,
}

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
        let saved = self.save_item(&mut item, job, cancel).await;
        let outcome = match &saved {
            Ok(saved) => saved.answered_in.map_or(Outcome::Neutral, Outcome::Arrived),
            Err(error) => trouble::outcome(error),
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
            Verdict::PutBack => item.state = ItemState::Queued,
            Verdict::PutOff(wait, why) => {
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
        let attempt = Attempt {
            stored: &stored,
            part: &part,
            validator: &mut item.etag,
            address_is_stale: item.tries > 1,
            on_opened: Some(&on_opened),
            on_bytes: &on_bytes,
            cap: Some(&self.inner.transfers.cap),
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

impl Intent {
    /// What was written down with an item.
    pub(super) fn of(item: &ItemRecord) -> Option<Self> {
        item.intent_json.as_deref().and_then(|json| serde_json::from_str(json).ok())
    }

    pub(super) fn copy(
        self,
        path: PathBuf,
        place: Option<PlaceId>,
        verified_at: jiff::Timestamp,
    ) -> CopyRecord {
        CopyRecord {
            path,
            place,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
            verified_at,
            evidence: self.evidence,
            remarks: self.remarks,
        }
    }
}

/// What is where it belongs, or received, already.
pub(super) enum Found {
    Nothing,
    /// The verified copy that the catalogue knows.
    There(CopyRecord),
    /// A file that an earlier run finished and named, and did not live to record.
    Named(Intent, PathBuf),
    /// A part file that an earlier run finished, and did not live to name.
    Sealed(Intent, SealedPart),
}

async fn look_around(
    engine: &Engine,
    job: &Arc<ActiveJob>,
    item: &ItemRecord,
    stored: &StoredRecording,
    part: &Path,
) -> Result<Found> {
    if let Some(place) = &job.place {
        return engine.look_in_place(place, item, stored, part).await;
    }
    let copy = stored.copy.clone();
    let intent = Intent::of(item);
    let (job, part, key) = (Arc::clone(job), part.to_owned(), item.key);
    let catalogue = engine.inner.catalogue.clone();
    blocking(move || {
        if !job.folder.is_dir() || transfer::disk_of(&job.folder) != job.disk {
            return Err(transfer::Error::Missing { path: job.folder.clone() }.into());
        }
        if let Some(copy) = copy
            && job.fixed_stem.is_none()
            && is_there(&copy, &job.folder)
            && is_unchanged(&catalogue, key, &copy)?
        {
            return Ok(Found::There(copy));
        }
        let Some(intent) = intent else { return Ok(Found::Nothing) };
        if let Some(name) = &intent.name {
            let path = job.folder.join(name);
            if is_same(&path, &intent) {
                return Ok(Found::Named(intent, path));
            }
        }
        if part.is_file() {
            let sealed = PartFile::open(&part)?.seal()?;
            if sealed.size_bytes == intent.size_bytes && sealed.sha256 == intent.sha256 {
                return Ok(Found::Sealed(intent, sealed));
            }
        }
        Ok(Found::Nothing)
    })
    .await
}

/// A copy that was found changed by a check is hashed before it counts again.
fn is_unchanged(catalogue: &Catalogue, key: RecordingKey, copy: &CopyRecord) -> Result<bool> {
    match catalogue.last_check(key)? {
        Some((_, CheckResult::Changed | CheckResult::Missing)) => {
            Ok(transfer::hash_file(&copy.path).is_ok_and(|(_, sha256)| sha256 == copy.sha256))
        }
        _ => Ok(true),
    }
}

fn is_same(path: &Path, intent: &Intent) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == intent.size_bytes)
        && transfer::hash_file(path).is_ok_and(|(_, sha256)| sha256 == intent.sha256)
}

/// Whether a verified copy lies in this folder with the size it had. A full re-hash is left to *Verify now*.
pub(super) fn is_there(copy: &CopyRecord, folder: &Path) -> bool {
    copy.place.is_none()
        && copy.path.starts_with(folder)
        && std::fs::metadata(&copy.path)
            .is_ok_and(|file| file.is_file() && file.len() == copy.size_bytes)
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

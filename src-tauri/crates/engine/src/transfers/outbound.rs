//! The last step of a file that goes into a bucket. It was received and verified in a folder of our own, and it stays there
//! until the copy is written down; so whatever ends in between, the next run has the bytes, and asks the bucket what became
//! of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{CopyRecord, ItemRecord, StoredRecording};
use domain::{JobId, PlaceId, RecordingKey};
use futures_util::future::BoxFuture;
use transfer::beside::BAG_DATA;
use transfer::naming::RelativeName;
use transfer::part::{PartFile, SealedPart, part_path};

use super::active::ActiveJob;
use super::found::{Found, Intent};
use super::options::JobOptions;
use super::publish::{Published, Saved, saved};
use crate::error::{Error, Result};
use crate::places::{self, Meta, Outgoing, Place, PlaceError};
use crate::{Engine, blocking};

/// Below the profile's folder.
const OUTBOX: &str = "outbox";
/// How many names (`x`, `x (2)`, …) are tried before giving up.
const MOST_TWINS: u32 = 100_000;
/// Items read at once.
const PAGE: u32 = 500;

impl Engine {
    /// Where files for a bucket are received.
    pub(crate) async fn outbox(&self, place: &PlaceId) -> Result<PathBuf> {
        let folder = self.inner.data_dir.join(OUTBOX).join(place.as_str());
        let made = folder.clone();
        blocking(move || {
            std::fs::create_dir_all(&made).map_err(|source| Error::file(&made, &source))
        })
        .await?;
        Ok(folder)
    }

    /// Removes what a job that ended well may have left in the outbox: a program that was killed between writing a copy
    /// down and removing its received file.
    pub(super) async fn clear_outbox(&self, job: &Arc<ActiveJob>) -> Result<()> {
        if job.place.is_none() {
            return Ok(());
        }
        let (folder, id) = (job.folder.clone(), job.id.clone());
        let total = self.job_record(&job.id).await?.tally.total;
        blocking(move || {
            for position in 0..total {
                super::remove_part(&part_path(&folder, id.as_str(), position));
            }
            Ok(())
        })
        .await
    }

    /// Clears parts away that uploads of a cancelled job left in the bucket.
    pub(super) async fn abandon_uploads(&self, id: &JobId, options: &JobOptions) -> Result<()> {
        let Some(place) = options.place.clone().map(PlaceId::new) else { return Ok(()) };
        let mut offset = 0;
        loop {
            let wanted = id.clone();
            let items = self
                .with_catalogue(move |catalogue| catalogue.job_items(&wanted, offset, PAGE))
                .await?;
            if items.is_empty() {
                return Ok(());
            }
            offset += PAGE;
            let intents = items.iter().filter_map(Intent::of);
            for intent in intents {
                if let (Some(key), Some(upload)) = (&intent.name, &intent.upload) {
                    self.bucket(&place).await?.give_up_parts(key, upload).await;
                }
            }
        }
    }

    /// What is in the bucket, or received, already.
    pub(super) async fn look_in_place(
        &self,
        job: &ActiveJob,
        place: &Place,
        item: &ItemRecord,
        stored: &StoredRecording,
        part: &Path,
    ) -> Result<Found> {
        let bucket = self.bucket(&place.id).await?;
        let failed = |trouble| self.of_place(&place.id, trouble);
        for copy in stored.copies().filter(|copy| job.holds(copy)) {
            if self.is_still_there(place, copy).await? {
                return Ok(Found::There(copy.clone()));
            }
        }
        let Some(intent) = Intent::of(item) else { return Ok(Found::Nothing) };
        if let (Some(key), Some(upload)) = (&intent.name, &intent.upload) {
            bucket.give_up_parts(key, upload).await;
        }
        let sealed = sealed_as(part, &intent).await?;
        if let Some(key) = &intent.name
            && self.is_free_for(place, key, item.key).await?
        {
            let is_there = match &sealed {
                Some(sealed) => {
                    let file = Outgoing::read(&sealed.path).await.map_err(failed)?;
                    bucket.holds(key, &file).await.map_err(failed)? == Some(true)
                }
                None if bucket.size_of(key).await.map_err(failed)? == Some(intent.size_bytes) => {
                    let read = bucket.read_back(key, |_| true).await.map_err(failed)?;
                    read.is_some_and(|(_, sha256)| sha256 == intent.sha256)
                }
                None => false,
            };
            if is_there {
                let path = PathBuf::from(key);
                return Ok(Found::Named(intent, path));
            }
        }
        Ok(sealed.map_or(Found::Nothing, |sealed| Found::Sealed(intent, sealed)))
    }

    /// Whether a copy that the index knows is in the bucket with the size it had. One that a check found changed is read
    /// again before it counts.
    async fn is_still_there(&self, place: &Place, copy: &CopyRecord) -> Result<bool> {
        if copy.is_spoilt() {
            return match self.hash_object(&place.id, copy, |_| true).await {
                Ok(found) => Ok(found.is_some_and(|(_, sha256)| sha256 == copy.sha256)),
                Err(Error::Place { trouble: PlaceError::Absent, .. }) => Ok(false),
                Err(error) => Err(error),
            };
        }
        let bucket = self.bucket(&place.id).await?;
        let size = bucket.size_of(&copy.path.to_string_lossy()).await;
        let size = size.map_err(|trouble| self.of_place(&place.id, trouble))?;
        Ok(size == Some(copy.size_bytes))
    }

    /// Whether no other recording's copy has this key: two recordings may have the same bytes, and each has its own copy.
    async fn is_free_for(&self, place: &Place, key: &str, mine: RecordingKey) -> Result<bool> {
        let (place, key) = (place.id.clone(), key.to_owned());
        let owner = self.with_catalogue(move |catalogue| catalogue.copy_at(&place, &key)).await?;
        Ok(owner.is_none_or(|owner| owner == mine))
    }

    /// Puts a verified file into the bucket: first the key is written down, then the bytes go, then they are proven.
    pub(super) async fn publish_to_place(
        &self,
        item: &mut ItemRecord,
        job: &Arc<ActiveJob>,
        place: &Place,
        stored: &StoredRecording,
        published: Published<'_>,
    ) -> Result<Saved> {
        let Published { mut intent, sealed, extension, answered_in } = published;
        let name = self.name_in(job, stored, item.position, extension).await?;
        let bucket = self.bucket(&place.id).await?;
        let failed = |trouble| self.of_place(&place.id, trouble);
        let file = Outgoing::read(&sealed.path).await.map_err(failed)?;
        if file.sha256() != sealed.sha256 || file.size_bytes() != sealed.size_bytes {
            let what = "The received file changed on this computer before it was sent.".into();
            return Err(Error::NotAudio { what });
        }
        let meta = Meta {
            content_type: places::content_type(&name.file_name(1)),
            changed_at: job.options.call_time.then(|| stored.recording.when()).flatten(),
            is_list: false,
        };
        let plain = place.key(&below(job, &name, 1));
        for number in self.inner.places.names.first_number(&place.id, &plain)..=MOST_TWINS {
            let key = place.key(&below(job, &name, number));
            let Some(_claim) = self.inner.places.names.claim(&place.id, &key) else { continue };
            if !self.is_free_for(place, &key, item.key).await? {
                continue;
            }
            intent.name = Some(key.clone());
            intent.upload = None;
            item.intent_json = serde_json::to_string(&intent).ok();
            self.note_intent(&job.id, item.clone()).await?;
            if self.inner.transfers.is_quiet() {
                // Put back as received: it goes out when the quiet hours are over.
                return Err(Error::Cancelled);
            }
            let noted = &mut *item;
            let begun = |upload: String| -> BoxFuture<'_, Result<()>> {
                // Kept with the item itself, which is written down again when this is cut off.
                let intent = Intent { upload: Some(upload), ..intent.clone() };
                noted.intent_json = serde_json::to_string(&intent).ok();
                Box::pin(self.note_intent(&job.id, noted.clone()))
            };
            match bucket.save_new(&key, &file, &meta, begun).await? {
                places::Saved::Now | places::Saved::Before => {
                    self.inner.places.names.note_number(&place.id, plain, number);
                    let copy = intent.copy(key.into(), Some(place.id.clone()), self.now());
                    return Ok(saved(item, job, stored, copy, answered_in));
                }
                places::Saved::Taken => {}
            }
        }
        Err(failed(PlaceError::Taken))
    }

    async fn note_intent(&self, id: &JobId, item: ItemRecord) -> Result<()> {
        let id = id.clone();
        self.with_catalogue(move |catalogue| catalogue.note_progress(&id, &item)).await
    }

    /// Puts lists that were written into a folder under their names into the bucket, over earlier ones of ours.
    pub(super) async fn publish_lists(&self, place: &Place, folder: &Path) -> Result<()> {
        use futures_util::{TryStreamExt as _, stream};

        let bucket = self.bucket(&place.id).await?;
        let looked_in = folder.to_owned();
        let files = blocking(move || files_below(&looked_in)).await?;
        stream::iter(files.into_iter().map(Ok))
            .try_for_each_concurrent(LISTS_AT_ONCE, |(path, name)| {
                let bucket = Arc::clone(&bucket);
                async move {
                    let send = async {
                        let file = Outgoing::read(&path).await?;
                        bucket.save_list(&place.key(&name), &file).await
                    };
                    send.await.map_err(|trouble| self.of_place(&place.id, trouble))
                }
            })
            .await
    }
}

/// How many lists are sent at once.
const LISTS_AT_ONCE: usize = 4;

/// A received file that is what the intent says.
async fn sealed_as(part: &Path, intent: &Intent) -> Result<Option<SealedPart>> {
    let (part, size_bytes, sha256) = (part.to_owned(), intent.size_bytes, intent.sha256.clone());
    blocking(move || {
        if !part.is_file() {
            return Ok(None);
        }
        let sealed = PartFile::open(&part)?.seal()?;
        let is_same = sealed.size_bytes == size_bytes && sealed.sha256 == sha256;
        Ok(is_same.then_some(sealed))
    })
    .await
}

/// The key of a name, below the prefix.
fn below(job: &ActiveJob, name: &RelativeName, number: u32) -> String {
    let bag = job.options.bag.then_some(BAG_DATA);
    let file_name = name.file_name(number);
    let parts = bag.into_iter().chain(name.folder_names()).chain([file_name.as_str()]);
    parts.collect::<Vec<_>>().join("/")
}

/// Every file below a folder, with its name relative to it, with `/` on every system.
fn files_below(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((place, prefix)) = folders.pop() {
        let failed = |source: std::io::Error| Error::file(&place, &source);
        for entry in std::fs::read_dir(&place).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else {
                files.push((entry.path(), name));
            }
        }
    }
    files.sort();
    Ok(files)
}

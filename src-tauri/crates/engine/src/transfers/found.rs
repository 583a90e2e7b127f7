//! What is there already when a file's turn comes: the copy that the index knows, a file or an object that an earlier run
//! finished and did not live to write down, or received bytes without a name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{CopyRecord, ItemFilter, ItemRecord, ItemState, StoredRecording};
use domain::PlaceId;
use serde::{Deserialize, Serialize};
use transfer::part::{PartFile, SealedPart};

use super::active::ActiveJob;
use crate::Engine;
use crate::error::Result;

/// Items read at once.
const PAGE: u32 = 500;

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

impl Intent {
    /// What was written down with an item.
    pub(super) fn of(item: &ItemRecord) -> Option<Self> {
        item.intent_json.as_deref().and_then(|json| serde_json::from_str(json).ok())
    }

    /// Of a file with the bytes of a copy that was verified before.
    pub(super) fn again(copy: &CopyRecord) -> Self {
        Self {
            name: None,
            size_bytes: copy.size_bytes,
            sha256: copy.sha256.clone(),
            evidence: copy.evidence.clone(),
            remarks: copy.remarks.clone(),
            upload: None,
        }
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
            checked: None,
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

pub(super) async fn look_around(
    engine: &Engine,
    job: &Arc<ActiveJob>,
    item: &ItemRecord,
    stored: &StoredRecording,
    part: &Path,
) -> Result<Found> {
    if let Some(place) = &job.place {
        return engine.look_in_place(job, place, item, stored, part).await;
    }
    let copies: Vec<CopyRecord> = stored.copies().cloned().collect();
    let intent = Intent::of(item);
    let (job, part) = (Arc::clone(job), part.to_owned());
    let folder = job.folder.clone();
    let site = engine.inner.folders.site(&folder);
    site.work(move || {
        if !job.folder.is_dir() || transfer::disk_of(&job.folder) != job.disk {
            return Err(transfer::Error::Missing { path: job.folder.clone() }.into());
        }
        let is_good = |copy: &CopyRecord| job.holds(copy) && is_there(copy) && is_unchanged(copy);
        if job.fixed_stem.is_none()
            && let Some(copy) = copies.into_iter().find(is_good)
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

impl Engine {
    /// How many of the files that a job saved, or found, are not in its folder any more. Objects of a bucket are not asked for,
    /// nor is what belongs to a removed account.
    pub(super) async fn count_gone(&self, job: &Arc<ActiveJob>) -> Result<usize> {
        if job.place.is_some() {
            return Ok(0);
        }
        let (catalogue, looked) = (self.inner.catalogue.clone(), Arc::clone(job));
        let counting = self.inner.folders.site(&job.folder).work(move || {
            let states = vec![ItemState::Verified, ItemState::Remarked, ItemState::Skipped];
            let filter = ItemFilter { states, ..ItemFilter::default() };
            let (mut gone, mut offset) = (0, 0);
            loop {
                let (_, items) = catalogue.find_items(&looked.id, &filter, offset, PAGE)?;
                if items.is_empty() {
                    return Ok(gone);
                }
                offset += PAGE;
                let keys: Vec<_> = items.iter().map(|item| item.key).collect();
                let keys: Vec<_> = catalogue.rows(&keys)?.into_iter().map(|row| row.key).collect();
                let copies = catalogue.copies_of(&keys)?.into_iter();
                let here: HashSet<_> = copies
                    .filter(|(_, copy)| looked.holds(copy) && is_there(copy))
                    .map(|(key, _)| key)
                    .collect();
                gone += keys.iter().filter(|key| !here.contains(key)).count();
            }
        });
        counting.await
    }
}

/// A copy that was found changed by a check is hashed before it counts again.
pub(super) fn is_unchanged(copy: &CopyRecord) -> bool {
    !copy.is_spoilt()
        || transfer::hash_file(&copy.path).is_ok_and(|(_, sha256)| sha256 == copy.sha256)
}

fn is_same(path: &Path, intent: &Intent) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == intent.size_bytes)
        && transfer::hash_file(path).is_ok_and(|(_, sha256)| sha256 == intent.sha256)
}

/// Whether the file of a verified copy is there with the size it had. A full re-hash is left to *Verify now*.
pub(super) fn is_there(copy: &CopyRecord) -> bool {
    copy.place.is_none()
        && std::fs::metadata(&copy.path)
            .is_ok_and(|file| file.is_file() && file.len() == copy.size_bytes)
}

//! The last step of a file: from received and verified to where it belongs, and what is then written down about it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use catalogue::{CopyRecord, ItemRecord, ItemState, StoredRecording};
use tokio_util::sync::CancellationToken;
use transfer::naming::{NameInput, RelativeName};
use transfer::part::SealedPart;

use super::active::ActiveJob;
use super::found::Intent;
use crate::error::Result;
use crate::{Engine, or_cancelled};

/// A verified file that is to get its name.
pub(super) struct Published<'a> {
    pub(super) intent: Intent,
    pub(super) sealed: SealedPart,
    /// By content, without the dot.
    pub(super) extension: &'a str,
    pub(super) answered_in: Option<Duration>,
}

/// What was saved.
pub(super) struct Saved {
    pub(super) state: ItemState,
    pub(super) copy: Option<CopyRecord>,
    /// Earlier copies where the job saves, which were looked at and did not count: gone, or changed.
    pub(super) replaced: Vec<CopyRecord>,
    pub(super) answered_in: Option<Duration>,
}

impl Engine {
    /// Brings a verified file where it belongs.
    pub(super) async fn publish(
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
        let site = self.inner.folders.site(&job.folder);
        let (waiting, key) = (Arc::new(()), stored.key);
        let waited_for = Arc::downgrade(&waiting);
        let publishing = site.work(move || {
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
            let copy = intent.copy(path, None, now);
            if waited_for.upgrade().is_none() {
                // The folder was given up as silent, and its job may have been cancelled since. No file has its name
                // without its record.
                catalogue.save_copy(key, &copy)?;
            }
            Ok(copy)
        });
        let published = publishing.await;
        drop(waiting);
        let copy = published?;
        Ok(saved(item, job, stored, copy, answered_in))
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
    stored: &StoredRecording,
    copy: CopyRecord,
    answered_in: Option<Duration>,
) -> Saved {
    // Under a name that a person chose it is one more; otherwise all that were here have been looked at.
    let is_one_more = job.fixed_stem.is_some();
    let is_replaced = |old: &&CopyRecord| !is_one_more && job.holds(old) && !old.is_at(&copy);
    let replaced = stored.copies().filter(is_replaced).cloned().collect();
    item.received_bytes = copy.size_bytes;
    item.total_bytes = Some(copy.size_bytes);
    item.name = Some(job.shown_name(&copy));
    item.note = (!copy.remarks.is_empty()).then(|| copy.remarks.join(" "));
    let state = if copy.remarks.is_empty() { ItemState::Verified } else { ItemState::Remarked };
    Saved { state, copy: Some(copy), replaced, answered_in }
}

fn plain_text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}

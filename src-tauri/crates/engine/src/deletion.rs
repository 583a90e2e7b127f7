//! Deleting recordings at the provider: for ever, so never without a record and never by accident.
//!
//! For each recording, in this order: the copy on disk is hashed again and must match (or the person chose to delete
//! without a copy, and there is none), the deletion is written down, the provider is asked, the answer is written down.

use catalogue::{DeletionOutcome, NewDeletion, StoredRecording};
use domain::RecordingKey;
use futures_util::{StreamExt, stream};
use providers::Deleted;

use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::Selection;
use crate::{Engine, blocking};

/// How many deletions are under way at once.
const PARALLEL: usize = 4;

/// What a person agreed to.
#[derive(Debug, Clone)]
pub struct DeleteOrder {
    /// Which recordings.
    pub selection: Selection,
    /// How many the person saw.
    pub confirmed_count: usize,
    /// Delete also those that have no copy here.
    pub without_copy: bool,
    /// Why, for the record.
    pub reason: String,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteReport {
    /// Deleted now.
    pub deleted: u32,
    /// The provider did not have them any more.
    pub already_gone: u32,
    /// Left alone.
    pub kept: Vec<Kept>,
}

/// A recording that was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub key: RecordingKey,
    /// Why, as a sentence.
    pub why: String,
}

enum Ended {
    Deleted,
    AlreadyGone,
    Kept(String),
}

impl Engine {
    /// Deletes recordings at the provider.
    ///
    /// # Errors
    /// `Invalid` when the count is not what the person saw; what fails for single recordings is in the report.
    pub async fn delete_recordings(&self, order: DeleteOrder) -> Result<DeleteReport> {
        let keys = self.selected_keys(&order.selection)?;
        if keys.len() != order.confirmed_count {
            return Err(Error::Invalid {
                field: Some("confirmedCount"),
                what: format!(
                    "You agreed to {} recordings, but the selection now has {}. Nothing was deleted.",
                    order.confirmed_count,
                    keys.len()
                ),
            });
        }
        let order = &order;
        let mut endings = stream::iter(keys)
            .map(|key| async move { (key, self.delete_one(key, order).await) })
            .buffer_unordered(PARALLEL);
        let mut report = DeleteReport::default();
        while let Some((key, ended)) = endings.next().await {
            match ended {
                Ok(Ended::Deleted) => report.deleted += 1,
                Ok(Ended::AlreadyGone) => report.already_gone += 1,
                Ok(Ended::Kept(why)) => report.kept.push(Kept { key, why }),
                Err(error) => report.kept.push(Kept { key, why: kept_sentence(&error) }),
            }
        }
        report.kept.sort_by_key(|kept| kept.key);
        tracing::info!(
            deleted = report.deleted,
            already_gone = report.already_gone,
            kept = report.kept.len(),
            "deletion"
        );
        self.tell(Event::LibraryChanged);
        self.tell(Event::AccountsChanged);
        Ok(report)
    }

    async fn delete_one(&self, key: RecordingKey, order: &DeleteOrder) -> Result<Ended> {
        let stored = self.stored(key).await?;
        match self.check_copy(&stored).await? {
            CopyCheck::Whole => {}
            CopyCheck::None | CopyCheck::Remarked(_) if order.without_copy => {}
            CopyCheck::None => {
                return Ok(Ended::Kept("There is no verified copy of it here.".into()));
            }
            CopyCheck::Remarked(why) | CopyCheck::Bad(why) => return Ok(Ended::Kept(why)),
        }
        let provider = self.provider(&stored.account).await?;
        let deletion = NewDeletion {
            key,
            account: stored.account.clone(),
            recording_id: stored.recording.id.clone(),
            who: self.inner.actor.clone(),
            reason: order.reason.clone(),
            had_copy_sha256: stored.copy.as_ref().map(|copy| copy.sha256.clone()),
            at: self.now(),
        };
        let record =
            self.with_catalogue(move |catalogue| catalogue.begin_deletion(&deletion)).await?;
        let answer = provider.delete(&stored.recording.id).await;
        let (outcome, detail) = match &answer {
            Ok(Deleted::Now) => (DeletionOutcome::Deleted, None),
            Ok(Deleted::AlreadyGone) => (DeletionOutcome::AlreadyGone, None),
            Err(error) => (DeletionOutcome::Failed, Some(error.to_string())),
        };
        let at = self.now();
        self.with_catalogue(move |catalogue| {
            catalogue.settle_deletion(record, outcome, detail.as_deref(), at)
        })
        .await?;
        match answer? {
            Deleted::Now => Ok(Ended::Deleted),
            Deleted::AlreadyGone => Ok(Ended::AlreadyGone),
        }
    }

    /// Hashes the copy again, now.
    async fn check_copy(&self, stored: &StoredRecording) -> Result<CopyCheck> {
        let Some(copy) = stored.copy.clone() else { return Ok(CopyCheck::None) };
        blocking(move || {
            Ok(match transfer::hash_file(&copy.path) {
                Ok((size, sha256)) if size == copy.size_bytes && sha256 == copy.sha256 => {
                    if copy.remarks.is_empty() {
                        CopyCheck::Whole
                    } else {
                        CopyCheck::Remarked(format!(
                            "Its copy was saved with a remark: {}",
                            copy.remarks.join(" ")
                        ))
                    }
                }
                Ok(_) => CopyCheck::Bad(format!(
                    "The copy at {} has changed since it was verified.",
                    copy.path.display()
                )),
                Err(error) => CopyCheck::Bad(format!("The copy cannot be checked: {error}.")),
            })
        })
        .await
    }
}

enum CopyCheck {
    /// There, and the same bytes as when it was verified.
    Whole,
    /// Whole, but something about it differs from what the vendor said, so it proves too little to delete by.
    Remarked(String),
    /// None was ever saved.
    None,
    /// There should be one, but it is not what it was.
    Bad(String),
}

fn kept_sentence(error: &Error) -> String {
    match error {
        Error::Provider(vendor) => {
            let said = vendor.correlation().and_then(|correlation| correlation.message.clone());
            let said = said.map_or_else(String::new, |message| format!(" (“{message}”)"));
            format!("The provider did not delete it: {vendor}{said}.")
        }
        other => other.to_string(),
    }
}

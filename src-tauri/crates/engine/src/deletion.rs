//! Deleting recordings at the provider: for ever, so never without a record and never by accident.
//!
//! For each recording, in this order: a copy is hashed again and must match, of several the first that does (or the person
//! chose to delete without a copy, and there is none), the deletion is written down, the provider is asked, the answer is written down.
//!
//! An answer that is lost leaves the deletion unsettled: it may have happened. The provider is asked for the recording
//! then, at once and again at the next start, until it says whether it still has it.

use catalogue::{CopyRecord, DeletionOutcome, NewDeletion, StoredRecording};
use domain::{RecordingId, RecordingKey};
use futures_util::{StreamExt, stream};
use providers::{Deleted, Provider};

use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::Selection;
use crate::{Engine, lock};

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
    /// Asked for, but nobody knows yet whether it happened.
    pub unknown: Vec<Kept>,
}

/// A recording that was left alone, or may have been.
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
    Unknown(String),
}

/// The deletions that are under way: closing the program waits for their answers, and nobody else asks what became of them.
#[derive(Default)]
pub(crate) struct Deletions {
    /// A recording is there twice while it is deleted twice at once.
    under_way: std::sync::Mutex<Vec<RecordingKey>>,
    ended: tokio::sync::Notify,
}

/// One deletion under way, until it is dropped.
struct UnderWay<'a> {
    deletions: &'a Deletions,
    key: RecordingKey,
}

impl Deletions {
    fn begin(&self, key: RecordingKey) -> UnderWay<'_> {
        lock(&self.under_way).push(key);
        UnderWay { deletions: self, key }
    }

    /// Waits until none is under way.
    pub(crate) async fn stopped(&self) {
        self.wait_while(|under_way| !under_way.is_empty()).await;
    }

    /// Waits until none of a recording is under way. Whether there was one.
    async fn stopped_of(&self, key: RecordingKey) -> bool {
        self.wait_while(|under_way| under_way.contains(&key)).await
    }

    /// Whether it had to wait.
    async fn wait_while(&self, is_so: impl Fn(&[RecordingKey]) -> bool) -> bool {
        let mut waited = false;
        loop {
            let ended = self.ended.notified();
            if !is_so(&lock(&self.under_way)) {
                return waited;
            }
            ended.await;
            waited = true;
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = lock(&self.deletions.under_way);
        if let Some(at) = under_way.iter().position(|key| *key == self.key) {
            under_way.swap_remove(at);
        }
        drop(under_way);
        self.deletions.ended.notify_waiters();
    }
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
                Ok(Ended::Unknown(why)) => report.unknown.push(Kept { key, why }),
                Err(error) => report.kept.push(Kept { key, why: kept_sentence(&error) }),
            }
        }
        report.kept.sort_by_key(|kept| kept.key);
        report.unknown.sort_by_key(|unknown| unknown.key);
        tracing::info!(
            deleted = report.deleted,
            already_gone = report.already_gone,
            kept = report.kept.len(),
            unknown = report.unknown.len(),
            "deletion"
        );
        self.tell(Event::LibraryChanged);
        self.tell(Event::AccountsChanged);
        Ok(report)
    }

    async fn delete_one(&self, key: RecordingKey, order: &DeleteOrder) -> Result<Ended> {
        if self.inner.shutdown.is_cancelled() {
            return Ok(Ended::Kept("Tapeshelf was closed before its turn came.".to_owned()));
        }
        let _under_way = self.inner.deletions.begin(key);
        let stored = self.stored(key).await?;
        let had_copy_sha256 = match self.prove_by_copies(&stored).await? {
            CopyCheck::Whole(sha256) => Some(sha256),
            CopyCheck::Remarked(sha256, _) if order.without_copy => Some(sha256),
            CopyCheck::None if order.without_copy => None,
            CopyCheck::None => {
                return Ok(Ended::Kept("There is no verified copy of it here.".into()));
            }
            CopyCheck::Remarked(_, why) | CopyCheck::Bad(why) => return Ok(Ended::Kept(why)),
        };
        let provider = self.provider(&stored.account).await?;
        let deletion = NewDeletion {
            key,
            account: stored.account.clone(),
            recording_id: stored.recording.id.clone(),
            who: self.inner.actor.clone(),
            reason: order.reason.clone(),
            had_copy_sha256,
            at: self.now(),
        };
        let record =
            self.with_catalogue(move |catalogue| catalogue.begin_deletion(&deletion)).await?;
        let answer = provider.delete(&stored.recording.id).await;
        match answer {
            Ok(Deleted::Now) => {
                self.settle(record, DeletionOutcome::Deleted, None).await?;
                Ok(Ended::Deleted)
            }
            Ok(Deleted::AlreadyGone) => {
                self.settle(record, DeletionOutcome::AlreadyGone, None).await?;
                Ok(Ended::AlreadyGone)
            }
            Err(error) if answer_is_lost(&error) => {
                let why = format!(
                    "The provider was asked to delete it, but its answer was lost: {error}."
                );
                let noted = why.clone();
                self.with_catalogue(move |catalogue| {
                    catalogue.note_unsettled_deletion(record, &noted)
                })
                .await?;
                match self.ask_what_became(provider.as_ref(), record, &stored.recording.id).await? {
                    Some(DeletionOutcome::Failed) => Ok(Ended::Kept(
                        "The connection broke, and the provider still has it.".to_owned(),
                    )),
                    Some(_) => Ok(Ended::Deleted),
                    None => Ok(Ended::Unknown(why)),
                }
            }
            Err(error) => {
                self.settle(record, DeletionOutcome::Failed, Some(error.to_string())).await?;
                Err(error.into())
            }
        }
    }

    /// Asks the provider about deletions whose answer an earlier run never got. What cannot be asked now is left for the
    /// next time.
    pub(crate) async fn reconcile_deletions(&self) -> Result<()> {
        let open = self.with_catalogue(catalogue::Catalogue::unsettled_deletions).await?;
        for row in open {
            // One that began meanwhile: the provider may say "still there" just before it deletes it. Its own answer comes first,
            // and may be all there is to know.
            if self.inner.deletions.stopped_of(row.deletion.key).await {
                let open = self.with_catalogue(catalogue::Catalogue::unsettled_deletions).await?;
                if open.iter().all(|open| open.id != row.id) {
                    continue;
                }
            }
            let asked = async {
                let provider = self.provider(&row.deletion.account).await?;
                self.ask_what_became(provider.as_ref(), row.id, &row.deletion.recording_id).await
            };
            match asked.await {
                Ok(Some(outcome)) => {
                    tracing::info!(
                        deletion = row.id,
                        outcome = outcome.as_str(),
                        "a deletion is settled"
                    );
                    self.tell(Event::LibraryChanged);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::info!(deletion = row.id, %error, "a deletion stays unsettled");
                }
            }
        }
        Ok(())
    }

    /// Whether the provider still has a recording that it was asked to delete; settles the record if it says so.
    async fn ask_what_became(
        &self,
        provider: &dyn Provider,
        record: i64,
        id: &RecordingId,
    ) -> Result<Option<DeletionOutcome>> {
        let (outcome, detail) = match provider.retrieve(id).await {
            Ok(_) => (DeletionOutcome::Failed, Some("The provider still has it.".to_owned())),
            Err(providers::Error::NotFound(_)) => (DeletionOutcome::Deleted, None),
            Err(_) => return Ok(None),
        };
        self.settle(record, outcome, detail).await?;
        Ok(Some(outcome))
    }

    async fn settle(
        &self,
        record: i64,
        outcome: DeletionOutcome,
        detail: Option<String>,
    ) -> Result<()> {
        let at = self.now();
        self.with_catalogue(move |catalogue| {
            catalogue.settle_deletion(record, outcome, detail.as_deref(), at)
        })
        .await
    }

    /// Hashes copies again, now, until one is whole: those at hand first. What is wrong with others is then no hindrance.
    async fn prove_by_copies(&self, stored: &StoredRecording) -> Result<CopyCheck> {
        let mut found = CopyCheck::None;
        for copy in stored.copies() {
            match self.check_copy(copy.clone()).await? {
                whole @ CopyCheck::Whole(_) => return Ok(whole),
                other => found = found.and(other),
            }
        }
        Ok(found)
    }

    /// Hashes one copy again, now.
    async fn check_copy(&self, copy: CopyRecord) -> Result<CopyCheck> {
        let found = if let Some(place) = &copy.place {
            let read = self.hash_object(place, &copy, |_| true).await;
            read.and_then(|found| {
                found.ok_or_else(|| Error::Internal { what: "the check was cut off".into() })
            })
        } else {
            let path = copy.path.clone();
            let site = self.inner.folders.site(path.parent().unwrap_or(&path));
            let file = copy.path.clone();
            site.work(move || Ok(transfer::hash_file(&file)?)).await
        };
        Ok(match found {
            Ok((size, sha256)) if size == copy.size_bytes && sha256 == copy.sha256 => {
                if copy.remarks.is_empty() {
                    CopyCheck::Whole(sha256)
                } else {
                    let remarks = copy.remarks.join(" ");
                    let why = format!("Its copy was saved with a remark: {remarks}");
                    CopyCheck::Remarked(sha256, why)
                }
            }
            Ok(_) => CopyCheck::Bad(format!(
                "The copy at {} has changed since it was verified.",
                copy.path.display()
            )),
            Err(error) => CopyCheck::Bad(format!("The copy cannot be checked: {error}.")),
        })
    }
}

/// What hashing again found; with the hash, and with a sentence.
enum CopyCheck {
    /// There, and the same bytes as when it was verified.
    Whole(String),
    /// Whole, but something about it differs from what the vendor said, so it proves too little to delete by.
    Remarked(String, String),
    /// None was ever saved.
    None,
    /// There should be one, but it is not what it was.
    Bad(String),
}

impl CopyCheck {
    /// What two copies amount to of which neither is whole: the worst of them, so that a person looks at it first.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bad(one), Self::Bad(other)) => Self::Bad(format!("{one} {other}")),
            (bad @ Self::Bad(_), _) | (_, bad @ Self::Bad(_)) => bad,
            (Self::None, other) => other,
            (one, _) => one,
        }
    }
}

/// Whether the provider may have done what it was asked, although this is all we heard.
fn answer_is_lost(error: &providers::Error) -> bool {
    use providers::{Error as Vendor, Obstacle};
    match error {
        Vendor::Interrupted { .. } | Vendor::BadReply { .. } | Vendor::VendorFailed(_) => true,
        // Without a connection nothing was asked.
        Vendor::Unreachable { obstacle, .. } => {
            matches!(obstacle, Obstacle::TimedOut | Obstacle::Other)
        }
        _ => false,
    }
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

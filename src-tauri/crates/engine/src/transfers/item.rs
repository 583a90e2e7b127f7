//! Saving one file of a job: skip what is there, go on where an earlier run ended, fetch, verify, name, record.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use catalogue::{CheckResult, ItemRecord, ItemState, StoredRecording, TakenItem};
use domain::AccountId;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use transfer::part::part_path;

use super::active::ActiveJob;
use super::found::{Found, Intent, look_around};
use super::lane::Outcome;
use super::publish::{Published, Saved, saved};
use super::trouble::{self, Blame, Verdict};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::fetch::{Attempt, Fetched, MediaHost};
use crate::verify::evidence;
use crate::{Engine, blocking};

/// Below this size a download that was cut off is cheaper to begin anew than to write down how far it came.
const WORTH_RESUMING_BYTES: u64 = 1_000_000;

/// How an item ended.
pub(super) enum Ended {
    /// It is where it belongs.
    Settled,
    /// No file of the job can be saved now.
    Halt(Error),
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
        // Until what came of it is written down: another job's file of the same recording then finds the copy.
        let turn = tokio::select! {
            () = cancel.cancelled() => None,
            turn = self.inner.transfers.turns.take(item.key) => Some(turn),
        };
        let asked_at = Instant::now();
        let saved = match turn {
            Some(_) => self.save_item(&mut item, job, &mut media_host, cancel).await,
            None => Err(Error::Cancelled),
        };
        if media_host.as_ref().is_some_and(|host| host.is_fresh) {
            // The provider told where the audio is, so it is there, whatever came of the audio.
            self.inner.transfers.hosts.arrived(&api_of(&taken.account), item.key, Instant::now());
        }
        let mut blame = Blame::File;
        let (saved, outcome) = match saved {
            Ok(saved) => {
                let outcome = saved.answered_in.map_or(Outcome::Neutral, Outcome::Arrived);
                (Ok(saved), outcome)
            }
            Err(error) => {
                let host = media_host.as_ref();
                let hosts = &self.inner.transfers.hosts;
                let api = api_of(&taken.account);
                let waits = &self.inner.waits;
                let (error, outcome) =
                    hosts.judged(error, item.key, host, &api, asked_at, waits.silences_alone);
                let name = host.map_or(api.as_str(), |host| &host.origin);
                if outcome.is_waited_for() {
                    // The network itself may be away for as long as it likes.
                    let is_lost = outcome != Outcome::Offline
                        && hosts.is_away_for(name, waits.server_back, Instant::now());
                    blame = if is_lost { Blame::LostHost } else { Blame::Host };
                }
                (Err(error), outcome)
            }
        };
        let position = item.position;
        let ended = match saved {
            Ok(saved) => self.complete(item, job, saved).await,
            Err(error) => self.settle_trouble(item, job, error, blame).await,
        };
        drop(turn);
        job.live.settle(position);
        let ended = match ended {
            // The item was cancelled meanwhile, with its account or its job: there is nothing left to say about it. With its
            // account the recording itself is out of the index.
            Err(Error::Catalogue(catalogue::Error::WrongState { .. }) | Error::Stale { .. }) => {
                self.remove_parts(&job.id, job.folder.clone(), vec![position]).await;
                Ok(Ended::Settled)
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
            Some(copy) => catalogue.complete_item(&id, &item, key, copy, &saved.replaced),
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
        blame: Blame,
    ) -> Result<Ended> {
        if matches!(error, Error::Transfer(transfer::Error::Silent { .. })) {
            // A thread that was left in the folder may write down yet what it did there. It is put back with the job.
            return Ok(Ended::Halt(error));
        }
        let tries = item.tries;
        let again = self.inner.waits.file_again;
        let is_sound = match &error {
            Error::Transfer(_) => {
                let (folder, disk) = (job.folder.clone(), job.disk);
                let sound = move || Ok(trouble::is_sound(&folder, disk));
                match self.inner.folders.ask(&job.folder, sound).await {
                    Ok(is_sound) => is_sound,
                    Err(silent) => return Ok(Ended::Halt(silent)),
                }
            }
            _ => true,
        };
        let verdict = trouble::judge(&error, blame, tries, again, is_sound);
        let (id, now) = (job.id.clone(), self.now());
        match verdict {
            Verdict::PutBack => {
                item.state = ItemState::Queued;
                item.tries = tries.saturating_sub(1);
            }
            Verdict::PutOff(wait, why) => {
                if blame == Blame::Host || trouble::is_out_of_reach(&error) {
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
                item.note = Some(trouble::reason(&error));
                item.reply_json = trouble::vendor_reply_json(&error);
                let gone = matches!(error, Error::Provider(providers::Error::NotFound(_)));
                self.remove_parts(&job.id, job.folder.clone(), vec![item.position]).await;
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
        let found = match found {
            Found::Nothing => self.take_from_copy(job, item, &stored, &part, cancel).await?,
            found => found,
        };
        match found {
            Found::Nothing => {}
            Found::There(copy) => {
                if copy.is_spoilt() {
                    // It was hashed just now, and is what it was: a rule that keeps saving need not ask for it again.
                    let (key, again, now) = (item.key, copy.clone(), self.now());
                    let found = [(key, again, CheckResult::Ok)];
                    self.with_catalogue(move |catalogue| catalogue.note_checks(&found, now))
                        .await?;
                }
                item.received_bytes = 0;
                item.total_bytes = Some(copy.size_bytes);
                item.name = Some(job.shown_name(&copy));
                let what = if job.place.is_some() { "bucket" } else { "folder" };
                item.note = Some(format!("A verified copy is in this {what} already."));
                let state = ItemState::Skipped;
                return Ok(Saved { state, copy: None, replaced: Vec::new(), answered_in: None });
            }
            Found::Named(intent, path) => {
                let place = job.place.as_ref().map(|place| place.id.clone());
                let copy = intent.copy(path, place, self.now());
                return Ok(saved(item, job, &stored, copy, None));
            }
            Found::Sealed(intent, sealed) => {
                item.etag = None;
                // By content, as it was named before: here, or where another copy of it is.
                let before = intent.name.as_deref().map(Path::new);
                let name = before.or_else(|| of_same_bytes(&stored, &intent));
                let extension = name.and_then(Path::extension).and_then(|e| e.to_str());
                let extension = extension.unwrap_or("bin").to_owned();
                let extension = extension.as_str();
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
            address_is_stale: item.tries > 1 || transfers.hosts.is_unwell(item.key),
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
        let fits =
            self.inner.folders.ask(&job.folder, move || match transfer::free_bytes(&folder) {
                Ok(free) if free < total.saturating_sub(received) => {
                    Err(transfer::Error::DiskFull { path: folder.join("next") }.into())
                }
                _ => Ok(()),
            });
        fits.await?;
        item.etag = etag;
        item.total_bytes = Some(total);
        let id = job.id.clone();
        self.with_catalogue(move |catalogue| catalogue.note_progress(&id, &item)).await
    }
}

/// Where a copy of these bytes is.
fn of_same_bytes<'a>(stored: &'a StoredRecording, intent: &Intent) -> Option<&'a Path> {
    let copy = stored.copies().find(|copy| copy.sha256 == intent.sha256)?;
    Some(&copy.path)
}

/// What the provider's own server is called among the hosts that audio is asked of.
fn api_of(account: &AccountId) -> String {
    format!("provider of {account}")
}

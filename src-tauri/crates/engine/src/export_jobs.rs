//! Export jobs of VBC: review, create, watch, and download the archive before it goes away.
//!
//! The request is on record like any other export. A job is written down as soon as the vendor names it; then the
//! vendor is asked about it, at growing intervals, for as long as it is open. An archive counts as saved only after every
//! file in it was read through.

use std::path::Path;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use catalogue::{ExportJobRow, ExportOutcome, NewExport};
use domain::{AccountId, ExportJob, ExportJobStatus, ListFilters, RecordingList, VendorJobId};
use providers::Provider;
use tokio_util::sync::CancellationToken;
use transfer::naming::RelativeName;
use transfer::part::{PartFile, SealedPart, part_path};

use crate::error::{Error, Result};
use crate::events::Event;
use crate::exports::{curl_command, settle_refusal};
use crate::fetch::strong_etag;
use crate::reception::{OnBytes, Reception, open_part, receive, restarted};
use crate::{Engine, lock, or_cancelled};

/// How far apart the questions about a job get (contract B6).
const LAST_POLL: Duration = Duration::from_mins(1);
/// The credentials of a request as curl takes them from the environment.
const CURL_HEADERS: &[&str] = &["Authorization: Bearer $VBC_ACCESS_TOKEN"];
/// How often an archive is begun again after its connection broke.
const ARCHIVE_TRIES: usize = 5;

/// What a person sees before a job is created.
#[derive(Debug, Clone)]
pub struct ReviewedJob {
    /// Rules the request breaks, as sentences.
    pub problems: Vec<String>,
    /// Where it goes.
    pub url: String,
    /// The exact body.
    pub body_json: String,
    /// The same as a curl command, without the token.
    pub curl: String,
    /// Recordings of the index that match, by what it knows.
    pub matching_count: u32,
    /// Their length in milliseconds.
    pub matching_duration_ms: u64,
}

/// A whole archive on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedArchive {
    /// Where it is.
    pub path: std::path::PathBuf,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Files in it.
    pub files: u32,
}

impl Engine {
    /// Checks a request for a job and shows it as it would be sent.
    pub async fn review_export_job(
        &self,
        account: &AccountId,
        list: &RecordingList,
        filters: &ListFilters,
    ) -> Result<ReviewedJob> {
        let provider = self.provider(account).await?;
        let preview = provider.export_job_preview(list, filters)?;
        let curl = curl_command(&preview.url, CURL_HEADERS, &preview.body);
        let (matching_count, matching_duration_ms) =
            self.count_passing(account, list, filters).await?;
        Ok(ReviewedJob {
            problems: problems(filters),
            url: preview.url,
            body_json: preview.body,
            curl,
            matching_count,
            matching_duration_ms,
        })
    }

    /// Asks the vendor for a job and writes down what it answered. Returns the jobs there are now.
    ///
    /// # Errors
    /// `Invalid` when the request breaks a rule: nothing is sent then. A refusal by the vendor is on record, and an error.
    pub async fn create_export_job(
        &self,
        account: &AccountId,
        list: &RecordingList,
        filters: &ListFilters,
    ) -> Result<Vec<ExportJobRow>> {
        if let Some(problem) = problems(filters).into_iter().next() {
            return Err(Error::Invalid { field: None, what: problem });
        }
        let provider = self.provider(account).await?;
        let export = NewExport {
            account: account.clone(),
            account_label: self.account(account).await?.label,
            requested_at: self.now(),
            body_json: provider.export_job_preview(list, filters)?.body,
            recipients: Vec::new(),
        };
        let id = self.with_catalogue(move |catalogue| catalogue.record_export(&export)).await?;
        self.tell(Event::ExportsChanged);
        let answer = provider.create_export_job(list, filters).await;
        let (account, list, now) = (account.clone(), list.clone(), self.now());
        let watched = account.clone();
        let noted = match &answer {
            Ok(jobs) => Ok(jobs.clone()),
            Err(error) => Err(settle_refusal(error)),
        };
        self.with_catalogue(move |catalogue| {
            let jobs = match noted {
                Ok(jobs) => jobs,
                Err((outcome, status, message, correlation)) => {
                    return catalogue.settle_export(
                        id,
                        outcome,
                        status,
                        message.as_deref(),
                        correlation.as_deref(),
                    );
                }
            };
            for job in jobs {
                let job = ExportJob {
                    id: job,
                    status: ExportJobStatus::Running,
                    files_completed: None,
                    files_total: None,
                    download_url: None,
                    valid_until: None,
                };
                catalogue.note_export_job(&account, &list, &job, Some(id), false, now)?;
            }
            catalogue.settle_export(id, ExportOutcome::Accepted, Some(202), None, None)
        })
        .await?;
        self.tell(Event::ExportsChanged);
        answer?;
        self.watch_export_jobs(&watched);
        self.known_export_jobs(&watched).await
    }

    /// The jobs of an account: those on record, after the vendor was asked for its list, so that jobs made elsewhere are
    /// here too.
    pub async fn export_jobs(&self, account: &AccountId) -> Result<Vec<ExportJobRow>> {
        let provider = self.provider(account).await?;
        let mut seen = Vec::new();
        // One list for everybody whose token this is (contract B4).
        let list = RecordingList::Company;
        for job in provider.export_jobs(&list, None).await? {
            seen.push(job);
        }
        let (noted, now) = (account.clone(), self.now());
        self.with_catalogue(move |catalogue| {
            for job in &seen {
                catalogue.note_export_job(&noted, &list, job, None, true, now)?;
            }
            Ok(())
        })
        .await?;
        self.watch_export_jobs(account);
        self.known_export_jobs(account).await
    }

    /// The jobs of an account that are on record, newest first.
    pub async fn known_export_jobs(&self, account: &AccountId) -> Result<Vec<ExportJobRow>> {
        let mut rows = self.with_catalogue(catalogue::Catalogue::export_jobs).await?;
        rows.retain(|row| row.account == *account);
        Ok(rows)
    }

    /// Asks about the open jobs of an account until none is open, in the background.
    pub fn watch_export_jobs(&self, account: &AccountId) {
        if !lock(&self.inner.watched_exports).insert(account.clone()) {
            return;
        }
        let (engine, account) = (self.clone(), account.clone());
        let stop = self.inner.shutdown.clone();
        tokio::spawn(async move {
            let watched = tokio::select! {
                () = stop.cancelled() => Ok(()),
                watched = engine.poll_export_jobs(&account) => watched,
            };
            lock(&engine.inner.watched_exports).remove(&account);
            if let Err(error) = watched {
                tracing::warn!(%account, %error, "export jobs are not watched any more");
            }
        });
    }

    async fn poll_export_jobs(&self, account: &AccountId) -> Result<()> {
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(self.inner.waits.export_job_again)
            .with_max_delay(LAST_POLL)
            .without_max_times()
            .build();
        loop {
            let open: Vec<_> = self
                .known_export_jobs(account)
                .await?
                .into_iter()
                .filter(|row| row.job.status.is_open())
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(pauses.next().unwrap_or(LAST_POLL)).await;
            let provider = self.provider(account).await?;
            for row in open {
                let job = match provider.export_job(&row.list, &row.job.id).await {
                    Ok(job) => job,
                    Err(providers::Error::NotFound(_)) => {
                        ExportJob { status: ExportJobStatus::Failed("not found".into()), ..row.job }
                    }
                    Err(error) if error.is_transient() => continue,
                    Err(error) => return Err(error.into()),
                };
                let (account, now) = (account.clone(), self.now());
                self.with_catalogue(move |catalogue| {
                    catalogue.note_export_job(&account, &row.list, &job, None, true, now)
                })
                .await?;
                self.tell(Event::ExportsChanged);
            }
        }
    }

    /// Downloads the archive of a finished job into a chosen folder and reads it through.
    ///
    /// # Errors
    /// `Stale` when the job is not on record, or its archive is past its time; `NotAudio` when what came is no whole
    /// archive, which is not kept.
    pub async fn download_archive(
        &self,
        account: &AccountId,
        job: &VendorJobId,
        folder_token: &str,
        on_bytes: OnBytes<'_>,
    ) -> Result<SavedArchive> {
        let folder = self.inner.transfers.folder(folder_token)?;
        let row = self
            .known_export_jobs(account)
            .await?
            .into_iter()
            .find(|row| row.job.id == *job)
            .ok_or_else(|| Error::stale("This export job is not on record any more."))?;
        let provider = self.provider(account).await?;
        // The address may have changed since, and the vendor may have taken it away.
        let fresh = provider.export_job(&row.list, job).await?;
        if fresh.valid_until.is_some_and(|until| until <= self.now()) {
            return Err(Error::stale(
                "The vendor has taken this archive away. Ask for the export again.",
            ));
        }
        let cancel = self.inner.shutdown.child_token();
        let key = (account.clone(), job.clone());
        lock(&self.inner.archives).insert(key.clone(), cancel.clone());
        let part = part_path(&folder, &format!("export-{job}"), 0);
        let site = self.inner.folders.site(&folder);
        let watch = Reception { site, on_bytes, cap: None, inflow: None, cancel: &cancel };
        let sealed = receive_archive(provider.as_ref(), &fresh, &part, watch).await;
        lock(&self.inner.archives).remove(&key);
        if sealed.is_err() {
            // Nothing proves later that these bytes belong to the archive of that time, so no other run goes on with them.
            let removing = site.work(move || {
                crate::transfers::remove_part(&part);
                Ok(())
            });
            removing.await?;
        }
        let sealed = sealed?;
        let label = self.account(account).await?.label;
        let stem = format!("Export {label} {job}");
        let (checked, target) = (sealed.path.clone(), folder.clone());
        let facts = site.work(move || Ok(transfer::check_archive(&checked)?)).await?;
        let facts = match facts {
            Ok(facts) => facts,
            Err(why) => {
                site.work(move || Ok(sealed.discard()?)).await?;
                return Err(Error::NotAudio { what: why.0 });
            }
        };
        let (size_bytes, sha256) = (sealed.size_bytes, sealed.sha256.clone());
        let publishing =
            site.work(move || Ok(sealed.publish(&target, &RelativeName::from_stem(&stem, "zip"))?));
        let path = publishing.await?;
        let (account, job, archive) = (account.clone(), job.clone(), path.clone());
        self.with_catalogue(move |catalogue| catalogue.note_archive(&account, &job, &archive))
            .await?;
        self.tell(Event::ExportsChanged);
        Ok(SavedArchive { path, size_bytes, sha256, files: facts.files })
    }

    /// Stops the download of an archive. The next one begins anew.
    pub fn cancel_archive(&self, account: &AccountId, job: &VendorJobId) {
        let key = (account.clone(), job.clone());
        if let Some(cancel) = lock(&self.inner.archives).get(&key) {
            cancel.cancel();
        }
    }

    async fn count_passing(
        &self,
        account: &AccountId,
        list: &RecordingList,
        filters: &ListFilters,
    ) -> Result<(u32, u64)> {
        let vendor = self.account(account).await?.vendor;
        let (account, list, filters) = (account.clone(), list.clone(), filters.clone());
        self.with_catalogue(move |catalogue| {
            catalogue.tally_recordings(&account, |recording| {
                RecordingList::of(vendor, &recording.id) == list && filters.admits(recording)
            })
        })
        .await
    }
}

/// Receives an archive, going on where the connection broke if the vendor proves that it is still the same one, and
/// else beginning anew.
async fn receive_archive(
    provider: &dyn Provider,
    job: &ExportJob,
    part: &Path,
    watch: Reception<'_>,
) -> Result<SealedPart> {
    let mut validator = None;
    let mut tries = 0;
    loop {
        match archive_once(provider, job, part, &mut validator, watch).await {
            Ok(whole) => return watch.site.work(move || Ok(whole.seal()?)).await,
            Err(Error::Provider(error)) if error.is_transient() && tries < ARCHIVE_TRIES => {
                tries += 1;
                tracing::debug!(job = %job.id, %error, "going on with an archive");
            }
            Err(error) => return Err(error),
        }
    }
}

/// One reply's worth.
async fn archive_once(
    provider: &dyn Provider,
    job: &ExportJob,
    part: &Path,
    validator: &mut Option<String>,
    watch: Reception<'_>,
) -> Result<PartFile> {
    let mut file = open_part(watch.site, part, validator.as_deref()).await?;
    let opening = provider.job_archive(job, file.len(), validator.as_deref());
    let stream = or_cancelled(watch.cancel, async { Ok(opening.await?) }).await?;
    // Another part than asked for: from the beginning, if it is that.
    if stream.offset != file.len() {
        file = restarted(watch.site, file).await?;
    }
    *validator = strong_etag(&stream);
    let total = stream.total_bytes;
    let file = receive(stream, file, total.unwrap_or(u64::MAX), watch).await?;
    match total {
        Some(total) if total != file.len() => {
            let reason = format!("{} of {total} bytes arrived", file.len());
            Err(providers::Error::Interrupted { reason }.into())
        }
        _ => Ok(file),
    }
}

/// A job without dates would pack all there is, so both ends are required here though the vendor does not ask for them.
fn problems(filters: &ListFilters) -> Vec<String> {
    let mut problems = Vec::new();
    match (filters.start_gte, filters.start_lte) {
        (Some(from), Some(to)) if from < to => {}
        (Some(_), Some(_)) => problems.push("The period ends before it begins.".into()),
        _ => problems.push("Choose the first and the last day.".into()),
    }
    if let (Some(least), Some(most)) = (filters.duration_gte_ms, filters.duration_lte_ms)
        && least > most
    {
        problems.push("The shortest length is longer than the longest.".into());
    }
    problems
}

/// Downloads of archives that run now.
pub(crate) type RunningArchives =
    std::collections::HashMap<(AccountId, VendorJobId), CancellationToken>;

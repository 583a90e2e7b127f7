//! Downloads: jobs of many recordings, written down before the first byte, that go on after a stop of any kind.
//!
//! The catalogue holds the state of each job and item; what lives in memory is only what is moving right now
//! (`live.rs`) and the task that moves it (`runner.rs`).

mod live;
mod runner;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use catalogue::{ItemRecord, JobRecord, JobState, NewJob};
use domain::{JobId, RecordingKey};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use transfer::naming::{FIELDS, Field, NameInput, RelativeName, Template};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::Selection;
use crate::{Engine, blocking, lock};

use live::Live;

/// Setting that remembers the folder used last.
const LAST_FOLDER: &str = "lastFolder";
/// How many names a preview shows.
const PREVIEWED: usize = 5;

/// A folder a person picked. Only the token goes to the window and comes back; the path stays here.
#[derive(Debug, Clone)]
pub struct FolderToken {
    /// Names it.
    pub token: String,
    /// To show.
    pub path: PathBuf,
    /// Free bytes there.
    pub free_bytes: Option<u64>,
}

/// A job with what is moving right now.
#[derive(Debug, Clone)]
pub struct JobView {
    /// As written down.
    pub record: JobRecord,
    /// Bytes received, with those of the files under way.
    pub received_bytes: u64,
    /// Bytes a second over the last seconds, while it runs.
    pub bytes_per_s: Option<u64>,
}

/// How files would be named.
#[derive(Debug, Clone)]
pub struct PreviewedNames {
    /// Relative paths of the first few rows.
    pub names: Vec<String>,
    /// What is wrong with the template.
    pub problem: Option<String>,
    /// The fields a template may use.
    pub fields: &'static [Field],
}

/// The jobs that run in this process, and the folders that were picked.
#[derive(Default)]
pub(crate) struct Running {
    jobs: Mutex<HashMap<JobId, Arc<RunningJob>>>,
    folders: Mutex<HashMap<String, PathBuf>>,
    one_ended: Notify,
}

struct RunningJob {
    stop: CancellationToken,
    live: Live,
    /// Knows the names in the folder, so that a large job does not list it for each file.
    shelf: transfer::Shelf,
}

impl Running {
    /// Waits until no job runs any more; they must have been told to stop.
    pub(crate) async fn stopped(&self) {
        loop {
            let ended = self.one_ended.notified();
            if lock(&self.jobs).is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// Whether any job is moving.
    pub(crate) fn any_running(&self) -> bool {
        !lock(&self.jobs).is_empty()
    }

    fn get(&self, id: &JobId) -> Option<Arc<RunningJob>> {
        lock(&self.jobs).get(id).cloned()
    }
}

impl Engine {
    /// Takes in a folder that a person picked in a native dialog.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub async fn take_folder(&self, path: PathBuf) -> Result<FolderToken> {
        let checked = path.clone();
        let free_bytes = blocking(move || {
            transfer::check_folder(&checked)?;
            Ok(transfer::free_bytes(&checked).ok())
        })
        .await?;
        let token = Uuid::new_v4().to_string();
        lock(&self.inner.transfers.folders).insert(token.clone(), path.clone());
        Ok(FolderToken { token, path, free_bytes })
    }

    /// The folder used last, if it can still be written to.
    pub async fn last_folder(&self) -> Result<Option<FolderToken>> {
        let stored = self.with_catalogue(|catalogue| catalogue.setting(LAST_FOLDER)).await?;
        let Some(path) = stored.as_ref().and_then(serde_json::Value::as_str).map(PathBuf::from)
        else {
            return Ok(None);
        };
        // It must not be made anew by asking: a folder that is gone is a reason to choose again.
        if !path.is_dir() {
            return Ok(None);
        }
        Ok(self.take_folder(path).await.ok())
    }

    /// How the first few files of a selection would be named.
    pub async fn preview_names(
        &self,
        template: &str,
        selection: &Selection,
    ) -> Result<PreviewedNames> {
        let parsed = match Template::parse(template) {
            Ok(parsed) => parsed,
            Err(problem) => {
                return Ok(PreviewedNames {
                    names: Vec::new(),
                    problem: Some(problem.to_string()),
                    fields: FIELDS,
                });
            }
        };
        let keys = self.selected_keys(selection)?;
        let mut names = Vec::new();
        for (index, key) in keys.iter().take(PREVIEWED).enumerate() {
            let stored = self.stored(*key).await?;
            let extension = stored.recording.format.clone().unwrap_or_else(|| "mp3".into());
            names.push(self.name_for(&parsed, &stored, index, &extension).await?.to_string());
        }
        Ok(PreviewedNames { names, problem: None, fields: FIELDS })
    }

    /// Writes a job down and starts it.
    pub async fn start_transfer(
        &self,
        selection: &Selection,
        folder: &str,
        template: &str,
    ) -> Result<JobView> {
        Template::parse(template)
            .map_err(|problem| Error::invalid("template", problem.to_string()))?;
        let folder = lock(&self.inner.transfers.folders)
            .get(folder)
            .cloned()
            .ok_or_else(|| Error::stale("Choose the folder again."))?;
        let keys = self.selected_keys(selection)?;
        if keys.is_empty() {
            return Err(Error::Invalid { field: None, what: "Nothing is selected.".into() });
        }
        let remembered = serde_json::Value::from(folder.to_string_lossy().into_owned());
        self.with_catalogue(move |catalogue| catalogue.set_setting(LAST_FOLDER, &remembered))
            .await?;
        self.begin_job(folder, template.to_owned(), keys, None).await
    }

    /// A job of one recording, to a path that a person chose in a native save dialog. Its extension follows the bytes.
    pub async fn save_one(&self, key: RecordingKey, path: &Path) -> Result<JobView> {
        let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) else {
            return Err(Error::File { path: path.to_owned(), what: "this is no file name".into() });
        };
        let folder = folder.to_owned();
        let checked = folder.clone();
        blocking(move || Ok(transfer::check_folder(&checked)?)).await?;
        let stem = stem.to_string_lossy().into_owned();
        self.begin_job(folder, String::new(), vec![key], Some(stem)).await
    }

    /// The name [`Engine::save_one`]'s dialog should offer.
    pub async fn suggested_name(&self, key: RecordingKey) -> Result<String> {
        let stored = self.stored(key).await?;
        let template = Template::parse(&self.settings().await?.name_template)
            .map_err(|problem| Error::invalid("nameTemplate", problem.to_string()))?;
        let extension = stored.recording.format.clone().unwrap_or_else(|| "mp3".into());
        let name = self.name_for(&template, &stored, 0, &extension).await?.to_string();
        Ok(name.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// All jobs, newest first.
    pub async fn jobs(&self) -> Result<Vec<JobView>> {
        let records = self.with_catalogue(catalogue::Catalogue::jobs).await?;
        Ok(records.into_iter().map(|record| self.with_live(record)).collect())
    }

    /// Files of a job by position, with what is moving right now.
    pub async fn job_items(&self, id: &JobId, offset: u32, limit: u32) -> Result<Vec<ItemRecord>> {
        let wanted = id.clone();
        let mut items = self
            .with_catalogue(move |catalogue| catalogue.job_items(&wanted, offset, limit.min(500)))
            .await?;
        if let Some(job) = self.inner.transfers.get(id) {
            for item in &mut items {
                job.live.apply_to(item);
            }
        }
        Ok(items)
    }

    /// Stops a job for now; files under way keep what they have.
    pub async fn pause_job(&self, id: &JobId) -> Result<()> {
        self.end_run(id, JobState::Paused, None).await
    }

    /// Stops a job for good. Finished files stay, unfinished ones are removed.
    pub async fn cancel_job(&self, id: &JobId) -> Result<()> {
        let record = self.job_record(id).await?;
        self.end_run(id, JobState::Cancelled, None).await?;
        let (wanted, folder, total) = (id.clone(), record.folder, record.tally.total);
        blocking(move || {
            for position in 0..total {
                let part = transfer::part::part_path(&folder, wanted.as_str(), position);
                remove_part(&part);
            }
            Ok(())
        })
        .await?;
        self.tell(Event::LibraryChanged);
        Ok(())
    }

    /// Goes on with a paused job.
    pub async fn resume_job(&self, id: &JobId) -> Result<()> {
        let record = self.job_record(id).await?;
        if record.state != JobState::Paused {
            return Ok(());
        }
        let folder = record.folder.clone();
        blocking(move || Ok(transfer::check_folder(&folder)?)).await?;
        self.put_back_stragglers(id).await?;
        self.set_job_state(id, JobState::Running, None).await?;
        self.run_job(id.clone());
        Ok(())
    }

    /// Queues the failed files of a job again and goes on.
    pub async fn retry_failed(&self, id: &JobId) -> Result<()> {
        let wanted = id.clone();
        let queued = self.with_catalogue(move |catalogue| catalogue.retry_failed(&wanted)).await?;
        if queued > 0 {
            self.run_job(id.clone());
        }
        self.tell_job(id).await
    }

    /// Where a job's files go, to show in the file manager.
    pub async fn job_folder(&self, id: &JobId) -> Result<PathBuf> {
        Ok(self.job_record(id).await?.folder)
    }

    /// Goes on with the jobs an earlier run left.
    pub(crate) async fn recover_transfers(&self) -> Result<()> {
        for id in self.with_catalogue(catalogue::Catalogue::recover_jobs).await? {
            self.run_job(id);
        }
        Ok(())
    }

    async fn begin_job(
        &self,
        folder: PathBuf,
        template: String,
        keys: Vec<RecordingKey>,
        fixed_stem: Option<String>,
    ) -> Result<JobView> {
        let id = JobId::new(Uuid::now_v7().to_string());
        let job = NewJob { id: id.clone(), folder, template, created_at: self.now() };
        self.with_catalogue(move |catalogue| {
            catalogue.create_job(&job, &keys)?;
            if let Some(stem) = fixed_stem
                && let Some(mut item) = catalogue.job_items(&job.id, 0, 1)?.pop()
            {
                item.name = Some(stem);
                catalogue.set_item(&job.id, &item)?;
            }
            Ok(())
        })
        .await?;
        self.run_job(id.clone());
        self.tell(Event::LibraryChanged);
        Ok(self.with_live(self.job_record(&id).await?))
    }

    /// Stops the task of a job and waits until it has put its items back, then writes the new state down.
    async fn end_run(&self, id: &JobId, state: JobState, note: Option<&str>) -> Result<()> {
        if let Some(job) = self.inner.transfers.get(id) {
            job.stop.cancel();
            loop {
                let ended = self.inner.transfers.one_ended.notified();
                if self.inner.transfers.get(id).is_none() {
                    break;
                }
                ended.await;
            }
        }
        let record = self.job_record(id).await?;
        if matches!(record.state, JobState::Running | JobState::Paused) {
            self.set_job_state(id, state, note).await?;
        }
        self.tell_job(id).await
    }

    async fn set_job_state(&self, id: &JobId, state: JobState, note: Option<&str>) -> Result<()> {
        let (id, now, note) = (id.clone(), self.now(), note.map(str::to_owned));
        self.with_catalogue(move |catalogue| {
            catalogue.set_job_state(&id, state, note.as_deref(), now)
        })
        .await
    }

    async fn job_record(&self, id: &JobId) -> Result<JobRecord> {
        let wanted = id.clone();
        self.with_catalogue(move |catalogue| catalogue.job(&wanted))
            .await?
            .ok_or_else(|| Error::stale("This download is not in the list any more."))
    }

    fn with_live(&self, record: JobRecord) -> JobView {
        match self.inner.transfers.get(&record.id) {
            Some(job) => JobView {
                received_bytes: record.tally.received_bytes + job.live.unsettled_bytes(),
                bytes_per_s: Some(job.live.bytes_per_s()),
                record,
            },
            None => {
                JobView { received_bytes: record.tally.received_bytes, bytes_per_s: None, record }
            }
        }
    }

    async fn tell_job(&self, id: &JobId) -> Result<()> {
        let view = self.with_live(self.job_record(id).await?);
        self.tell(Event::Job(view));
        Ok(())
    }

    async fn name_for(
        &self,
        template: &Template,
        stored: &catalogue::StoredRecording,
        index: usize,
        extension: &str,
    ) -> Result<RelativeName> {
        let zone = self.settings().await?.zone();
        let account = self.account(&stored.account).await?;
        let input = NameInput {
            recording: &stored.recording,
            account_label: &account.label,
            zone: &zone,
            index,
        };
        Ok(template.render(&input, extension))
    }
}

/// Removes an unfinished file that nobody will go on with; fine if there is none.
fn remove_part(part: &Path) {
    match std::fs::remove_file(part) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %part.display(), %source, "an unfinished file could not be removed");
        }
        _ => {}
    }
}

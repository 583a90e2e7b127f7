//! Beginning a download: where, how named, what it would need, and then the job.

use std::path::{Path, PathBuf};

use catalogue::{NewJob, Priority, StoredRecording};
use domain::{JobId, PlaceId, RecordingKey};
use jiff::tz::TimeZone;
use transfer::naming::{FIELDS, Field, NameInput, RelativeName, Template};
use uuid::Uuid;

use super::JobView;
use super::active::zone_of;
use super::besides::SOFTWARE;
use super::destination::Destination;
use super::options::{JobOptions, TransferOptions};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::Selection;
use crate::{Engine, blocking};

/// Setting that remembers the folder used last.
const LAST_FOLDER: &str = "lastFolder";
/// How many names a preview shows.
const PREVIEWED: usize = 5;
/// Room that should be left beside the files.
const SPARE_BYTES: u64 = 500_000_000;
/// What a second of a call takes when nothing else is known: 32 kbit/s.
const BYTES_PER_CALL_S: u64 = 4_000;

/// A folder or bucket a person picked. Only the token goes to the window and comes back; the path stays here.
#[derive(Debug, Clone)]
pub struct FolderToken {
    /// Names it.
    pub token: String,
    /// To show.
    pub path: PathBuf,
    /// Free bytes there.
    pub free_bytes: Option<u64>,
    /// The bucket, if it is one.
    pub place: Option<PlaceId>,
}

/// How files would be named.
#[derive(Debug, Clone)]
pub struct PreviewedNames {
    /// Relative paths of the first few rows.
    pub names: Vec<String>,
    /// What is wrong with the template.
    pub problem: Option<NameProblem>,
    /// The fields a template may use.
    pub fields: &'static [Field],
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameProblem {
    /// A sentence.
    pub what: String,
    /// Bytes of the template to mark; empty where something is missing.
    pub span: std::ops::Range<usize>,
}

/// A download to begin.
#[derive(Debug, Clone)]
pub struct NewTransfer {
    /// Which recordings.
    pub selection: Selection,
    /// Where: the token of a folder or of a bucket.
    pub folder: String,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// How urgent it is.
    pub priority: Priority,
}

/// What a download would need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files of the selection.
    pub files: u32,
    /// Of them in this place already.
    pub already_there: u32,
    /// Bytes to fetch, of files of known size.
    pub known_bytes: u64,
    /// An estimate for all files to fetch.
    pub estimated_bytes: Option<u64>,
    /// Files to fetch of unknown size.
    pub unknown_size: u32,
    /// Free space.
    pub free_bytes: Option<u64>,
    /// The largest file this place takes, where that matters.
    pub largest_file_bytes: Option<u64>,
    /// What should be known first, as a sentence.
    pub warning: Option<String>,
}

impl Engine {
    /// Takes in a folder that a person picked in a native dialog.
    ///
    /// # Errors
    /// When nothing can be written there, or it does not answer.
    pub async fn take_folder(&self, path: PathBuf) -> Result<FolderToken> {
        let checked = path.clone();
        let free_bytes = self.inner.folders.ask(&path, move || {
            transfer::check_folder(&checked)?;
            Ok(transfer::free_bytes(&checked).ok())
        });
        let free_bytes = free_bytes.await?;
        let token = self.inner.transfers.take(&path);
        Ok(FolderToken { token, path, free_bytes, place: None })
    }

    /// The folder used last, if it can still be written to.
    pub async fn last_folder(&self) -> Result<Option<FolderToken>> {
        let stored = self.with_catalogue(|catalogue| catalogue.setting(LAST_FOLDER)).await?;
        let Some(path) = stored.as_ref().and_then(serde_json::Value::as_str).map(PathBuf::from)
        else {
            return Ok(None);
        };
        let asked = path.clone();
        // It must not be made anew by asking: a folder that is gone is a reason to choose again.
        let is_there = self.inner.folders.ask(&path, move || Ok(asked.is_dir())).await;
        if !is_there.unwrap_or(false) {
            return Ok(None);
        }
        Ok(self.take_folder(path).await.ok())
    }

    /// How the first few files of a selection would be named.
    pub async fn preview_names(
        &self,
        template: &str,
        selection: &Selection,
        time_zone: &str,
    ) -> Result<PreviewedNames> {
        let parsed = match Template::parse(template) {
            Ok(parsed) => parsed,
            Err(problem) => {
                let problem = NameProblem { what: problem.to_string(), span: problem.span() };
                return Ok(PreviewedNames {
                    names: Vec::new(),
                    problem: Some(problem),
                    fields: FIELDS,
                });
            }
        };
        let options =
            TransferOptions { time_zone: time_zone.to_owned(), ..TransferOptions::default() };
        let zone = zone_of(&options, self.settings().await?.zone());
        let keys = self.selected_keys(selection)?;
        let mut names = Vec::new();
        for (index, key) in keys.iter().take(PREVIEWED).enumerate() {
            let stored = self.stored(*key).await?;
            let extension = stored.recording.format.clone().unwrap_or_else(|| "mp3".into());
            names.push(self.name_of(&parsed, &stored, &zone, index, &extension).await?.to_string());
        }
        Ok(PreviewedNames { names, problem: None, fields: FIELDS })
    }

    /// What downloading a selection into a folder would need.
    pub async fn plan_transfer(&self, selection: &Selection, folder: Option<&str>) -> Result<Plan> {
        let keys = self.selected_keys(selection)?;
        let destination =
            folder.map(|token| self.inner.transfers.destination(token)).transpose()?;
        let folder = destination.as_ref().and_then(Destination::folder).map(Path::to_owned);
        let (catalogue, folders) = (self.inner.catalogue.clone(), self.inner.folders.clone());
        let room = match &folder {
            Some(folder) => {
                let asked = folder.clone();
                let ask = folders.ask(folder, move || {
                    let free = transfer::free_bytes(&asked).ok();
                    Ok((free, transfer::largest_file_bytes(&asked)))
                });
                ask.await?
            }
            None => (None, None),
        };
        blocking(move || {
            let rows = catalogue.rows(&keys)?;
            let there: std::collections::HashSet<RecordingKey> = match &destination {
                Some(destination) => {
                    let has = destination.has(&folders);
                    let copies = catalogue.copies_of(&keys)?.into_iter();
                    copies.filter(|(_, copy)| has(copy)).map(|(key, _)| key).collect()
                }
                None => std::collections::HashSet::new(),
            };
            let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
            let mut plan = Plan {
                files: count(rows.len()),
                already_there: count(there.len()),
                free_bytes: room.0,
                largest_file_bytes: room.1,
                ..Plan::default()
            };
            let (mut known_ms, mut unknown_ms, mut unknown_length) = (0_u64, 0_u64, false);
            for row in rows.iter().filter(|row| !there.contains(&row.key)) {
                match (row.size_bytes, row.duration_ms) {
                    (Some(bytes), duration) => {
                        plan.known_bytes = plan.known_bytes.saturating_add(bytes);
                        known_ms = known_ms.saturating_add(duration.unwrap_or(0));
                    }
                    (None, duration) => {
                        plan.unknown_size += 1;
                        unknown_length |= duration.is_none();
                        unknown_ms = unknown_ms.saturating_add(duration.unwrap_or(0));
                    }
                }
            }
            plan.estimated_bytes = estimate(&plan, known_ms, unknown_ms, unknown_length);
            plan.warning = warning(&plan);
            Ok(plan)
        })
        .await
    }

    /// Writes a job down and starts it.
    pub async fn start_transfer(&self, new: NewTransfer) -> Result<JobView> {
        Template::parse(&new.template)
            .map_err(|problem| Error::invalid("template", problem.to_string()))?;
        new.options.check()?;
        let destination = self.inner.transfers.destination(&new.folder)?;
        let keys = self.selected_keys(&new.selection)?;
        if keys.is_empty() {
            return Err(Error::Invalid { field: None, what: "Nothing is selected.".into() });
        }
        let (folder, place) = match destination {
            Destination::Folder(folder) => {
                if new.options.bag {
                    let asked = folder.clone();
                    let check = move || Ok(transfer::beside::check_bag_folder(&asked, SOFTWARE)?);
                    self.inner.folders.ask(&folder, check).await?;
                }
                let remembered = serde_json::Value::from(folder.to_string_lossy().into_owned());
                let keep = move |catalogue: &catalogue::Catalogue| {
                    catalogue.set_setting(LAST_FOLDER, &remembered)
                };
                self.with_catalogue(keep).await?;
                (folder, None)
            }
            Destination::Place(id) => {
                self.place(&id)?;
                (self.outbox(&id).await?, Some(id))
            }
        };
        self.remember_options(new.options.clone()).await?;
        let options = JobOptions::new(new.options, place.as_ref());
        let job = self.new_job(folder, new.template, new.priority, &options);
        self.begin_job(job, keys).await
    }

    /// A job of one recording, to a path that a person chose in a native save dialog. Its extension follows the bytes.
    pub async fn save_one(&self, key: RecordingKey, path: &Path) -> Result<JobView> {
        let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) else {
            return Err(Error::File { path: path.to_owned(), what: "this is no file name".into() });
        };
        let folder = folder.to_owned();
        let checked = folder.clone();
        let check = self.inner.folders.ask(&folder, move || Ok(transfer::check_folder(&checked)?));
        check.await?;
        let call_time = self.transfer_settings().await?.options.call_time;
        let options = JobOptions {
            options: TransferOptions { call_time, ..TransferOptions::default() },
            fixed_stem: Some(stem.to_string_lossy().into_owned()),
            place: None,
        };
        // A person waits for this one.
        let job = self.new_job(folder, String::new(), Priority::High, &options);
        self.begin_job(job, vec![key]).await
    }

    /// The name [`Engine::save_one`]'s dialog should offer.
    pub async fn suggested_name(&self, key: RecordingKey) -> Result<String> {
        let stored = self.stored(key).await?;
        let settings = self.settings().await?;
        let template = Template::parse(&settings.name_template)
            .map_err(|problem| Error::invalid("nameTemplate", problem.to_string()))?;
        let extension = stored.recording.format.clone().unwrap_or_else(|| "mp3".into());
        let name = self.name_of(&template, &stored, &settings.zone(), 0, &extension).await?;
        Ok(name.to_string().rsplit('/').next().unwrap_or_default().to_owned())
    }

    pub(crate) fn new_job(
        &self,
        folder: PathBuf,
        template: String,
        priority: Priority,
        options: &JobOptions,
    ) -> NewJob {
        NewJob {
            id: JobId::new(Uuid::now_v7().to_string()),
            folder,
            template,
            created_at: self.now(),
            label: String::new(),
            priority,
            options_json: options.to_json(),
            rule_id: None,
        }
    }

    pub(crate) async fn begin_job(&self, job: NewJob, keys: Vec<RecordingKey>) -> Result<JobView> {
        let id = job.id.clone();
        self.with_catalogue(move |catalogue| catalogue.create_job(&job, &keys)).await?;
        if let Err(error) = self.set_going(&id).await {
            // The job is written down, and says itself why it stands still: asked for again it would be there twice.
            tracing::warn!(job = %id, %error, "a download job cannot begin");
        }
        self.tell(Event::LibraryChanged);
        Ok(self.with_live(self.job_record(&id).await?))
    }

    async fn name_of(
        &self,
        template: &Template,
        stored: &StoredRecording,
        zone: &TimeZone,
        index: usize,
        extension: &str,
    ) -> Result<RelativeName> {
        let account = self.account(&stored.account).await?;
        let input =
            NameInput { recording: &stored.recording, account_label: &account.label, zone, index };
        Ok(template.render(&input, extension))
    }
}

/// What is known, and for the rest their length at the rate of those that are.
fn estimate(plan: &Plan, known_ms: u64, unknown_ms: u64, unknown_length: bool) -> Option<u64> {
    if unknown_length {
        return None;
    }
    let per_s = plan.known_bytes.saturating_mul(1000).checked_div(known_ms);
    let per_s = per_s.filter(|rate| *rate > 0).unwrap_or(BYTES_PER_CALL_S);
    Some(plan.known_bytes.saturating_add((unknown_ms / 1000).saturating_mul(per_s)))
}

fn warning(plan: &Plan) -> Option<String> {
    let (free, needed) = (plan.free_bytes?, plan.estimated_bytes.unwrap_or(plan.known_bytes));
    if needed > free {
        return Some("There is not enough room in this folder for all of it.".into());
    }
    if needed.saturating_add(SPARE_BYTES) > free {
        return Some("After this the disk will be nearly full.".into());
    }
    if plan.estimated_bytes.is_none() {
        let what = "The provider does not say how large or long all of these are, so nobody can tell whether they fit.";
        return Some(what.into());
    }
    None
}

//! *Adopt a folder*: files that are there already become copies of their recordings. What moved is found again by its
//! hash; archives of vendors are unpacked first. Nothing that is adopted is moved, renamed or changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalogue::CopyRecord;
use domain::RecordingKey;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use transfer::naming::{NameInput, Template};
use uuid::Uuid;

use super::MOST_LISTED;
use super::archive::Archive;
use super::files::{AUDIO, Disks, files_in, folder_of, has_extension};
use super::recognise::{Finding, Recogniser};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, blocking, lock};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// A folder or archive that a person picked.
#[derive(Debug, Clone)]
pub struct ChosenSource {
    /// Names it.
    pub token: String,
    /// To show.
    pub path: PathBuf,
    /// An archive.
    pub is_archive: bool,
}

/// What to adopt, and where the contents of archives go.
#[derive(Debug, Clone)]
pub struct AdoptOrder {
    /// The token of a source.
    pub source: String,
    /// The token of a folder for the contents of archives; `None` leaves archives alone.
    pub folder: Option<String>,
    /// How files out of archives are named.
    pub template: String,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Adopted {
    /// It is no whole audio, or cannot be read.
    Refused,
    /// It could be several recordings.
    Ambiguous,
    /// It is no recording of these accounts.
    NoMatch,
    /// A copy that had been moved.
    FoundAgain,
    /// A copy that was not known.
    Adopted,
    /// It is a copy that is known already, or in an archive, of a recording that has one.
    AlreadyKnown,
}

/// One file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedFile {
    /// Where it is; inside an archive `archive.zip › name`.
    pub path: String,
    /// What became of it.
    pub outcome: Adopted,
    /// The recording.
    pub key: Option<RecordingKey>,
    /// How it was recognised, or why not, as a sentence.
    pub what: String,
}

/// An adoption, under way or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptReport {
    /// Where from.
    pub source: PathBuf,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// A person stopped it.
    pub cancelled: bool,
    /// Files found.
    pub total: u32,
    /// The files that were looked at; the first of each kind.
    pub files: Vec<AdoptedFile>,
    /// How many of each, in the order of [`Adopted`].
    counts: [u32; 6],
}

impl AdoptReport {
    /// How many files ended so.
    pub fn count(&self, outcome: Adopted) -> u32 {
        self.counts[outcome as usize]
    }

    /// How many were looked at.
    pub fn looked_at(&self) -> u32 {
        self.counts.iter().sum()
    }
}

/// What the work needs at hand.
struct Adoption<'a> {
    engine: &'a Engine,
    folder: Option<PathBuf>,
    template: Template,
    zone: TimeZone,
    labels: std::collections::HashMap<domain::AccountId, String>,
    shelf: Arc<transfer::Shelf>,
    stop: &'a CancellationToken,
    told_at: Instant,
}

impl Engine {
    /// Takes in a folder or archive that a person picked.
    pub async fn take_source(&self, path: PathBuf) -> Result<ChosenSource> {
        let looked_at = path.clone();
        let is_archive = move || {
            let found =
                std::fs::metadata(&looked_at).map_err(|source| Error::file(&looked_at, &source))?;
            Ok(found.is_file())
        };
        let is_archive = self.inner.folders.ask(&path, is_archive).await?;
        let token = Uuid::new_v4().to_string();
        lock(&self.inner.copies.sources).insert(token.clone(), path.clone());
        Ok(ChosenSource { token, path, is_archive })
    }

    /// Starts an adoption; progress comes as events. One at a time.
    pub async fn adopt(&self, order: AdoptOrder) -> Result<AdoptReport> {
        let source = lock(&self.inner.copies.sources).get(&order.source).cloned();
        let source = source.ok_or_else(|| Error::stale("Choose the folder or archive again."))?;
        let folder = order.folder.map(|token| self.inner.transfers.folder(&token)).transpose()?;
        let template = Template::parse(&order.template)
            .map_err(|problem| Error::invalid("template", problem.to_string()))?;
        let zone = self.settings().await?.zone();
        let accounts = self.accounts().await?.into_iter();
        let labels = accounts.map(|state| (state.account.id, state.account.label)).collect();
        let stop = self.inner.shutdown.child_token();
        let report = AdoptReport {
            source: source.clone(),
            began_at: self.now(),
            ended_at: None,
            cancelled: false,
            total: 0,
            files: Vec::new(),
            counts: [0; 6],
        };
        {
            let mut running = lock(&self.inner.copies.adoption_stop);
            if running.is_some() {
                let what = "Files are being adopted already. Wait for the end, or stop it.".into();
                return Err(Error::Invalid { field: None, what });
            }
            *running = Some(stop.clone());
            *lock(&self.inner.copies.adoption) = Some(report.clone());
        }
        let engine = self.clone();
        tokio::spawn(async move {
            let work = engine.clone();
            let outcome = blocking(move || {
                let mut adoption = Adoption {
                    engine: &work,
                    folder,
                    template,
                    zone,
                    labels,
                    shelf: Arc::default(),
                    stop: &stop,
                    told_at: Instant::now(),
                };
                adoption.run(&source)
            });
            if let Err(error) = outcome.await {
                tracing::error!(%error, "the adoption stopped");
                engine.change_adoption(|report| {
                    let path = report.source.display().to_string();
                    report.note(AdoptedFile {
                        path,
                        outcome: Adopted::Refused,
                        key: None,
                        what: format!("Stopped: {error}."),
                    });
                });
            }
            let now = engine.now();
            engine.change_adoption(|report| {
                report.ended_at = Some(now);
                // Those in need of a look first.
                report.files.sort_by_key(|file| file.outcome);
            });
            *lock(&engine.inner.copies.adoption_stop) = None;
            engine.tell_adoption();
            engine.tell(Event::LibraryChanged);
        });
        Ok(report)
    }

    /// Stops an adoption; what was adopted until then stays.
    pub fn cancel_adoption(&self) {
        if let Some(stop) = &*lock(&self.inner.copies.adoption_stop) {
            stop.cancel();
        }
    }

    /// The adoption that runs, or ran last in this run of the program.
    pub fn adoption_report(&self) -> Option<AdoptReport> {
        lock(&self.inner.copies.adoption).clone()
    }

    fn change_adoption(&self, change: impl FnOnce(&mut AdoptReport)) {
        if let Some(report) = &mut *lock(&self.inner.copies.adoption) {
            change(report);
        }
    }

    fn tell_adoption(&self) {
        if let Some(report) = self.adoption_report() {
            self.tell(Event::Adoption(Box::new(report)));
        }
    }
}

impl AdoptReport {
    fn note(&mut self, file: AdoptedFile) {
        self.counts[file.outcome as usize] += 1;
        if self.files.len() < MOST_LISTED || file.outcome < Adopted::FoundAgain {
            self.files.push(file);
            self.files.truncate(2 * MOST_LISTED);
        }
    }
}

impl<'a> Adoption<'a> {
    fn run(&mut self, source: &Path) -> Result<()> {
        let done = self.take_in(source);
        if self.stop.is_cancelled() {
            self.engine.change_adoption(|report| report.cancelled = true);
        }
        match done {
            Err(Error::Cancelled) => Ok(()),
            other => other,
        }
    }

    fn take_in(&mut self, source: &Path) -> Result<()> {
        let catalogue = self.engine.inner.catalogue.clone();
        let disks = self.disks();
        let mut recogniser = Recogniser::new(&catalogue, disks, self.engine.now());
        let found = source.to_owned();
        let list = move || if found.is_dir() { files_in(&found) } else { Ok(vec![found]) };
        let files = disks.read(source, list)?;
        let count = u32::try_from(files.len()).unwrap_or(u32::MAX);
        self.engine.change_adoption(|report| report.total = count);
        for path in files {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            if has_extension(&path, &["zip"]) {
                self.open_archive(&mut recogniser, &path)?;
                continue;
            }
            let name = path.to_string_lossy().into_owned();
            let found = recogniser.look_at(&path, &name, true);
            if matches!(found, Err(Error::Transfer(transfer::Error::Silent { .. }))) {
                // One file that cannot be read is no reason to leave out the others; a disk that is gone is.
                let asked = source.to_owned();
                disks.ask(source, move || Ok(asked.is_dir()))?;
            }
            self.note(name, found, |finding| {
                match (finding.key, &finding.copy, &finding.before) {
                    (Some(key), Some(copy), _) => catalogue.save_copy(key, copy)?,
                    (Some(key), None, Some(before)) => {
                        catalogue.move_copy(key, before, &path, self.engine.now())?;
                    }
                    _ => {}
                }
                Ok(())
            });
            self.tell_now_and_then();
        }
        Ok(())
    }

    fn disks(&self) -> Disks<'a> {
        Disks { folders: &self.engine.inner.folders, stop: self.stop }
    }

    fn tell_now_and_then(&mut self) {
        if self.told_at.elapsed() >= TELL_EVERY {
            self.told_at = Instant::now();
            self.engine.tell_adoption();
        }
    }

    /// What one file is goes into the report, after `keep` has written it down.
    fn note(
        &self,
        path: String,
        found: Result<Finding>,
        keep: impl FnOnce(&Finding) -> Result<()>,
    ) {
        let noted = found.and_then(|finding| keep(&finding).map(|()| finding));
        let file = match noted {
            Ok(finding) => {
                AdoptedFile { path, outcome: finding.outcome, key: finding.key, what: finding.what }
            }
            // Nothing is known of it.
            Err(Error::Cancelled) => return,
            Err(error) => AdoptedFile {
                path,
                outcome: Adopted::Refused,
                key: None,
                what: format!("{error}."),
            },
        };
        self.engine.change_adoption(|report| report.note(file));
    }

    fn open_archive(&mut self, recogniser: &mut Recogniser<'_>, path: &Path) -> Result<()> {
        let shown = path.display().to_string();
        let Some(folder) = self.folder.clone() else {
            let what = "It is an archive; choose a folder for its contents.".to_owned();
            let file = AdoptedFile { path: shown, outcome: Adopted::Refused, key: None, what };
            self.engine.change_adoption(|report| report.note(file));
            return Ok(());
        };
        let (disks, file) = (self.disks(), path.to_owned());
        let mut archive = match disks.read(folder_of(path), move || Archive::open(&file)) {
            Ok(archive) => archive,
            Err(error) => {
                self.note(shown, Err(error), |_| Ok(()));
                return Ok(());
            }
        };
        let entries = u32::try_from(archive.len()).unwrap_or(u32::MAX);
        // The archive itself is not one of its files.
        self.engine.change_adoption(|report| {
            report.total = report.total.saturating_add(entries).saturating_sub(1);
        });
        let part = folder.join(format!(".tapeshelf-{}.part", Uuid::new_v4()));
        for index in 0..archive.len() {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let (into, stop) = (part.clone(), self.stop.clone());
            let (opened, unpacked) = disks.write_from(folder_of(path), &folder, move || {
                let unpacked = archive.unpack(index, &into, &stop);
                Ok((archive, unpacked))
            })?;
            archive = opened;
            let (name, sealed) = match unpacked {
                Ok(None) => {
                    self.skip();
                    continue;
                }
                Ok(Some((name, sealed))) if has_extension(Path::new(&name), &AUDIO) => {
                    (name, sealed)
                }
                Ok(Some((_, sealed))) => {
                    disks.write(&folder, move || Ok(sealed.discard()?))?;
                    self.skip();
                    continue;
                }
                Err(error @ (Error::Transfer(_) | Error::Cancelled)) => return Err(error),
                Err(error) => {
                    self.note(format!("{shown} › {index}"), Err(error), |_| Ok(()));
                    continue;
                }
            };
            let found = recogniser.look_at(&sealed.path, &name, false);
            let entry = format!("{shown} › {name}");
            let mut sealed = Some(sealed);
            self.note(entry, found, |finding| {
                let catalogue = &self.engine.inner.catalogue;
                let is_wanted = finding.copy.is_some() || finding.before.is_some();
                let Some(key) = finding.key.filter(|_| is_wanted) else { return Ok(()) };
                let Some(stored) = catalogue.recording(key)? else { return Ok(()) };
                let Some(sealed) = sealed.take() else { return Ok(()) };
                let label = self.labels.get(&stored.account).map_or("", String::as_str);
                let input = NameInput {
                    recording: &stored.recording,
                    account_label: label,
                    zone: &self.zone,
                    index,
                };
                let extension = Path::new(&name).extension().and_then(|e| e.to_str());
                let name = self.template.render(&input, extension.unwrap_or("bin"));
                let (shelf, into) = (Arc::clone(&self.shelf), folder.clone());
                let path =
                    disks.write(&folder, move || Ok(shelf.publish(sealed, &into, &name)?))?;
                match (&finding.copy, &finding.before) {
                    (Some(copy), _) => {
                        catalogue.save_copy(key, &CopyRecord { path, ..copy.clone() })?;
                    }
                    (None, Some(before)) => {
                        catalogue.move_copy(key, before, &path, self.engine.now())?;
                    }
                    (None, None) => {}
                }
                Ok(())
            });
            if let Some(sealed) = sealed {
                disks.write(&folder, move || Ok(sealed.discard()?))?;
            }
            self.tell_now_and_then();
        }
        Ok(())
    }

    /// What is no recording by its name is none of the files to look at.
    fn skip(&self) {
        self.engine.change_adoption(|report| report.total = report.total.saturating_sub(1));
    }
}

//! What comes along with the audio when a job ends: metadata, checksums, a bag, the vendor's own records.
//!
//! The lists describe the folder, not the job: every verified copy below it, whichever job saved it and whether or not its
//! account is still here, every one that is not there any more, and every recording that a job was to save there and could
//! not. So a second job into the same folder makes them longer and never wrong, and writing them again changes nothing. What
//! somebody else has there under the same names is moved aside.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{Catalogue, ItemFilter, ItemState, JobFilter, StoredRecording};
use domain::{AccountId, Recording, RecordingKey};
use serde_json::{Map, Value};
use transfer::beside::{
    BagInfo, Listed, checksum_lines, csv_table, write_bag, write_bag_of_absent,
};
use transfer::write_whole;

use super::active::ActiveJob;
use super::entry::{Entry, Failure, HEADER};
use super::found;
use crate::error::{Error, Result};
use crate::{Engine, blocking};

/// The table.
const CSV_NAME: &str = "recordings.csv";
/// The same as JSON.
const JSON_NAME: &str = "recordings.json";
/// For `sha256sum -c`.
const SUMS_NAME: &str = "SHA256SUMS";
/// How a bag says who made it, before the version.
pub(super) const SOFTWARE: &str = "Tapeshelf";
/// Items read at once.
const PAGE: u32 = 500;

impl Engine {
    /// Writes what a job was told to write besides.
    pub(super) async fn write_besides(&self, job: &Arc<ActiveJob>) -> Result<()> {
        if !job.options.has_besides() {
            return Ok(());
        }
        let labels: HashMap<_, _> = self
            .accounts()
            .await?
            .into_iter()
            .map(|state| (state.account.id, state.account.label))
            .collect();
        let Some(place) = &job.place else {
            return self.write_lists(job, job.folder.clone(), labels).await;
        };
        // They are written where nobody else looks, and go out as a whole.
        let folder = job.folder.join(format!(".lists-{}", job.id));
        let made = folder.clone();
        blocking(move || anew(&made)).await?;
        self.write_lists(job, folder.clone(), labels).await?;
        self.publish_lists(place, &folder).await?;
        blocking(move || removed(&folder)).await
    }

    async fn write_lists(
        &self,
        job: &Arc<ActiveJob>,
        folder: PathBuf,
        labels: HashMap<AccountId, String>,
    ) -> Result<()> {
        let (catalogue, job, now) = (self.inner.catalogue.clone(), Arc::clone(job), self.now());
        let site_folder = folder.clone();
        let writing = self.inner.folders.site(&site_folder).work(move || {
            if job.place.is_none()
                && (!job.folder.is_dir() || transfer::disk_of(&job.folder) != job.disk)
            {
                return Err(transfer::Error::Missing { path: job.folder.clone() }.into());
            }
            let label =
                |stored: &StoredRecording| labels.get(&stored.account).cloned().unwrap_or_default();
            let (entries, listed) = entries(&catalogue, &job, &folder, &label)?;
            let mut tags = Vec::new();
            if job.options.csv {
                let rows = entries.iter().map(Entry::cells);
                make_way(&folder.join(CSV_NAME), |text| begins_with(text, "file,status,why"))?;
                write_whole(&folder.join(CSV_NAME), &csv_table(&HEADER, rows))?;
                tags.push(CSV_NAME);
            }
            if job.options.json {
                let text = serde_json::to_vec_pretty(&entries).map_err(internal)?;
                let is_ours = |text: &str| text.trim() == "[]" || begins_with(text, "\"file\":");
                make_way(&folder.join(JSON_NAME), is_ours)?;
                write_whole(&folder.join(JSON_NAME), &text)?;
                tags.push(JSON_NAME);
            }
            if job.options.checksums {
                let named: HashSet<&str> =
                    entries.iter().filter_map(|entry| entry.file.as_deref()).collect();
                // One of ours names a file that is known here, unless all that it named was moved.
                let path_of = |line: &str| line.split_once("  ").map(|(_, path)| path.to_owned());
                let is_ours = |text: &str| {
                    let mut paths = text.lines().filter_map(path_of);
                    text.is_empty() || paths.any(|path| named.contains(path.as_str()))
                };
                make_way(&folder.join(SUMS_NAME), is_ours)?;
                write_whole(&folder.join(SUMS_NAME), checksum_lines(&listed).as_bytes())?;
                tags.push(SUMS_NAME);
            }
            if job.options.bag {
                let info = BagInfo {
                    date: now.to_zoned(job.zone.clone()).date().to_string(),
                    software: format!("{SOFTWARE} {}", env!("CARGO_PKG_VERSION")),
                    description: format!("{} call recordings", listed.len()),
                };
                if job.place.is_some() {
                    write_bag_of_absent(&folder, &listed, &tags, &info)?;
                } else {
                    write_bag(&folder, &listed, &tags, &info)?;
                }
            }
            Ok(())
        });
        writing.await
    }
}

/// The entries of a folder by file name, those that could not be saved last, and the files for checksums. Writes the
/// vendor's records beside the files on the way, because they are long and need not be held all at once.
fn entries(
    catalogue: &Catalogue,
    job: &ActiveJob,
    folder: &Path,
    label: &dyn Fn(&StoredRecording) -> String,
) -> Result<(Vec<Entry>, Vec<Listed>)> {
    let mut entries = Vec::new();
    let mut listed = Vec::new();
    let mut lost = Vec::new();
    let mut here = HashSet::new();
    for (key, copy) in catalogue.copies()? {
        let Some(file) = job.name_below(&copy) else { continue };
        let is_there = match &job.place {
            // As the last check of it found: asking for each object would take a request a file.
            Some(_) => !copy.is_spoilt(),
            None => found::is_there(&copy) && found::is_unchanged(&copy),
        };
        if !is_there {
            lost.push((key, copy, file));
            continue;
        }
        here.insert(key);
        let Some(stored) = catalogue.recording(key)? else { continue };
        if job.options.raw_json {
            // Not with_extension: a name like `call 1.30` has a dot of its own before the extension.
            let path = folder.join(format!("{file}.json"));
            let raw = pretty(&stored.recording.raw);
            if job.place.is_some() {
                made_for(&path)?;
            }
            // Of thousands that lie there from an earlier job none has to go to the disk again.
            if !std::fs::read(&path).is_ok_and(|there| there == raw) {
                make_way(&path, |text| is_record_of(text, &stored.recording))?;
                write_whole(&path, &raw)?;
            }
        }
        listed.push(Listed {
            path: file.clone(),
            size_bytes: copy.size_bytes,
            sha256: copy.sha256.clone(),
        });
        entries.push(Entry::saved(&stored, &copy, file, label(&stored), &job.zone));
    }
    let mut lost_out_of_index = Vec::new();
    for (account, id, copy) in catalogue.copies_out_of_index()? {
        let Some(file) = job.name_below(&copy) else { continue };
        let is_there = match job.place {
            Some(_) => !copy.is_spoilt(),
            None => found::is_there(&copy) && found::is_unchanged(&copy),
        };
        let entry = Entry::out_of_index(&id, &copy, file.clone(), account);
        if is_there {
            listed.push(Listed {
                path: file,
                size_bytes: copy.size_bytes,
                sha256: copy.sha256.clone(),
            });
            entries.push(entry);
        } else {
            lost_out_of_index.push(entry.missing());
        }
    }
    entries.sort_by(|one, other| one.file.cmp(&other.file));
    listed.sort();
    // Nobody can vouch for what was taken away. It is named all the same, unless another file has the recording.
    for (key, copy, file) in lost {
        if !here.insert(key) {
            continue;
        }
        let Some(stored) = catalogue.recording(key)? else { continue };
        let saved = Entry::saved(&stored, &copy, file, label(&stored), &job.zone);
        entries.push(saved.missing());
    }
    entries.append(&mut lost_out_of_index);
    for (key, failure) in failures(catalogue, job)? {
        let Some(stored) = catalogue.recording(key)?.filter(|_| !here.contains(&key)) else {
            continue;
        };
        let label = label(&stored);
        entries.push(Entry::not_saved(&stored, label, &job.zone, failure));
    }
    Ok((entries, listed))
}

/// What jobs into this folder could not save, each recording once with the latest reason.
fn failures(catalogue: &Catalogue, job: &ActiveJob) -> Result<Vec<(RecordingKey, Failure)>> {
    let mut failed: Vec<(RecordingKey, Failure)> = Vec::new();
    let mut seen = HashSet::new();
    let (_, jobs) = catalogue.find_jobs(&JobFilter::default(), 0, u32::MAX)?;
    for record in jobs.into_iter().filter(|record| job.same_folder.is(&record.folder)) {
        let filter = ItemFilter { states: vec![ItemState::Failed], ..ItemFilter::default() };
        let mut offset = 0;
        loop {
            let (total, items) = catalogue.find_items(&record.id, &filter, offset, PAGE)?;
            offset += PAGE;
            for item in items {
                if seen.insert(item.key) {
                    let why = item.note.unwrap_or_default();
                    let reply_json = item.reply_json;
                    failed.push((item.key, Failure { status: "not saved", why, reply_json }));
                }
            }
            if offset >= total {
                break;
            }
        }
    }
    Ok(failed)
}

/// Moves a list that is not ours out of the way: another program made it, or a person. `is_ours` tells by its text.
fn make_way(path: &Path, is_ours: impl FnOnce(&str) -> bool) -> Result<()> {
    use std::io::ErrorKind;

    match std::fs::read(path) {
        Ok(bytes) if is_ours(&String::from_utf8_lossy(&bytes)) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        // What we may not read is not ours either.
        Err(error) if error.kind() != ErrorKind::PermissionDenied => {
            return Err(Error::file(path, &error));
        }
        Ok(_) | Err(_) => {}
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = path.extension().map(|e| format!(".{}", e.to_string_lossy()));
    let extension = extension.unwrap_or_default();
    let names =
        (2..).map(|number: u32| path.with_file_name(format!("{stem} ({number}){extension}")));
    for aside in names {
        if aside.symlink_metadata().is_err() {
            return std::fs::rename(path, &aside).map_err(|source| Error::file(path, &source));
        }
    }
    Ok(())
}

/// Whether a text is the vendor's record of this recording as it once was, and nothing but that: a script may have put its
/// own remarks into a file of the same name.
fn is_record_of(text: &str, recording: &Recording) -> bool {
    let fields = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let (Some(there), Some(now)) = (fields(text), fields(&recording.raw)) else { return false };
    text.contains(recording.id.as_str()) && there.keys().all(|name| now.contains_key(name))
}

/// Whether the words stand where a list of ours has them: at its beginning, after a mark of its encoding or a bracket.
fn begins_with(text: &str, words: &str) -> bool {
    text.chars().take(words.len() + 16).collect::<String>().contains(words)
}

/// An empty folder.
fn anew(folder: &Path) -> Result<()> {
    removed(folder)?;
    std::fs::create_dir_all(folder).map_err(|source| Error::file(folder, &source))
}

fn removed(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file(folder, &source))
        }
        _ => Ok(()),
    }
}

/// Makes the folder of a file.
fn made_for(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|source| Error::file(folder, &source))
        }
        None => Ok(()),
    }
}

/// The vendor's JSON, indented for reading; its words and their order are as they came.
fn pretty(raw: &str) -> Vec<u8> {
    match serde_json::from_str::<Value>(raw) {
        Ok(value) => serde_json::to_vec_pretty(&value).unwrap_or_else(|_| raw.into()),
        Err(_) => raw.into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn internal(error: serde_json::Error) -> Error {
    Error::Internal { what: error.to_string() }
}

//! What comes along with the audio when a job ends: metadata, checksums, a bag, the vendor's own records.
//!
//! The lists describe the folder, not the job: every verified copy below it, whichever job saved it, every one that is not
//! there any more, and every recording that a job was to save there and could not. So a second job into the same folder makes them longer and
//! never wrong, and writing them again changes nothing.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{Catalogue, CopyRecord, ItemFilter, ItemState, JobFilter, StoredRecording};
use domain::{AccountId, RecordingKey, phone};
use jiff::tz::TimeZone;
use serde::Serialize;
use transfer::beside::{
    BagInfo, Listed, checksum_lines, csv_table, write_bag, write_bag_of_absent,
};
use transfer::write_whole;

use super::active::ActiveJob;
use super::found;
use crate::error::{Error, Result};
use crate::{Engine, blocking};

/// The table.
const CSV_NAME: &str = "recordings.csv";
/// The same as JSON.
const JSON_NAME: &str = "recordings.json";
/// For `sha256sum -c`.
const SUMS_NAME: &str = "SHA256SUMS";
/// Items read at once.
const PAGE: u32 = 500;

/// One recording in the lists. The names of the fields are the columns of the table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
struct Entry {
    file: Option<String>,
    status: &'static str,
    why: Option<String>,
    size_bytes: Option<u64>,
    sha256: Option<String>,
    verified_at: Option<String>,
    evidence: Option<String>,
    account: String,
    recording_id: String,
    call_uuid: Option<String>,
    started_at: Option<String>,
    started_at_local: Option<String>,
    start_is_estimated: bool,
    duration_ms: Option<u64>,
    direction: Option<String>,
    from: Option<String>,
    to: Option<String>,
    caller_name: Option<String>,
    conference: Option<String>,
    extensions: String,
    kind: Option<String>,
    format: Option<String>,
    added_at: Option<String>,
}

const HEADER: [&str; 23] = [
    "file",
    "status",
    "why",
    "size_bytes",
    "sha256",
    "verified_at",
    "evidence",
    "account",
    "recording_id",
    "call_uuid",
    "started_at",
    "started_at_local",
    "start_is_estimated",
    "duration_ms",
    "direction",
    "from",
    "to",
    "caller_name",
    "conference",
    "extensions",
    "kind",
    "format",
    "added_at",
];

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
        blocking(move || {
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
                write_whole(&folder.join(CSV_NAME), &csv_table(&HEADER, rows))?;
                tags.push(CSV_NAME);
            }
            if job.options.json {
                let text = serde_json::to_vec_pretty(&entries).map_err(internal)?;
                write_whole(&folder.join(JSON_NAME), &text)?;
                tags.push(JSON_NAME);
            }
            if job.options.checksums {
                write_whole(&folder.join(SUMS_NAME), checksum_lines(&listed).as_bytes())?;
                tags.push(SUMS_NAME);
            }
            if job.options.bag {
                let info = BagInfo {
                    date: now.to_zoned(job.zone.clone()).date().to_string(),
                    software: format!("Tapeshelf {}", env!("CARGO_PKG_VERSION")),
                    description: format!("{} call recordings", listed.len()),
                };
                if job.place.is_some() {
                    write_bag_of_absent(&folder, &listed, &tags, &info)?;
                } else {
                    write_bag(&folder, &listed, &tags, &info)?;
                }
            }
            Ok(())
        })
        .await
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
            None => found::is_there(&copy, &job.same_folder) && found::is_unchanged(&copy),
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
            write_whole(&path, &raw)?;
        }
        listed.push(Listed {
            path: file.clone(),
            size_bytes: copy.size_bytes,
            sha256: copy.sha256.clone(),
        });
        entries.push(Entry::saved(&stored, &copy, file, label(&stored), &job.zone));
    }
    entries.sort_by(|one, other| one.file.cmp(&other.file));
    listed.sort();
    // Nobody can vouch for what was taken away. It is named all the same, unless another file has the recording.
    for (key, copy, file) in lost {
        if !here.insert(key) {
            continue;
        }
        let Some(stored) = catalogue.recording(key)? else { continue };
        let why = Some("It was saved here, and is not there any more as it was.".to_owned());
        let saved = Entry::saved(&stored, &copy, file, label(&stored), &job.zone);
        entries.push(Entry { status: "missing", why, ..saved });
    }
    for (key, why) in failures(catalogue, job)? {
        let Some(stored) = catalogue.recording(key)?.filter(|_| !here.contains(&key)) else {
            continue;
        };
        let label = label(&stored);
        entries.push(Entry::new(&stored, label, &job.zone, "not saved", Some(why)));
    }
    Ok((entries, listed))
}

/// What jobs into this folder could not save, each recording once with the latest reason.
fn failures(catalogue: &Catalogue, job: &ActiveJob) -> Result<Vec<(RecordingKey, String)>> {
    let mut failed: Vec<(RecordingKey, String)> = Vec::new();
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
                    failed.push((item.key, item.note.unwrap_or_default()));
                }
            }
            if offset >= total {
                break;
            }
        }
    }
    Ok(failed)
}

impl Entry {
    fn new(
        stored: &StoredRecording,
        account: String,
        zone: &TimeZone,
        status: &'static str,
        why: Option<String>,
    ) -> Self {
        let recording = &stored.recording;
        let at = recording.when();
        Self {
            file: None,
            status,
            why,
            size_bytes: None,
            sha256: None,
            verified_at: None,
            evidence: None,
            account,
            recording_id: recording.id.to_string(),
            call_uuid: recording.call_uuid.as_ref().map(ToString::to_string),
            started_at: at.map(|at| at.to_string()),
            started_at_local: at
                .map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()),
            start_is_estimated: recording.start_is_estimated,
            duration_ms: recording.duration_ms,
            direction: recording.direction.clone(),
            from: recording.from.clone(),
            to: recording.to.clone(),
            caller_name: recording.caller_name.clone(),
            conference: recording.conference_name.clone(),
            extensions: recording.extensions.join(" "),
            kind: recording.kind.clone(),
            format: recording.format.clone(),
            added_at: recording.added_at.map(|at| at.to_string()),
        }
    }

    fn saved(
        stored: &StoredRecording,
        copy: &CopyRecord,
        file: String,
        account: String,
        zone: &TimeZone,
    ) -> Self {
        let (status, why) = if copy.remarks.is_empty() {
            ("verified", None)
        } else {
            ("saved with a remark", Some(copy.remarks.join(" ")))
        };
        Self {
            file: Some(file),
            size_bytes: Some(copy.size_bytes),
            sha256: Some(copy.sha256.clone()),
            verified_at: Some(copy.verified_at.to_string()),
            evidence: Some(copy.evidence.clone()),
            ..Self::new(stored, account, zone, status, why)
        }
    }

    /// As a spreadsheet shows them. Telephone numbers are grouped for reading, so that none takes them for sums; as they
    /// came they are in the JSON.
    fn cells(&self) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let number_to_read =
            |value: &Option<String>| value.as_deref().map(phone::display).unwrap_or_default();
        let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        vec![
            text(&self.file),
            self.status.to_owned(),
            text(&self.why),
            number(self.size_bytes),
            text(&self.sha256),
            text(&self.verified_at),
            text(&self.evidence),
            self.account.clone(),
            self.recording_id.clone(),
            text(&self.call_uuid),
            text(&self.started_at),
            text(&self.started_at_local),
            self.start_is_estimated.to_string(),
            number(self.duration_ms),
            text(&self.direction),
            number_to_read(&self.from),
            number_to_read(&self.to),
            text(&self.caller_name),
            text(&self.conference),
            self.extensions.clone(),
            text(&self.kind),
            text(&self.format),
            text(&self.added_at),
        ]
    }
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
    match serde_json::from_str::<serde_json::Value>(raw) {
        Ok(value) => serde_json::to_vec_pretty(&value).unwrap_or_else(|_| raw.into()),
        Err(_) => raw.into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn internal(error: serde_json::Error) -> Error {
    Error::Internal { what: error.to_string() }
}

//! A job that runs: what it needs at hand for each file, and what stops it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use catalogue::{CopyRecord, JobRecord};
use domain::{AccountId, JobId};
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use transfer::beside::BAG_DATA;
use transfer::naming::Template;

use super::live::Live;
use super::options::{JobOptions, TransferOptions};
use super::same_folder::SameFolder;
use super::trouble::halt_note;
use crate::error::{Error, Result};
use crate::folders::Folders;
use crate::lock;
use crate::places::Place;

/// A job that runs.
pub(super) struct ActiveJob {
    pub(super) id: JobId,
    /// Where files are received: the folder they stay in, or for a bucket one of our own.
    pub(super) folder: PathBuf,
    /// That folder, to find what lies in it.
    pub(super) same_folder: SameFolder,
    /// The bucket it saves into, as it was set up when the job began to run.
    pub(super) place: Option<Place>,
    /// Which disk the folder was on when the job began to run.
    pub(super) disk: Option<u64>,
    pub(super) template: Template,
    pub(super) fixed_stem: Option<String>,
    pub(super) options: TransferOptions,
    pub(super) zone: TimeZone,
    pub(super) stop: CancellationToken,
    pub(super) live: Live,
    /// Knows the names in the folder, so that a large job does not list it for each file.
    pub(super) shelf: Arc<transfer::Shelf>,
    labels: Mutex<HashMap<AccountId, String>>,
    under_way: Mutex<HashMap<u32, CancellationToken>>,
    halted: Mutex<Option<Error>>,
    /// Accounts whose files wait for a person, and why.
    barred: Mutex<HashMap<AccountId, Error>>,
    finishing: AtomicBool,
    /// Its disk is being asked for its free space.
    looking: AtomicBool,
}

impl ActiveJob {
    pub(super) fn new(
        record: &JobRecord,
        place: Option<Place>,
        zone: TimeZone,
        stop: CancellationToken,
        shelf: Arc<transfer::Shelf>,
        folders: &Folders,
    ) -> Result<Self> {
        let JobOptions { options, fixed_stem, .. } = JobOptions::read(&record.options_json);
        let template = if fixed_stem.is_some() { "{id}" } else { &record.template };
        let template = Template::parse(template)
            .map_err(|problem| Error::invalid("template", problem.to_string()))?;
        Ok(Self {
            id: record.id.clone(),
            disk: transfer::disk_of(&record.folder),
            same_folder: SameFolder::new(&record.folder, folders),
            folder: record.folder.clone(),
            place,
            template,
            fixed_stem,
            zone: zone_of(&options, zone),
            options,
            stop,
            live: Live::default(),
            shelf,
            labels: Mutex::default(),
            under_way: Mutex::default(),
            halted: Mutex::default(),
            barred: Mutex::default(),
            finishing: AtomicBool::new(false),
            looking: AtomicBool::new(false),
        })
    }

    /// Whether a copy is where this job saves, as far as its record tells. What lies beside a bag is no part of it.
    pub(super) fn holds(&self, copy: &CopyRecord) -> bool {
        self.below(copy).is_some_and(|below| !self.options.bag || below.starts_with(BAG_DATA))
    }

    /// What is left of a copy's path, or key, below where this job saves.
    fn below(&self, copy: &CopyRecord) -> Option<PathBuf> {
        match (&self.place, &copy.place) {
            (Some(place), Some(of)) if place.id == *of => {
                copy.path.strip_prefix(&place.prefix).ok().map(Path::to_owned)
            }
            (None, None) => self.same_folder.below(&copy.path),
            _ => None,
        }
    }

    /// The name of a copy below where this job saves, with `/` on every system; `None` for one that is elsewhere.
    pub(super) fn name_below(&self, copy: &CopyRecord) -> Option<String> {
        let below = self.below(copy)?;
        let parts: Option<Vec<&str>> =
            below.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }

    /// How a copy is called in the list of files: by its name below where this job saves.
    pub(super) fn shown_name(&self, copy: &CopyRecord) -> String {
        self.name_below(copy).unwrap_or_else(|| copy.path.to_string_lossy().into_owned())
    }

    /// Where the audio goes: into the payload of a bag, or the folder itself.
    pub(super) fn audio_folder(&self) -> PathBuf {
        if self.options.bag { self.folder.join(BAG_DATA) } else { self.folder.clone() }
    }

    pub(super) fn label_of(&self, account: &AccountId) -> Option<String> {
        lock(&self.labels).get(account).cloned()
    }

    pub(super) fn keep_label(&self, account: &AccountId, label: &str) {
        lock(&self.labels).insert(account.clone(), label.to_owned());
    }

    /// A file begins; the token stops it alone.
    pub(super) fn begin(&self, position: u32) -> CancellationToken {
        let token = self.stop.child_token();
        lock(&self.under_way).insert(position, token.clone());
        token
    }

    pub(super) fn end(&self, position: u32) {
        lock(&self.under_way).remove(&position);
    }

    pub(super) fn stop_items(&self, positions: &[u32]) {
        let under_way = lock(&self.under_way);
        for token in positions.iter().filter_map(|position| under_way.get(position)) {
            token.cancel();
        }
    }

    pub(super) fn is_under_way(&self, position: u32) -> bool {
        lock(&self.under_way).contains_key(&position)
    }

    pub(super) fn is_idle(&self) -> bool {
        lock(&self.under_way).is_empty()
    }

    /// Stops the job because of something that stops every file of it. The first reason counts.
    pub(super) fn halt(&self, error: Error) {
        lock(&self.halted).get_or_insert(error);
        self.stop.cancel();
    }

    /// Begins no more files of an account until [`Self::admit`], because of something that only a person can mend. The first
    /// reason counts.
    pub(super) fn bar(&self, account: AccountId, error: Error) {
        lock(&self.barred).entry(account).or_insert(error);
    }

    /// A person has mended what barred the account.
    pub(super) fn admit(&self, account: &AccountId) {
        lock(&self.barred).remove(account);
    }

    /// A person asks to try all of them again.
    pub(super) fn admit_all(&self) {
        lock(&self.barred).clear();
    }

    /// Accounts whose files wait for a person.
    pub(super) fn barred(&self) -> Vec<AccountId> {
        lock(&self.barred).keys().cloned().collect()
    }

    /// One sentence that explains the present pace, after the one on files that wait for a person.
    pub(super) fn pace(&self, of_all: Option<String>) -> Option<String> {
        let barred = lock(&self.barred);
        let Some((account, error)) = barred.iter().min_by_key(|(account, _)| *account) else {
            return of_all;
        };
        let whose =
            self.label_of(account).map_or_else(String::new, |label| format!(" of “{label}”"));
        let why = halt_note(error);
        let why = why.strip_prefix("Waiting: ").unwrap_or(&why);
        let rest = of_all.map_or_else(String::new, |sentence| format!(" {sentence}"));
        Some(format!("Files{whose} wait: {why}{rest}"))
    }

    /// Stops the job if files of no other account than barred ones are left.
    pub(super) fn halt_if_barred(&self, left: &[AccountId]) {
        let mut barred = lock(&self.barred);
        if left.iter().all(|account| barred.contains_key(account))
            && let Some(error) = left.first().and_then(|account| barred.remove(account))
        {
            drop(barred);
            self.halt(error);
        }
    }

    pub(super) fn take_halt(&self) -> Option<Error> {
        lock(&self.halted).take()
    }

    /// Whether files of it may begin.
    pub(super) fn takes_items(&self) -> bool {
        !self.stop.is_cancelled() && !self.finishing.load(Ordering::SeqCst)
    }

    /// Marks it as ending; false when it was already.
    pub(super) fn begin_finishing(&self) -> bool {
        !self.finishing.swap(true, Ordering::SeqCst)
    }

    /// Marks that its disk is asked; false when it is being asked already.
    pub(super) fn begin_look(&self) -> bool {
        !self.looking.swap(true, Ordering::SeqCst)
    }

    pub(super) fn end_look(&self) {
        self.looking.store(false, Ordering::SeqCst);
    }

    pub(super) fn go_on(&self) {
        self.finishing.store(false, Ordering::SeqCst);
    }
}

/// The zone of a download, or else of the settings.
pub(super) fn zone_of(options: &TransferOptions, of_settings: TimeZone) -> TimeZone {
    if options.time_zone.is_empty() {
        return of_settings;
    }
    TimeZone::get(&options.time_zone).unwrap_or(of_settings)
}

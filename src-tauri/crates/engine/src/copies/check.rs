//! *Verify now*: every copy is read and hashed again, and compared with what it was when it was verified.

use std::time::{Duration, Instant};

use catalogue::{CheckResult, Checked, CopyRecord};
use domain::{PlaceId, RecordingKey};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::MOST_LISTED;
use super::files::could_be_mounted_on;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::Selection;
use crate::places::PlaceError;
use crate::{Engine, blocking, lock};

/// How often progress is told and results are written down.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Which copies to check.
#[derive(Debug, Clone)]
pub enum CheckScope {
    /// Every one.
    All,
    /// Those of these recordings.
    Selected(Selection),
}

/// A copy that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCopy {
    /// The recording.
    pub key: RecordingKey,
    /// Where the copy is, or was.
    pub path: std::path::PathBuf,
    /// What was found.
    pub result: CheckResult,
    /// As sentences. Where it could not be told, also what was found when it last could.
    pub what: String,
}

/// A check, under way or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// A person stopped it.
    pub cancelled: bool,
    /// Copies to check.
    pub total: u32,
    /// As they were.
    pub ok: u32,
    /// Other bytes.
    pub changed: u32,
    /// Not there.
    pub missing: u32,
    /// It cannot be told.
    pub cannot_check: u32,
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes of all copies to check, without those that turned out not to be readable.
    pub total_bytes: u64,
    /// The first copies that are not as they were.
    pub troubles: Vec<CheckedCopy>,
}

impl Engine {
    /// Starts a check; progress comes as events. One at a time: a second call answers with the one that runs.
    pub async fn check_copies(&self, scope: CheckScope) -> Result<CheckReport> {
        let copies = match scope {
            CheckScope::All => self.with_catalogue(catalogue::Catalogue::copies).await?,
            CheckScope::Selected(selection) => {
                let keys = self.selected_keys(&selection)?;
                self.with_catalogue(move |catalogue| catalogue.copies_of(&keys)).await?
            }
        };
        let stop = self.inner.shutdown.child_token();
        let report = CheckReport {
            began_at: self.now(),
            ended_at: None,
            cancelled: false,
            total: u32::try_from(copies.len()).unwrap_or(u32::MAX),
            ok: 0,
            changed: 0,
            missing: 0,
            cannot_check: 0,
            read_bytes: 0,
            total_bytes: copies.iter().map(|(_, copy)| copy.size_bytes).sum(),
            troubles: Vec::new(),
        };
        {
            let mut running = lock(&self.inner.copies.check_stop);
            if running.is_some() {
                let report = lock(&self.inner.copies.check).clone();
                return report.ok_or_else(|| Error::stale("The check has just ended."));
            }
            *running = Some(stop.clone());
            *lock(&self.inner.copies.check) = Some(report.clone());
        }
        let engine = self.clone();
        tokio::spawn(async move {
            let work = engine.clone();
            let outcome = blocking(move || work.check_all(&copies, &stop)).await;
            if let Err(error) = outcome {
                tracing::error!(%error, "the check of copies stopped");
                engine.change_check(|report| report.cancelled = true);
            }
            let now = engine.now();
            engine.change_check(|report| report.ended_at = Some(now));
            *lock(&engine.inner.copies.check_stop) = None;
            engine.tell_check();
            engine.tell(Event::LibraryChanged);
        });
        Ok(report)
    }

    /// Stops a check; what was found until then stands.
    pub fn cancel_check(&self) {
        if let Some(stop) = &*lock(&self.inner.copies.check_stop) {
            stop.cancel();
        }
    }

    /// Forgets the copies that the last check found missing, and says how many; they are in no later check. What is known of
    /// other copies stays.
    ///
    /// # Errors
    /// `Invalid` while a check runs: it would write down again what it finds.
    pub async fn forget_missing_copies(&self) -> Result<u32> {
        if lock(&self.inner.copies.check_stop).is_some() {
            let what = "Copies are being verified. Wait for the end, or stop it.".into();
            return Err(Error::Invalid { field: None, what });
        }
        let Some(since) = self.check_report().map(|report| report.began_at) else { return Ok(0) };
        let forgotten =
            self.with_catalogue(move |catalogue| catalogue.forget_missing(since)).await?;
        self.change_check(|report| {
            report.total = report.total.saturating_sub(report.missing);
            report.missing = 0;
            report.troubles.retain(|copy| copy.result != CheckResult::Missing);
        });
        self.tell_check();
        self.tell(Event::LibraryChanged);
        Ok(forgotten)
    }

    /// The check that runs, or ran last in this run of the program.
    pub fn check_report(&self) -> Option<CheckReport> {
        lock(&self.inner.copies.check).clone()
    }

    fn check_all(
        &self,
        copies: &[(RecordingKey, CopyRecord)],
        stop: &CancellationToken,
    ) -> Result<()> {
        let mut unwritten = Vec::new();
        let mut told_at = Instant::now();
        let runtime = tokio::runtime::Handle::current();
        for (key, copy) in copies {
            let before = self.check_report().map_or(0, |report| report.read_bytes);
            let on_read = |read| {
                if told_at.elapsed() >= TELL_EVERY {
                    told_at = Instant::now();
                    self.change_check(|report| report.read_bytes = before + read);
                    self.tell_check();
                }
                !stop.is_cancelled()
            };
            let found = match &copy.place {
                None => self.check_file(copy, on_read),
                // This is a thread of its own, so it may wait for the network.
                Some(place) => runtime.block_on(self.check_object(place, copy, on_read)),
            };
            let Some((result, mut what)) = found else {
                self.change_check(|report| report.cancelled = true);
                break;
            };
            if result == CheckResult::CannotCheck
                && let Some(before) = copy.checked.and_then(known_before)
            {
                what = format!("{what} {before}");
            }
            unwritten.push((*key, copy.clone(), result));
            self.change_check(|report| {
                if matches!(result, CheckResult::Ok | CheckResult::Changed) {
                    report.read_bytes = before + copy.size_bytes;
                } else {
                    // What cannot be read makes a check shorter, not faster.
                    report.read_bytes = before;
                    report.total_bytes = report.total_bytes.saturating_sub(copy.size_bytes);
                }
                match result {
                    CheckResult::Ok => report.ok += 1,
                    CheckResult::Changed => report.changed += 1,
                    CheckResult::Missing => report.missing += 1,
                    CheckResult::CannotCheck => report.cannot_check += 1,
                }
                if result != CheckResult::Ok && report.troubles.len() < MOST_LISTED {
                    let path = copy.path.clone();
                    report.troubles.push(CheckedCopy { key: *key, path, result, what });
                }
            });
            if unwritten.len() >= 500 {
                self.inner.catalogue.note_checks(&unwritten, self.now())?;
                unwritten.clear();
            }
        }
        Ok(self.inner.catalogue.note_checks(&unwritten, self.now())?)
    }

    /// What one file is now. `None` when `go_on` said no.
    fn check_file(
        &self,
        copy: &CopyRecord,
        go_on: impl FnMut(u64) -> bool,
    ) -> Option<(CheckResult, String)> {
        let folders = &self.inner.folders;
        let unread =
            |error: &Error| (CheckResult::CannotCheck, format!("It could not be read: {error}."));
        Some(match folders.hash_here(&copy.path, go_on) {
            Ok(None) => return None,
            Ok(Some(found)) => compare(copy, found),
            Err(Error::Transfer(transfer::Error::Missing { .. })) => {
                let asked = copy.clone();
                let folder = copy.path.parent().unwrap_or(&copy.path);
                match folders.ask_here(folder, move || Ok(has_its_folder(&asked))) {
                    Ok(true) => (CheckResult::Missing, GONE.into()),
                    Ok(false) => {
                        let what = "Its folder is not there. Its disk may not be connected.";
                        (CheckResult::CannotCheck, what.into())
                    }
                    Err(error) => unread(&error),
                }
            }
            Err(error) => unread(&error),
        })
    }

    /// What one copy in a bucket is now, by reading all of it. `None` when `go_on` said no.
    async fn check_object(
        &self,
        place: &PlaceId,
        copy: &CopyRecord,
        go_on: impl FnMut(u64) -> bool,
    ) -> Option<(CheckResult, String)> {
        let label = self.place_label(place);
        if let Some(until) = self.quiet_until().await {
            let until = until.strftime("%H:%M");
            let what = format!("“{label}” is not asked in quiet hours, which last until {until}.");
            return Some((CheckResult::CannotCheck, what));
        }
        Some(match self.hash_object(place, copy, go_on).await {
            Ok(None) => return None,
            Ok(Some(found)) => compare(copy, found),
            Err(Error::Place { trouble: PlaceError::Absent, .. }) => {
                (CheckResult::Missing, format!("It is not in “{label}” any more."))
            }
            Err(error) => (CheckResult::CannotCheck, format!("It could not be read: {error}.")),
        })
    }

    fn change_check(&self, change: impl FnOnce(&mut CheckReport)) {
        if let Some(report) = &mut *lock(&self.inner.copies.check) {
            change(report);
        }
    }

    fn tell_check(&self) {
        if let Some(report) = self.check_report() {
            self.tell(Event::Check(Box::new(report)));
        }
    }
}

/// Of a file whose folder is there. The report names the path above it.
const GONE: &str = "It is not there any more.";

/// What an earlier check found, which still stands; `None` where it found nothing wrong.
fn known_before(before: Checked) -> Option<&'static str> {
    match before.found {
        CheckResult::Changed => Some("When it could last be read, it had changed."),
        CheckResult::Missing => Some("When it could last be looked for, it was missing."),
        CheckResult::Ok | CheckResult::CannotCheck => None,
    }
}

/// A copy against its size and hash of now.
fn compare(copy: &CopyRecord, (size, sha256): (u64, String)) -> (CheckResult, String) {
    if size != copy.size_bytes {
        let before = copy.size_bytes;
        let what = format!("It has {size} bytes now; it had {before} when it was verified.");
        (CheckResult::Changed, what)
    } else if sha256 != copy.sha256 {
        (CheckResult::Changed, "It has other bytes than when it was verified.".into())
    } else {
        (CheckResult::Ok, String::new())
    }
}

/// Whether the folder that a copy was in is there, and not only the place where its disk is mounted.
fn has_its_folder(copy: &CopyRecord) -> bool {
    copy.path
        .parent()
        .is_some_and(|folder| folder.is_dir() && !could_be_mounted_on(folder, copy.verified_at))
}

//! Download jobs as rows. A job and all its items are written before the first byte is asked for, so that after any
//! end of the program it is known what was to be done and how far it came. How items are taken and ended is in
//! `queue`, how they are found again in `history`, how all of it is read in `job_rows`.

use std::collections::HashMap;
use std::path::PathBuf;

use domain::{JobId, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::named_params;

use crate::catalogue::Catalogue;
use crate::copies;
use crate::error::{Error, Result};
use crate::job_rows::{ITEMS, QUEUE, item_record, job_number, job_of, keep_tally, run_again};
use crate::job_state::{ItemState, JobState, Priority};
use crate::values::{self, Instant};

/// A job to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// Where the files go.
    pub folder: PathBuf,
    /// How they are named.
    pub template: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What a person calls it; may be empty.
    pub label: String,
    /// How urgent it is.
    pub priority: Priority,
    /// What else it is told to do, as JSON whose meaning is the caller's.
    pub options_json: String,
    /// The rule that asked for it.
    pub rule_id: Option<String>,
}

/// A job and the sum of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Id.
    pub id: JobId,
    /// State.
    pub state: JobState,
    /// Where the files go.
    pub folder: PathBuf,
    /// How they are named.
    pub template: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was finished or cancelled.
    pub ended_at: Option<Timestamp>,
    /// Why it stands still or is slow, as a sentence.
    pub note: Option<String>,
    /// What a person calls it; may be empty.
    pub label: String,
    /// How urgent it is.
    pub priority: Priority,
    /// Its place among jobs of the same priority; smaller is sooner.
    pub rank: i64,
    /// [`NewJob::options_json`].
    pub options_json: String,
    /// The rule that asked for it.
    pub rule_id: Option<String>,
    /// Its items, counted.
    pub tally: JobTally,
}

/// The items of a job, counted by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobTally {
    /// All.
    pub total: u32,
    /// Not begun, with those that are held or wait.
    pub queued: u32,
    /// Of those, paused by a person.
    pub held: u32,
    /// Of those, put off until a time.
    pub waiting: u32,
    /// Receiving or verifying.
    pub moving: u32,
    /// Saved, every check passed.
    pub verified: u32,
    /// Saved, with a remark.
    pub remarked: u32,
    /// There already.
    pub skipped: u32,
    /// Failed.
    pub failed: u32,
    /// Cancelled.
    pub cancelled: u32,
    /// Bytes received so far.
    pub received_bytes: u64,
    /// Bytes of all items that are or will be fetched; `None` while one of them is of unknown size.
    pub expected_bytes: Option<u64>,
    /// The soonest time at which an item that was put off may be tried.
    pub next_at: Option<Timestamp>,
}

/// One file of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// Position in the job, from 0.
    pub position: u32,
    /// The recording. After a rebuild of the index this is its new key, once it has been read again.
    pub key: RecordingKey,
    /// State.
    pub state: ItemState,
    /// File name relative to the job's folder, once known.
    pub name: Option<String>,
    /// Name of the unfinished file, once begun.
    pub part: Option<String>,
    /// Bytes in it.
    pub received_bytes: u64,
    /// Size the vendor announced.
    pub total_bytes: Option<u64>,
    /// `ETag` of the reply the bytes came with.
    pub etag: Option<String>,
    /// Why it failed or what is remarkable, as a sentence.
    pub note: Option<String>,
    /// The vendor's words for it, as JSON.
    pub reply_json: Option<String>,
    /// A person paused it.
    pub held: bool,
    /// Not to be tried sooner.
    pub not_before: Option<Timestamp>,
    /// How often it was begun.
    pub tries: u32,
    /// The name and hash it was about to get, as JSON whose meaning is the caller's.
    pub intent_json: Option<String>,
}

impl Catalogue {
    /// The items of a job whose recordings are out of the index, by their positions: the account's label, and the vendor's id.
    ///
    /// # Errors
    /// [`Error::NotFound`] without such a job.
    pub fn items_out_of_index(&self, id: &JobId) -> Result<HashMap<u32, (String, RecordingId)>> {
        self.read(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let mut items = tx.prepare_cached(
                "SELECT i.position, a.label, i.recording_id FROM job_items i JOIN accounts a ON a.no = i.account_no
                 WHERE i.job_no = ?1 AND NOT EXISTS (
                   SELECT 1 FROM recordings r
                   WHERE r.account_no = i.account_no AND r.recording_id = i.recording_id)",
            )?;
            let items = items.query_map([job_no], |row| {
                Ok((row.get(0)?, (row.get(1)?, RecordingId::new(row.get::<_, String>(2)?))))
            })?;
            Ok(items.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Writes a job with an item for each recording, in this order, at the end of the queue. Rows without a copy become
    /// moving. A key given twice, or of no recording, makes no item.
    pub fn create_job(&self, job: &NewJob, keys: &[RecordingKey]) -> Result<()> {
        let folder = values::path_value(&job.folder)?;
        self.write(|tx| {
            tx.execute(
                "INSERT INTO jobs (id, state, folder, template, created_ms, label, priority, options_json, rule_id, rank)
                 SELECT :id, 'running', :folder, :template, :created, :label, :priority, :options, :rule,
                   coalesce(max(rank), 0) + 1 FROM jobs",
                named_params! {
                    ":id": job.id.as_str(),
                    ":folder": folder,
                    ":template": job.template,
                    ":created": Instant(job.created_at),
                    ":label": job.label,
                    ":priority": job.priority,
                    ":options": job.options_json,
                    ":rule": job.rule_id,
                },
            )?;
            let job_no = tx.last_insert_rowid();
            let mut insert = tx.prepare_cached(
                "INSERT INTO job_items (job_no, position, recording_key, account_no, recording_id, state)
                 SELECT ?1, ?2, key, account_no, recording_id, 'queued' FROM recordings WHERE key = ?3",
            )?;
            let mut seen = std::collections::HashSet::with_capacity(keys.len());
            let mut position = 0_u32;
            for key in keys.iter().filter(|key| seen.insert(**key)) {
                if insert.execute((job_no, position, key.0))? == 1 {
                    position += 1;
                }
            }
            copies::settle_job(tx, job_no)
        })
    }

    /// All jobs, newest first.
    pub fn jobs(&self) -> Result<Vec<JobRecord>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT no, tally_json FROM jobs ORDER BY no DESC")?;
            let numbers = statement.query_map([], |row| row.get(0))?;
            let numbers: Vec<i64> = numbers.collect::<rusqlite::Result<_>>()?;
            numbers.into_iter().map(|no| job_of(tx, no)).collect()
        })
    }

    /// One job.
    pub fn job(&self, id: &JobId) -> Result<Option<JobRecord>> {
        self.read(|tx| match job_number(tx, id) {
            Ok((no, _)) => job_of(tx, no).map(Some),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Items of a job by position, from `offset` on.
    pub fn job_items(&self, id: &JobId, offset: u32, limit: u32) -> Result<Vec<ItemRecord>> {
        self.items("AND i.position >= ?2 ORDER BY i.position LIMIT ?3", id, offset, limit)
    }

    /// The items that are next, whoever holds them: by position, without looking at urgency or waiting times.
    pub fn next_queued(&self, id: &JobId, limit: u32) -> Result<Vec<ItemRecord>> {
        let which = "AND i.state = 'queued' AND i.position >= ?2 ORDER BY i.position LIMIT ?3";
        self.items(which, id, 0, limit)
    }

    fn items(&self, which: &str, id: &JobId, offset: u32, limit: u32) -> Result<Vec<ItemRecord>> {
        self.read(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let mut statement =
                tx.prepare_cached(&format!("{ITEMS} WHERE i.job_no = ?1 {which}"))?;
            let items = statement.query_map((job_no, offset, limit), item_record)?;
            Ok(items.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Changes a job's state and note. Cancelling cancels every item that has not ended, and their rows fall back to
    /// what they were.
    ///
    /// # Errors
    /// [`Error::WrongState`] for a job that has ended: see [`JobState::may_become`].
    pub fn set_job_state(
        &self,
        id: &JobId,
        state: JobState,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let (job_no, before) = job_number(tx, id)?;
            before.check_next(state)?;
            if state == JobState::Cancelled && before != state {
                tx.execute(
                    "UPDATE job_items SET state = 'cancelled', not_before_ms = NULL
                     WHERE job_no = ?1 AND state IN ('queued', 'receiving', 'verifying')",
                    [job_no],
                )?;
                copies::settle_job(tx, job_no)?;
            }
            tx.execute(
                "UPDATE jobs SET state = ?2, note = ?3, tally_json = NULL,
                   ended_ms = CASE WHEN ?4 THEN coalesce(ended_ms, ?5) END WHERE no = ?1",
                (job_no, state, note, state.is_ended(), Instant(now)),
            )?;
            if state.is_ended() {
                keep_tally(tx, job_no)?;
            }
            Ok(())
        })
    }

    /// Ends a job as finished, if nothing of it is left to do, with what should be known about it; says whether that was so.
    pub fn finish_job(&self, id: &JobId, note: Option<&str>, now: Timestamp) -> Result<bool> {
        self.write(|tx| {
            let (job_no, before) = job_number(tx, id)?;
            let has_more: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM job_items
                 WHERE job_no = ?1 AND state IN ('queued', 'receiving', 'verifying'))",
                [job_no],
                |row| row.get(0),
            )?;
            if has_more || before.is_ended() {
                return Ok(!has_more);
            }
            tx.execute(
                "UPDATE jobs SET state = 'finished', note = ?3, ended_ms = ?2 WHERE no = ?1",
                (job_no, Instant(now), note),
            )?;
            keep_tally(tx, job_no)?;
            Ok(true)
        })
    }

    /// Queues items again that could not be written down when they ended, so that none stays receiving for ever.
    pub fn put_back_items(&self, id: &JobId) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            tx.execute(
                "UPDATE job_items SET state = 'queued' WHERE job_no = ?1 AND state IN ('receiving', 'verifying')",
                [job_no],
            )?;
            Ok(())
        })
    }

    /// Queues the failed items of a job again and lets it run, whatever its state was; what they received is kept.
    /// Returns how many there were; with none the job is left as it is.
    pub fn retry_failed(&self, id: &JobId) -> Result<u32> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let failed = tx.execute(
                "UPDATE job_items SET state = 'queued', note = NULL, reply_json = NULL, not_before_ms = NULL,
                   held = 0, tries = 0
                 WHERE job_no = ?1 AND state = 'failed'",
                [job_no],
            )?;
            if failed > 0 {
                run_again(tx, job_no)?;
            }
            Ok(u32::try_from(failed).unwrap_or(u32::MAX))
        })
    }

    /// To be called once at start: items that were under way when the program ended are queued again, with what they
    /// received. Returns the jobs to go on with, in the order of the queue.
    pub fn recover_jobs(&self) -> Result<Vec<JobId>> {
        self.write(|tx| {
            tx.execute(
                "UPDATE job_items SET state = 'queued' WHERE state IN ('receiving', 'verifying')",
                [],
            )?;
            let mut statement = tx.prepare_cached(&format!(
                "SELECT id FROM jobs j WHERE state = 'running' ORDER BY {QUEUE}"
            ))?;
            let ids = statement.query_map([], |row| row.get(0).map(|id: String| JobId::new(id)))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }
}

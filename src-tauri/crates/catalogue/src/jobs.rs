//! Download jobs as rows. A job and all its items are written before the first byte is asked for, so that after any
//! end of the program it is known what was to be done and how far it came.

use std::path::PathBuf;

use domain::{JobId, RecordingKey};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use crate::catalogue::Catalogue;
use crate::copies;
use crate::error::{Error, Result};
use crate::job_state::{ItemState, JobState};
use crate::recordings::key_of;
use crate::values::{self, Instant, StoredPath, count};

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
    /// Its items, counted.
    pub tally: JobTally,
}

/// The items of a job, counted by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobTally {
    /// All.
    pub total: u32,
    /// Not begun.
    pub queued: u32,
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
}

impl Catalogue {
    /// Writes a job with an item for each recording, in this order. Rows without a copy become moving. A key given
    /// twice, or of no recording, makes no item.
    pub fn create_job(&self, job: &NewJob, keys: &[RecordingKey]) -> Result<()> {
        let folder = values::path_value(&job.folder)?;
        self.write(|tx| {
            tx.execute(
                "INSERT INTO jobs (id, state, folder, template, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
                (job.id.as_str(), JobState::Running, folder, &job.template, Instant(job.created_at)),
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
                tx.prepare_cached(&format!("{JOBS} GROUP BY j.no ORDER BY j.no DESC"))?;
            let jobs = statement.query_map([], job_record)?;
            Ok(jobs.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// One job.
    pub fn job(&self, id: &JobId) -> Result<Option<JobRecord>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached(&format!("{JOBS} WHERE j.id = ?1 GROUP BY j.no"))?;
            Ok(statement.query_row([id.as_str()], job_record).optional()?)
        })
    }

    /// Items of a job by position, from `offset` on.
    pub fn job_items(&self, id: &JobId, offset: u32, limit: u32) -> Result<Vec<ItemRecord>> {
        self.items(
            "WHERE i.job_no = ?1 AND i.position >= ?2 ORDER BY i.position LIMIT ?3",
            id,
            offset,
            limit,
        )
    }

    /// The next items to work on, by position.
    pub fn next_queued(&self, id: &JobId, limit: u32) -> Result<Vec<ItemRecord>> {
        self.items(
            "WHERE i.job_no = ?1 AND i.state = 'queued' AND i.position >= ?2 ORDER BY i.position LIMIT ?3",
            id,
            0,
            limit,
        )
    }

    fn items(&self, which: &str, id: &JobId, offset: u32, limit: u32) -> Result<Vec<ItemRecord>> {
        self.read(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let mut statement = tx.prepare_cached(&format!(
                "SELECT i.*, coalesce(r.key, i.recording_key) AS key
                 FROM job_items i LEFT JOIN recordings r USING (account_no, recording_id) {which}"
            ))?;
            let items = statement.query_map((job_no, offset, limit), item_record)?;
            Ok(items.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Writes an item; [`ItemRecord::position`] says which. A failed item's note becomes the recording's last failure.
    ///
    /// # Errors
    /// [`Error::WrongState`] when the item ended meanwhile: see [`ItemState::may_become`].
    pub fn set_item(&self, id: &JobId, item: &ItemRecord) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let before: Option<ItemState> = tx
                .prepare_cached("SELECT state FROM job_items WHERE job_no = ?1 AND position = ?2")?
                .query_row((job_no, item.position), |row| row.get(0))
                .optional()?;
            let before = before.ok_or_else(|| Error::not_found("item", &item.position))?;
            before.check_next(item.state)?;
            tx.prepare_cached(
                "UPDATE job_items SET state = :state, name = :name, part = :part, received_bytes = :received,
                   total_bytes = :total, etag = :etag, note = :note, reply_json = :reply
                 WHERE job_no = :job AND position = :position",
            )?
            .execute(named_params! {
                ":state": item.state,
                ":name": item.name,
                ":part": item.part,
                ":received": count(item.received_bytes),
                ":total": item.total_bytes.map(count),
                ":etag": item.etag,
                ":note": item.note,
                ":reply": item.reply_json,
                ":job": job_no,
                ":position": item.position,
            })?;
            if before.is_live() == item.state.is_live() {
                return Ok(());
            }
            let key: Option<u32> = tx
                .prepare_cached(
                    "SELECT r.key FROM job_items i JOIN recordings r USING (account_no, recording_id)
                     WHERE i.job_no = ?1 AND i.position = ?2",
                )?
                .query_row((job_no, item.position), |row| row.get(0))
                .optional()?;
            let Some(key) = key.map(RecordingKey) else { return Ok(()) };
            if item.state == ItemState::Failed {
                let why = item.note.as_deref().unwrap_or("It could not be saved.");
                tx.execute("UPDATE recordings SET last_failure = ?2 WHERE key = ?1", (key.0, why))?;
            }
            copies::settle_key(tx, key)
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
            tx.execute(
                "UPDATE jobs SET state = ?2, note = ?3,
                   ended_ms = CASE WHEN ?4 THEN coalesce(ended_ms, ?5) END WHERE no = ?1",
                (job_no, state, note, state.is_ended(), Instant(now)),
            )?;
            if state == JobState::Cancelled && before != state {
                tx.execute(
                    "UPDATE job_items SET state = 'cancelled'
                     WHERE job_no = ?1 AND state IN ('queued', 'receiving', 'verifying')",
                    [job_no],
                )?;
                copies::settle_job(tx, job_no)?;
            }
            Ok(())
        })
    }

    /// Queues the failed items of a job again and lets it run, whatever its state was; what they received is kept.
    /// Returns how many there were; with none the job is left as it is.
    pub fn retry_failed(&self, id: &JobId) -> Result<u32> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let failed = tx.execute(
                "UPDATE job_items SET state = 'queued', note = NULL, reply_json = NULL
                 WHERE job_no = ?1 AND state = 'failed'",
                [job_no],
            )?;
            if failed > 0 {
                tx.execute(
                    "UPDATE jobs SET state = 'running', note = NULL, ended_ms = NULL WHERE no = ?1",
                    [job_no],
                )?;
                copies::settle_job(tx, job_no)?;
            }
            Ok(u32::try_from(failed).unwrap_or(u32::MAX))
        })
    }

    /// To be called once at start: items that were under way when the program ended are queued again, with what they
    /// received. Returns the jobs to go on with, oldest first.
    pub fn recover_jobs(&self) -> Result<Vec<JobId>> {
        self.write(|tx| {
            tx.execute(
                "UPDATE job_items SET state = 'queued' WHERE state IN ('receiving', 'verifying')",
                [],
            )?;
            let mut statement =
                tx.prepare_cached("SELECT id FROM jobs WHERE state = 'running' ORDER BY no")?;
            let ids = statement.query_map([], |row| row.get(0).map(|id: String| JobId::new(id)))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// A job with the sums of its items; needs `GROUP BY j.no`. Items that will not be fetched count no bytes.
/// `total` adds as floating point, exact below 2^53, because `sum` fails on the absurd sizes a server may announce.
const JOBS: &str = "
    SELECT j.*, count(i.position) AS total,
      count(*) FILTER (WHERE i.state = 'queued') AS queued,
      count(*) FILTER (WHERE i.state IN ('receiving', 'verifying')) AS moving,
      count(*) FILTER (WHERE i.state = 'verified') AS verified,
      count(*) FILTER (WHERE i.state = 'remarked') AS remarked,
      count(*) FILTER (WHERE i.state = 'skipped') AS skipped,
      count(*) FILTER (WHERE i.state = 'failed') AS failed,
      count(*) FILTER (WHERE i.state = 'cancelled') AS cancelled,
      CAST(total(i.received_bytes) AS INTEGER) AS received,
      CAST(total(i.total_bytes) FILTER (WHERE i.state NOT IN ('skipped', 'failed', 'cancelled')) AS INTEGER)
        AS expected,
      count(*) FILTER (WHERE i.total_bytes IS NULL AND i.state NOT IN ('skipped', 'failed', 'cancelled'))
        AS of_unknown_size
    FROM jobs j LEFT JOIN job_items i ON i.job_no = j.no";

fn job_number(tx: &Transaction<'_>, id: &JobId) -> Result<(i64, JobState)> {
    let mut statement = tx.prepare_cached("SELECT no, state FROM jobs WHERE id = ?1")?;
    let found =
        statement.query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.ok_or_else(|| Error::not_found("job", id))
}

fn job_record(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    let unknown: u32 = row.get("of_unknown_size")?;
    Ok(JobRecord {
        id: JobId::new(row.get::<_, String>("id")?),
        state: row.get("state")?,
        folder: row.get::<_, StoredPath>("folder")?.0,
        template: row.get("template")?,
        created_at: row.get::<_, Instant>("created_ms")?.0,
        ended_at: values::instant(row, "ended_ms")?,
        note: row.get("note")?,
        tally: JobTally {
            total: row.get("total")?,
            queued: row.get("queued")?,
            moving: row.get("moving")?,
            verified: row.get("verified")?,
            remarked: row.get("remarked")?,
            skipped: row.get("skipped")?,
            failed: row.get("failed")?,
            cancelled: row.get("cancelled")?,
            received_bytes: values::whole_count(row, "received")?,
            expected_bytes: if unknown == 0 {
                Some(values::whole_count(row, "expected")?)
            } else {
                None
            },
        },
    })
}

fn item_record(row: &Row<'_>) -> rusqlite::Result<ItemRecord> {
    Ok(ItemRecord {
        position: row.get("position")?,
        key: key_of(row)?,
        state: row.get("state")?,
        name: row.get("name")?,
        part: row.get("part")?,
        received_bytes: values::whole_count(row, "received_bytes")?,
        total_bytes: values::optional_count(row, "total_bytes")?,
        etag: row.get("etag")?,
        note: row.get("note")?,
        reply_json: row.get("reply_json")?,
    })
}

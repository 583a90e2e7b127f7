//! Jobs and items as they are read from their rows, and the sums over the items of a job.

use domain::JobId;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::copies;
use crate::error::{Error, Result};
use crate::job_state::JobState;
use crate::jobs::{ItemRecord, JobRecord, JobTally};
use crate::recordings::key_of;
use crate::values::{self, Instant, StoredPath, count};

/// The order of the queue; needs the table as `j`.
pub(crate) const QUEUE: &str =
    "CASE j.priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, j.rank, j.no";

/// Items with the key their recording has now.
pub(crate) const ITEMS: &str = "
    SELECT i.*, coalesce(r.key, i.recording_key) AS key
    FROM job_items i LEFT JOIN recordings r USING (account_no, recording_id)";

/// The sums of a job's items. Those that will not be fetched count no bytes.
/// `total` adds as floating point, exact below 2^53, because `sum` fails on the absurd sizes a server may announce.
const TALLY: &str = "
    SELECT count(*) AS total,
      count(*) FILTER (WHERE state = 'queued') AS queued,
      count(*) FILTER (WHERE state = 'queued' AND held = 1) AS held,
      count(*) FILTER (WHERE state = 'queued' AND held = 0 AND not_before_ms IS NOT NULL) AS waiting,
      count(*) FILTER (WHERE state IN ('receiving', 'verifying')) AS moving,
      count(*) FILTER (WHERE state = 'verified') AS verified,
      count(*) FILTER (WHERE state = 'remarked') AS remarked,
      count(*) FILTER (WHERE state = 'skipped') AS skipped,
      count(*) FILTER (WHERE state = 'failed') AS failed,
      count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
      CAST(total(received_bytes) AS INTEGER) AS received,
      CAST(total(total_bytes) FILTER (WHERE state NOT IN ('skipped', 'failed', 'cancelled')) AS INTEGER)
        AS expected,
      count(*) FILTER (WHERE total_bytes IS NULL AND state NOT IN ('skipped', 'failed', 'cancelled'))
        AS of_unknown_size,
      min(not_before_ms) FILTER (WHERE state = 'queued' AND held = 0) AS next_ms
    FROM job_items WHERE job_no = ?1";

pub(crate) fn job_number(tx: &Transaction<'_>, id: &JobId) -> Result<(i64, JobState)> {
    let mut statement = tx.prepare_cached("SELECT no, state FROM jobs WHERE id = ?1")?;
    let found =
        statement.query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.ok_or_else(|| Error::not_found("job", id))
}

/// Lets a job run, whatever its state was, and makes its rows moving.
pub(crate) fn run_again(tx: &Transaction<'_>, job_no: i64) -> Result<()> {
    tx.execute(
        "UPDATE jobs SET state = 'running', note = NULL, ended_ms = NULL, tally_json = NULL WHERE no = ?1",
        [job_no],
    )?;
    copies::settle_job(tx, job_no)
}

/// A job by its number. An ended one has its sums kept.
pub(crate) fn job_of(tx: &Transaction<'_>, job_no: i64) -> Result<JobRecord> {
    let (mut record, kept): (JobRecord, Option<String>) = tx
        .prepare_cached("SELECT * FROM jobs WHERE no = ?1")?
        .query_row([job_no], |row| Ok((job_record(row)?, row.get("tally_json")?)))?;
    record.tally = match kept.as_deref().and_then(read_tally) {
        Some(tally) => tally,
        None => tx.prepare_cached(TALLY)?.query_row([job_no], tally)?,
    };
    Ok(record)
}

fn job_record(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    Ok(JobRecord {
        id: JobId::new(row.get::<_, String>("id")?),
        state: row.get("state")?,
        folder: row.get::<_, StoredPath>("folder")?.0,
        template: row.get("template")?,
        created_at: row.get::<_, Instant>("created_ms")?.0,
        ended_at: values::instant(row, "ended_ms")?,
        note: row.get("note")?,
        label: row.get("label")?,
        priority: row.get("priority")?,
        rank: row.get("rank")?,
        options_json: row.get("options_json")?,
        rule_id: row.get("rule_id")?,
        tally: JobTally::default(),
    })
}

fn tally(row: &Row<'_>) -> rusqlite::Result<JobTally> {
    let unknown: u32 = row.get("of_unknown_size")?;
    Ok(JobTally {
        total: row.get("total")?,
        queued: row.get("queued")?,
        held: row.get("held")?,
        waiting: row.get("waiting")?,
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
        next_at: values::instant(row, "next_ms")?,
    })
}

/// Keeps the sums of a job that has ended. None of its items is live, so what counts those is left out.
pub(crate) fn keep_tally(tx: &Transaction<'_>, job_no: i64) -> Result<()> {
    let sums = tx.prepare_cached(TALLY)?.query_row([job_no], tally)?;
    if sums.queued + sums.moving > 0 {
        return Ok(());
    }
    let kept = serde_json::json!([
        sums.total,
        sums.verified,
        sums.remarked,
        sums.skipped,
        sums.failed,
        sums.cancelled,
        count(sums.received_bytes),
        sums.expected_bytes.map(count),
    ]);
    tx.execute("UPDATE jobs SET tally_json = ?2 WHERE no = ?1", (job_no, kept.to_string()))?;
    Ok(())
}

/// What [`keep_tally`] wrote; `None` for anything else, which is then counted anew.
fn read_tally(json: &str) -> Option<JobTally> {
    type Kept = (u32, u32, u32, u32, u32, u32, u64, Option<u64>);
    let (total, verified, remarked, skipped, failed, cancelled, received_bytes, expected_bytes): Kept =
        serde_json::from_str(json).ok()?;
    Some(JobTally {
        total,
        verified,
        remarked,
        skipped,
        failed,
        cancelled,
        received_bytes,
        expected_bytes,
        ..JobTally::default()
    })
}

pub(crate) fn item_record(row: &Row<'_>) -> rusqlite::Result<ItemRecord> {
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
        held: row.get("held")?,
        not_before: values::instant(row, "not_before_ms")?,
        tries: row.get("tries")?,
        intent_json: row.get("intent_json")?,
    })
}

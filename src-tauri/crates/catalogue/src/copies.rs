//! Our copies of recordings, and the state the table shows for them.
//!
//! A recording may have several: one a path on this computer, and one a key in each bucket. The table shows one state for all
//! of them, and that is the best one's.

use std::path::PathBuf;
use std::sync::LazyLock;

use domain::{CopyState, PlaceId, RecordingKey};
use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Row, Transaction, named_params};

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::library_of_copies::CheckResult;
use crate::values::{self, Instant, StoredList, StoredPath, unknown_name};

/// A verified file on this computer, or an object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRecord {
    /// Where it is: a path, or the key in the bucket of `place`.
    pub path: PathBuf,
    /// The bucket; `None` for a file on this computer.
    pub place: Option<PlaceId>,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// When it was verified.
    pub verified_at: Timestamp,
    /// What it is by content: `mp3 · 8 kHz · mono · 12:08`.
    pub evidence: String,
    /// What deserves a look, as sentences. Empty means that every check passed.
    pub remarks: Vec<String>,
    /// The last check that could tell what it is; one that could not counts only where none ever could. A copy that is
    /// saved has none yet, whatever stands here.
    pub checked: Option<Checked>,
}

/// What checking a copy found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// What it was then.
    pub found: CheckResult,
}

impl CopyRecord {
    /// Whether a check found it changed or missing.
    pub fn is_spoilt(&self) -> bool {
        self.checked
            .is_some_and(|check| matches!(check.found, CheckResult::Changed | CheckResult::Missing))
    }

    /// Whether every check passed, and none since found anything else.
    pub fn is_whole(&self) -> bool {
        self.remarks.is_empty() && !self.is_spoilt()
    }

    /// Whether both are the same file or object, whatever is known of it.
    pub fn is_at(&self, other: &Self) -> bool {
        self.place == other.place && self.path == other.path
    }
}

impl Catalogue {
    /// Records a copy: the row becomes verified, or remarked if it has no copy without remarks, and an earlier failure is
    /// forgotten. Only the record of an earlier copy of the same recording under the same name is replaced.
    pub fn save_copy(&self, key: RecordingKey, copy: &CopyRecord) -> Result<()> {
        self.write(|tx| put_copy(tx, key, copy))
    }

    /// Forgets a copy's record, for a file that is not there any more. Nothing on disk is touched.
    pub fn forget_copy(&self, key: RecordingKey, copy: &CopyRecord) -> Result<()> {
        self.write(|tx| {
            drop_copy(tx, key, copy)?;
            settle_key(tx, key)
        })
    }

    /// Keeps why saving it failed. The row becomes failed, unless there is a copy or another job still has it.
    pub fn note_failure(&self, key: RecordingKey, why: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute("UPDATE recordings SET last_failure = ?2 WHERE key = ?1", (key.0, why))?;
            settle_key(tx, key)
        })
    }
}

/// [`Catalogue::save_copy`] as a part of a larger change.
pub(crate) fn put_copy(tx: &Transaction<'_>, key: RecordingKey, copy: &CopyRecord) -> Result<()> {
    let path = values::path_value(&copy.path)?;
    let saved = tx
        .prepare_cached(
            "INSERT INTO copies
               (account_no, recording_id, path, place, size_bytes, sha256, verified_ms, evidence, remarks)
             SELECT account_no, recording_id, :path, :place, :size, :sha256, :verified, :evidence, :remarks
             FROM recordings WHERE key = :key
             ON CONFLICT (account_no, recording_id, coalesce(place, ''), path) DO UPDATE SET
               size_bytes = excluded.size_bytes, sha256 = excluded.sha256, verified_ms = excluded.verified_ms, evidence = excluded.evidence, remarks = excluded.remarks,
               checked_ms = NULL, check_result = NULL",
        )?
        .execute(named_params! {
            ":path": path,
            ":place": copy.place.as_ref().map(PlaceId::as_str),
            ":size": values::count(copy.size_bytes),
            ":sha256": copy.sha256,
            ":verified": Instant(copy.verified_at),
            ":evidence": copy.evidence,
            ":remarks": values::list_value(&copy.remarks),
            ":key": key.0,
        })?;
    if saved == 0 {
        return Err(Error::not_found("recording", &key.0));
    }
    tx.prepare_cached("UPDATE recordings SET last_failure = NULL WHERE key = ?1")?
        .execute([key.0])?;
    settle_key(tx, key)
}

/// [`Catalogue::forget_copy`] without what follows from it.
pub(crate) fn drop_copy(tx: &Transaction<'_>, key: RecordingKey, copy: &CopyRecord) -> Result<()> {
    let path = values::path_value(&copy.path)?;
    tx.prepare_cached(
        "DELETE FROM copies WHERE (account_no, recording_id) =
           (SELECT account_no, recording_id FROM recordings WHERE key = ?1) AND place IS ?2 AND path = ?3",
    )?
    .execute((key.0, copy.place.as_ref().map(PlaceId::as_str), path))?;
    Ok(())
}

/// [`CopyRecord::is_whole`] in SQL, over `copies c`.
macro_rules! is_whole {
    () => {
        "(c.remarks = '[]' AND coalesce(c.check_result, 'ok') NOT IN ('changed', 'missing'))"
    };
}

/// The best copy first: whole ones, then those at hand, then the newest. Over `copies c`, to follow `ORDER BY`.
pub(crate) const BEST_FIRST: &str =
    concat!(is_whole!(), " DESC, (c.place IS NULL) DESC, c.verified_ms DESC, c.path");

/// What one column says of the best copy of a row of `recordings`, which has the name `of` in the statement.
pub(crate) fn of_best(column: &str, of: &str) -> String {
    format!(
        "(SELECT c.{column} FROM copies c WHERE c.account_no = {of}.account_no AND c.recording_id = {of}.recording_id
          ORDER BY {BEST_FIRST} LIMIT 1)"
    )
}

/// Derives `state` and `shown_bytes` from the facts. The only place that writes them.
static SETTLE: LazyLock<String> = LazyLock::new(|| {
    let (size_bytes, is_whole) = (of_best("size_bytes", "recordings"), is_whole!());
    format!(
        "UPDATE recordings SET
      shown_bytes = coalesce({size_bytes}, vendor_bytes),
      state = coalesce(
        (SELECT CASE max({is_whole})
           WHEN 1 THEN 'verified' WHEN 0 THEN 'remarked' END FROM copies c
         WHERE c.account_no = recordings.account_no AND c.recording_id = recordings.recording_id),
        (SELECT 'moving' FROM job_items i
         WHERE i.account_no = recordings.account_no AND i.recording_id = recordings.recording_id
         AND i.state IN ('queued', 'receiving', 'verifying') LIMIT 1),
        CASE WHEN last_failure IS NULL THEN 'not_saved' ELSE 'failed' END)"
    )
});

/// Settles one recording.
pub(crate) fn settle_key(tx: &Transaction<'_>, key: RecordingKey) -> Result<()> {
    tx.prepare_cached(&format!("{} WHERE key = ?1", *SETTLE))?.execute([key.0])?;
    Ok(())
}

/// Settles the recordings of a job.
pub(crate) fn settle_job(tx: &Transaction<'_>, job_no: i64) -> Result<()> {
    let sql = format!(
        "{} WHERE key IN (
           SELECT r.key FROM job_items j JOIN recordings r
             ON r.account_no = j.account_no AND r.recording_id = j.recording_id
           WHERE j.job_no = ?1)",
        *SETTLE
    );
    tx.execute(&sql, [job_no])?;
    Ok(())
}

/// Settles every recording.
pub(crate) fn settle_all(tx: &Transaction<'_>) -> Result<()> {
    tx.execute(&SETTLE, [])?;
    Ok(())
}

/// The columns [`copy_at`] reads, over `copies c`.
pub(crate) const COLUMNS: &str = "c.path, c.size_bytes, c.sha256, c.verified_ms, c.evidence, c.remarks, c.place, c.checked_ms, c.check_result";

/// From [`COLUMNS`], of which the first is at `first`.
pub(crate) fn copy_at(row: &Row<'_>, first: usize) -> rusqlite::Result<CopyRecord> {
    Ok(CopyRecord {
        path: row.get::<_, StoredPath>(first)?.0,
        size_bytes: values::uncount(row.get(first + 1)?),
        sha256: row.get(first + 2)?,
        verified_at: row.get::<_, Instant>(first + 3)?.0,
        evidence: row.get(first + 4)?,
        remarks: row.get::<_, StoredList>(first + 5)?.0,
        place: row.get::<_, Option<String>>(first + 6)?.map(PlaceId::new),
        checked: match (row.get::<_, Option<Instant>>(first + 7)?, row.get(first + 8)?) {
            (Some(at), Some(found)) => Some(Checked { at: at.0, found }),
            _ => None,
        },
    })
}

/// The state in a column.
pub(crate) struct StoredState(pub(crate) CopyState);

impl FromSql for StoredState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        CopyState::parse(text).map(Self).ok_or_else(|| unknown_name("CopyState", text))
    }
}

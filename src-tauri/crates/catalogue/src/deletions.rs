//! Deletions on record: who deleted what, when and why. The record is written before the vendor is asked, and stays
//! when the recording and its account are long gone.

use domain::{AccountId, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::{self, Instant, stored_enum};
use crate::{accounts, annotations, sync};

stored_enum! {
    /// How asking the vendor to delete ended.
    DeletionOutcome {
        /// The vendor deleted it.
        Deleted = "deleted",
        /// The vendor did not have it any more.
        AlreadyGone = "already_gone",
        /// It is still there, or nobody knows.
        Failed = "failed",
    }
}

/// A deletion about to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeletion {
    /// The row.
    pub key: RecordingKey,
    /// Whose recording.
    pub account: AccountId,
    /// The vendor's id.
    pub recording_id: RecordingId,
    /// Name of the system's user.
    pub who: String,
    /// Why; may be empty.
    pub reason: String,
    /// SHA-256 of the copy that was verified just before, if there was one.
    pub had_copy_sha256: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A deletion on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionRow {
    /// Our number of it.
    pub id: i64,
    /// What was asked. The account has the id it has now; the key may be of a row that is no more.
    pub deletion: NewDeletion,
    /// What the account was called.
    pub account_label: String,
    /// How it ended; `None` when that was never learned: it may have happened.
    pub outcome: Option<DeletionOutcome>,
    /// The vendor's words.
    pub detail: Option<String>,
    /// When the outcome was learned.
    pub settled_at: Option<Timestamp>,
}

impl Catalogue {
    /// Writes a deletion down and returns its number. Once this returns, the record survives a loss of power.
    ///
    /// # Errors
    /// `Held` when the recording is on hold; it must not be deleted then.
    pub fn begin_deletion(&self, deletion: &NewDeletion) -> Result<i64> {
        self.write(|tx| {
            let account_no = accounts::number_on_record(tx, &deletion.account)?;
            annotations::refuse_held(tx, account_no, deletion.recording_id.as_str())?;
            tx.execute(
                "INSERT INTO deletions
                   (recording_key, account_no, account_label, recording_id, who, reason, had_copy_sha256, asked_ms)
                 SELECT ?1, no, label, ?3, ?4, ?5, ?6, ?7 FROM accounts WHERE no = ?2",
                (
                    deletion.key.0,
                    account_no,
                    deletion.recording_id.as_str(),
                    &deletion.who,
                    &deletion.reason,
                    &deletion.had_copy_sha256,
                    Instant(deletion.at),
                ),
            )?;
            Ok(tx.last_insert_rowid())
        })
    }

    /// Writes down how a deletion ended; what was once learned of it stays. If the recording is gone, its row is marked so in
    /// the same change; it comes back only if a later sync finds it at the vendor.
    pub fn settle_deletion(
        &self,
        id: i64,
        outcome: DeletionOutcome,
        detail: Option<&str>,
        at: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let settled = tx.execute(
                "UPDATE deletions SET outcome = ?2, detail = ?3, settled_ms = ?4 WHERE id = ?1 AND outcome IS NULL",
                (id, outcome, detail, Instant(at)),
            )?;
            if settled == 0 {
                let is_known: bool = tx.query_row(
                    "SELECT EXISTS (SELECT 1 FROM deletions WHERE id = ?1)",
                    [id],
                    |row| row.get(0),
                )?;
                return if is_known { Ok(()) } else { Err(Error::not_found("deletion", &id)) };
            }
            if outcome == DeletionOutcome::Failed {
                return Ok(());
            }
            let row: Option<(u32, i64)> = tx
                .query_row(
                    "SELECT r.key, r.account_no FROM deletions d
                     JOIN recordings r USING (account_no, recording_id) WHERE d.id = ?1",
                    [id],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            if let Some((key, account_no)) = row {
                sync::mark_gone(tx, RecordingKey(key), account_no, at)?;
                tx.execute("UPDATE recordings SET deleted_by_us = 1 WHERE key = ?1", [key])?;
            }
            Ok(())
        })
    }

    /// Keeps why nobody knows how a deletion ended. It stays unsettled.
    pub fn note_unsettled_deletion(&self, id: i64, detail: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE deletions SET detail = ?2 WHERE id = ?1 AND outcome IS NULL",
                (id, detail),
            )?;
            Ok(())
        })
    }

    /// Deletions that were asked for and whose end was never learned, oldest first: the provider should be asked.
    pub fn unsettled_deletions(&self) -> Result<Vec<DeletionRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT d.*, a.id AS account_id FROM deletions d JOIN accounts a ON a.no = d.account_no
                 WHERE d.outcome IS NULL AND a.removed = 0 ORDER BY d.id",
            )?;
            let rows = statement.query_map([], deletion_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// All deletions, newest first.
    pub fn deletions(&self) -> Result<Vec<DeletionRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT d.*, a.id AS account_id FROM deletions d JOIN accounts a ON a.no = d.account_no
                 ORDER BY d.id DESC",
            )?;
            let rows = statement.query_map([], deletion_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn deletion_row(row: &Row<'_>) -> rusqlite::Result<DeletionRow> {
    Ok(DeletionRow {
        id: row.get("id")?,
        deletion: NewDeletion {
            key: RecordingKey(row.get("recording_key")?),
            account: AccountId::new(row.get::<_, String>("account_id")?),
            recording_id: RecordingId::new(row.get::<_, String>("recording_id")?),
            who: row.get("who")?,
            reason: row.get("reason")?,
            had_copy_sha256: row.get("had_copy_sha256")?,
            at: row.get::<_, Instant>("asked_ms")?.0,
        },
        account_label: row.get("account_label")?,
        outcome: row.get("outcome")?,
        detail: row.get("detail")?,
        settled_at: values::instant(row, "settled_ms")?,
    })
}

//! Rows for the table and everything known about one recording.

use domain::{AccountId, CopyState, Recording, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row};

use crate::catalogue::Catalogue;
use crate::copies::{self, CopyRecord, StoredState};
use crate::error::Result;
use crate::recordings::{self, key_of};
use crate::values::{self, Instant};

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRecord {
    /// Key.
    pub key: RecordingKey,
    /// Account.
    pub account: AccountId,
    /// The vendor's id.
    pub recording_id: RecordingId,
    /// Start, else when it was stored.
    pub at: Option<Timestamp>,
    /// True when `at` is an estimate.
    pub at_is_estimated: bool,
    /// Calling party as the vendor wrote it.
    pub from: Option<String>,
    /// Called party as the vendor wrote it.
    pub to: Option<String>,
    /// Conference name.
    pub conference_name: Option<String>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Type.
    pub kind: Option<String>,
    /// Format the vendor claims.
    pub format: Option<String>,
    /// Size of our copy, else as the vendor says.
    pub size_bytes: Option<u64>,
    /// State of our copy.
    pub state: CopyState,
    /// True when the provider does not have it any more.
    pub gone: bool,
}

/// What some rows amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Rows.
    pub count: u32,
    /// Length in milliseconds, of those with a known length.
    pub duration_ms: u64,
    /// Bytes, of those with a known size.
    pub known_bytes: u64,
    /// Rows of unknown size.
    pub unknown_size_count: u32,
    /// Rows with a verified copy; one with a remark does not count, because a deletion may not rely on it.
    pub saved_count: u32,
    /// Rows without a copy, or whose copy carries a remark.
    pub unsaved_count: u32,
    /// Rows the provider does not have any more.
    pub gone_count: u32,
}

/// Everything known about one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecording {
    /// Key.
    pub key: RecordingKey,
    /// Account.
    pub account: AccountId,
    /// As the vendor last described it; instants to the millisecond.
    pub recording: Recording,
    /// When the index first saw it.
    pub first_seen: Timestamp,
    /// True when the provider does not have it any more.
    pub gone: bool,
    /// Since when that is known.
    pub gone_at: Option<Timestamp>,
    /// True when it is gone because we deleted it.
    pub deleted_by_us: bool,
    /// State of our copy.
    pub state: CopyState,
    /// Our copy.
    pub copy: Option<CopyRecord>,
    /// Why the last attempt to save it failed.
    pub last_failure: Option<String>,
}

impl Catalogue {
    /// Rows by key, in the order of `keys`; keys of no row are left out.
    pub fn rows(&self, keys: &[RecordingKey]) -> Result<Vec<RowRecord>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT r.key, a.id AS account_id, r.recording_id, r.when_ms, r.start_is_estimated,
                   r.from_party, r.to_party, r.conference_name, r.duration_ms, r.kind, r.format, r.shown_bytes,
                   r.state, r.gone_ms
                 FROM recordings r JOIN accounts a ON a.no = r.account_no WHERE r.key = ?1",
            )?;
            let mut rows = Vec::with_capacity(keys.len());
            for key in keys {
                rows.extend(statement.query_row([key.0], row_record).optional()?);
            }
            Ok(rows)
        })
    }

    /// Sums over rows by key. A key given twice counts once; keys of no row do not count.
    pub fn totals(&self, keys: &[RecordingKey]) -> Result<Totals> {
        let keys = std::rc::Rc::new(keys.iter().map(|key| Value::from(key.0)).collect::<Vec<_>>());
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT count(*) AS count, CAST(total(duration_ms) AS INTEGER) AS duration,
                   CAST(total(shown_bytes) AS INTEGER) AS bytes,
                   count(*) FILTER (WHERE shown_bytes IS NULL) AS unknown,
                   count(*) FILTER (WHERE state = 'verified') AS saved,
                   count(*) FILTER (WHERE gone_ms IS NOT NULL) AS gone
                 FROM recordings WHERE key IN rarray(?1)",
            )?;
            Ok(statement.query_row([&keys], |row| {
                let count: u32 = row.get("count")?;
                let saved_count: u32 = row.get("saved")?;
                Ok(Totals {
                    count,
                    duration_ms: values::whole_count(row, "duration")?,
                    known_bytes: values::whole_count(row, "bytes")?,
                    unknown_size_count: row.get("unknown")?,
                    saved_count,
                    unsaved_count: count.saturating_sub(saved_count),
                    gone_count: row.get("gone")?,
                })
            })?)
        })
    }

    /// Everything known about one recording.
    pub fn recording(&self, key: RecordingKey) -> Result<Option<StoredRecording>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {}, r.key, a.id AS account_id, r.first_seen_ms, r.gone_ms, r.deleted_by_us, r.state,
                   r.last_failure
                 FROM recordings r JOIN raw_replies w USING (key) JOIN accounts a ON a.no = r.account_no
                 WHERE r.key = ?1",
                recordings::COLUMNS
            ))?;
            let stored = statement.query_row([key.0], stored_recording).optional()?;
            let Some(mut stored) = stored else { return Ok(None) };
            stored.copy = copies::copy_of(tx, key)?;
            Ok(Some(stored))
        })
    }
}

fn row_record(row: &Row<'_>) -> rusqlite::Result<RowRecord> {
    Ok(RowRecord {
        key: key_of(row)?,
        account: AccountId::new(row.get::<_, String>("account_id")?),
        recording_id: RecordingId::new(row.get::<_, String>("recording_id")?),
        at: values::instant(row, "when_ms")?,
        at_is_estimated: row.get("start_is_estimated")?,
        from: row.get("from_party")?,
        to: row.get("to_party")?,
        conference_name: row.get("conference_name")?,
        duration_ms: values::optional_count(row, "duration_ms")?,
        kind: row.get("kind")?,
        format: row.get("format")?,
        size_bytes: values::optional_count(row, "shown_bytes")?,
        state: row.get::<_, StoredState>("state")?.0,
        gone: row.get::<_, Option<i64>>("gone_ms")?.is_some(),
    })
}

/// All but the copy.
fn stored_recording(row: &Row<'_>) -> rusqlite::Result<StoredRecording> {
    let gone_at = values::instant(row, "gone_ms")?;
    Ok(StoredRecording {
        key: key_of(row)?,
        account: AccountId::new(row.get::<_, String>("account_id")?),
        recording: recordings::recording(row)?,
        first_seen: row.get::<_, Instant>("first_seen_ms")?.0,
        gone: gone_at.is_some(),
        gone_at,
        deleted_by_us: row.get("deleted_by_us")?,
        state: row.get::<_, StoredState>("state")?.0,
        copy: None,
        last_failure: row.get("last_failure")?,
    })
}

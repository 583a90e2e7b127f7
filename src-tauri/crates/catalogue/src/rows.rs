//! Rows for the table, and what some of them amount to.

use domain::{AccountId, CallUuid, CopyState, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};

use crate::annotations::{self, Annotations};
use crate::catalogue::Catalogue;
use crate::copies::{self, StoredState};
use crate::error::Result;
use crate::recordings::key_at;
use crate::values::{self, Instant, StoredList};

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
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
    /// True when it is gone because we deleted it.
    pub deleted_by_us: bool,
    /// Direction, where the vendor says so.
    pub direction: Option<String>,
    /// Caller name.
    pub caller_name: Option<String>,
    /// Extensions that took part.
    pub extensions: Vec<String>,
    /// The call it belongs to.
    pub call_uuid: Option<CallUuid>,
    /// When the vendor stored the file.
    pub added_at: Option<Timestamp>,
    /// When the recording ended.
    pub ended_at: Option<Timestamp>,
    /// Length as billed, in seconds.
    pub billed_s: Option<u64>,
    /// Days in storage when last read.
    pub storage_days: Option<i64>,
    /// Price of storage.
    pub storage_rate: Option<f64>,
    /// Price a month.
    pub monthly_cost: Option<f64>,
    /// When the index first saw it.
    pub first_seen: Timestamp,
    /// When our best copy was verified.
    pub verified_at: Option<Timestamp>,
    /// Ids of the rules that made the vendor record the call.
    pub rule_ids: Vec<String>,
    /// The vendor's own file name.
    pub file_name: Option<String>,
    /// Where the vendor says the audio is, or was when this was read.
    pub media_url: Option<String>,
    /// What a person wrote on it.
    pub annotations: Annotations,
}

/// What some rows amount to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Rows.
    pub count: u32,
    /// Length in milliseconds, of those with a known length.
    pub duration_ms: u64,
    /// Rows of unknown length.
    pub unknown_duration_count: u32,
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
    /// Price a month, of those with a known price.
    pub monthly_cost: f64,
    /// Rows of unknown price.
    pub unknown_cost_count: u32,
    /// Rows on hold.
    pub held_count: u32,
    /// Of those on hold, the ones with a verified copy, as in `saved_count`.
    pub held_saved_count: u32,
}

impl Catalogue {
    /// Rows by key, in the order of `keys`; keys of no row are left out.
    pub fn rows(&self, keys: &[RecordingKey]) -> Result<Vec<RowRecord>> {
        self.read(|tx| {
            // Read by position: looking up three dozen names a row is most of the time a window takes.
            let mut statement = tx.prepare_cached(&format!(
                "SELECT r.key, a.id, r.recording_id, r.when_ms, r.start_is_estimated, r.from_party, r.to_party,
                   r.conference_name, r.duration_ms, r.kind, r.format, r.shown_bytes, r.state, r.gone_ms,
                   r.deleted_by_us, r.direction, r.caller_name, r.extensions, r.call_uuid, r.added_ms, r.ended_ms,
                   r.billed_s, r.storage_days, r.storage_rate, r.monthly_cost, r.first_seen_ms, {},
                   r.rule_ids, r.file_name, r.media_url, {}
                 FROM recordings r JOIN accounts a ON a.no = r.account_no
                 LEFT JOIN annotations n ON n.account_no = r.account_no AND n.recording_id = r.recording_id
                 WHERE r.key = ?1",
                copies::of_best("verified_ms", "r"),
                annotations::COLUMNS
            ))?;
            let mut rows = Vec::with_capacity(keys.len());
            for key in keys {
                rows.extend(statement.query_row([key.0], row_record).optional()?);
            }
            Ok(rows)
        })
    }

    /// Sums over rows by key. A key given twice counts once; keys of no row do not count.
    pub fn totals(&self, keys: &[RecordingKey]) -> Result<Totals> {
        let keys: Vec<u32> = keys.iter().map(|key| key.0).collect();
        let sums = self.with_mirror(|mirror, _| Ok(mirror.sums(&keys)))?;
        Ok(Totals {
            count: sums.count,
            duration_ms: sums.duration_ms,
            unknown_duration_count: sums.unknown_duration_count,
            known_bytes: sums.known_bytes,
            unknown_size_count: sums.unknown_size_count,
            saved_count: sums.saved_count,
            unsaved_count: sums.count.saturating_sub(sums.saved_count),
            gone_count: sums.gone_count,
            monthly_cost: sums.monthly_cost,
            unknown_cost_count: sums.unknown_cost_count,
            held_count: sums.held_count,
            held_saved_count: sums.held_saved_count,
        })
    }
}

/// From the columns of [`Catalogue::rows`].
fn row_record(row: &Row<'_>) -> rusqlite::Result<RowRecord> {
    let instant =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<Instant>>(column)?.map(|at| at.0));
    let whole =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(values::uncount));
    Ok(RowRecord {
        key: key_at(row, 0)?,
        account: AccountId::new(row.get::<_, String>(1)?),
        recording_id: RecordingId::new(row.get::<_, String>(2)?),
        at: instant(3)?,
        at_is_estimated: row.get(4)?,
        from: row.get(5)?,
        to: row.get(6)?,
        conference_name: row.get(7)?,
        duration_ms: whole(8)?,
        kind: row.get(9)?,
        format: row.get(10)?,
        size_bytes: whole(11)?,
        state: row.get::<_, StoredState>(12)?.0,
        gone: row.get_ref(13)? != ValueRef::Null,
        deleted_by_us: row.get(14)?,
        direction: row.get(15)?,
        caller_name: row.get(16)?,
        extensions: row.get::<_, StoredList>(17)?.0,
        call_uuid: row.get::<_, Option<String>>(18)?.map(CallUuid::new),
        added_at: instant(19)?,
        ended_at: instant(20)?,
        billed_s: whole(21)?,
        storage_days: row.get(22)?,
        storage_rate: row.get(23)?,
        monthly_cost: row.get(24)?,
        first_seen: row.get::<_, Instant>(25)?.0,
        verified_at: instant(26)?,
        rule_ids: row.get::<_, StoredList>(27)?.0,
        file_name: row.get(28)?,
        media_url: row.get(29)?,
        annotations: annotations::annotations_at(row, 30)?,
    })
}

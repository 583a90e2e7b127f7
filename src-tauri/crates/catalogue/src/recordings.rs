//! Recordings as rows: storing what a vendor said, reading it back, forgetting it.

use domain::{AccountId, CallUuid, Recording, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, ToSql, Transaction, params};

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::{self, Instant, StoredList, count};
use crate::{accounts, copies};

impl Catalogue {
    /// The key of a vendor's recording.
    pub fn find(&self, account: &AccountId, id: &RecordingId) -> Result<Option<RecordingKey>> {
        self.read(|tx| {
            let Some(account_no) = accounts::find_number(tx, account)? else { return Ok(None) };
            let mut statement = tx.prepare_cached(
                "SELECT key FROM recordings WHERE account_no = ?1 AND recording_id = ?2",
            )?;
            Ok(statement.query_row((account_no, id.as_str()), |row| key_at(row, 0)).optional()?)
        })
    }

    /// The other recordings of the same call, oldest first.
    pub fn same_call(&self, key: RecordingKey) -> Result<Vec<RecordingKey>> {
        self.with_mirror(|mirror, tx| {
            let mut statement = tx.prepare_cached(
                "SELECT account_no, call_uuid FROM recordings WHERE key = ?1 AND call_uuid <> ''",
            )?;
            let call: Option<(i64, String)> =
                statement.query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let Some((account_no, call)) = call else { return Ok(Some(Vec::new())) };
            let Some(keys) = mirror.of_call(account_no, &call) else { return Ok(None) };
            Ok(Some(keys.into_iter().map(RecordingKey).filter(|other| *other != key).collect()))
        })
    }

    /// Drops the recordings, so that the next sync reads them anew. Copies are kept and join their recordings again,
    /// and so do items of jobs. What no sync could bring back stays: recordings that are gone at the provider. Keys
    /// are new afterwards, so open search results are void, and everything counts as new until the next visit.
    pub fn forget_recordings(&self) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM recordings WHERE gone_ms IS NULL", [])?;
            tx.execute("UPDATE accounts SET synced_ms = NULL, vendor_total = NULL", [])?;
            Ok(())
        })
    }
}

/// A row as the vendor last described it, with what sync needs to know of its history.
pub(crate) struct Known {
    pub(crate) key: RecordingKey,
    pub(crate) recording: Recording,
    pub(crate) seen_run: i64,
    pub(crate) gone_run: i64,
    pub(crate) is_gone: bool,
}

/// Finds a vendor's recording.
pub(crate) fn known(
    tx: &Transaction<'_>,
    account_no: i64,
    id: &RecordingId,
) -> Result<Option<Known>> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT {COLUMNS}, r.key, r.seen_run, r.gone_run, r.gone_ms IS NOT NULL
         FROM recordings r JOIN raw_replies w USING (key)
         WHERE r.account_no = ?1 AND r.recording_id = ?2"
    ))?;
    let known = statement.query_row((account_no, id.as_str()), |row| {
        Ok(Known {
            recording: recording(row)?,
            key: key_at(row, COLUMN_COUNT)?,
            seen_run: row.get(COLUMN_COUNT + 1)?,
            gone_run: row.get(COLUMN_COUNT + 2)?,
            is_gone: row.get(COLUMN_COUNT + 3)?,
        })
    });
    Ok(known.optional()?)
}

/// What the columns keep of a recording: instants to the millisecond, counts within SQLite's integers.
pub(crate) fn as_kept(recording: &Recording) -> Recording {
    let instant = |at: Option<Timestamp>| at.map(values::to_millisecond);
    let whole = |value: Option<u64>| value.map(|value| values::uncount(count(value)));
    let real = |value: Option<f64>| value.filter(|value| !value.is_nan());
    Recording {
        added_at: instant(recording.added_at),
        started_at: instant(recording.started_at),
        ended_at: instant(recording.ended_at),
        duration_ms: whole(recording.duration_ms),
        billed_s: whole(recording.billed_s),
        size_bytes: whole(recording.size_bytes),
        storage_rate: real(recording.storage_rate),
        monthly_cost: real(recording.monthly_cost),
        ..recording.clone()
    }
}

/// Inserts a recording that is not there yet; what the columns cannot keep of it is cut off. Joins a copy or job item that knew it before.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    account_no: i64,
    recording: &Recording,
    run: i64,
    now: Timestamp,
) -> Result<RecordingKey> {
    let id = recording.id.as_str();
    let history = params![account_no, id, Instant(now), run];
    with_columns(recording, history, |params| {
        tx.prepare_cached(
            "INSERT INTO recordings (
               call_uuid, media_url, format, kind, added_ms, started_ms, start_is_estimated, ended_ms,
               duration_ms, billed_s, from_party, to_party, direction, caller_name, conference_name,
               extensions, storage_days, storage_rate, monthly_cost, vendor_bytes, rule_ids, file_name,
               when_ms, shown_bytes, state, account_no, recording_id, first_seen_ms, seen_run)
             VALUES (
               ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
               ?9, ?10, ?11, ?12, ?13, ?14, ?15,
               ?16, ?17, ?18, ?19, ?20, ?21, ?22,
               ?23, ?20, 'not_saved', ?24, ?25, ?26, ?27)",
        )?
        .execute(params)
    })?;
    let row_id = tx.last_insert_rowid();
    let key = u32::try_from(row_id)
        .map(RecordingKey)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, row_id))?;
    tx.prepare_cached("INSERT INTO raw_replies (key, json) VALUES (?1, ?2)")?
        .execute((key.0, &recording.raw))?;
    let knew_before: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM copies WHERE account_no = ?1 AND recording_id = ?2)
                 OR EXISTS (SELECT 1 FROM job_items WHERE account_no = ?1 AND recording_id = ?2
                            AND state IN ('queued', 'receiving', 'verifying'))",
        )?
        .query_row((account_no, id), |row| row.get(0))?;
    if knew_before {
        copies::settle_key(tx, key)?;
    }
    Ok(key)
}

/// Writes all of what the vendor says now of a known recording.
pub(crate) fn update(tx: &Transaction<'_>, known: &Known, recording: &Recording) -> Result<()> {
    with_columns(recording, params![known.key.0], |params| {
        tx.prepare_cached(
            "UPDATE recordings SET
               call_uuid = ?1, media_url = ?2, format = ?3, kind = ?4, added_ms = ?5, started_ms = ?6,
               start_is_estimated = ?7, ended_ms = ?8, duration_ms = ?9, billed_s = ?10, from_party = ?11,
               to_party = ?12, direction = ?13, caller_name = ?14, conference_name = ?15, extensions = ?16,
               storage_days = ?17, storage_rate = ?18, monthly_cost = ?19, vendor_bytes = ?20, rule_ids = ?21,
               file_name = ?22, when_ms = ?23
             WHERE key = ?24",
        )?
        .execute(params)
    })?;
    update_raw(tx, known, recording)?;
    copies::settle_key(tx, known.key)
}

/// Writes only what changes by itself from day to day. No index is touched, so a sync of a large account on a new day
/// stays cheap.
pub(crate) fn update_daily(
    tx: &Transaction<'_>,
    known: &Known,
    recording: &Recording,
) -> Result<()> {
    tx.prepare_cached("UPDATE recordings SET storage_days = ?2, monthly_cost = ?3 WHERE key = ?1")?
        .execute((known.key.0, recording.storage_days, recording.monthly_cost))?;
    update_raw(tx, known, recording)
}

fn update_raw(tx: &Transaction<'_>, known: &Known, recording: &Recording) -> Result<()> {
    if known.recording.raw != recording.raw {
        tx.prepare_cached("UPDATE raw_replies SET json = ?2 WHERE key = ?1")?
            .execute((known.key.0, &recording.raw))?;
    }
    Ok(())
}

/// Calls `run` with the 23 columns that a recording fills, and `more` after them. By position: looking up two dozen names
/// a row is a good part of the time a new row takes.
fn with_columns<T>(
    recording: &Recording,
    more: &[&dyn ToSql],
    run: impl FnOnce(&[&dyn ToSql]) -> T,
) -> T {
    let columns = params![
        recording.call_uuid.as_ref().map(CallUuid::as_str),
        recording.media_url,
        recording.format,
        recording.kind,
        recording.added_at.map(Instant),
        recording.started_at.map(Instant),
        recording.start_is_estimated,
        recording.ended_at.map(Instant),
        recording.duration_ms.map(count),
        recording.billed_s.map(count),
        recording.from,
        recording.to,
        recording.direction,
        recording.caller_name,
        recording.conference_name,
        values::list_value(&recording.extensions),
        recording.storage_days,
        recording.storage_rate,
        recording.monthly_cost,
        recording.size_bytes.map(count),
        values::list_value(&recording.rule_ids),
        recording.file_name,
        recording.when().map(Instant),
    ];
    run(&[columns, more].concat())
}

/// Drops the recordings that `condition` (over columns of `recordings`) names. Returns how many.
pub(crate) fn forget(tx: &Transaction<'_>, condition: &str, params: impl Params) -> Result<usize> {
    Ok(tx.execute(&format!("DELETE FROM recordings WHERE {condition}"), params)?)
}

/// The key in the column of that position.
pub(crate) fn key_at(row: &Row<'_>, column: usize) -> rusqlite::Result<RecordingKey> {
    row.get(column).map(RecordingKey)
}

/// The key of a whole row.
pub(crate) fn key_of(row: &Row<'_>) -> rusqlite::Result<RecordingKey> {
    row.get("key").map(RecordingKey)
}

/// The columns [`recording`] reads, over `recordings r JOIN raw_replies w`. They are read by position: looking up two
/// dozen names a row is most of the time a sync spends on a row it knows.
pub(crate) const COLUMNS: &str = "
    r.recording_id, r.call_uuid, w.json, r.media_url, r.format, r.kind, r.added_ms, r.started_ms,
    r.start_is_estimated, r.ended_ms, r.duration_ms, r.billed_s, r.from_party, r.to_party, r.direction,
    r.caller_name, r.conference_name, r.extensions, r.storage_days, r.storage_rate, r.monthly_cost,
    r.vendor_bytes, r.rule_ids, r.file_name";

/// How many they are.
pub(crate) const COLUMN_COUNT: usize = 24;

/// A recording from a row that begins with [`COLUMNS`].
pub(crate) fn recording(row: &Row<'_>) -> rusqlite::Result<Recording> {
    let instant =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<Instant>>(column)?.map(|at| at.0));
    let whole =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(values::uncount));
    Ok(Recording {
        id: RecordingId::new(row.get::<_, String>(0)?),
        call_uuid: row.get::<_, Option<String>>(1)?.map(CallUuid::new),
        raw: row.get(2)?,
        media_url: row.get(3)?,
        format: row.get(4)?,
        kind: row.get(5)?,
        added_at: instant(6)?,
        started_at: instant(7)?,
        start_is_estimated: row.get(8)?,
        ended_at: instant(9)?,
        duration_ms: whole(10)?,
        billed_s: whole(11)?,
        from: row.get(12)?,
        to: row.get(13)?,
        direction: row.get(14)?,
        caller_name: row.get(15)?,
        conference_name: row.get(16)?,
        extensions: row.get::<_, StoredList>(17)?.0,
        storage_days: row.get(18)?,
        storage_rate: row.get(19)?,
        monthly_cost: row.get(20)?,
        size_bytes: whole(21)?,
        rule_ids: row.get::<_, StoredList>(22)?.0,
        file_name: row.get(23)?,
    })
}

/// The account and id of a recording.
pub(crate) fn identity(tx: &Transaction<'_>, key: RecordingKey) -> Result<(i64, String)> {
    let mut statement =
        tx.prepare_cached("SELECT account_no, recording_id FROM recordings WHERE key = ?1")?;
    let found = statement.query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.ok_or_else(|| Error::not_found("recording", &key.0))
}

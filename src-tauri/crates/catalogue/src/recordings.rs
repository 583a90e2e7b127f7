//! Recordings as rows: storing what a vendor said, reading it back, forgetting it.

use domain::{AccountId, CallUuid, Recording, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, ToSql, Transaction, named_params};

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

/// Inserts a recording that is not there yet. Joins a copy or job item that knew it before.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    account_no: i64,
    recording: &Recording,
    run: i64,
    now: Timestamp,
) -> Result<RecordingKey> {
    let id = recording.id.as_str();
    let history: [(&str, &dyn ToSql); 4] =
        [(":account", &account_no), (":id", &id), (":now", &Instant(now)), (":run", &run)];
    with_columns(recording, &history, |params| {
        tx.prepare_cached(
            "INSERT INTO recordings (
               account_no, recording_id, call_uuid, media_url, format, kind, added_ms, started_ms,
               start_is_estimated, ended_ms, duration_ms, billed_s, from_party, to_party, direction,
               caller_name, conference_name, extensions, storage_days, storage_rate, monthly_cost,
               vendor_bytes, rule_ids, file_name, when_ms,
               shown_bytes, state, first_seen_ms, seen_run)
             VALUES (
               :account, :id, :call_uuid, :media_url, :format, :kind, :added, :started,
               :estimated, :ended, :duration, :billed, :from, :to, :direction,
               :caller, :conference, :extensions, :storage_days, :storage_rate, :monthly_cost,
               :size, :rule_ids, :file_name, :when,
               :size, 'not_saved', :now, :run)",
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
    let key: [(&str, &dyn ToSql); 1] = [(":key", &known.key.0)];
    with_columns(recording, &key, |params| {
        tx.prepare_cached(
            "UPDATE recordings SET
               call_uuid = :call_uuid, media_url = :media_url, format = :format, kind = :kind,
               added_ms = :added, started_ms = :started, start_is_estimated = :estimated,
               ended_ms = :ended, duration_ms = :duration, billed_s = :billed, from_party = :from,
               to_party = :to, direction = :direction, caller_name = :caller,
               conference_name = :conference, extensions = :extensions, storage_days = :storage_days,
               storage_rate = :storage_rate, monthly_cost = :monthly_cost, vendor_bytes = :size,
               rule_ids = :rule_ids, file_name = :file_name,
               when_ms = :when
             WHERE key = :key",
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

/// Calls `run` with a parameter for each column that a recording fills, and `more`.
fn with_columns<T>(
    recording: &Recording,
    more: &[(&str, &dyn ToSql)],
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
) -> T {
    let columns: &[(&str, &dyn ToSql)] = named_params! {
        ":call_uuid": recording.call_uuid.as_ref().map(CallUuid::as_str),
        ":media_url": recording.media_url,
        ":format": recording.format,
        ":kind": recording.kind,
        ":added": recording.added_at.map(Instant),
        ":started": recording.started_at.map(Instant),
        ":estimated": recording.start_is_estimated,
        ":ended": recording.ended_at.map(Instant),
        ":duration": recording.duration_ms.map(count),
        ":billed": recording.billed_s.map(count),
        ":from": recording.from,
        ":to": recording.to,
        ":direction": recording.direction,
        ":caller": recording.caller_name,
        ":conference": recording.conference_name,
        ":extensions": values::list_value(&recording.extensions),
        ":storage_days": recording.storage_days,
        ":storage_rate": recording.storage_rate,
        ":monthly_cost": recording.monthly_cost,
        ":size": recording.size_bytes.map(count),
        ":rule_ids": values::list_value(&recording.rule_ids),
        ":file_name": recording.file_name,
        ":when": recording.when().map(Instant),
    };
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

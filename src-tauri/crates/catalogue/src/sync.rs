//! Storing what a walk through a vendor's list brings.
//!
//! A run is one walk. Pages may shift, repeat and overlap while it goes on: a recording the run already brought is
//! counted as repeated. Each page is one change of the index, so after a crash a page is there or it is not. What a
//! complete run did not bring is gone at the provider; its row stays, marked.

use domain::{AccountId, Recording, RecordingKey};
use jiff::Timestamp;
use rusqlite::Transaction;

use crate::accounts;
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::recordings::{self, Known};
use crate::values::{Instant, count};

/// One walk through the list of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRun {
    account: AccountId,
    account_no: i64,
    id: i64,
}

impl SyncRun {
    /// Whose list.
    pub fn account(&self) -> &AccountId {
        &self.account
    }
}

/// What a page brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageTally {
    /// Not in the index before.
    pub new: u32,
    /// Known, and the vendor now says something else of them, or has them again.
    pub changed: u32,
    /// Known, and as they were.
    pub unchanged: u32,
    /// Brought by an earlier page of the same run.
    pub repeated: u32,
}

impl Catalogue {
    /// Begins a run.
    pub fn begin_sync(&self, account: &AccountId, now: Timestamp) -> Result<SyncRun> {
        self.write(|tx| {
            let account_no = accounts::number(tx, account)?;
            tx.execute(
                "INSERT INTO sync_runs (account_no, began_ms) VALUES (?1, ?2)",
                (account_no, Instant(now)),
            )?;
            Ok(SyncRun { account: account.clone(), account_no, id: tx.last_insert_rowid() })
        })
    }

    /// Stores one page, all of it or nothing.
    ///
    /// `storage_days`, the cost that follows from it and the vendor's raw words are kept up to date, but are no
    /// change. A row marked gone comes back when the run that brings it began after it was marked: a page fetched
    /// just before a deletion does not undo it.
    pub fn store_page(
        &self,
        run: &SyncRun,
        recordings: &[Recording],
        now: Timestamp,
    ) -> Result<PageTally> {
        self.write(|tx| {
            // The account may have been removed while the run was under way.
            if accounts::number(tx, &run.account)? != run.account_no {
                return Err(Error::not_found("account", &run.account));
            }
            let mut tally = PageTally::default();
            for recording in recordings {
                let stored = store(tx, run.account_no, recording, run.id, Source::Page, now)?.1;
                *match stored {
                    Stored::New => &mut tally.new,
                    Stored::Changed => &mut tally.changed,
                    Stored::Unchanged => &mut tally.unchanged,
                    Stored::Repeated => &mut tally.repeated,
                } += 1;
            }
            Ok(tally)
        })
    }

    /// Ends a run. When it was `complete` — the whole list was walked — rows of the account it did not bring are
    /// marked gone and their number is returned; they stay in the index.
    pub fn finish_sync(
        &self,
        run: SyncRun,
        complete: bool,
        vendor_total: Option<u64>,
        now: Timestamp,
    ) -> Result<u64> {
        let SyncRun { account, account_no, id } = run;
        self.write(|tx| {
            if accounts::number(tx, &account)? != account_no {
                return Err(Error::not_found("account", &account));
            }
            tx.execute(
                "UPDATE sync_runs SET ended_ms = ?2, complete = ?3 WHERE id = ?1",
                (id, Instant(now), complete),
            )?;
            if !complete {
                return Ok(0);
            }
            let gone = tx.execute(
                "UPDATE recordings SET gone_ms = ?3, gone_run = ?2
                 WHERE account_no = ?1 AND seen_run < ?2 AND gone_ms IS NULL",
                (account_no, id, Instant(now)),
            )?;
            tx.execute(
                "UPDATE accounts SET synced_ms = ?2, vendor_total = ?3 WHERE no = ?1",
                (account_no, Instant(now), vendor_total.map(count)),
            )?;
            Ok(u64::try_from(gone).unwrap_or(u64::MAX))
        })
    }

    /// Stores one recording that the vendor was asked for by id. A run under way counts it as brought, and a row
    /// marked gone comes back.
    pub fn store_one(
        &self,
        account: &AccountId,
        recording: &Recording,
        now: Timestamp,
    ) -> Result<RecordingKey> {
        self.write(|tx| {
            let account_no = accounts::number(tx, account)?;
            let run = latest_run(tx, account_no)?;
            Ok(store(tx, account_no, recording, run, Source::AskedById, now)?.0)
        })
    }

    /// Marks a recording as gone at the provider.
    pub fn mark_gone(&self, key: RecordingKey, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            let (account_no, _) = recordings::identity(tx, key)?;
            mark_gone(tx, key, account_no, now)
        })
    }
}

/// Where a description came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Page,
    AskedById,
}

/// What storing a recording did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    New,
    Changed,
    Unchanged,
    Repeated,
}

/// The newest run of an account; 0 before the first.
pub(crate) fn latest_run(tx: &Transaction<'_>, account_no: i64) -> Result<i64> {
    let mut statement =
        tx.prepare_cached("SELECT coalesce(max(id), 0) FROM sync_runs WHERE account_no = ?1")?;
    Ok(statement.query_row([account_no], |row| row.get(0))?)
}

/// Marks a row as gone since the newest run.
pub(crate) fn mark_gone(
    tx: &Transaction<'_>,
    key: RecordingKey,
    account_no: i64,
    now: Timestamp,
) -> Result<()> {
    let run = latest_run(tx, account_no)?;
    tx.execute(
        "UPDATE recordings SET gone_ms = coalesce(gone_ms, ?2), gone_run = ?3 WHERE key = ?1",
        (key.0, Instant(now), run),
    )?;
    Ok(())
}

fn store(
    tx: &Transaction<'_>,
    account_no: i64,
    recording: &Recording,
    run: i64,
    source: Source,
    now: Timestamp,
) -> Result<(RecordingKey, Stored)> {
    let recording = recordings::as_kept(recording);
    let Some(known) = recordings::known(tx, account_no, &recording.id)? else {
        let key = recordings::insert(tx, account_no, &recording, run, now)?;
        return Ok((key, Stored::New));
    };
    let comes_back = known.is_gone && (source == Source::AskedById || run > known.gone_run);
    let is_repeated = source == Source::Page && known.seen_run >= run;
    let says_something_else = says_something_else(&known, &recording);
    if says_something_else {
        recordings::update(tx, &known, &recording)?;
    } else if known.recording != recording {
        recordings::update_daily(tx, &known, &recording)?;
    }
    if comes_back {
        tx.prepare_cached(
            "UPDATE recordings SET gone_ms = NULL, gone_run = 0, deleted_by_us = 0 WHERE key = ?1",
        )?
        .execute([known.key.0])?;
    }
    if known.seen_run < run {
        tx.prepare_cached("UPDATE recordings SET seen_run = ?2 WHERE key = ?1")?
            .execute((known.key.0, run))?;
    }
    let stored = if is_repeated {
        Stored::Repeated
    } else if comes_back || says_something_else {
        Stored::Changed
    } else {
        Stored::Unchanged
    };
    Ok((known.key, stored))
}

/// Whether more changed than what changes by itself from day to day.
fn says_something_else(known: &Known, recording: &Recording) -> bool {
    let daily = Recording {
        storage_days: recording.storage_days,
        monthly_cost: recording.monthly_cost,
        raw: recording.raw.clone(),
        ..known.recording.clone()
    };
    daily != *recording
}

//! Storing what a walk through a vendor's list brings.
//!
//! A run is one walk. Pages may shift, repeat and overlap while it goes on: a recording the run already brought is
//! counted as repeated. Each page is one change of the index, so after a crash a page is there or it is not. What a
//! complete run did not bring is gone at the provider; its row stays, marked.

use domain::{AccountId, Recording, RecordingKey, RecordingList};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, ToSql, Transaction};

use crate::accounts;
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::open::{Room, set_room};
use crate::recordings::{self, Known};
use crate::values::{Instant, count, uncount};

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

/// A run that ended with the program and not by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterruptedRun {
    /// The run, to go on with.
    pub run: SyncRun,
    /// When it began.
    pub began_at: Timestamp,
    /// Where it stood.
    pub progress_json: String,
}

/// The ids that are of a list, from the first up to but not with the second. The company's are all the others.
fn id_range(list: &RecordingList) -> (String, String) {
    match list {
        // Everything: no id is empty, and none sorts behind the last character there is.
        RecordingList::All => (String::new(), char::MAX.to_string()),
        RecordingList::Company => ("users/".into(), "users0".into()),
        // `0` is the character after the slash.
        RecordingList::OnDemand(user) => (format!("users/{user}/"), format!("users/{user}0")),
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

    /// A run of the account that was interrupted, if it is the newest one, with what [`Catalogue::note_sync_progress`] wrote
    /// and when it began.
    pub fn interrupted_sync(&self, account: &AccountId) -> Result<Option<InterruptedRun>> {
        self.read(|tx| {
            let account_no = accounts::number(tx, account)?;
            let mut statement = tx.prepare_cached(
                "SELECT id, began_ms, progress_json FROM sync_runs
                 WHERE account_no = ?1 AND ended_ms IS NULL AND progress_json IS NOT NULL
                   AND id = (SELECT max(id) FROM sync_runs WHERE account_no = ?1)",
            )?;
            let found = statement
                .query_row([account_no], |row| {
                    Ok(InterruptedRun {
                        run: SyncRun { account: account.clone(), account_no, id: row.get(0)? },
                        began_at: row.get::<_, Instant>(1)?.0,
                        progress_json: row.get(2)?,
                    })
                })
                .optional()?;
            Ok(found)
        })
    }

    /// When the account's last complete run began; `None` before the first.
    pub fn last_complete_sync(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        self.read(|tx| {
            let account_no = accounts::number(tx, account)?;
            let mut statement = tx.prepare_cached(
                "SELECT max(began_ms) FROM sync_runs WHERE account_no = ?1 AND complete = 1",
            )?;
            let began: Option<Instant> = statement.query_row([account_no], |row| row.get(0))?;
            Ok(began.map(|began| began.0))
        })
    }

    /// Remembers where a run stands.
    pub fn note_sync_progress(&self, run: &SyncRun, progress_json: &str) -> Result<()> {
        self.write(|tx| note_progress(tx, run, progress_json))
    }

    /// Ends a run and begins another one in its place, for reading one list again: what the first run brought of the
    /// other lists counts as brought by the second.
    pub fn begin_again(
        &self,
        run: &SyncRun,
        list: &RecordingList,
        now: Timestamp,
    ) -> Result<SyncRun> {
        self.write(|tx| {
            if accounts::number(tx, &run.account)? != run.account_no {
                return Err(Error::not_found("account", &run.account));
            }
            tx.execute("UPDATE sync_runs SET ended_ms = ?2 WHERE id = ?1", (run.id, Instant(now)))?;
            tx.execute(
                "INSERT INTO sync_runs (account_no, began_ms)
                 SELECT account_no, began_ms FROM sync_runs WHERE id = ?1",
                [run.id],
            )?;
            let next = SyncRun { id: tx.last_insert_rowid(), ..run.clone() };
            let (from, to) = id_range(list);
            let inside = *list != RecordingList::Company;
            tx.execute(
                "UPDATE recordings SET seen_run = ?3 WHERE account_no = ?1 AND seen_run = ?2
                   AND (recording_id >= ?4 AND recording_id < ?5) != ?6",
                (run.account_no, run.id, next.id, from, to, inside),
            )?;
            Ok(next)
        })
    }

    /// How many recordings of a list the run has brought so far.
    pub fn brought(&self, run: &SyncRun, list: &RecordingList) -> Result<u64> {
        self.read(|tx| {
            count_of_list(
                tx,
                list,
                "account_no = ?1 AND seen_run = ?2",
                &[&run.account_no, &run.id],
            )
        })
    }

    /// How many recordings of a list the index believes to be at the provider.
    pub fn believed_there(&self, account: &AccountId, list: &RecordingList) -> Result<u64> {
        self.read(|tx| {
            let account_no = accounts::number(tx, account)?;
            let all = count_of_list(tx, list, "account_no = ?1", &[&account_no])?;
            // Those that are gone have an index of their own; what is in no index would have to be read row by row.
            let gone =
                count_of_list(tx, list, "account_no = ?1 AND gone_ms IS NOT NULL", &[&account_no])?;
            Ok(all - gone)
        })
    }

    /// When the oldest recording of the run was stored at the vendor.
    pub fn oldest_brought(&self, run: &SyncRun) -> Result<Option<Timestamp>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT min(added_ms) FROM recordings WHERE account_no = ?1 AND seen_run = ?2",
            )?;
            let oldest: Option<Instant> =
                statement.query_row((run.account_no, run.id), |row| row.get(0))?;
            Ok(oldest.map(|oldest| oldest.0))
        })
    }

    /// Ends a run that read no more of the lists than was new, after the counts agreed. Nothing is marked gone.
    pub fn finish_quick_sync(
        &self,
        run: SyncRun,
        vendor_total: Option<u64>,
        now: Timestamp,
    ) -> Result<()> {
        let SyncRun { account, account_no, id } = run;
        self.write(|tx| {
            if accounts::number(tx, &account)? != account_no {
                return Err(Error::not_found("account", &account));
            }
            tx.execute("UPDATE sync_runs SET ended_ms = ?2 WHERE id = ?1", (id, Instant(now)))?;
            tx.execute(
                "UPDATE accounts SET synced_ms = ?2, vendor_total = ?3 WHERE no = ?1",
                (account_no, Instant(now), vendor_total.map(count)),
            )?;
            Ok(set_room(tx, Room::Usual)?)
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
        self.write(|tx| store_all(tx, run, recordings, now))
    }

    /// The same, and remembers where the run stands after it, in the same change: what the progress says is in the index.
    pub fn store_page_up_to(
        &self,
        run: &SyncRun,
        recordings: &[Recording],
        progress_json: &str,
        now: Timestamp,
    ) -> Result<PageTally> {
        self.write(|tx| {
            let tally = store_all(tx, run, recordings, now)?;
            note_progress(tx, run, progress_json)?;
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
            set_room(tx, Room::Usual)?;
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

/// How many rows of a list meet `condition`, which has `params`.
fn count_of_list(
    tx: &Transaction<'_>,
    list: &RecordingList,
    condition: &str,
    params: &[&dyn ToSql],
) -> Result<u64> {
    // Of a whole account the ids need not be looked at, and an index answers alone.
    if *list == RecordingList::All {
        let mut statement =
            tx.prepare_cached(&format!("SELECT count(*) FROM recordings WHERE {condition}"))?;
        return Ok(uncount(statement.query_row(params, |row| row.get(0))?));
    }
    let (from, to) = id_range(list);
    let inside = *list != RecordingList::Company;
    let mut statement = tx.prepare_cached(&format!(
        "SELECT count(*) FROM recordings
         WHERE {condition} AND (recording_id >= ?3 AND recording_id < ?4) = ?5"
    ))?;
    let mut params = params.to_vec();
    // Parameters have their numbers, whether or not the condition has a second one.
    params.resize(2, &rusqlite::types::Null);
    params.extend([&from as &dyn ToSql, &to, &inside]);
    Ok(uncount(statement.query_row(params.as_slice(), |row| row.get(0))?))
}

fn note_progress(tx: &Transaction<'_>, run: &SyncRun, progress_json: &str) -> Result<()> {
    tx.prepare_cached("UPDATE sync_runs SET progress_json = ?2 WHERE id = ?1")?
        .execute((run.id, progress_json))?;
    Ok(())
}

fn store_all(
    tx: &Transaction<'_>,
    run: &SyncRun,
    recordings: &[Recording],
    now: Timestamp,
) -> Result<PageTally> {
    // The account may have been removed while the run was under way.
    if accounts::number(tx, &run.account)? != run.account_no {
        return Err(Error::not_found("account", &run.account));
    }
    // Again for each page: another account's sync may have ended meanwhile.
    set_room(tx, Room::Syncing)?;
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
}

fn store(
    tx: &Transaction<'_>,
    account_no: i64,
    recording: &Recording,
    run: i64,
    source: Source,
    now: Timestamp,
) -> Result<(RecordingKey, Stored)> {
    let Some(known) = recordings::known(tx, account_no, &recording.id)? else {
        let key = recordings::insert(tx, account_no, recording, run, now)?;
        return Ok((key, Stored::New));
    };
    let recording = recordings::as_kept(recording);
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

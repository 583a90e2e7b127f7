//! The queue over all jobs: which items are next, and how they end. Taking an item and ending it are one change each,
//! so that no item is taken twice, and no copy is known without its item or the other way round.

use std::collections::HashMap;
use std::path::PathBuf;

use domain::{AccountId, JobId, RecordingKey};
use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::catalogue::Catalogue;
use crate::copies::{self, CopyRecord};
use crate::error::{Error, Result};
use crate::job_rows::{self, ITEMS, QUEUE, item_record, job_number};
use crate::job_state::{ItemState, JobState, Priority};
use crate::jobs::ItemRecord;
use crate::recordings::key_of;
use crate::sync;
use crate::values::{self, Instant, StoredPath, count};

/// Nothing is put off for longer. What seems to be was put off when the clock was ahead, and is due.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(3);

/// An item that was taken to be worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenItem {
    /// Its job.
    pub job: JobId,
    /// Whose recording it is.
    pub account: AccountId,
    /// The item, now receiving.
    pub item: ItemRecord,
}

/// What a person can do with single items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOrder {
    /// Do not begin them.
    Hold,
    /// Begin them again, also those that wait for a time.
    Release,
    /// Before all others of the job.
    First,
    /// Give them up.
    Cancel,
    /// Try failed and cancelled ones again.
    Retry,
}

impl Catalogue {
    /// Takes up to `limit` items that may be begun at `now`, by the order of the queue: only of these jobs, and neither of
    /// accounts that have enough under way nor, in their jobs, of those that wait for a person. They become receiving.
    pub fn take_items(
        &self,
        among: &[JobId],
        busy: &[AccountId],
        barred: &[(JobId, AccountId)],
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<TakenItem>> {
        let texts = |list: Vec<&str>| {
            std::rc::Rc::new(
                list.into_iter().map(|text| Value::from(text.to_owned())).collect::<Vec<_>>(),
            )
        };
        let among = texts(among.iter().map(JobId::as_str).collect());
        let left_out = |job: &JobId| {
            let barred = barred.iter().filter(|(of, _)| of == job).map(|(_, account)| account);
            texts(busy.iter().chain(barred).map(AccountId::as_str).collect())
        };
        self.write(|tx| {
            let mut jobs = tx.prepare_cached(&format!(
                "SELECT j.no, j.id FROM jobs j WHERE j.state = 'running' AND j.id IN rarray(?1) ORDER BY {QUEUE}"
            ))?;
            let jobs = jobs.query_map([&among], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let jobs: Vec<(i64, String)> = jobs.collect::<rusqlite::Result<_>>()?;
            let mut taken = Vec::new();
            for (job_no, id) in jobs {
                let room = limit.saturating_sub(u32::try_from(taken.len()).unwrap_or(u32::MAX));
                if room == 0 {
                    break;
                }
                let id = JobId::new(id);
                for (account, item) in next_of(tx, job_no, &left_out(&id), room, now)? {
                    taken.push(TakenItem { job: id.clone(), account, item });
                }
            }
            Ok(taken)
        })
    }

    /// Whose recordings a job has still to save, as far as they are neither under way nor held.
    pub fn accounts_queued(&self, id: &JobId) -> Result<Vec<AccountId>> {
        self.read(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let mut statement = tx.prepare_cached(
                "SELECT a.id FROM accounts a WHERE a.no IN (
                   SELECT account_no FROM job_items
                   WHERE job_no = ?1 AND state = 'queued' AND held = 0)",
            )?;
            let accounts = statement.query_map([job_no], |row| row.get::<_, String>(0))?;
            Ok(accounts.map(|id| id.map(AccountId::new)).collect::<rusqlite::Result<_>>()?)
        })
    }

    /// When the first item that was put off may be begun, among these jobs.
    pub fn next_due(&self, among: &[JobId]) -> Result<Option<Timestamp>> {
        self.read(|tx| {
            let mut soonest = None;
            for id in among {
                let (job_no, _) = job_number(tx, id)?;
                let due: Option<Instant> = tx
                    .prepare_cached(
                        "SELECT min(not_before_ms) FROM job_items
                         WHERE job_no = ?1 AND state = 'queued' AND held = 0",
                    )?
                    .query_row([job_no], |row| row.get(0))?;
                soonest = match (soonest, due.map(|due| due.0)) {
                    (Some(one), Some(other)) => Some(std::cmp::min::<Timestamp>(one, other)),
                    (one, other) => one.or(other),
                };
            }
            Ok(soonest)
        })
    }

    /// Writes an item; [`ItemRecord::position`] says which. A failed item's note becomes the recording's last failure.
    ///
    /// # Errors
    /// [`Error::WrongState`] when the item ended meanwhile: see [`ItemState::may_become`].
    pub fn set_item(&self, id: &JobId, item: &ItemRecord) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            write_item(tx, job_no, item)
        })
    }

    /// Ends an item with its copy, as one change. `key` is the recording's; the records of the copies it takes the place of,
    /// which were found gone or changed, are dropped.
    pub fn complete_item(
        &self,
        id: &JobId,
        item: &ItemRecord,
        key: RecordingKey,
        copy: &CopyRecord,
        replaced: &[CopyRecord],
    ) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            for old in replaced {
                copies::drop_copy(tx, key, old)?;
            }
            copies::put_copy(tx, key, copy)?;
            write_item(tx, job_no, item)
        })
    }

    /// Ends an item as failed, as one change. `gone` says that the provider does not have the recording any more.
    pub fn fail_item(
        &self,
        id: &JobId,
        item: &ItemRecord,
        gone: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            write_item(tx, job_no, item)?;
            let row: Option<(u32, i64)> = tx
                .prepare_cached(
                    "SELECT r.key, r.account_no FROM job_items i JOIN recordings r USING (account_no, recording_id)
                     WHERE i.job_no = ?1 AND i.position = ?2",
                )?
                .query_row((job_no, item.position), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((key, account_no)) = row
                && gone
            {
                sync::mark_gone(tx, RecordingKey(key), account_no, now)?;
            }
            Ok(())
        })
    }

    /// Keeps which name and hash a finished file is about to get, and the `ETag` of unfinished bytes. The state stays.
    ///
    /// # Errors
    /// [`Error::WrongState`] when the item ended meanwhile, so that no file of a cancelled one gets its name.
    pub fn note_progress(&self, id: &JobId, item: &ItemRecord) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            state_of(tx, job_no, item.position)?.check_next(ItemState::Receiving)?;
            tx.prepare_cached(
                "UPDATE job_items SET intent_json = ?3, etag = ?4, total_bytes = ?5 WHERE job_no = ?1 AND position = ?2",
            )?
            .execute((
                job_no,
                item.position,
                &item.intent_json,
                &item.etag,
                item.total_bytes.map(count),
            ))?;
            Ok(())
        })
    }

    /// Does something with single items; returns those it applied to. A job that had ended runs again if there is
    /// something to do in it.
    pub fn order_items(&self, id: &JobId, positions: &[u32], order: ItemOrder) -> Result<Vec<u32>> {
        let change = match order {
            ItemOrder::Hold => "held = 1 WHERE state = 'queued' AND held = 0",
            ItemOrder::Release => {
                "held = 0, not_before_ms = NULL WHERE state = 'queued'
                   AND (held = 1 OR not_before_ms IS NOT NULL)"
            }
            ItemOrder::First => {
                "urgency = 1 + (SELECT max(urgency) FROM job_items WHERE job_no = ?1) WHERE state = 'queued'"
            }
            ItemOrder::Cancel => {
                "state = 'cancelled', not_before_ms = NULL, held = 0
                   WHERE state IN ('queued', 'receiving', 'verifying')"
            }
            ItemOrder::Retry => {
                "state = 'queued', note = NULL, reply_json = NULL, not_before_ms = NULL, held = 0, tries = 0
                   WHERE state IN ('failed', 'cancelled')"
            }
        };
        let wanted = std::rc::Rc::new(
            positions.iter().map(|position| Value::from(*position)).collect::<Vec<_>>(),
        );
        self.write(|tx| {
            let (job_no, state) = job_number(tx, id)?;
            let mut statement = tx.prepare(&format!(
                "UPDATE job_items SET {change} AND job_no = ?1 AND position IN rarray(?2) RETURNING position"
            ))?;
            let changed = statement.query_map((job_no, &wanted), |row| row.get(0))?;
            let mut changed: Vec<u32> = changed.collect::<rusqlite::Result<_>>()?;
            changed.sort_unstable();
            if changed.is_empty() {
                return Ok(changed);
            }
            if order == ItemOrder::Retry && (state.is_ended() || state == JobState::Running) {
                job_rows::run_again(tx, job_no)?;
            } else if matches!(order, ItemOrder::Retry | ItemOrder::Cancel) {
                copies::settle_job(tx, job_no)?;
            }
            Ok(changed)
        })
    }

    /// Puts a job before another one of the queue, or at its end, and gives it that one's priority.
    pub fn move_job(&self, id: &JobId, before: Option<&JobId>) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let Some(before) = before else {
                tx.execute(
                    "UPDATE jobs SET rank = (SELECT max(rank) + 1 FROM jobs) WHERE no = ?1",
                    [job_no],
                )?;
                return Ok(());
            };
            let (before_no, _) = job_number(tx, before)?;
            if before_no == job_no {
                return Ok(());
            }
            // Makes room: everything from there on moves one place back.
            tx.execute(
                "UPDATE jobs SET rank = rank + 1
                 WHERE rank >= (SELECT rank FROM jobs WHERE no = ?1) AND no <> ?2",
                [before_no, job_no],
            )?;
            tx.execute(
                "UPDATE jobs SET (priority, rank) = (SELECT priority, rank - 1 FROM jobs WHERE no = ?1) WHERE no = ?2",
                [before_no, job_no],
            )?;
            Ok(())
        })
    }

    /// Changes how urgent a job is.
    pub fn set_priority(&self, id: &JobId, priority: Priority) -> Result<()> {
        self.write(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            tx.execute("UPDATE jobs SET priority = ?2 WHERE no = ?1", (job_no, priority))?;
            Ok(())
        })
    }

    /// The folders of all jobs, each spelling once. One folder may have several; whoever can ask the disk knows which are one.
    pub fn job_folders(&self) -> Result<Vec<PathBuf>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT DISTINCT folder FROM jobs")?;
            let found = statement.query_map([], |row| Ok(row.get::<_, StoredPath>(0)?.0))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What became of the recordings that jobs were to save into a folder, in any of its spellings, and did not: live, or failed. Where several jobs
    /// were, the newest one says it, also one that saved it or was cancelled.
    pub fn unsaved_in(&self, folders: &[PathBuf]) -> Result<HashMap<RecordingKey, ItemState>> {
        let folders: Vec<Value> =
            folders.iter().map(|folder| values::path_value(folder)).collect::<Result<_>>()?;
        let folders = std::rc::Rc::new(folders);
        self.read(|tx| {
            // With max() the other columns are of the row that has it. What ended otherwise in a later job is not
            // listed; those are looked through only where something is open, in the order that needs no sorting.
            let mut statement = tx.prepare_cached(
                "WITH open AS MATERIALIZED (
                   SELECT i.account_no, i.recording_id, i.state, max(i.job_no) AS job_no
                   FROM jobs j JOIN job_items i ON i.job_no = j.no
                     AND i.state IN ('queued', 'receiving', 'verifying', 'failed')
                   WHERE j.folder IN rarray(?1) GROUP BY i.account_no, i.recording_id)
                 SELECT r.key, o.state FROM open o JOIN recordings r USING (account_no, recording_id)
                 WHERE (o.account_no, o.recording_id) NOT IN (
                   SELECT i.account_no, i.recording_id FROM jobs j CROSS JOIN job_items i ON i.job_no = j.no
                   CROSS JOIN open e ON e.account_no = i.account_no AND e.recording_id = i.recording_id
                     AND e.job_no < i.job_no
                   WHERE j.folder IN rarray(?1) AND j.no > (SELECT min(job_no) FROM open))",
            )?;
            let found = statement.query_map([&folders], |row| Ok((key_of(row)?, row.get(1)?)))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Whether a job of this rule still has something to do.
    pub fn rule_is_busy(&self, rule_id: &str) -> Result<bool> {
        self.read(|tx| {
            Ok(tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM jobs WHERE rule_id = ?1 AND state IN ('running', 'paused'))",
                [rule_id],
                |row| row.get(0),
            )?)
        })
    }
}

/// The next items of one job, marked as receiving.
fn next_of(
    tx: &Transaction<'_>,
    job_no: i64,
    busy: &std::rc::Rc<Vec<Value>>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<(AccountId, ItemRecord)>> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT picked.*, a.id AS account_id FROM ({ITEMS}
         WHERE i.job_no = ?1 AND i.state = 'queued' AND i.held = 0
           AND (i.not_before_ms IS NULL OR i.not_before_ms <= ?2 OR i.not_before_ms > ?5)
           AND i.account_no NOT IN (SELECT no FROM accounts WHERE id IN rarray(?3))
         ORDER BY i.urgency DESC, i.position LIMIT ?4) AS picked
         JOIN accounts a ON a.no = picked.account_no
         ORDER BY picked.urgency DESC, picked.position"
    ))?;
    let latest = now.saturating_add(LONGEST_WAIT).unwrap_or(Timestamp::MAX);
    let found = statement
        .query_map((job_no, Instant(now), busy, limit, Instant(latest)), |row| {
            Ok((AccountId::new(row.get::<_, String>("account_id")?), item_record(row)?))
        })?;
    let mut found: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
    let mut begin = tx.prepare_cached(
        "UPDATE job_items SET state = 'receiving', tries = tries + 1, not_before_ms = NULL
         WHERE job_no = ?1 AND position = ?2",
    )?;
    for (_, item) in &mut found {
        begin.execute((job_no, item.position))?;
        item.state = ItemState::Receiving;
        item.tries += 1;
        item.not_before = None;
    }
    Ok(found)
}

fn state_of(tx: &Transaction<'_>, job_no: i64, position: u32) -> Result<ItemState> {
    let state: Option<ItemState> = tx
        .prepare_cached("SELECT state FROM job_items WHERE job_no = ?1 AND position = ?2")?
        .query_row((job_no, position), |row| row.get(0))
        .optional()?;
    state.ok_or_else(|| Error::not_found("item", &position))
}

fn write_item(tx: &Transaction<'_>, job_no: i64, item: &ItemRecord) -> Result<()> {
    let before = state_of(tx, job_no, item.position)?;
    before.check_next(item.state)?;
    tx.prepare_cached(
        "UPDATE job_items SET state = :state, name = :name, part = :part, received_bytes = :received,
           total_bytes = :total, etag = :etag, note = :note, reply_json = :reply, not_before_ms = :not_before,
           intent_json = :intent, tries = :tries
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
        ":not_before": item.not_before.map(Instant),
        ":intent": item.intent_json,
        ":tries": item.tries,
        ":job": job_no,
        ":position": item.position,
    })?;
    if before.is_live() == item.state.is_live() && before == item.state {
        return Ok(());
    }
    // An ended job's sums are kept; they are counted anew after a late change.
    tx.prepare_cached(
        "UPDATE jobs SET tally_json = NULL WHERE no = ?1 AND tally_json IS NOT NULL",
    )?
    .execute([job_no])?;
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
        tx.prepare_cached("UPDATE recordings SET last_failure = ?2 WHERE key = ?1")?
            .execute((key.0, why))?;
    }
    copies::settle_key(tx, key)
}

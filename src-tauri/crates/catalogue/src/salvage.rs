//! Carrying over what can still be read from a damaged file.
//!
//! Recordings are read anew from the vendors, but nobody can tell us again which accounts there were, which files are
//! ours, what was deleted and why. Those tables are copied row by row, each as far as SQLite can follow it. The new
//! file's own checks refuse values that make no sense, and a file's hash is compared again before anything is deleted,
//! so a row that was damaged unnoticed does no harm beyond itself.
//!
//! After that the damaged file is renamed, its log too, and the new one gets its name. A program that ends between these steps
//! would leave no index at all, or one without its log. So the mark says before the first of them what is about to happen, and the
//! next start takes back what was done of it: the damaged file is there again as it was, and is replaced anew.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, params_from_iter};

use crate::copies;
use crate::error::Result;
use crate::open::{FILE_NAME, beside, is_there, rename_if_there};
use crate::open_mark::{Mark, Use, sync_folder};

/// How much was carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Carried {
    /// Accounts, without removed ones.
    pub(crate) accounts: u64,
    /// Records of copies.
    pub(crate) copies: u64,
}

/// Tables in an order that satisfies their references, with the rows to take. Of recordings only those that are gone
/// at the provider: no sync brings them back.
const TABLES: &[(&str, &str)] = &[
    ("accounts", ""),
    ("settings", ""),
    ("copies", ""),
    ("annotations", ""),
    ("views", ""),
    ("jobs", ""),
    ("job_items", ""),
    ("save_rules", ""),
    ("exports", ""),
    ("export_jobs", ""),
    ("deletions", ""),
    ("recordings", "WHERE gone_ms IS NOT NULL"),
    ("raw_replies", "WHERE key IN (SELECT key FROM recordings WHERE gone_ms IS NOT NULL)"),
];

/// Copies into `new` what can be read from the file `old`, and marks that this one is about to be replaced. Errors are those of
/// the new file and of the mark.
pub(crate) fn carry_over(old: &Path, new: &mut Connection) -> Result<Carried> {
    let carried = copy_tables(old, new)?;
    let dir = old.parent().unwrap_or(Path::new("."));
    Mark::in_folder(dir).set(Use::Replacing(free_number(old)?))?;
    Ok(carried)
}

/// Takes back a replacement of the index in `dir` that stopped between its steps. Without effect after any other end.
pub(crate) fn resume(dir: &Path) -> Result<()> {
    let mark = Mark::in_folder(dir);
    let Some(Use::Replacing(number)) = mark.read() else { return Ok(()) };
    let path = dir.join(FILE_NAME);
    let aside = put_aside(&path, number);
    // What had become of the names when this stopped must be on the disk before the mark says so.
    let settle = |word| {
        sync_folder(dir);
        mark.set(word)
    };
    if !is_there(&aside)? {
        // Nothing was done yet.
        return settle(Use::Damaged);
    }
    if is_there(&path)? {
        // The new one has its name: that was the last step.
        return settle(Use::Open);
    }
    tracing::warn!(path = %path.display(), "a repair of the index stopped half-way; it begins again");
    let (log, log_aside) = (beside(&path, "-wal"), beside(&aside, "-wal"));
    if is_there(&log)? && is_there(&log_aside)? {
        // Whatever it is the log of, it is not of this file.
        rename_if_there(&log, &beside(&put_aside(&path, free_number(&path)?), "-wal"))?;
    }
    // The log first: a file that is there again without it would be taken for whole.
    rename_if_there(&log_aside, &log)?;
    rename_if_there(&aside, &path)?;
    settle(Use::Damaged)
}

/// What the damaged index is called once it was put aside under a number.
pub(crate) fn put_aside(path: &Path, number: u32) -> PathBuf {
    beside(path, &format!(".corrupt-{number}"))
}

/// The number that the next damaged index gets which is put aside.
///
/// # Errors
/// Those of a folder that does not let its names be looked at: none is called free then.
pub(crate) fn free_number(path: &Path) -> Result<u32> {
    for number in 1..u32::MAX {
        let aside = put_aside(path, number);
        if !is_there(&aside)? && !is_there(&beside(&aside, "-wal"))? {
            return Ok(number);
        }
    }
    Ok(u32::MAX)
}

fn copy_tables(old: &Path, new: &mut Connection) -> Result<Carried> {
    let tx = new.transaction()?;
    // Read-write, because a log left by a crash is replayed first.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match Connection::open_with_flags(old, flags) {
        Ok(old) => {
            for (table, rows) in TABLES {
                match copy_table(&old, &tx, table, rows) {
                    Ok(()) => {}
                    Err(Side::Old(error)) => {
                        tracing::warn!(table, %error, "the rest of a damaged table could not be read");
                    }
                    Err(Side::New(error)) => return Err(error.into()),
                }
            }
        }
        Err(error) => tracing::warn!(%error, "the damaged index could not be opened"),
    }
    finish(&tx)?;
    let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0));
    let carried = Carried {
        accounts: crate::values::uncount(count("SELECT count(*) FROM accounts WHERE removed = 0")?),
        copies: crate::values::uncount(count("SELECT count(*) FROM copies")?),
    };
    tx.commit()?;
    Ok(carried)
}

/// Whose error it was.
enum Side {
    Old(rusqlite::Error),
    New(rusqlite::Error),
}

fn copy_table(
    old: &Connection,
    new: &Transaction<'_>,
    table: &str,
    rows: &str,
) -> std::result::Result<(), Side> {
    let columns = column_names(new, table).map_err(Side::New)?;
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
    let names = columns.join(", ");
    let mut insert = new
        .prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({})", places.join(", ")))
        .map_err(Side::New)?;
    let mut select =
        old.prepare(&format!("SELECT {names} FROM {table} {rows}")).map_err(Side::Old)?;
    let mut found = select.query([]).map_err(Side::Old)?;
    while let Some(row) = found.next().map_err(Side::Old)? {
        let values: rusqlite::Result<Vec<Value>> =
            (0..columns.len()).map(|at| row.get(at)).collect();
        // Text that is no text any more.
        let Ok(values) = values else { continue };
        match insert.execute(params_from_iter(values)) {
            Ok(_) => {}
            // A key that is no number is a mismatch and no violation; refusing the file for it would refuse every start.
            Err(error)
                if matches!(
                    error.sqlite_error_code(),
                    Some(
                        ErrorCode::ConstraintViolation
                            | ErrorCode::TypeMismatch
                            | ErrorCode::TooBig
                    )
                ) =>
            {
                tracing::warn!(table, %error, "a damaged row was left out");
            }
            Err(error) => return Err(Side::New(error)),
        }
    }
    Ok(())
}

fn column_names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

/// Makes the new file whole: no row without its other half and no key given out twice.
fn finish(tx: &Transaction<'_>) -> Result<()> {
    tx.execute_batch(
        "INSERT OR IGNORE INTO raw_replies (key, json) SELECT key, '{}' FROM recordings;
         UPDATE recordings SET seen_run = 0, gone_run = 0;
         UPDATE accounts SET synced_ms = NULL, vendor_total = NULL;
         INSERT INTO sqlite_sequence (name, seq)
           SELECT 'recordings', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'recordings');
         UPDATE sqlite_sequence SET seq = max(seq,
             coalesce((SELECT max(recording_key) FROM job_items), 0),
             coalesce((SELECT max(recording_key) FROM deletions), 0))
           WHERE name = 'recordings';",
    )?;
    copies::settle_all(tx)
}

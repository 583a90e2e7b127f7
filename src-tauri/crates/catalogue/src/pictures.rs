//! The picture of the rows in memory that a start reads instead of the index: when it is taken, and when it is given up.
//!
//! `meta` names the picture that belongs to this index, and SQLite notes every row that changes after it was taken
//! (`schema/v6.sql`). A start reads the picture, then those rows. Whenever the program ends, in whatever way, the two
//! together are the index as it is; a picture of any other number is not looked at.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufWriter, ErrorKind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use rusqlite::{OptionalExtension, Transaction};

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::uncount;

const FILE_NAME: &str = "catalogue.rows";
/// What a picture is called until it is whole. A fixed name, so that a program that ended in between leaves no more than one.
const PART_NAME: &str = "catalogue.rows.part";

/// Fewer rows are read from the index in no time.
const WORTH_IT_ROWS: usize = 20_000;

/// More changed rows than this take longer to read one by one than a start should; the picture is given up.
const MOST_CHANGES: usize = 20_000;

/// With this many changed rows the next picture is due.
const DUE_AFTER: usize = 1_000;

/// The number of the picture that belongs to this index.
pub(crate) fn number(tx: &Transaction<'_>) -> Result<Option<i64>> {
    let mut statement = tx.prepare_cached("SELECT value FROM meta WHERE name = 'saved_mirror'")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// The keys of the rows that changed since it was taken, in order.
pub(crate) fn changed(tx: &Transaction<'_>) -> Result<Vec<u32>> {
    let mut statement = tx.prepare_cached("SELECT key FROM changed_rows ORDER BY key")?;
    let keys = statement.query_map([], |row| row.get(0))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

fn changed_count(tx: &Transaction<'_>) -> Result<usize> {
    let mut statement = tx.prepare_cached("SELECT count(*) FROM changed_rows")?;
    let count = uncount(statement.query_row([], |row| row.get(0))?);
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// No picture belongs to the index from here on.
pub(crate) fn give_up(tx: &Transaction<'_>) -> Result<()> {
    tx.execute_batch("DELETE FROM meta WHERE name = 'saved_mirror'; DELETE FROM changed_rows;")?;
    Ok(())
}

/// Removes the picture of an index that is no more.
pub(crate) fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "an old picture could not be removed");
        }
        _ => {}
    }
}

/// Where the picture of the index in `dir` is.
pub(crate) fn path_in(dir: &Path) -> std::path::PathBuf {
    dir.join(FILE_NAME)
}

impl Catalogue {
    /// Takes a picture of the rows in memory if there are many and the present picture is none or old. A failure is no harm:
    /// the next start takes longer.
    pub(crate) fn keep_picture(&self) {
        // Only whoever has the turn may decide: two that found one due must not take it one after the other, the second perhaps
        // in an index that was closed meanwhile.
        let turn = self.turn_to_picture();
        let taken = self
            .is_picture_due()
            .and_then(|is_due| if is_due { self.picture(&turn) } else { Ok(()) });
        if let Err(error) = taken {
            tracing::warn!(%error, "no picture of the rows could be taken");
        }
    }

    /// Whether there are many rows in memory, and no picture of them or an old one, and one may be taken.
    pub(crate) fn is_picture_due(&self) -> Result<bool> {
        if self.mirror().row_count() < WORTH_IT_ROWS || self.mirror().is_unfit_for_picture() {
            return Ok(false);
        }
        Ok(!self.mirror().is_pictured() || self.read(changed_count)? >= DUE_AFTER)
    }

    /// Takes a picture of the rows in memory, due or not.
    #[cfg(test)]
    pub(crate) fn take_picture(&self) -> Result<()> {
        self.picture(&self.turn_to_picture())
    }

    fn turn_to_picture(&self) -> MutexGuard<'_, ()> {
        self.picturing().lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a picture of the rows in memory, if they have been read. One at a time.
    fn picture(&self, _turn: &MutexGuard<'_, ()>) -> Result<()> {
        let path = self.picture_path();
        let dir = path.parent().unwrap_or(Path::new("."));
        let failed = |source| Error::from_io(source, &path);
        remove(&dir.join(PART_NAME));
        // Files of `tempfile` are readable by their owner alone, as call records should be.
        let part = tempfile::Builder::new()
            .prefix(PART_NAME)
            .rand_bytes(0)
            .tempfile_in(dir)
            .map_err(failed)?;
        let number = RandomState::new().hash_one(PART_NAME).cast_signed();
        // The present one is given up before the next is whole.
        self.mirror().set_pictured(false);
        let taken = self.write_then(
            |tx| {
                tx.execute(
                    "INSERT INTO meta (name, value) VALUES ('saved_mirror', ?1)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    [number],
                )?;
                tx.execute("DELETE FROM changed_rows", [])?;
                Ok(())
            },
            |()| self.mirror().write_picture(number, BufWriter::new(part.as_file())),
        )?;
        let Some(written) = taken else { return Ok(()) };
        written.map_err(failed)?;
        part.as_file().sync_all().map_err(failed)?;
        part.persist(&path).map_err(|error| failed(error.error))?;
        self.mirror().set_pictured(true);
        Ok(())
    }

    /// Removes the picture of rows that a person wants to be rid of, after it was given up. None is taken of these rows in
    /// memory any more: what was said in removed ones is still among their texts.
    pub(crate) fn forget_pictures(&self) {
        self.mirror().set_pictured(false);
        self.mirror().set_unfit_for_picture();
        remove(&self.picture_path());
    }

    /// Gives the picture up, as part of a change, when too much changed since it was taken. `true` when it did.
    pub(crate) fn bound_changes(&self, tx: &Transaction<'_>, touched: usize) -> Result<bool> {
        let since = self.touched_since_counted();
        if since.fetch_add(touched, Ordering::Relaxed) + touched <= MOST_CHANGES / 4 {
            return Ok(false);
        }
        since.store(0, Ordering::Relaxed);
        let too_many = changed_count(tx)? > MOST_CHANGES;
        if too_many {
            give_up(tx)?;
        }
        Ok(too_many)
    }
}

//! Ids that are still in the file of a picture, and their way into memory when a search first needs them.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, SeekFrom};
use std::sync::RwLockReadGuard;
use std::sync::atomic::Ordering;

use super::rows::Rows;
use super::{Mirror, Question, lock, saved};
use domain::query::Query;
use domain::search::SortColumn;

/// The file, which stands where they begin, and how long they are.
#[derive(Debug)]
pub(super) struct LateIds {
    file: File,
    left: u64,
}

impl LateIds {
    /// Of a picture of `length` bytes whose last `left` are the ids.
    pub(super) fn in_file(mut file: File, length: u64, left: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(length.saturating_sub(left)))?;
        Ok(Self { file, left })
    }

    fn put_into(self, rows: &mut Rows) -> io::Result<()> {
        let from = BufReader::with_capacity(1 << 18, self.file);
        let (ids, calls) = saved::read_ids(self.left, from)?.ok_or(io::ErrorKind::InvalidData)?;
        rows.ids.arrive(ids);
        rows.calls.arrive(calls);
        Ok(())
    }
}

impl Mirror {
    /// The rows as they are now, with their ids if those are needed.
    pub(super) fn read_for(&self, needs_ids: bool) -> RwLockReadGuard<'_, Option<Rows>> {
        loop {
            let rows = self.read();
            if !needs_ids || rows.as_ref().is_none_or(|rows| !rows.ids.are_in_file()) {
                return rows;
            }
            drop(rows);
            self.bring_ids();
        }
    }

    /// Reads the ids if they are still in a file. When they cannot be read the rows are forgotten, and read from the index the
    /// next time.
    fn bring_ids(&self) {
        let mut place = self.write();
        let Some(rows) = place.as_mut().filter(|rows| rows.ids.are_in_file()) else { return };
        let brought = match lock(&self.late_ids).take() {
            Some(late) => late.put_into(rows),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        if let Err(error) = brought {
            tracing::warn!(%error, "the saved picture of the rows is damaged; they will be read anew");
            self.is_picture_damaged.store(true, Ordering::SeqCst);
            self.set_pictured(false);
            self.forget(&mut place);
        }
    }
}

#[cfg(test)]
impl Mirror {
    /// Whether the ids are still in the file of the picture.
    pub(crate) fn has_ids_in_file(&self) -> bool {
        self.read().as_ref().is_some_and(|rows| rows.ids.are_in_file())
    }
}

impl Question<'_> {
    /// Whether it cannot be answered without the ids. Any query counts: most look at them.
    pub(super) fn needs_ids(&self) -> bool {
        let by_id = |column| matches!(column, SortColumn::Id | SortColumn::Call);
        *self.query != Query::default() || self.search.sort.iter().any(|sort| by_id(sort.column))
    }
}

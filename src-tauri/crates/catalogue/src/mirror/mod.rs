//! All rows in memory, as far as searching and sorting need them.
//!
//! The file is the truth; this is a picture of it that answers in milliseconds what SQL would take a second for: any
//! part of any number or name, any mixture of conditions, any order, with exact sums, over a million rows. It is read from
//! the file when it is first needed, and kept in step: the connection that writes notes the key of every row it
//! touches (SQLite's update hook), and after each commit those rows are read again. No other code has to remember it.
//!
//! Measured at a million rows it takes 28 MB, 32 more once ids were searched for, and three seconds to read, and replaces a
//! full-text index and five B-trees. Nobody waits for that more than once: the rows are kept as a file beside the index
//! ([`saved`], [`crate::pictures`]), which is read in a tenth of a second, but for the ids, which are more than half of it and
//! stay there until the first search ([`late`]).

mod bits;
mod clock;
mod columns;
mod countries;
mod days;
mod filter;
mod ids;
mod late;
mod load;
mod numbers;
mod order;
mod packed;
mod parties;
mod radix;
mod rows;
mod saved;
mod texts;

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use domain::query::{Field, Query};
use domain::search::Search;
use rusqlite::{Connection, Transaction};

use crate::error::Result;
use bits::Bits;
use countries::{Countries, Known};
use filter::{AccountNames, Context};
use late::LateIds;
use numbers::there;
use order::Orders;
use rows::Rows;
use saved::Picture;

/// When more rows than this change at once, reading everything again is quicker than row by row.
const MOST_SINGLE_CHANGES: usize = 50_000;

/// The rows in memory.
#[derive(Default)]
pub(crate) struct Mirror {
    rows: RwLock<Option<Rows>>,
    /// Held while the rows are read for the first time.
    loading: Mutex<()>,
    /// Keys that changed while the rows were being read; `None` when they are not being read.
    meanwhile: Mutex<Option<Vec<u32>>>,
    orders: Orders,
    countries: Countries,
    /// The saved picture of the rows belongs to the index.
    pictured: AtomicBool,
    /// It cannot be read to its end, and is not tried again.
    is_picture_damaged: AtomicBool,
    /// The ids, while they are still in its file.
    late_ids: Mutex<Option<LateIds>>,
    /// Rows were removed for good since these were read, and their texts are still in memory.
    unfit_for_picture: AtomicBool,
}

/// Keys of the rows that the present transaction touched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touched {
    keys: Arc<Mutex<Vec<u32>>>,
}

impl Touched {
    /// Has a connection note the rows it touches.
    pub(crate) fn watch(&self, connection: &mut Connection) -> Result<()> {
        let keys = Arc::clone(&self.keys);
        connection.update_hook(Some(move |_action, _database: &str, table: &str, key: i64| {
            if table == "recordings"
                && let Ok(key) = u32::try_from(key)
            {
                lock(&keys).push(key);
            }
        }))?;
        Ok(())
    }

    /// How many times a row was touched since the keys were taken.
    pub(crate) fn count(&self) -> usize {
        lock(&self.keys).len()
    }

    /// The keys since the last call, each once, in order.
    pub(crate) fn take(&self) -> Vec<u32> {
        let mut keys = std::mem::take(&mut *lock(&self.keys));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    /// Keys, in order.
    pub(crate) keys: Vec<u32>,
    /// What they come to.
    pub(crate) sums: Sums,
}

/// What some rows come to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sums {
    pub(crate) count: u32,
    pub(crate) duration_ms: u64,
    pub(crate) unknown_duration_count: u32,
    pub(crate) known_bytes: u64,
    pub(crate) unknown_size_count: u32,
    pub(crate) monthly_cost: f64,
    pub(crate) unknown_cost_count: u32,
    pub(crate) saved_count: u32,
    pub(crate) gone_count: u32,
    pub(crate) held_count: u32,
    pub(crate) held_saved_count: u32,
}

/// A search, resolved as far as it needs the file.
pub(crate) struct Question<'a> {
    pub(crate) search: &'a Search,
    pub(crate) query: &'a Query,
    /// The number of the account asked for, if one is.
    pub(crate) account_no: Option<i64>,
    /// The largest key there was when the visit began.
    pub(crate) new_after: u32,
}

impl Mirror {
    /// Brings the rows in step after a commit. `connection` is the one that committed, and still the only writer.
    pub(crate) fn apply(&self, connection: &Connection, keys: &[u32]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        {
            let mut meanwhile = lock(&self.meanwhile);
            if let Some(meanwhile) = meanwhile.as_mut() {
                meanwhile.extend_from_slice(keys);
                return Ok(());
            }
        }
        let mut rows = self.write();
        let Some(known) = rows.as_mut() else { return Ok(()) };
        let in_step = keys.len() <= MOST_SINGLE_CHANGES && load::refresh(connection, known, keys)?;
        if !in_step {
            self.forget(&mut rows);
        }
        Ok(())
    }

    /// Forgets the rows, so that the next search reads them anew.
    pub(crate) fn reset(&self) {
        self.forget(&mut self.write());
    }

    fn forget(&self, rows: &mut Option<Rows>) {
        *rows = None;
        *lock(&self.late_ids) = None;
        self.orders.clear();
        self.countries.set(Known::default());
    }

    /// Whether the rows have been read.
    pub(crate) fn is_loaded(&self) -> bool {
        self.read().is_some()
    }

    /// How many rows are in memory.
    pub(crate) fn row_count(&self) -> usize {
        self.read().as_ref().map_or(0, Rows::len)
    }

    /// Reads the rows if need be, from the picture of them at `picture` if it is of this file. `connect` opens a connection
    /// that only reads, and may be called more than once.
    pub(crate) fn load(
        &self,
        connect: &dyn Fn() -> Result<Connection>,
        picture: &Path,
    ) -> Result<()> {
        let _one_at_a_time = lock(&self.loading);
        if self.is_loaded() {
            return Ok(());
        }
        *lock(&self.meanwhile) = Some(Vec::new());
        let loaded = self.load_with(connect, picture);
        if loaded.is_err() {
            *lock(&self.meanwhile) = None;
        }
        loaded
    }

    fn load_with(&self, connect: &dyn Fn() -> Result<Connection>, picture: &Path) -> Result<()> {
        // What is removed from here on may have been read already.
        self.unfit_for_picture.store(false, Ordering::SeqCst);
        let connection = connect()?;
        let is_damaged = self.is_picture_damaged.load(Ordering::SeqCst);
        let saved = if is_damaged { None } else { load::saved(&connection, picture)? };
        self.set_pictured(saved.is_some());
        let mut rows = match saved {
            Some((Picture { rows, countries, .. }, late)) => {
                self.countries.set(countries);
                *lock(&self.late_ids) = Some(late);
                rows
            }
            None => load::all(&connection)?,
        };
        loop {
            let mut meanwhile = lock(&self.meanwhile);
            let keys = meanwhile.as_mut().map(std::mem::take).unwrap_or_default();
            if keys.is_empty() {
                // From here on changes go to the rows themselves: whoever has one waits for this lock.
                let mut place = self.write();
                *place = Some(rows);
                *meanwhile = None;
                return Ok(());
            }
            drop(meanwhile);
            let mut keys = keys;
            keys.sort_unstable();
            keys.dedup();
            if !load::refresh(&connection, &mut rows, &keys)? {
                self.countries.set(Known::default());
                *lock(&self.late_ids) = None;
                rows = load::all(&connection)?;
            }
        }
    }

    /// Whether the saved picture of the rows, with what changed since, is that of the index.
    pub(crate) fn is_pictured(&self) -> bool {
        self.pictured.load(Ordering::SeqCst)
    }

    /// Keeps whether it is.
    pub(crate) fn set_pictured(&self, pictured: bool) {
        if pictured {
            self.is_picture_damaged.store(false, Ordering::SeqCst);
        }
        self.pictured.store(pictured, Ordering::SeqCst);
    }

    /// Whether a picture of these rows would bring back to the disk what was removed for good.
    pub(crate) fn is_unfit_for_picture(&self) -> bool {
        self.unfit_for_picture.load(Ordering::SeqCst)
    }

    /// Keeps that it would, until the rows are read anew.
    pub(crate) fn set_unfit_for_picture(&self) {
        self.unfit_for_picture.store(true, Ordering::SeqCst);
    }

    /// Writes a picture of the rows. `None` when they have not been read. Whoever calls sees to it that nothing is written to the
    /// index meanwhile.
    pub(crate) fn write_picture(&self, number: i64, to: impl Write) -> Option<io::Result<()>> {
        let rows = self.read_for(true);
        rows.as_ref().map(|rows| saved::write(rows, &self.countries.known(), number, to))
    }

    /// Finds out the country of every party, if the rows have been read.
    pub(crate) fn find_countries(&self) {
        if let Some(rows) = self.read().as_ref() {
            self.countries.of(&rows.parties);
        }
    }

    /// The rows as they are now; `None` when a change made them unusable since they were read.
    fn read(&self) -> RwLockReadGuard<'_, Option<Rows>> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Rows>> {
        self.rows.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a search. `None` when the rows have to be read first. `version` was that of the rows before the transaction began
    /// to read.
    pub(crate) fn search(
        &self,
        tx: &Transaction<'_>,
        question: &Question<'_>,
        version: Option<u64>,
    ) -> Result<Option<Hits>> {
        let rows = self.read_for(question.needs_ids());
        let Some(rows) = rows.as_ref() else { return Ok(None) };
        let accounts = load::accounts(tx)?;
        let context = self.context(question.search, &accounts);
        let of_file = self.of_file(tx, rows, question, &context, version)?;
        let found = question.rows(rows, &context, &of_file);
        let read = |column, keys: Option<&[u32]>| load::column(tx, column, keys);
        let sorted = self.orders.sorted(rows, &found, &question.search.sort, &context, &read)?;
        Ok(Some(Hits { keys: rows.keys_of(sorted), sums: sums(rows, &found) }))
    }

    /// Counts the rows of searches, with the same `version`.
    pub(crate) fn counts(
        &self,
        tx: &Transaction<'_>,
        questions: &[Question<'_>],
        version: Option<u64>,
    ) -> Result<Option<Vec<u32>>> {
        let rows = self.read_for(questions.iter().any(Question::needs_ids));
        let Some(rows) = rows.as_ref() else { return Ok(None) };
        let accounts = load::accounts(tx)?;
        let count = |question: &Question<'_>| {
            let context = self.context(question.search, &accounts);
            let of_file = self.of_file(tx, rows, question, &context, version)?;
            let found = question.rows(rows, &context, &of_file);
            Ok(u32::try_from(found.count()).unwrap_or(u32::MAX))
        };
        Ok(Some(questions.iter().map(count).collect::<Result<_>>()?))
    }

    /// Sums over rows by key; each counts once, and keys of no row do not count.
    pub(crate) fn sums(&self, keys: &[u32]) -> Option<Sums> {
        let rows = self.read();
        let rows = rows.as_ref()?;
        let mut chosen = Bits::none(rows.len());
        keys.iter().filter_map(|key| rows.row_of(*key)).for_each(|row| chosen.add(row));
        chosen.and(&rows.alive());
        Some(sums(rows, &chosen))
    }

    /// The keys of an account's rows with this call id, in the order of time; `None` when the rows have to be read first.
    pub(crate) fn of_call(&self, account_no: i64, call: &str) -> Option<Vec<u32>> {
        let rows = self.read_for(true);
        let rows = rows.as_ref()?;
        let call = domain::text::fold(call);
        let mut found = Bits::none(rows.len());
        rows.calls.add_containing(&call, &mut found);
        found.and(&rows.where_class(|class| class.account_no == account_no));
        found.and(&rows.alive());
        let mut list: Vec<usize> =
            found.iter().filter(|row| rows.calls.text(*row) == call).collect();
        list.sort_by_key(|row| (rows.when_ms(*row), *row));
        Some(list.into_iter().map(|row| rows.key(row)).collect())
    }

    /// How many rows of each account are shown, by its number; `None` when the rows have not been read.
    pub(crate) fn shown_by_account(&self) -> Option<HashMap<i64, u64>> {
        let rows = self.read();
        let rows = rows.as_ref()?;
        Some(load::shown_by_account(rows))
    }

    /// The values a field has, with how many rows have each; `None` when the rows have to be read first.
    pub(crate) fn seen(
        &self,
        tx: &Transaction<'_>,
        field: Field,
    ) -> Result<Option<Vec<(String, u32)>>> {
        let rows = self.read();
        let Some(rows) = rows.as_ref() else { return Ok(None) };
        load::seen(tx, rows, &self.countries, field).map(Some)
    }

    fn context<'a>(&'a self, search: &'a Search, accounts: &'a [AccountNames]) -> Context<'a> {
        Context { now: search.now, zone: &search.zone, accounts, countries: &self.countries }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sums(rows: &Rows, chosen: &Bits) -> Sums {
    let columns = &rows.columns;
    let mut sums =
        Sums { count: u32::try_from(chosen.count()).unwrap_or(u32::MAX), ..Sums::default() };
    columns.duration_ms.each_of(chosen, |length_ms| match there(length_ms) {
        Some(length_ms) => sums.duration_ms = sums.duration_ms.saturating_add(length_ms),
        None => sums.unknown_duration_count += 1,
    });
    columns.bytes.each_of(chosen, |bytes| match there(bytes) {
        Some(bytes) => sums.known_bytes = sums.known_bytes.saturating_add(bytes),
        None => sums.unknown_size_count += 1,
    });
    // Adding the larger parts first or last makes no difference to whole numbers; prices are added in the order of rows, so
    // that the same rows have the same sum in any order.
    columns.cost.each_of(chosen, |number| match rows.price(number) {
        Some(cost) => sums.monthly_cost += cost,
        None => sums.unknown_cost_count += 1,
    });
    columns.flags.each_of(chosen, |it| {
        let flags = numbers::flags(it);
        let (is_saved, is_held) = (flags & 7 == 4, flags & rows::HELD != 0);
        sums.saved_count += u32::from(is_saved);
        sums.gone_count += u32::from(flags & rows::GONE != 0);
        sums.held_count += u32::from(is_held);
        sums.held_saved_count += u32::from(is_held && is_saved);
    });
    sums
}

//! Reading rows from the file into memory, and what else a search needs of the file.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use domain::CopyState;
use domain::query::{Field, SavedState};
use domain::search::{EXPIRING_AFTER_DAYS, LONG_CALL_MS, LibraryView, SortColumn, VERY_SHORT_MS};
use domain::text::fold;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::Question;
use super::bits::Bits;
use super::columns::{real, signed};
use super::countries::{Countries, Country};
use super::filter::{AccountNames, Context, OfFile, has_state};
use super::late::LateIds;
use super::rows::{DEAD, DELETED, Facts, GONE, HELD, Marks, Rows};
use super::saved::{self, Picture};
use crate::copies;
use crate::error::{Error, Result};
use crate::pictures;
use crate::text_ranks;
use crate::values::{StoredList, uncount};

/// The most values of a field that are worth offering.
const MOST_SEEN: usize = 200;

/// The columns [`facts`] reads.
const FACTS: &str = "key, account_no, recording_id, call_uuid, format, kind, when_ms, duration_ms, from_party,
    to_party, direction, caller_name, conference_name, extensions, monthly_cost, shown_bytes, state, gone_ms,
    deleted_by_us, added_ms";

/// The columns [`marks`] reads.
const MARKS: &str = "n.note, n.starred, n.tags, n.hold_name";

/// Reads all rows.
pub(super) fn all(connection: &Connection) -> Result<Rows> {
    let mut rows = Rows::new();
    let tx = connection.unchecked_transaction()?;
    {
        let mut statement = tx.prepare(&format!("SELECT {FACTS} FROM recordings ORDER BY key"))?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            rows.put(&facts(row)?);
        }
    }
    all_marks(&tx, &mut rows)?;
    tx.finish()?;
    rows.shrink();
    Ok(rows)
}

/// Reads all rows from their saved picture, but for the ids, and from the file what changed since. `None` when there is no
/// picture, or none of this file as it is.
pub(super) fn saved(connection: &Connection, picture: &Path) -> Result<Option<(Picture, LateIds)>> {
    let tx = connection.unchecked_transaction()?;
    let Some(number) = pictures::number(&tx)? else { return Ok(None) };
    let read = File::open(picture).and_then(|file| {
        let length = file.metadata()?.len();
        let read = saved::read(number, length, BufReader::with_capacity(1 << 18, &file))?;
        read.map(|picture| {
            let late = LateIds::in_file(file, length, picture.left)?;
            Ok((picture, late))
        })
        .transpose()
    });
    let (mut picture, late) = match read {
        Ok(Some(read)) => read,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::info!(%error, "the saved picture of the rows cannot be used");
            return Ok(None);
        }
    };
    all_marks(&tx, &mut picture.rows)?;
    let changed = pictures::changed(&tx)?;
    let is_of_this_file = refresh(&tx, &mut picture.rows, &changed)?;
    tx.finish()?;
    Ok(is_of_this_file.then_some((picture, late)))
}

fn all_marks(tx: &Transaction<'_>, rows: &mut Rows) -> Result<()> {
    let mut statement = tx.prepare(&format!(
        "SELECT r.key, {MARKS} FROM annotations n JOIN recordings r USING (account_no, recording_id)"
    ))?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        rows.put_marks(row.get(0)?, marks(row)?);
    }
    Ok(())
}

/// Reads some rows again; `keys` are in order. `false` when the rows in memory are not those of this file.
pub(super) fn refresh(connection: &Connection, rows: &mut Rows, keys: &[u32]) -> Result<bool> {
    let mut rows_of = connection.prepare_cached(&format!(
        "SELECT {FACTS} FROM recordings WHERE key BETWEEN ?1 AND ?2 ORDER BY key"
    ))?;
    // What a page brought has keys one after another.
    for span in keys.chunk_by(|key, next| next - key == 1) {
        let mut found = rows_of.query([span.first(), span.last()])?;
        let mut missing = span.iter();
        while let Some(row) = found.next()? {
            let facts = facts(row)?;
            missing.by_ref().take_while(|key| **key != facts.key).for_each(|key| rows.remove(*key));
            if !rows.put(&facts) {
                return Ok(false);
            }
        }
        missing.for_each(|key| rows.remove(*key));
    }
    refresh_marks(connection, rows, keys)?;
    Ok(true)
}

/// Reads again what is written on some rows.
fn refresh_marks(connection: &Connection, rows: &mut Rows, keys: &[u32]) -> Result<()> {
    // Before anything is written on any row there is nothing to look for, however many rows come.
    let any: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM annotations)")?
        .query_row([], |row| row.get(0))?;
    if !any && rows.marks.is_empty() {
        return Ok(());
    }
    let mut marks_of = connection.prepare_cached(&format!(
        "SELECT r.key, {MARKS} FROM recordings r JOIN annotations n USING (account_no, recording_id) WHERE r.key = ?1"
    ))?;
    for key in keys {
        let marks = marks_of.query_row([key], marks).optional()?;
        if marks.is_some() || rows.row_of(*key).is_some_and(|row| rows.marks(row).is_some()) {
            rows.put_marks(*key, marks.unwrap_or_default());
        }
    }
    Ok(())
}

fn facts<'a>(row: &'a Row<'_>) -> rusqlite::Result<Facts<'a>> {
    let text = |column: usize| -> rusqlite::Result<&'a str> {
        match row.get_ref(column)? {
            ValueRef::Null => Ok(""),
            value => value.as_str().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(
                    column,
                    value.data_type(),
                    Box::new(error),
                )
            }),
        }
    };
    let whole = |column: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(uncount))
    };
    Ok(Facts {
        key: row.get(0)?,
        account_no: row.get(1)?,
        id: text(2)?,
        call: text(3)?,
        format: text(4)?,
        kind: text(5)?,
        when_ms: row.get(6)?,
        duration_ms: whole(7)?,
        from: text(8)?,
        to: text(9)?,
        direction: text(10)?,
        caller: text(11)?,
        conference: text(12)?,
        extensions: text(13)?,
        cost: row.get(14)?,
        bytes: whole(15)?,
        state: CopyState::parse(text(16)?),
        gone: !matches!(row.get_ref(17)?, ValueRef::Null),
        deleted_by_us: row.get(18)?,
        added_ms: row.get(19)?,
    })
}

fn marks(row: &Row<'_>) -> rusqlite::Result<Marks> {
    let tags = row.get::<_, StoredList>(3)?.0;
    Ok(Marks {
        note: row.get::<_, Option<String>>(1)?.map(|note| fold(&note)).unwrap_or_default(),
        starred: row.get(2)?,
        tags: tags.iter().map(|tag| fold(tag)).collect(),
        tags_as_written: tags,
        hold: row.get::<_, Option<String>>(4)?.map(|hold| fold(&hold)),
    })
}

/// The accounts and how they can be named.
pub(super) fn accounts(tx: &Transaction<'_>) -> Result<Vec<AccountNames>> {
    let mut statement = tx.prepare_cached("SELECT no, label_sort, id, auth_id FROM accounts")?;
    let accounts = statement.query_map([], |row| {
        let id = |column| row.get::<_, String>(column).map(|id| fold(&id));
        Ok(AccountNames { no: row.get(0)?, label: row.get(1)?, ids: [id(2)?, id(3)?] })
    })?;
    Ok(accounts.collect::<rusqlite::Result<_>>()?)
}

/// A column that is only in the file, of some keys or of all: for each key with a value, in the order of keys, a number
/// that sorts like it.
pub(super) fn column(
    tx: &Transaction<'_>,
    column: SortColumn,
    keys: Option<&[u32]>,
) -> Result<Vec<(u32, u64)>> {
    let verified = copies::of_best("verified_ms", "recordings");
    let name = match column {
        SortColumn::Ended => "ended_ms",
        SortColumn::Billed => "billed_s",
        SortColumn::StorageDays => "storage_days",
        SortColumn::StorageRate => "storage_rate",
        SortColumn::FirstSeen => "first_seen_ms",
        SortColumn::VerifiedAt => verified.as_str(),
        SortColumn::Rules => return text_ranks::of(tx, "nullif(rule_ids, '[]')", keys),
        SortColumn::FileName => return text_ranks::of(tx, "nullif(file_name, '')", keys),
        SortColumn::Address => return text_ranks::of(tx, "nullif(media_url, '')", keys),
        _ => return Err(Error::not_found("column", &column.name())),
    };
    let number = |row: &Row<'_>| -> rusqlite::Result<Option<u64>> {
        Ok(match row.get_ref(1)? {
            ValueRef::Integer(value) => Some(signed(value)),
            ValueRef::Real(value) => Some(real(value)),
            _ => None,
        })
    };
    let select = format!("SELECT key, {name} AS value FROM recordings");
    let mut values = Vec::new();
    if let Some(keys) = keys {
        let mut statement = tx.prepare_cached(&format!("{select} WHERE key = ?1"))?;
        for key in keys {
            if let Some(value) = statement.query_row([key], number).optional()?.flatten() {
                values.push((*key, value));
            }
        }
        return Ok(values);
    }
    let mut statement = tx.prepare_cached(&format!("{select} ORDER BY key"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(value) = number(row)? {
            values.push((row.get(0)?, value));
        }
    }
    Ok(values)
}

impl Question<'_> {
    /// The rows that the question is about, with what was read from the file for it.
    pub(super) fn rows(&self, rows: &Rows, context: &Context<'_>, of_file: &OfFile) -> Bits {
        let mut found = rows.where_flags(is_shown);
        if let Some(no) = self.account_no {
            found.and(&rows.where_class(|class| class.account_no == no));
        }
        match self.search.view {
            LibraryView::All => {}
            LibraryView::New => {
                let first = rows.rows_up_to(self.new_after);
                found.and(&Bits::of(rows.len(), |row| row >= first));
            }
            LibraryView::NotSaved => found.and(&rows.where_flags(is_to_be_saved)),
            LibraryView::NeedsAttention => found.and(&rows.where_flags(|flags| {
                has_state(flags, SavedState::Failed)
                    || has_state(flags, SavedState::Remarked)
                    || has_state(flags, SavedState::Lost)
            })),
            LibraryView::ExpiringSoon => {
                let age_ms = EXPIRING_AFTER_DAYS * 86_400_000;
                let past = context.now.as_millisecond().saturating_sub(age_ms).saturating_add(1);
                found.and(&rows.where_flags(is_to_be_saved));
                found.and(&rows.between((i64::MIN, past)));
            }
            LibraryView::LongCalls => {
                found.and(&rows.where_duration(|length_ms| length_ms >= LONG_CALL_MS));
            }
            LibraryView::VeryShort => {
                found.and(&rows.where_duration(|length_ms| length_ms < VERY_SHORT_MS));
            }
            LibraryView::OnHold => found.and(&rows.where_flags(|flags| flags & HELD != 0)),
        }
        if !found.is_empty() {
            found.and(&rows.rows_of(self.query, context, of_file));
        }
        found
    }
}

/// Everything but what we deleted ourselves and have no copy of.
fn is_shown(flags: u16) -> bool {
    let deleted = flags & (DELETED | GONE) == DELETED | GONE;
    flags & DEAD == 0 && !(deleted && has_state(flags, SavedState::Unsaved))
}

/// What is gone cannot be saved any more.
fn is_to_be_saved(flags: u16) -> bool {
    has_state(flags, SavedState::Unsaved) && flags & GONE == 0
}

/// The values a field has in the rows that are shown, the most frequent first.
pub(super) fn seen(
    tx: &Transaction<'_>,
    rows: &Rows,
    countries: &Countries,
    field: Field,
) -> Result<Vec<(String, u32)>> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut count = |value: &str, times: u32| {
        if !value.is_empty() && times > 0 && !value.contains('"') {
            *counts.entry(value.to_owned()).or_default() += times;
        }
    };
    let shown = rows.where_flags(is_shown);
    let word = |number: u32| rows.words.text(number);
    match field {
        Field::Kind | Field::Format | Field::Direction | Field::Extension | Field::Account => {
            let labels = labels(tx)?;
            let times = tally(&shown, rows.classes.all().len(), |row| rows.class(row));
            for (class, times) in rows.classes.all().iter().zip(times) {
                match field {
                    Field::Kind => count(word(class.kind), times),
                    Field::Format => count(word(class.format), times),
                    Field::Direction => count(word(class.direction), times),
                    Field::Extension => {
                        class
                            .extensions
                            .iter()
                            .for_each(|extension| count(word(*extension), times));
                    }
                    _ => {
                        if let Some(label) = labels.get(&class.account_no) {
                            count(label, times);
                        }
                    }
                }
            }
        }
        Field::Name | Field::Conference => {
            let times = tally(&shown, rows.names.all().len(), |row| rows.name(row));
            for ((caller, conference), times) in rows.names.all().iter().zip(times) {
                count(word(if field == Field::Name { *caller } else { *conference }), times);
            }
        }
        Field::Country => {
            let countries = countries.of(&rows.parties);
            for row in shown.iter() {
                let (from, to) = (countries.of(rows.from(row)), countries.of(rows.to(row)));
                let mut count_one = |country: Option<Country>| {
                    let code = country.as_ref().and_then(|code| std::str::from_utf8(code).ok());
                    count(code.unwrap_or_default(), 1);
                };
                count_one(from);
                if from != to {
                    count_one(to);
                }
            }
        }
        Field::Tag | Field::Hold => {
            for (row, marks) in &rows.marks {
                if shown.has(*row as usize) {
                    match field {
                        Field::Tag => marks.tags_as_written.iter().for_each(|tag| count(tag, 1)),
                        _ => count(marks.hold.as_deref().unwrap_or_default(), 1),
                    }
                }
            }
        }
        Field::State => {
            for state in SavedState::ALL {
                let with = shown.iter().filter(|row| has_state(rows.flags(*row), *state)).count();
                count(state.word(), u32::try_from(with).unwrap_or(u32::MAX));
            }
        }
        _ => {}
    }
    let mut seen: Vec<(String, u32)> = counts.into_iter().collect();
    seen.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    seen.truncate(MOST_SEEN);
    Ok(seen)
}

/// How many rows of each account are shown.
pub(super) fn shown_by_account(rows: &Rows) -> HashMap<i64, u64> {
    let shown = rows.where_flags(is_shown);
    let times = tally(&shown, rows.classes.all().len(), |row| rows.class(row));
    let mut counts = HashMap::new();
    for (class, times) in rows.classes.all().iter().zip(times) {
        *counts.entry(class.account_no).or_default() += u64::from(times);
    }
    counts
}

fn tally(rows: &Bits, len: usize, number: impl Fn(usize) -> usize) -> Vec<u32> {
    let mut times = vec![0; len];
    rows.iter().for_each(|row| times[number(row)] += 1);
    times
}

fn labels(tx: &Transaction<'_>) -> Result<HashMap<i64, String>> {
    let mut statement = tx.prepare_cached("SELECT no, label FROM accounts WHERE removed = 0")?;
    let labels = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(labels.collect::<rusqlite::Result<_>>()?)
}

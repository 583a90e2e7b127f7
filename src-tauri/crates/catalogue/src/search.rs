//! Searching: terms and a view in, the keys of the rows that match out, in the order asked for.
//!
//! The trigram index only names candidates. Whether a row matches is decided on the row's own text, in every case, so
//! a search finds exactly what a scan of all rows would find. Terms of fewer than three characters have no trigrams;
//! then all rows of the view are looked at.
//!
//! The trigram index is kept with `detail=none`: it is small and quick to fill, and knows for each trigram only the
//! rows that hold it. That is all a candidate needs.

use domain::RecordingKey;
use domain::search::{LibraryView, Search, Sort, SortColumn};
use rusqlite::{Transaction, params_from_iter};

use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::recordings::key_at;
use crate::terms::Wanted;
use crate::values::uncount;
use crate::{accounts, views};

/// What a search found: a snapshot that stays as it is while the index changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The rows, in order.
    pub keys: Vec<RecordingKey>,
    /// Length in milliseconds, of those with a known length.
    pub duration_ms: u64,
    /// Bytes, of those with a known size.
    pub known_bytes: u64,
    /// Rows of unknown size.
    pub unknown_size_count: u32,
}

impl Catalogue {
    /// Finds rows. Every term must match: see [`Term`]. Rows without a value in the sort column come last in both
    /// directions; ties go by time, then by key, in the direction of the sort, and a row without a time counts as the
    /// oldest. An unknown account has no rows.
    pub fn search(&self, search: &Search) -> Result<Found> {
        self.read(|tx| {
            let mut found = Found::default();
            let mut filter = views::condition(search.view, new_after(tx, search.view)?);
            if let Some(account) = &search.account {
                let Some(no) = accounts::find_number(tx, account)? else { return Ok(found) };
                // A number of ours, not text of a person's.
                filter = format!("r.account_no = {no} AND {filter}");
            }
            let wanted = Wanted::new(&search.text);
            let column = column(search.sort.column);
            let direction = if search.sort.descending { "DESC" } else { "ASC" };
            let ties = format!("r.when_ms {direction}, r.key {direction}");
            let columns = if wanted.needs_texts() {
                "r.key, r.duration_ms, r.shown_bytes, t.numbers, t.words"
            } else {
                "r.key, r.duration_ms, r.shown_bytes"
            };
            let (matches, mut params) = wanted.condition();
            if let Some(candidates) = wanted.candidates() {
                let sql = format!(
                    "SELECT {columns}
                     FROM search_index CROSS JOIN recordings r ON r.key = search_index.rowid
                     CROSS JOIN search_texts t ON t.key = r.key
                     WHERE search_index MATCH ? AND {filter} AND {matches}
                     ORDER BY {column} IS NULL, {column} {direction}, {ties}"
                );
                params.insert(0, candidates);
                collect(tx, &sql, &params, &wanted, &mut found)?;
                return Ok(found);
            }
            let texts =
                if wanted.is_empty() { "" } else { "CROSS JOIN search_texts t ON t.key = r.key" };
            // In two parts, so that the first can follow an index from one end to the other.
            for (part, order) in [
                ("IS NOT NULL", order_with_values(search.sort, column, direction, &ties)),
                ("IS NULL", ties.clone()),
            ] {
                let sql = format!(
                    "SELECT {columns} FROM recordings r {texts}
                     WHERE {column} {part} AND {filter} AND {matches} ORDER BY {order}"
                );
                collect(tx, &sql, &params, &wanted, &mut found)?;
            }
            Ok(found)
        })
    }
}

fn new_after(tx: &Transaction<'_>, view: LibraryView) -> Result<RecordingKey> {
    if view == LibraryView::New { views::new_after(tx) } else { Ok(RecordingKey(0)) }
}

/// What a column is sorted by, over `recordings r`.
fn column(column: SortColumn) -> &'static str {
    match column {
        SortColumn::When => "r.when_ms",
        SortColumn::From => "r.from_sort",
        SortColumn::To => "r.to_sort",
        SortColumn::Duration => "r.duration_ms",
        SortColumn::Kind => "r.kind",
        SortColumn::Format => "r.format",
        SortColumn::Size => "r.shown_bytes",
        SortColumn::Conference => "r.conference_sort",
        SortColumn::Account => "(SELECT a.label_sort FROM accounts a WHERE a.no = r.account_no)",
        // From nothing to done.
        SortColumn::State => {
            "CASE r.state WHEN 'not_saved' THEN 0 WHEN 'failed' THEN 1 WHEN 'moving' THEN 2
             WHEN 'remarked' THEN 3 ELSE 4 END"
        }
    }
}

/// The order of rows that have a value in the sort column.
fn order_with_values(sort: Sort, column: &str, direction: &str, ties: &str) -> String {
    match sort.column {
        SortColumn::When => ties.to_owned(),
        _ => format!("{column} {direction}, {ties}"),
    }
}

/// Appends the rows of `sql` that match.
fn collect(
    tx: &Transaction<'_>,
    sql: &str,
    params: &[String],
    wanted: &Wanted,
    found: &mut Found,
) -> Result<()> {
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(params))?;
    while let Some(row) = rows.next()? {
        if wanted.needs_texts() {
            let numbers = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            let words = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
            if !wanted.matches(numbers, words) {
                continue;
            }
        }
        found.keys.push(key_at(row, 0)?);
        let duration_ms: Option<i64> = row.get(1)?;
        found.duration_ms = found.duration_ms.saturating_add(duration_ms.map_or(0, uncount));
        match row.get::<_, Option<i64>>(2)? {
            Some(bytes) => found.known_bytes = found.known_bytes.saturating_add(uncount(bytes)),
            None => found.unknown_size_count += 1,
        }
    }
    Ok(())
}

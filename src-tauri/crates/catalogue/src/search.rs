//! Searching: terms and a view in, the keys of the rows that match out, in the order asked for.
//!
//! The trigram index only names candidates. Whether a row matches is decided by [`Matcher`] on the row's own text, in
//! every case, so a search finds exactly what a scan of all rows would find. Terms of fewer than three characters have
//! no trigrams; then all rows of the view are looked at.
//!
//! The trigram index is kept with `detail=none`: it is small and quick to fill, and knows for each trigram only the
//! rows that hold it. That is all a candidate needs.

use domain::RecordingKey;
use domain::search::{LibraryView, Search, Sort, SortColumn, Term};
use rusqlite::{ToSql, Transaction};

use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::recordings::key_at;
use crate::text::fold;
use crate::values::uncount;
use crate::{accounts, views};

/// More trigrams of one term do not make the candidates noticeably fewer.
const MAX_TRIGRAMS: usize = 24;

/// Terms beyond these are only checked on the candidates.
const MAX_INDEXED_TERMS: usize = 16;

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
            let matcher = Matcher::new(&search.text);
            let column = column(search.sort.column);
            let direction = if search.sort.descending { "DESC" } else { "ASC" };
            let ties = format!("r.when_ms {direction}, r.key {direction}");
            if let Some(candidates) = matcher.candidates() {
                let sql = format!(
                    "SELECT r.key, r.duration_ms, r.shown_bytes, t.numbers, t.words
                     FROM search_index CROSS JOIN recordings r ON r.key = search_index.rowid
                     CROSS JOIN search_texts t ON t.key = r.key
                     WHERE search_index MATCH ?1 AND {filter}
                     ORDER BY {column} IS NULL, {column} {direction}, {ties}"
                );
                return collect(tx, &sql, &[&candidates], Some(&matcher), &mut found)
                    .map(|()| found);
            }
            let (columns, texts) = if matcher.matches_all() {
                ("r.key, r.duration_ms, r.shown_bytes", "")
            } else {
                (
                    "r.key, r.duration_ms, r.shown_bytes, t.numbers, t.words",
                    "CROSS JOIN search_texts t ON t.key = r.key",
                )
            };
            let checked = (!matcher.matches_all()).then_some(&matcher);
            // In two parts, so that the first can follow an index from one end to the other.
            for (part, order) in [
                ("IS NOT NULL", order_with_values(search.sort, column, direction, &ties)),
                ("IS NULL", ties.clone()),
            ] {
                let sql = format!(
                    "SELECT {columns} FROM recordings r {texts}
                     WHERE {column} {part} AND {filter} ORDER BY {order}"
                );
                collect(tx, &sql, &[], checked, &mut found)?;
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
    params: &[&dyn ToSql],
    matcher: Option<&Matcher>,
    found: &mut Found,
) -> Result<()> {
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        if let Some(matcher) = matcher {
            let numbers = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            let words = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
            if !matcher.matches(numbers, words) {
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

/// The terms of a search, folded like the texts they are looked for in.
struct Matcher {
    terms: Vec<Wanted>,
}

/// One term.
struct Wanted {
    /// Looked for in the digits of both parties.
    digits: Option<String>,
    /// Looked for in everything else.
    text: String,
}

impl Matcher {
    fn new(text: &str) -> Self {
        let terms = Term::parse_all(text)
            .into_iter()
            .map(|term| match term {
                Term::Digits { digits, typed } => {
                    Wanted { digits: Some(digits), text: fold(&typed) }
                }
                Term::Text(text) => Wanted { digits: None, text: fold(&text) },
            })
            .collect();
        Self { terms }
    }

    fn matches_all(&self) -> bool {
        self.terms.is_empty()
    }

    fn matches(&self, numbers: &str, words: &str) -> bool {
        self.terms.iter().all(|term| {
            term.digits.as_deref().is_some_and(|digits| numbers.contains(digits))
                || words.contains(&term.text)
        })
    }

    /// A full-text query that every matching row satisfies; `None` when no term has a trigram.
    fn candidates(&self) -> Option<String> {
        let queries: Vec<String> =
            self.terms.iter().filter_map(Wanted::candidates).take(MAX_INDEXED_TERMS).collect();
        (!queries.is_empty()).then(|| queries.join(" AND "))
    }
}

impl Wanted {
    fn candidates(&self) -> Option<String> {
        let text = trigrams(&self.text);
        match &self.digits {
            // One of the two suffices, so both must be expressible.
            Some(digits) if *digits != self.text => {
                Some(format!("({} OR {})", trigrams(digits)?, text?))
            }
            _ => text,
        }
    }
}

/// A query for the rows that hold all trigrams of `text`.
fn trigrams(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let quoted: Vec<String> = characters
        .windows(3)
        .take(MAX_TRIGRAMS)
        .map(|trigram| {
            let trigram: String = trigram.iter().collect();
            format!("\"{}\"", trigram.replace('"', "\"\""))
        })
        .collect();
    (!quoted.is_empty()).then(|| format!("({})", quoted.join(" AND ")))
}

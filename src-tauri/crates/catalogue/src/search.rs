//! Searching: a query and a part of the library in, the keys of the rows that match out, in the order asked for.
//!
//! The rows in memory answer (see [`crate::mirror`]); the file says what else a question depends on: which account is
//! meant, and when the visit began.

use domain::RecordingKey;
use domain::query::{self, Field};
use domain::search::{LibraryView, Search};
use rusqlite::Transaction;

use crate::accounts;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::mirror::Question;
use crate::views::{self, ViewCounts};

/// What a search found: a snapshot that stays as it is while the index changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The rows, in order.
    pub keys: Vec<RecordingKey>,
    /// Length in milliseconds, of those with a known length.
    pub duration_ms: u64,
    /// Rows of unknown length.
    pub unknown_duration_count: u32,
    /// Bytes, of those with a known size.
    pub known_bytes: u64,
    /// Rows of unknown size.
    pub unknown_size_count: u32,
    /// Price a month, of those with a known price.
    pub monthly_cost: f64,
    /// Rows of unknown price.
    pub unknown_cost_count: u32,
}

impl Catalogue {
    /// Finds rows. What is wrong with the text is left out of the query, as [`domain::query::read()`] tells. Rows without
    /// a value in a sort column come last in both directions; ties go by time, then by key, in the direction of the
    /// last step, and a row without a time counts as the oldest. An unknown account has no rows.
    pub fn search(&self, search: &Search) -> Result<Found> {
        let query = query::read(&search.text).query;
        self.with_mirror(|mirror, tx| {
            let version = mirror.version();
            let Some(question) = question(tx, search, &query)? else {
                return Ok(Some(Found::default()));
            };
            let Some(hits) = mirror.search(tx, &question, version)? else { return Ok(None) };
            Ok(Some(Found {
                keys: hits.keys.into_iter().map(RecordingKey).collect(),
                duration_ms: hits.sums.duration_ms,
                unknown_duration_count: hits.sums.unknown_duration_count,
                known_bytes: hits.sums.known_bytes,
                unknown_size_count: hits.sums.unknown_size_count,
                monthly_cost: hits.sums.monthly_cost,
                unknown_cost_count: hits.sums.unknown_cost_count,
            }))
        })
    }

    /// How many rows a search finds.
    pub fn count(&self, search: &Search) -> Result<u32> {
        let query = query::read(&search.text).query;
        self.with_mirror(|mirror, tx| {
            let version = mirror.version();
            let Some(question) = question(tx, search, &query)? else { return Ok(Some(0)) };
            let counts = mirror.counts(tx, &[question], version)?;
            Ok(counts.and_then(|counts| counts.first().copied()))
        })
    }

    /// Counts for the sidebar; ages are counted from `now`.
    pub fn counts(&self, now: jiff::Timestamp) -> Result<ViewCounts> {
        let nothing = domain::query::Query::default();
        let searches: Vec<Search> = LibraryView::ALL
            .into_iter()
            .map(|view| Search { view, now, ..Search::default() })
            .collect();
        self.with_mirror(|mirror, tx| {
            let version = mirror.version();
            let questions = searches
                .iter()
                .map(|search| question(tx, search, &nothing))
                .collect::<Result<Vec<_>>>()?;
            let questions: Vec<Question<'_>> = questions.into_iter().flatten().collect();
            let Some(counts) = mirror.counts(tx, &questions, version)? else { return Ok(None) };
            let mut all = ViewCounts::default();
            for (view, count) in LibraryView::ALL.into_iter().zip(counts) {
                *all.of_mut(view) = count;
            }
            Ok(Some(all))
        })
    }

    /// The values that a field has in the data, the most frequent first; none for a field that takes no such values.
    pub fn seen_values(&self, field: Field) -> Result<Vec<(String, u32)>> {
        self.with_mirror(|mirror, tx| mirror.seen(tx, field))
    }

    /// Reads the rows that searching needs into memory, so that the first search does not have to wait for it. When that took
    /// long, a picture of them is kept for the next time. Then looks through a large file whose last use did not end cleanly.
    pub fn warm_up(&self) -> Result<()> {
        self.keep_rows()?;
        self.check_if_due()
    }

    /// Keeps a picture of the rows for the next start, when there are many of them and much of them changed since the last.
    pub fn keep_rows(&self) -> Result<()> {
        self.with_mirror(|_, _| Ok(Some(())))?;
        if self.is_picture_due()? {
            // Nobody waits here, and they are kept too.
            self.mirror().find_countries();
            self.keep_picture();
        }
        Ok(())
    }
}

/// What a search asks of the rows; `None` when it is about an account that is not there.
fn question<'a>(
    tx: &Transaction<'_>,
    search: &'a Search,
    query: &'a domain::query::Query,
) -> Result<Option<Question<'a>>> {
    let account_no = match &search.account {
        None => None,
        Some(account) => match accounts::find_number(tx, account)? {
            None => return Ok(None),
            found => found,
        },
    };
    let new_after = match search.view {
        LibraryView::New => views::new_after(tx)?.0,
        _ => 0,
    };
    Ok(Some(Question { search, query, account_no, new_after }))
}

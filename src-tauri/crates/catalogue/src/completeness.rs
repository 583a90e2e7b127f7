//! What is here of an account, day by day, beside what the provider says.
//!
//! A recording belongs to the day on which the vendor stored it, or, where that is not said, on which it began: it is
//! what vendors can be asked for. Days come as spans of time, because where a day begins is the time zone's affair.

use domain::AccountId;
use jiff::Timestamp;
use rusqlite::OptionalExtension;

use crate::accounts;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::values::{Instant, count, uncount};

/// Milliseconds since 1970, from the first (included) to the second (excluded).
pub type Span = (i64, i64);

/// What there is in one span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanTally {
    /// In the index and, as far as is known, at the provider.
    pub indexed: u32,
    /// With a copy that passed every check, at the provider or not.
    pub saved: u32,
    /// Gone at the provider without our doing.
    pub gone: u32,
    /// Gone at the provider, and no copy is here.
    pub lost: u32,
    /// Deleted by us.
    pub deleted: u32,
    /// What the provider said, and when it was asked.
    pub provider: Option<(u64, Timestamp)>,
}

/// The recordings of an account that have a time, and how many have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// The first and the last moment.
    pub ends: Option<(Timestamp, Timestamp)>,
    /// Recordings without a time.
    pub undated: u32,
    /// Recordings that are, as far as is known, at the provider.
    pub indexed: u32,
}

impl Catalogue {
    /// From when to when an account has recordings.
    pub fn extent(&self, account: &AccountId) -> Result<Extent> {
        self.read(|tx| {
            let no = accounts::number(tx, account)?;
            Ok(tx.query_row(
                "SELECT min(coalesce(added_ms, started_ms)), max(coalesce(added_ms, started_ms)),
                   count(*) FILTER (WHERE coalesce(added_ms, started_ms) IS NULL),
                   count(*) FILTER (WHERE gone_ms IS NULL)
                 FROM recordings WHERE account_no = ?1",
                [no],
                |row| {
                    let first: Option<Instant> = row.get(0)?;
                    let last: Option<Instant> = row.get(1)?;
                    Ok(Extent {
                        ends: first.zip(last).map(|(first, last)| (first.0, last.0)),
                        undated: row.get(2)?,
                        indexed: row.get(3)?,
                    })
                },
            )?)
        })
    }

    /// What there is in each of these spans, which must be in order and not overlap.
    pub fn span_tallies(&self, account: &AccountId, spans: &[Span]) -> Result<Vec<SpanTally>> {
        self.read(|tx| {
            let no = accounts::number(tx, account)?;
            let mut tallies = vec![SpanTally::default(); spans.len()];
            let mut statement = tx.prepare_cached(
                "SELECT coalesce(added_ms, started_ms), state, gone_ms IS NOT NULL, deleted_by_us
                 FROM recordings WHERE account_no = ?1",
            )?;
            let mut rows = statement.query([no])?;
            while let Some(row) = rows.next()? {
                let Some(at) = row.get::<_, Option<i64>>(0)? else { continue };
                let Some(tally) = span_of(spans, at).and_then(|index| tallies.get_mut(index)) else {
                    continue;
                };
                let state = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                let (gone, deleted): (bool, bool) = (row.get(2)?, row.get(3)?);
                let has_copy = matches!(state, "verified" | "remarked");
                tally.indexed += u32::from(!gone);
                tally.saved += u32::from(state == "verified");
                tally.gone += u32::from(gone && !deleted);
                tally.lost += u32::from(gone && !deleted && !has_copy);
                tally.deleted += u32::from(gone && deleted);
            }
            let mut asked = tx.prepare_cached(
                "SELECT total, asked_ms FROM span_totals WHERE account_no = ?1 AND from_ms = ?2 AND to_ms = ?3",
            )?;
            for (span, tally) in spans.iter().zip(&mut tallies) {
                tally.provider = asked
                    .query_row((no, span.0, span.1), |row| {
                        Ok((uncount(row.get(0)?), row.get::<_, Instant>(1)?.0))
                    })
                    .optional()?;
            }
            Ok(tallies)
        })
    }

    /// Keeps what the provider says of a span.
    pub fn note_span_total(
        &self,
        account: &AccountId,
        span: Span,
        total: u64,
        asked_at: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let no = accounts::number(tx, account)?;
            tx.execute(
                "INSERT INTO span_totals (account_no, from_ms, to_ms, total, asked_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (account_no, from_ms, to_ms) DO UPDATE SET
                   total = excluded.total, asked_ms = excluded.asked_ms",
                (no, span.0, span.1, count(total), Instant(asked_at)),
            )?;
            Ok(())
        })
    }
}

fn span_of(spans: &[Span], at: i64) -> Option<usize> {
    let index = spans.partition_point(|span| span.1 <= at);
    spans.get(index).is_some_and(|span| span.0 <= at).then_some(index)
}

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
        self.with_mirror(|mirror, tx| Ok(mirror.extent(accounts::number(tx, account)?)))
    }

    /// What there is in each of these spans, which must be in order and not overlap.
    pub fn span_tallies(&self, account: &AccountId, spans: &[Span]) -> Result<Vec<SpanTally>> {
        self.with_mirror(|mirror, tx| {
            let no = accounts::number(tx, account)?;
            let Some(mut tallies) = mirror.span_tallies(no, spans) else { return Ok(None) };
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
            Ok(Some(tallies))
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

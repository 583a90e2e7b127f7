//! Recordings behind a window that a list does not mention.
//!
//! Plivo, whose API Vobiz's is like, lists only the last seven days unless asked for a span of at most 30 (contract C6).
//! Vobiz says nothing of the kind. So when the oldest recording of a full reading is just that old, one request asks for
//! older ones; only if there are some are the spans before it read too.

use domain::{ListFilters, RecordingList};
use jiff::{SignedDuration, Timestamp};
use providers::{PageRequest, Provider};

use super::walk::Reading;
use crate::Engine;
use crate::error::Result;

/// Ages, in hours, at which a list may have been cut: about 7 and about 30 days.
const SUSPICIOUS_H: [std::ops::RangeInclusive<i64>; 2] =
    [6 * 24 + 12..=7 * 24 + 1, 29 * 24..=30 * 24 + 1];
/// The longest span that may be asked for.
const SPAN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Vobiz exports go back 366 days; beyond that nothing is documented to exist.
const FURTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// A span longer than this many pages is a loop.
const MOST_PAGES: u32 = 100_000;

impl Engine {
    pub(super) async fn read_hidden(
        &self,
        provider: &dyn Provider,
        lists: &[RecordingList],
        reading: &mut Reading,
    ) -> Result<()> {
        if lists != [RecordingList::All] {
            return Ok(());
        }
        let run = reading.run.clone();
        let oldest = self.with_catalogue(move |catalogue| catalogue.oldest_brought(&run)).await?;
        let now = self.now();
        let Some(oldest) = oldest.filter(|oldest| is_suspicious(*oldest, now)) else {
            return Ok(());
        };
        let mut until = oldest;
        let end = now.saturating_sub(FURTHEST).unwrap_or(Timestamp::MIN);
        while until > end {
            let from = until.saturating_sub(SPAN).unwrap_or(Timestamp::MIN);
            let found = self.read_span(provider, from, until, reading).await?;
            if found == 0 && until == oldest {
                return Ok(());
            }
            if until == oldest {
                tracing::warn!(account = %reading.run.account(), %oldest, "the list hides what is older; reading it span by span");
            }
            until = from;
        }
        Ok(())
    }

    /// Reads what was stored in a span; returns how many new ones came.
    async fn read_span(
        &self,
        provider: &dyn Provider,
        from: Timestamp,
        until: Timestamp,
        reading: &mut Reading,
    ) -> Result<usize> {
        let filters =
            ListFilters { added_gte: Some(from), added_lte: Some(until), ..ListFilters::default() };
        let mut request =
            PageRequest { limit: reading.page_size, filters, ..PageRequest::default() };
        let mut found = 0;
        for _ in 0..MOST_PAGES {
            let page = provider.list(&request).await?;
            let next = page.next_offset;
            let distinct = self.store(reading, &request.list, vec![page]).await?.distinct();
            found += distinct;
            match next {
                // A page without anything that was not listed before: the filter is ignored, or this is the end.
                Some(next) if distinct > 0 => request.offset = next,
                _ => break,
            }
        }
        Ok(found)
    }
}

fn is_suspicious(oldest: Timestamp, now: Timestamp) -> bool {
    let age_h = now.duration_since(oldest).as_hours();
    SUSPICIOUS_H.iter().any(|ages| ages.contains(&age_h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_ends_at_seven_or_thirty_days_is_suspicious() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let aged =
            |days: f64| now.saturating_sub(SignedDuration::from_secs_f64(days * 86_400.0)).unwrap();
        assert!(is_suspicious(aged(6.9), now));
        assert!(is_suspicious(aged(29.8), now));
        for days in [0.5, 3.0, 8.0, 20.0, 60.0] {
            assert!(!is_suspicious(aged(days), now), "{days}");
        }
    }
}

//! Proof that nothing is missing: per account and day, what the provider says against what is here.

use std::collections::HashSet;

use catalogue::{Extent, SpanTally};
use domain::{AccountId, ListFilters};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use providers::{PageRequest, Provider};

use crate::Engine;
use crate::error::{Error, Result};
use crate::events::Event;

/// More days than a person looks at: fifteen years.
const MOST_DAYS: usize = 5_500;
/// More days than one check asks the provider for: a request each, and vendors allow few a minute.
const MOST_DAYS_ASKED: usize = 31;

/// The days of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// Time zone of the days.
    pub zone: TimeZone,
    /// The provider's total at the last complete sync.
    pub provider_total: Option<u64>,
    /// What there is without days.
    pub extent: Extent,
    /// The days, oldest first, without gaps.
    pub days: Vec<(Date, SpanTally)>,
}

impl Engine {
    /// Tallies of the days between two, both included; without them, from the first recording to the last.
    ///
    /// # Errors
    /// `Invalid` for more than fifteen years.
    pub async fn completeness(
        &self,
        account: &AccountId,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Completeness> {
        let zone = self.time_zone().await?;
        let stored = self
            .with_catalogue(catalogue::Catalogue::accounts)
            .await?
            .into_iter()
            .find(|stored| stored.account.id == *account)
            .ok_or_else(|| Error::stale("This account is not here any more."))?;
        let id = account.clone();
        let extent = self.with_catalogue(move |catalogue| catalogue.extent(&id)).await?;
        let days = days(extent, &zone, from, to)?;
        let spans: Vec<(i64, i64)> = days.iter().map(|day| day_span(*day, &zone)).collect();
        let id = account.clone();
        let tallies =
            self.with_catalogue(move |catalogue| catalogue.span_tallies(&id, &spans)).await?;
        Ok(Completeness {
            zone,
            provider_total: stored.vendor_total,
            extent,
            days: days.into_iter().zip(tallies).collect(),
        })
    }

    /// Asks the provider how many recordings each of these days has, reads those days of which more are there than here,
    /// then answers like [`Engine::completeness`].
    ///
    /// # Errors
    /// `Invalid` for more than 31 days, and when the provider does not count by day: not every vendor documents the
    /// filter, and some ignore what they do not know, so a day that can have no recordings is asked for first.
    pub async fn check_days(
        &self,
        account: &AccountId,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Completeness> {
        let known = self.completeness(account, from, to).await?;
        if known.days.len() > MOST_DAYS_ASKED {
            return Err(Error::Invalid {
                field: None,
                what: format!(
                    "Choose at most {MOST_DAYS_ASKED} days: each is a request to the provider."
                ),
            });
        }
        let provider = self.provider(account).await?;
        let long_ago = (Timestamp::UNIX_EPOCH.as_millisecond(), 86_400_000);
        if self.span_total(provider.as_ref(), long_ago).await? != Some(0) {
            return Err(Error::Invalid {
                field: None,
                what: "This provider does not say how many recordings a day has.".to_owned(),
            });
        }
        let mut found = 0;
        for (day, tally) in &known.days {
            let span = day_span(*day, &known.zone);
            let Some(total) = self.span_total(provider.as_ref(), span).await? else { continue };
            if total > u64::from(tally.indexed) {
                found += self.read_day(account, provider.as_ref(), span).await?;
            }
            let (id, now) = (account.clone(), self.now());
            self.with_catalogue(move |catalogue| catalogue.note_span_total(&id, span, total, now))
                .await?;
        }
        if found > 0 {
            tracing::info!(%account, found, "recordings that the lists had not brought");
            self.tell(Event::LibraryChanged);
            self.tell(Event::AccountsChanged);
        }
        self.completeness(account, from, to).await
    }

    /// Reads what the provider lists of a span and stores what is not here; returns how many that were.
    async fn read_day(
        &self,
        account: &AccountId,
        provider: &dyn Provider,
        span: (i64, i64),
    ) -> Result<usize> {
        let filters = span_filters(provider, span);
        let mut found = 0;
        for list in provider.lists().await? {
            let mut request =
                PageRequest { list, filters: filters.clone(), ..PageRequest::default() };
            let mut met = HashSet::new();
            loop {
                let page = provider.list(&request).await?;
                let (known, next) = (met.len(), page.next_offset);
                met.extend(page.recordings.iter().map(|recording| recording.id.clone()));
                let (id, now) = (account.clone(), self.now());
                found += self
                    .with_catalogue(move |catalogue| {
                        let mut stored = 0;
                        for recording in &page.recordings {
                            if catalogue.find(&id, &recording.id)?.is_none() {
                                catalogue.store_one(&id, recording, now)?;
                                stored += 1;
                            }
                        }
                        Ok(stored)
                    })
                    .await?;
                match next {
                    // A page of which everything was met is the end, or one that repeats itself for ever.
                    Some(next) if met.len() > known => request.offset = next,
                    _ => break,
                }
            }
        }
        Ok(found)
    }

    /// What the provider says of a span, over all of its lists; `None` when it gives no totals.
    async fn span_total(&self, provider: &dyn Provider, span: (i64, i64)) -> Result<Option<u64>> {
        let filters = span_filters(provider, span);
        let mut sum = 0;
        for list in provider.lists().await? {
            let filters = filters.clone();
            let page = PageRequest { list, limit: 1, filters, ..PageRequest::default() };
            let Some(total) = provider.list(&page).await?.total else { return Ok(None) };
            sum += total;
        }
        Ok(Some(sum))
    }
}

/// The filters that stand for a span, by what the vendor documents.
fn span_filters(provider: &dyn Provider, span: (i64, i64)) -> ListFilters {
    let instant = |ms| Timestamp::from_millisecond(ms).ok();
    let (first, last) = (instant(span.0), instant(span.1 - 1));
    match provider.vendor() {
        domain::Vendor::Vobiz => {
            ListFilters { added_gte: first, added_lte: last, ..ListFilters::default() }
        }
        domain::Vendor::Vbc => {
            ListFilters { start_gte: first, start_lte: last, ..ListFilters::default() }
        }
    }
}

fn days(
    extent: Extent,
    zone: &TimeZone,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<Date>> {
    let day_of = |at: Timestamp| zone.to_datetime(at).date();
    let (first, last) = match (from, to, extent.ends) {
        (Some(from), Some(to), _) => (from, to),
        (from, to, Some((first, last))) => {
            (from.unwrap_or_else(|| day_of(first)), to.unwrap_or_else(|| day_of(last)))
        }
        _ => return Ok(Vec::new()),
    };
    let days: Vec<Date> =
        first.series(1.day()).take_while(|day| *day <= last).take(MOST_DAYS + 1).collect();
    if days.len() > MOST_DAYS {
        return Err(Error::Invalid {
            field: Some("fromDay"),
            what: format!("These are more than {MOST_DAYS} days."),
        });
    }
    Ok(days)
}

/// When a day begins and when the next one does.
fn day_span(day: Date, zone: &TimeZone) -> (i64, i64) {
    let begin = |day: Date| {
        day.to_zoned(zone.clone()).map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
    };
    (begin(day), day.tomorrow().map_or(i64::MAX, begin))
}

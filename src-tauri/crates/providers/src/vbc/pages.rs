//! Pages with numbers, of a service that may count them from 0 or from 1 and may cap their size in silence.
//!
//! The rest of the program counts recordings. Here an offset becomes a page number, once the service has shown how it
//! counts (api contract C10, C26): the documents say pages begin at 1, their examples begin at 0, and nobody says what
//! the largest page is. Both are learned once a service from what really came, and a wrong guess costs a page that is
//! read twice, never one that is skipped.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::error::{Error, Result};

/// Page sizes to fall back to when a larger one is refused.
const STEPS: [u32; 4] = [100, 50, 20, 10];
/// Not learned yet.
const UNKNOWN: u8 = u8::MAX;

/// A page as the service sent it, whatever its rows are.
#[derive(Debug)]
pub(super) struct HalPage<T> {
    /// The rows that could be read.
    pub(super) rows: Vec<T>,
    /// Ids of all rows, to compare pages by.
    pub(super) keys: Vec<String>,
    /// How many objects there were.
    pub(super) received: u64,
    pub(super) unreadable: Vec<String>,
    pub(super) total_items: Option<u64>,
    pub(super) total_pages: Option<u64>,
    pub(super) page_size: Option<u32>,
    /// The number in the link to the first page.
    pub(super) first_page: Option<u64>,
    pub(super) has_prev: bool,
    pub(super) has_next: bool,
}

/// A page with its place in the list.
#[derive(Debug)]
pub(super) struct Placed<T> {
    pub(super) page: HalPage<T>,
    /// How many rows lie before it.
    pub(super) offset: u64,
    /// How many rows a page spans.
    pub(super) stride: u64,
}

impl<T> Placed<T> {
    /// Where the next page begins, if there is one. Every sign of more is believed, until a page is empty: stopping
    /// early loses recordings in silence.
    pub(super) fn next_offset(&self) -> Option<u64> {
        let page = &self.page;
        let end = self.offset.saturating_add(self.stride);
        let by_pages = page.total_pages.map(|pages| end / self.stride < pages);
        let by_items = page.total_items.map(|items| end < items);
        let says_nothing = by_pages.is_none() && by_items.is_none();
        let more = page.has_next
            || by_pages.unwrap_or_default()
            || by_items.unwrap_or_default()
            || says_nothing;
        (more && page.received > 0).then_some(end)
    }
}

/// What one service has shown of its paging.
#[derive(Debug)]
pub(super) struct Pager {
    /// The number of the first page.
    base: AtomicU8,
    /// The largest page size it takes; `u32::MAX` while nothing is known against any.
    largest: AtomicU32,
    /// Held while the base is being learned.
    learning: tokio::sync::Mutex<()>,
}

impl Default for Pager {
    fn default() -> Self {
        Self {
            base: AtomicU8::new(UNKNOWN),
            largest: AtomicU32::new(u32::MAX),
            learning: tokio::sync::Mutex::default(),
        }
    }
}

impl Pager {
    /// The page in which the row at `offset` lies. `ask` fetches a page by number and size.
    pub(super) async fn page<T, F, Asked>(
        &self,
        offset: u64,
        wanted: u32,
        ask: F,
    ) -> Result<Placed<T>>
    where
        F: Fn(u64, u32) -> Asked,
        Asked: Future<Output = Result<HalPage<T>>>,
    {
        let size = |page: &HalPage<T>, asked: u32| spanned(page, asked);
        let mut base = self.base();
        if base.is_none() {
            let _alone = self.learning.lock().await;
            base = self.base();
            if base.is_none() {
                let (first, learned) = self.learn(wanted, &ask).await?;
                if let Some(first) = first
                    && offset == 0
                {
                    let stride = u64::from(size(&first, self.at_most(wanted)).max(1));
                    self.believe(&first, wanted);
                    return Ok(Placed { page: first, offset: 0, stride });
                }
                base = learned;
            }
        }
        // An empty list shows nothing; the documents' own word has to do.
        let base = base.unwrap_or(1);
        loop {
            let asked = self.at_most(wanted);
            let index = offset / u64::from(asked);
            let (page, asked) = self.stepping_down(base + index, asked, offset, base, &ask).await?;
            let index = offset / u64::from(asked);
            let spans =
                if index == 0 { size(&page, asked) } else { page.page_size.unwrap_or(asked) };
            if spans < asked && spans > 0 {
                self.largest.fetch_min(spans, Ordering::Relaxed);
                if index > 0 {
                    // The number meant pages of another size, so this is another part of the list.
                    continue;
                }
            }
            let stride = u64::from(spans.clamp(1, asked));
            return Ok(Placed { page, offset: index * u64::from(asked), stride });
        }
    }

    /// Asks for a page, and for a smaller one while the size is refused. What is refused at the smallest size too is
    /// refused for another reason, and nothing is remembered.
    async fn stepping_down<T, F, Asked>(
        &self,
        number: u64,
        asked: u32,
        offset: u64,
        base: u64,
        ask: &F,
    ) -> Result<(HalPage<T>, u32)>
    where
        F: Fn(u64, u32) -> Asked,
        Asked: Future<Output = Result<HalPage<T>>>,
    {
        let refusal = match ask(number, asked).await {
            Err(Error::Rejected(said)) if matches!(said.status, Some(400 | 422)) => said,
            outcome => return outcome.map(|page| (page, asked)),
        };
        for smaller in STEPS.into_iter().filter(|step| *step < asked) {
            match ask(base + offset / u64::from(smaller), smaller).await {
                Err(Error::Rejected(said)) if matches!(said.status, Some(400 | 422)) => {}
                outcome => {
                    let page = outcome?;
                    self.largest.fetch_min(smaller, Ordering::Relaxed);
                    return Ok((page, smaller));
                }
            }
        }
        Err(Error::Rejected(refusal))
    }

    /// Finds out what number the first page has, and returns that page. Page 1 is asked for, as documented; where it
    /// might be the second one, page 0 is asked for too.
    async fn learn<T, F, Asked>(
        &self,
        wanted: u32,
        ask: &F,
    ) -> Result<(Option<HalPage<T>>, Option<u64>)>
    where
        F: Fn(u64, u32) -> Asked,
        Asked: Future<Output = Result<HalPage<T>>>,
    {
        let asked = self.at_most(wanted);
        let one = match self.stepping_down(1, asked, 0, 1, ask).await {
            Ok((page, _)) => page,
            // A page beyond the end of a list that has one page, numbered 0.
            Err(error @ Error::NotFound(_)) => {
                return match ask(0, self.at_most(wanted)).await {
                    Ok(zero) => Ok((Some(zero), Some(self.remember(0)))),
                    Err(_) => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        let total = one.total_items;
        if one.received == 0 && total == Some(0) && one.first_page != Some(0) && !one.has_prev {
            return Ok((Some(one), None));
        }
        let is_whole = total.is_some_and(|total| one.received >= total);
        if one.received > 0 && !one.has_prev && (one.first_page == Some(1) || is_whole) {
            self.remember(1);
            return Ok((Some(one), Some(1)));
        }
        match ask(0, self.at_most(wanted)).await {
            // Some services take 0 for 1.
            Ok(zero) if zero.received > 0 && !is_same(&zero, &one) => {
                Ok((Some(zero), Some(self.remember(0))))
            }
            Ok(_) | Err(Error::Rejected(_) | Error::NotFound(_) | Error::VendorFailed(_)) => {
                // An empty list is no proof.
                let learned = (one.received > 0).then(|| self.remember(1));
                Ok((Some(one), learned))
            }
            Err(error) => Err(error),
        }
    }

    /// Takes over what a first page shows of the size.
    fn believe<T>(&self, first: &HalPage<T>, wanted: u32) {
        let asked = self.at_most(wanted);
        let spans = spanned(first, asked);
        if spans < asked && spans > 0 {
            self.largest.fetch_min(spans, Ordering::Relaxed);
        }
    }

    fn base(&self) -> Option<u64> {
        Some(self.base.load(Ordering::Relaxed)).filter(|base| *base != UNKNOWN).map(u64::from)
    }

    fn remember(&self, base: u8) -> u64 {
        self.base.store(base, Ordering::Relaxed);
        u64::from(base)
    }

    fn at_most(&self, wanted: u32) -> u32 {
        wanted.min(self.largest.load(Ordering::Relaxed)).max(1)
    }
}

/// Whether two replies show the same page. A call that came in between changes a row or two of it.
fn is_same<T>(a: &HalPage<T>, b: &HalPage<T>) -> bool {
    let shared = a.keys.iter().filter(|key| b.keys.contains(key)).count();
    shared * 2 > a.keys.len().min(b.keys.len())
}

/// How many rows a first page spans: what it says, or what it holds where more were promised than came.
fn spanned<T>(page: &HalPage<T>, asked: u32) -> u32 {
    let said = page.page_size.filter(|size| *size > 0).unwrap_or(asked).min(asked);
    let received = u32::try_from(page.received).unwrap_or(u32::MAX);
    let has_more = page.total_items.map_or(page.has_next, |total| total > page.received);
    if received > 0 && received < said && has_more { received } else { said }
}

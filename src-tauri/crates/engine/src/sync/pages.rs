//! Fetching pages of a list ahead of whoever stores them.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use providers::{Page, PageRequest, Provider};
use tokio::sync::mpsc;

use crate::error::Result;

/// Pages asked for at the same time at first, and again after the vendor wished for less.
const FIRST_WIDTH: usize = 4;

/// Asks for the pages at `offsets`, several at once, and hands them on in order; the first failure is the last thing handed on.
/// Waits while as many are on hand as the channel holds, and ends when nobody takes them any more.
///
/// Vendors do not say how many requests at once they like, so each page that comes allows one more, up to `most`, until
/// one of them asks to slow down.
pub(super) async fn fetch_in_order(
    provider: &dyn Provider,
    request: &PageRequest,
    offsets: impl Iterator<Item = u64>,
    most: usize,
    to: mpsc::Sender<Result<(u64, Page)>>,
) {
    let mut offsets = offsets.map(|offset| {
        let request = PageRequest { offset, ..request.clone() };
        async move { Ok((offset, provider.list(&request).await?)) }
    });
    let mut on_the_way = FuturesOrdered::new();
    let mut width = FIRST_WIDTH.min(most);
    loop {
        on_the_way.extend(offsets.by_ref().take(width.saturating_sub(on_the_way.len())));
        let Some(page) = on_the_way.next().await else { return };
        let is_failure = page.is_err();
        if to.send(page).await.is_err() || is_failure {
            return;
        }
        let is_held_back = provider.pace().why.is_some();
        width = if is_held_back { FIRST_WIDTH.min(most) } else { (width + 1).min(most) };
    }
}

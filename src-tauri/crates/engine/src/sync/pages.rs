//! Fetching pages of a list ahead of whoever stores them.

use futures_util::{StreamExt as _, stream};
use providers::{Page, PageRequest, Provider};
use tokio::sync::mpsc;

use crate::error::Result;

/// Asks for the pages at `offsets`, several at once, and hands them on in order; the first failure is the last thing handed on.
/// Waits while as many are on hand as the channel holds, and ends when nobody takes them any more.
pub(super) async fn fetch_in_order(
    provider: &dyn Provider,
    request: &PageRequest,
    offsets: impl Iterator<Item = u64>,
    parallel: usize,
    to: mpsc::Sender<Result<(u64, Page)>>,
) {
    let pages = stream::iter(offsets).map(|offset| {
        let request = PageRequest { offset, ..request.clone() };
        async move { Ok((offset, provider.list(&request).await?)) }
    });
    let mut pages = std::pin::pin!(pages.buffered(parallel));
    while let Some(page) = pages.next().await {
        let is_failure = page.is_err();
        if to.send(page).await.is_err() || is_failure {
            return;
        }
    }
}

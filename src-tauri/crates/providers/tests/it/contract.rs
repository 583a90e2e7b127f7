//! What every provider must do, whichever vendor it speaks to.
//!
//! Functions over `&dyn Provider`, run for each vendor against the sandbox. They know no vendor's JSON, paths or
//! headers.

use std::collections::BTreeSet;

use domain::{Recording, RecordingId};
use futures_util::TryStreamExt;
use tapeshelf_providers::{Deleted, Error, MediaStream, PageRequest, Provider};

/// Walks all pages as a sync does: by what was received, until the provider says there is no more.
pub(crate) async fn all_recordings(provider: &dyn Provider, limit: u32) -> Vec<Recording> {
    let mut all = Vec::new();
    let mut offset = 0;
    loop {
        let page =
            provider.list(&PageRequest { offset, limit, ..PageRequest::default() }).await.unwrap();
        assert_eq!(page.unreadable, Vec::<String>::new(), "nothing of this account is unreadable");
        offset += page.received;
        all.extend(page.recordings);
        if !page.has_more {
            assert_eq!(page.total, Some(offset), "the walk ends where the vendor says");
            return all;
        }
        assert!(page.received > 0, "more is promised only by a page that brought something");
    }
}

/// Every recording comes once, newest first, however large the pages are.
pub(crate) async fn paging_is_complete(provider: &dyn Provider, expected: &[String]) {
    for limit in [0, 1000, 100, 20, 7] {
        let ids: Vec<String> = all_recordings(provider, limit)
            .await
            .iter()
            .map(|recording| recording.id.as_str().to_owned())
            .collect();
        assert_eq!(ids, expected, "limit {limit}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }
    let beyond = PageRequest { offset: 1_000_000, ..PageRequest::default() };
    let page = provider.list(&beyond).await.unwrap();
    assert_eq!((page.received, page.has_more), (0, false), "beyond the end is an empty page");
}

/// A recording asked for by itself is the one of the list.
pub(crate) async fn retrieve_agrees_with_the_list(provider: &dyn Provider) {
    for listed in all_recordings(provider, 0).await.into_iter().take(40) {
        let retrieved = provider.retrieve(&listed.id).await.unwrap();
        assert_eq!(retrieved, listed);
    }
}

/// What nobody has is not found, and what cannot be asked for is not asked.
pub(crate) async fn unknown_and_hostile_ids_are_harmless(provider: &dyn Provider) {
    for id in ["no-such-recording", "../../x", "a/b", "%2e%2e", "..%2f..", "é 😀", "a?b=c#d"] {
        let error = provider.retrieve(&RecordingId::new(id)).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{id:?}: {error:?}");
    }
    for id in ["", ".", ".."] {
        let id = RecordingId::new(id);
        assert!(matches!(provider.retrieve(&id).await, Err(Error::Invalid { .. })), "{id:?}");
        assert!(matches!(provider.delete(&id).await, Err(Error::Invalid { .. })), "{id:?}");
    }
}

/// All bytes of a stream.
pub(crate) async fn bytes_of(stream: MediaStream) -> tapeshelf_providers::Result<Vec<u8>> {
    let chunks: Vec<_> = stream.bytes.try_collect().await?;
    Ok(chunks.concat())
}

/// Audio from any byte on is the end of the whole audio.
pub(crate) async fn media_resumes_at_any_byte(
    provider: &dyn Provider,
    recording: &Recording,
    size_bytes: u64,
) {
    let url = recording.media_url.as_deref().unwrap();
    let stream = provider.media(url, 0).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (0, Some(size_bytes)));
    let whole = bytes_of(stream).await.unwrap();
    assert_eq!(whole.len(), usize::try_from(size_bytes).unwrap());
    for offset in [1, size_bytes / 2, size_bytes - 1, size_bytes] {
        let stream = provider.media(url, offset).await.unwrap();
        assert_eq!((stream.offset, stream.total_bytes), (offset, Some(size_bytes)));
        let from = usize::try_from(offset).unwrap();
        assert!(bytes_of(stream).await.unwrap() == whole[from..], "from byte {offset}");
    }
    let stream = provider.media(url, size_bytes + 1).await.unwrap();
    assert_eq!(stream.offset, 0, "beyond the end it starts over");
}

/// A deletion takes exactly one recording, and twice is as good as once.
pub(crate) async fn deletion_is_final_and_idempotent(provider: &dyn Provider) {
    let before = all_recordings(provider, 0).await;
    let (gone, kept) = before.split_first().unwrap();
    assert_eq!(provider.delete(&gone.id).await.unwrap(), Deleted::Now);
    assert_eq!(provider.delete(&gone.id).await.unwrap(), Deleted::AlreadyGone);
    assert!(matches!(provider.retrieve(&gone.id).await, Err(Error::NotFound(_))));
    let after = all_recordings(provider, 0).await;
    let ids = |recordings: &[Recording]| {
        recordings.iter().map(|recording| recording.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&after), ids(kept));
}

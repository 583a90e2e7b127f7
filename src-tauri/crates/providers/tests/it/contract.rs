//! What every provider must do, whichever vendor it speaks to.
//!
//! Functions over `&dyn Provider` and one of its lists, run for each vendor against the sandbox, in good weather and in
//! bad. They know no vendor's JSON, paths or headers.

use std::collections::BTreeSet;

use domain::{ListFilters, Recording, RecordingId, RecordingList};
use futures_util::TryStreamExt;
use tapeshelf_providers::{Deleted, Error, MediaRequest, MediaStream, PageRequest, Provider};

/// A page of a list, from an offset on.
pub(crate) fn page_of(list: &RecordingList, offset: u64, limit: u32) -> PageRequest {
    PageRequest { list: list.clone(), offset, limit, ..PageRequest::default() }
}

fn ids(recordings: &[Recording]) -> Vec<String> {
    recordings.iter().map(|recording| recording.id.as_str().to_owned()).collect()
}

/// Walks all pages as a sync does: from offset to offset, until the provider says there is no more.
pub(crate) async fn all_recordings(
    provider: &dyn Provider,
    list: &RecordingList,
    limit: u32,
) -> Vec<Recording> {
    let mut all = Vec::new();
    let mut offset = 0;
    loop {
        let page = provider.list(&page_of(list, offset, limit)).await.unwrap();
        assert_eq!(page.unreadable, Vec::<String>::new(), "nothing of this account is unreadable");
        all.extend(page.recordings);
        let Some(next) = page.next_offset else {
            let end = offset + page.received;
            assert_eq!(page.total, Some(end), "the walk ends where the vendor says");
            return all;
        };
        assert!(page.received > 0, "more is promised only by a page that brought something");
        assert!(next > offset, "the walk goes on");
        offset = next;
    }
}

/// Every recording comes once, newest first, however large the pages are.
pub(crate) async fn paging_is_complete(
    provider: &dyn Provider,
    list: &RecordingList,
    expected: &[String],
) {
    for limit in [0, 1000, 100, 20, 7] {
        let ids = ids(&all_recordings(provider, list, limit).await);
        assert_eq!(ids, expected, "limit {limit}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }
    let page = provider.list(&page_of(list, 1_000_000, 0)).await.unwrap();
    assert_eq!((page.received, page.next_offset), (0, None), "beyond the end is an empty page");
}

/// Whoever knows total and stride may fetch the pages in any order, and misses nothing.
pub(crate) async fn pages_may_come_in_any_order(
    provider: &dyn Provider,
    list: &RecordingList,
    expected: &[String],
) {
    let first = provider.list(&page_of(list, 0, 20)).await.unwrap();
    let total = first.total.unwrap();
    let mut seen = BTreeSet::from_iter(ids(&first.recordings));
    let pages = total.div_ceil(first.stride);
    for number in (1..pages).rev() {
        let page = provider.list(&page_of(list, number * first.stride, 20)).await.unwrap();
        assert_eq!(page.next_offset.is_none(), number == pages - 1);
        seen.extend(ids(&page.recordings));
    }
    assert_eq!(seen, expected.iter().cloned().collect());
}

/// T-31: calls that come in while the list is read push the others down; read by id, each comes once, and a second
/// reading has the new ones too.
pub(crate) async fn a_list_that_grows_is_read_whole(
    provider: &dyn Provider,
    list: &RecordingList,
    expected: &[String],
    mut call_comes_in: impl FnMut() -> String,
) {
    let (mut seen, mut came) = (BTreeSet::new(), Vec::new());
    let mut offset = 0;
    loop {
        let page = provider.list(&page_of(list, offset, 10)).await.unwrap();
        seen.extend(ids(&page.recordings));
        match page.next_offset {
            Some(next) => offset = next,
            None => break,
        }
        came.push(call_comes_in());
    }
    assert!(!came.is_empty());
    assert!(expected.iter().all(|id| seen.contains(id)), "what was there at first is all there");
    let again: BTreeSet<String> =
        ids(&all_recordings(provider, list, 10).await).into_iter().collect();
    assert_eq!(again, came.into_iter().chain(expected.iter().cloned()).collect());
}

/// A recording asked for by itself is the one of the list.
pub(crate) async fn retrieve_agrees_with_the_list(provider: &dyn Provider, list: &RecordingList) {
    for listed in all_recordings(provider, list, 0).await.into_iter().take(40) {
        let retrieved = provider.retrieve(&listed.id).await.unwrap();
        assert_eq!(retrieved, listed);
        assert_eq!(RecordingList::of(provider.vendor(), &listed.id), *list);
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

/// Audio from any byte on is the end of the whole audio, also when the provider has to find its address.
pub(crate) async fn media_resumes_at_any_byte(
    provider: &dyn Provider,
    recording: &Recording,
    size_bytes: u64,
) {
    let part = |offset| MediaRequest {
        id: &recording.id,
        url: recording.media_url.as_deref(),
        offset,
        if_range: None,
    };
    let stream = provider.media(&part(0)).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (0, Some(size_bytes)));
    let etag = stream.etag.clone();
    let whole = bytes_of(stream).await.unwrap();
    assert_eq!(whole.len(), usize::try_from(size_bytes).unwrap());
    for offset in [1, size_bytes / 2, size_bytes - 1, size_bytes] {
        let stream = provider.media(&part(offset)).await.unwrap();
        assert_eq!((stream.offset, stream.total_bytes), (offset, Some(size_bytes)));
        let from = usize::try_from(offset).unwrap();
        assert!(bytes_of(stream).await.unwrap() == whole[from..], "from byte {offset}");
    }
    let stream = provider.media(&part(size_bytes + 1)).await.unwrap();
    assert_eq!(stream.offset, 0, "beyond the end it starts over");
    let resumed = MediaRequest { url: None, if_range: etag.as_deref(), ..part(2) };
    let stream = provider.media(&resumed).await.unwrap();
    let from = usize::try_from(stream.offset).unwrap();
    assert!(bytes_of(stream).await.unwrap() == whole[from..], "without an address");
}

/// A deletion takes exactly one recording, and twice is as good as once.
pub(crate) async fn deletion_is_final_and_idempotent(
    provider: &dyn Provider,
    list: &RecordingList,
) {
    let before = all_recordings(provider, list, 0).await;
    let (gone, kept) = before.split_first().unwrap();
    assert_eq!(provider.delete(&gone.id).await.unwrap(), Deleted::Now);
    assert_eq!(provider.delete(&gone.id).await.unwrap(), Deleted::AlreadyGone);
    assert!(matches!(provider.retrieve(&gone.id).await, Err(Error::NotFound(_))));
    let after = all_recordings(provider, list, 0).await;
    assert_eq!(ids(&after), ids(kept));
}

/// What only other vendors have is refused without asking anybody.
pub(crate) async fn what_is_not_supported_says_so(
    provider: &dyn Provider,
    list: &RecordingList,
    requests: impl Fn() -> usize,
) {
    let before = requests();
    let unsupported = match provider.vendor() {
        domain::Vendor::Vobiz => {
            let filters = ListFilters::default();
            [
                provider.create_export_job(list, &filters).await.err(),
                provider.export_job_preview(list, &filters).err(),
                provider.users().await.err(),
                provider.transcript(&RecordingId::new("a")).await.err(),
            ]
        }
        domain::Vendor::Vbc => {
            let request = crate::export::by_age_of_seven();
            [
                provider.request_export(&request).await.err(),
                provider.export_preview(&request).err(),
                provider.balance().await.err(),
                provider.call_record(&domain::CallUuid::new("a")).await.err(),
            ]
        }
    };
    for error in unsupported {
        assert!(matches!(error, Some(Error::NotSupported)), "{error:?}");
    }
    assert_eq!(requests(), before);
}

//! Audio: from the right byte, whole, and honest about how it ended.

use futures_util::TryStreamExt;
use tapeshelf_providers::{Error, MediaRequest, MediaStream};

use crate::support::{Answer, Request, Server, Which, audio_at, on_both_vendors};

on_both_vendors! {
    a_whole_file_comes_with_what_the_server_says_of_it,
    a_part_begins_where_it_was_asked_for,
    a_server_without_ranges_starts_over_and_we_say_so,
    a_part_that_cannot_be_placed_is_asked_for_again_from_the_start,
    beyond_the_end_is_either_complete_or_another_file,
    a_part_nobody_asked_for_is_no_file,
    compression_despite_our_wish_is_refused,
    a_body_cut_anywhere_ends_with_an_error,
    bytes_beyond_the_promise_are_not_part_of_the_file,
    without_a_promise_the_size_is_unknown,
    a_drip_is_a_stall,
    refusals_are_told_apart_and_not_questioned,
    a_page_instead_of_audio_keeps_its_type_for_whoever_looks_at_the_bytes,
    addresses_that_are_none_are_not_asked,
    an_unchanged_file_is_resumed_and_a_changed_one_starts_over,
    a_weak_tag_is_no_ground_to_resume,
}

type Expected = fn(&Error) -> bool;

const AUDIO: &[u8] = b"0123456789";

async fn open(
    which: Which,
    server: &Server,
    offset: u64,
) -> tapeshelf_providers::Result<MediaStream> {
    which.account(server).media(&audio_at(&server.url("/m/1.mp3"), offset)).await
}

async fn all(stream: MediaStream) -> tapeshelf_providers::Result<Vec<u8>> {
    let chunks: Vec<_> = stream.bytes.try_collect().await?;
    Ok(chunks.concat())
}

/// The first byte of a `Range` header.
fn range(request: &Request) -> Option<usize> {
    request.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

/// Serves ranges as the standard says.
fn good(request: &Request) -> Answer {
    match range(request) {
        None => Answer::new(200, AUDIO).with("ETag", "\"v1\"").with("Content-Type", "audio/mpeg"),
        Some(first) if first < AUDIO.len() => Answer::new(206, &AUDIO[first..])
            .with("Content-Range", &format!("bytes {first}-9/10"))
            .with("ETag", "\"v1\""),
        Some(_) => Answer::new(416, "").with("Content-Range", "bytes */10"),
    }
}

async fn a_whole_file_comes_with_what_the_server_says_of_it(which: Which) {
    let server = Server::start(good).await;
    let stream = open(which, &server, 0).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (0, Some(10)));
    assert_eq!(
        (stream.content_type.as_deref(), stream.etag.as_deref()),
        (Some("audio/mpeg"), Some("\"v1\""))
    );
    assert_eq!(all(stream).await.unwrap(), AUDIO);
    let asked = &server.seen()[0];
    assert_eq!(asked.header("range"), None);
    assert_eq!(
        asked.header("accept-encoding"),
        Some("identity"),
        "a compressed file cannot be resumed"
    );
    assert!(which.is_known_by(asked));
    assert_eq!(asked.header("accept"), Some("*/*"));
}

async fn a_part_begins_where_it_was_asked_for(which: Which) {
    let server = Server::start(good).await;
    let stream = open(which, &server, 4).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (4, Some(10)));
    assert_eq!(all(stream).await.unwrap(), b"456789");
    assert_eq!(server.seen()[0].header("range"), Some("bytes=4-"));
}

/// T-11: a 200 to a range is the whole file.
async fn a_server_without_ranges_starts_over_and_we_say_so(which: Which) {
    let server = Server::start(|_| Answer::new(200, AUDIO)).await;
    let stream = open(which, &server, 4).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (0, Some(10)));
    assert_eq!(all(stream).await.unwrap(), AUDIO);
    assert_eq!(server.seen().len(), 1);
}

/// T-12 and T-13: another start, no or an impossible `Content-Range`, and a 200 that names a part.
async fn a_part_that_cannot_be_placed_is_asked_for_again_from_the_start(which: Which) {
    let parts: [fn() -> Answer; 6] = [
        || Answer::new(206, &AUDIO[5..]).with("Content-Range", "bytes 5-9/10"),
        || Answer::new(206, &AUDIO[4..]),
        || Answer::new(206, &AUDIO[4..]).with("Content-Range", "bytes 4-99/10"),
        || Answer::new(206, "--b").with("Content-Type", "multipart/byteranges; boundary=b"),
        || Answer::new(200, &AUDIO[4..]).with("Content-Range", "bytes 4-9/10"),
        || Answer::new(416, ""),
    ];
    for part in parts {
        let server = Server::start(
            move |request| if range(request).is_some() { part() } else { good(request) },
        )
        .await;
        let stream = open(which, &server, 4).await.unwrap();
        assert_eq!(stream.offset, 0, "{:?}", part());
        assert_eq!(all(stream).await.unwrap(), AUDIO);
        assert_eq!(server.seen().len(), 2);
    }
}

/// T-15: 416 at the exact end.
async fn beyond_the_end_is_either_complete_or_another_file(which: Which) {
    let server = Server::start(good).await;
    let complete = open(which, &server, 10).await.unwrap();
    assert_eq!((complete.offset, complete.total_bytes), (10, Some(10)));
    assert_eq!(all(complete).await.unwrap(), b"");
    assert_eq!(server.seen().len(), 1);
    let shrunk = open(which, &server, 11).await.unwrap();
    assert_eq!(shrunk.offset, 0, "we had more than there is");
    assert_eq!(all(shrunk).await.unwrap(), AUDIO);
}

async fn a_part_nobody_asked_for_is_no_file(which: Which) {
    let server =
        Server::start(|_| Answer::new(206, &AUDIO[5..]).with("Content-Range", "bytes 5-9/10"))
            .await;
    let error = open(which, &server, 0).await.err().unwrap();
    assert!(matches!(error, Error::BadReply { .. }), "{error:?}");
}

/// T-18: gzip although identity was asked for.
async fn compression_despite_our_wish_is_refused(which: Which) {
    let server = Server::start(|_| Answer::new(200, AUDIO).with("Content-Encoding", "gzip")).await;
    let error = open(which, &server, 0).await.err().unwrap();
    assert!(
        matches!(error, Error::BadReply { .. }) && error.to_string().contains("gzip"),
        "{error:?}"
    );
    let server =
        Server::start(|_| Answer::new(200, AUDIO).with("Content-Encoding", "Identity")).await;
    assert_eq!(all(open(which, &server, 0).await.unwrap()).await.unwrap(), AUDIO);
}

/// T-16: cut at each of 64 offsets.
async fn a_body_cut_anywhere_ends_with_an_error(which: Which) {
    let long: Vec<u8> = (0..64_u32).flat_map(u32::to_be_bytes).collect();
    for kept in (0..long.len()).step_by(4) {
        let body = long[..kept].to_vec();
        let server =
            Server::start(move |_| Answer::new(200, body.clone()).promising(Some(256))).await;
        let mut stream = open(which, &server, 0).await.unwrap();
        let mut came = Vec::new();
        let ended = loop {
            match stream.bytes.try_next().await {
                Ok(Some(chunk)) => came.extend_from_slice(&chunk),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        assert!(matches!(ended, Some(Error::Interrupted { .. })), "cut at {kept}: {ended:?}");
        assert_eq!(came, long[..kept], "what came before the cut is kept");
    }
}

/// T-17: `Content-Length` is one too small; one too large is a cut, as above.
async fn bytes_beyond_the_promise_are_not_part_of_the_file(which: Which) {
    let server = Server::start(|_| Answer::new(200, AUDIO).promising(Some(9))).await;
    let stream = open(which, &server, 0).await.unwrap();
    assert_eq!(stream.total_bytes, Some(9));
    assert_eq!(all(stream).await.unwrap(), &AUDIO[..9]);
}

async fn without_a_promise_the_size_is_unknown(which: Which) {
    let server = Server::start(|_| Answer::new(200, AUDIO).promising(None)).await;
    let stream = open(which, &server, 0).await.unwrap();
    assert_eq!(stream.total_bytes, None);
    assert_eq!(all(stream).await.unwrap(), AUDIO);
}

/// T-21: a body that drips.
async fn a_drip_is_a_stall(which: Which) {
    let server = Server::start(|_| Answer::dripping()).await;
    let error = all(open(which, &server, 0).await.unwrap()).await.unwrap_err();
    assert!(
        matches!(error, Error::Interrupted { .. }) && error.to_string().contains("stalled"),
        "{error}"
    );
}

async fn refusals_are_told_apart_and_not_questioned(which: Which) {
    let refusals: [(u16, Expected); 4] = [
        (401, |error| matches!(error, Error::Unauthenticated(_))),
        (403, |error| matches!(error, Error::PermissionDenied(_))),
        (404, |error| matches!(error, Error::NotFound(_))),
        (204, |error| matches!(error, Error::BadReply { .. })),
    ];
    for (status, expected) in refusals {
        let server = Server::start(move |_| Answer::new(status, "")).await;
        let error = open(which, &server, 0).await.err().unwrap();
        assert!(expected(&error), "{status}: {error:?}");
        let asked = server.seen().iter().filter(|request| request.path() == "/m/1.mp3").count();
        assert_eq!(asked, 1, "{status}: whether a fresh address helps is for the caller to try");
    }
}

/// T-19, as far as it is decided here.
async fn a_page_instead_of_audio_keeps_its_type_for_whoever_looks_at_the_bytes(which: Which) {
    let server =
        Server::start(|_| Answer::new(200, "<html>").with("Content-Type", "text/html")).await;
    let stream = open(which, &server, 0).await.unwrap();
    assert_eq!(stream.content_type.as_deref(), Some("text/html"));
}

async fn addresses_that_are_none_are_not_asked(which: Which) {
    let server = Server::start(good).await;
    let provider = which.account(&server);
    for address in [
        "",
        "  ",
        "file:///etc/passwd",
        "data:audio/wav,x",
        "javascript:1",
        "http://example.test/a.mp3",
    ] {
        let error = provider.media(&audio_at(address, 0)).await.err().unwrap();
        assert!(
            matches!(error, Error::Invalid { .. } | Error::BadReply { .. }),
            "{address}: {error:?}"
        );
    }
    assert_eq!(server.seen().len(), 0);
}

/// T-14: with `If-Range` a changed file comes whole, from the start.
async fn an_unchanged_file_is_resumed_and_a_changed_one_starts_over(which: Which) {
    let server = Server::start(|request| match request.header("if-range") {
        Some("\"v1\"") | None => good(request),
        Some(_) => Answer::new(200, AUDIO).with("ETag", "\"v1\""),
    })
    .await;
    let provider = which.account(&server);
    let url = server.url("/m/1.mp3");
    for (etag, offset) in [("\"v1\"", 4), ("\"v0\"", 0)] {
        let request = MediaRequest { if_range: Some(etag), ..audio_at(&url, 4) };
        let stream = provider.media(&request).await.unwrap();
        assert_eq!((stream.offset, stream.etag.as_deref()), (offset, Some("\"v1\"")), "{etag}");
        assert_eq!(all(stream).await.unwrap(), &AUDIO[usize::try_from(offset).unwrap()..]);
    }
    let asked: Vec<_> =
        server.seen().iter().map(|request| request.header("if-range").map(str::to_owned)).collect();
    assert_eq!(asked, [Some("\"v1\"".into()), Some("\"v0\"".into())]);
}

/// T-14: a weak tag does not promise the same bytes, so it is not sent.
async fn a_weak_tag_is_no_ground_to_resume(which: Which) {
    let server = Server::start(good).await;
    let provider = which.account(&server);
    let url = server.url("/m/1.mp3");
    for etag in ["W/\"v1\"", "v1", "", "\"v\r\n1\""] {
        let request = MediaRequest { if_range: Some(etag), ..audio_at(&url, 4) };
        provider.media(&request).await.unwrap();
    }
    assert!(server.seen().iter().all(|request| request.header("if-range").is_none()));
}

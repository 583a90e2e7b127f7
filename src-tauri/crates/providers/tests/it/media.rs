//! Audio: from the right byte, whole, and honest about how it ended.

use futures_util::TryStreamExt;
use tapeshelf_providers::{Error, MediaStream, Provider};

use crate::support::{AUTH_ID, Answer, Request, Server, TOKEN, account};

type Expected = fn(&Error) -> bool;

const AUDIO: &[u8] = b"0123456789";

async fn open(server: &Server, offset: u64) -> tapeshelf_providers::Result<MediaStream> {
    account(&server.base_url()).media(&server.url("/m/1.mp3"), offset).await
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

#[tokio::test]
async fn a_whole_file_comes_with_what_the_server_says_of_it() {
    let server = Server::start(good).await;
    let stream = open(&server, 0).await.unwrap();
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
    assert_eq!(
        (asked.header("x-auth-id"), asked.header("x-auth-token")),
        (Some(AUTH_ID), Some(TOKEN))
    );
    assert_eq!(asked.header("accept"), Some("*/*"));
}

#[tokio::test]
async fn a_part_begins_where_it_was_asked_for() {
    let server = Server::start(good).await;
    let stream = open(&server, 4).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (4, Some(10)));
    assert_eq!(all(stream).await.unwrap(), b"456789");
    assert_eq!(server.seen()[0].header("range"), Some("bytes=4-"));
}

#[tokio::test]
async fn a_server_without_ranges_starts_over_and_we_say_so() {
    let server = Server::start(|_| Answer::new(200, AUDIO)).await;
    let stream = open(&server, 4).await.unwrap();
    assert_eq!((stream.offset, stream.total_bytes), (0, Some(10)));
    assert_eq!(all(stream).await.unwrap(), AUDIO);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_part_that_cannot_be_placed_is_asked_for_again_from_the_start() {
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
        let stream = open(&server, 4).await.unwrap();
        assert_eq!(stream.offset, 0, "{:?}", part());
        assert_eq!(all(stream).await.unwrap(), AUDIO);
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn beyond_the_end_is_either_complete_or_another_file() {
    let server = Server::start(good).await;
    let complete = open(&server, 10).await.unwrap();
    assert_eq!((complete.offset, complete.total_bytes), (10, Some(10)));
    assert_eq!(all(complete).await.unwrap(), b"");
    assert_eq!(server.seen().len(), 1);
    let shrunk = open(&server, 11).await.unwrap();
    assert_eq!(shrunk.offset, 0, "we had more than there is");
    assert_eq!(all(shrunk).await.unwrap(), AUDIO);
}

#[tokio::test]
async fn a_part_nobody_asked_for_is_no_file() {
    let server =
        Server::start(|_| Answer::new(206, &AUDIO[5..]).with("Content-Range", "bytes 5-9/10"))
            .await;
    let error = open(&server, 0).await.err().unwrap();
    assert!(matches!(error, Error::BadReply { .. }), "{error:?}");
}

#[tokio::test]
async fn compression_despite_our_wish_is_refused() {
    let server = Server::start(|_| Answer::new(200, AUDIO).with("Content-Encoding", "gzip")).await;
    let error = open(&server, 0).await.err().unwrap();
    assert!(
        matches!(error, Error::BadReply { .. }) && error.to_string().contains("gzip"),
        "{error:?}"
    );
    let server =
        Server::start(|_| Answer::new(200, AUDIO).with("Content-Encoding", "Identity")).await;
    assert_eq!(all(open(&server, 0).await.unwrap()).await.unwrap(), AUDIO);
}

#[tokio::test]
async fn a_body_cut_anywhere_ends_with_an_error() {
    let long: Vec<u8> = (0..64_u32).flat_map(u32::to_be_bytes).collect();
    for kept in (0..long.len()).step_by(4) {
        let body = long[..kept].to_vec();
        let server =
            Server::start(move |_| Answer::new(200, body.clone()).promising(Some(256))).await;
        let mut stream = open(&server, 0).await.unwrap();
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

#[tokio::test]
async fn bytes_beyond_the_promise_are_not_part_of_the_file() {
    let server = Server::start(|_| Answer::new(200, AUDIO).promising(Some(9))).await;
    let stream = open(&server, 0).await.unwrap();
    assert_eq!(stream.total_bytes, Some(9));
    assert_eq!(all(stream).await.unwrap(), &AUDIO[..9]);
}

#[tokio::test]
async fn without_a_promise_the_size_is_unknown() {
    let server = Server::start(|_| Answer::new(200, AUDIO).promising(None)).await;
    let stream = open(&server, 0).await.unwrap();
    assert_eq!(stream.total_bytes, None);
    assert_eq!(all(stream).await.unwrap(), AUDIO);
}

#[tokio::test]
async fn a_drip_is_a_stall() {
    let server = Server::start(|_| Answer::dripping()).await;
    let error = all(open(&server, 0).await.unwrap()).await.unwrap_err();
    assert!(
        matches!(error, Error::Interrupted { .. }) && error.to_string().contains("stalled"),
        "{error}"
    );
}

#[tokio::test]
async fn refusals_are_told_apart_and_not_questioned() {
    let refusals: [(u16, Expected); 4] = [
        (401, |error| matches!(error, Error::Unauthenticated(_))),
        (403, |error| matches!(error, Error::PermissionDenied(_))),
        (404, |error| matches!(error, Error::NotFound(_))),
        (204, |error| matches!(error, Error::BadReply { .. })),
    ];
    for (status, expected) in refusals {
        let server = Server::start(move |_| Answer::new(status, "")).await;
        let error = open(&server, 0).await.err().unwrap();
        assert!(expected(&error), "{status}: {error:?}");
        assert_eq!(
            server.seen().len(),
            1,
            "{status}: whether a fresh address helps is for the caller to try"
        );
    }
}

#[tokio::test]
async fn a_page_instead_of_audio_keeps_its_type_for_whoever_looks_at_the_bytes() {
    let server =
        Server::start(|_| Answer::new(200, "<html>").with("Content-Type", "text/html")).await;
    let stream = open(&server, 0).await.unwrap();
    assert_eq!(stream.content_type.as_deref(), Some("text/html"));
}

#[tokio::test]
async fn addresses_that_are_none_are_not_asked() {
    let server = Server::start(good).await;
    let provider = account(&server.base_url());
    for address in [
        "",
        "  ",
        "/relative",
        "file:///etc/passwd",
        "data:audio/wav,x",
        "javascript:1",
        "http://example.test/a.mp3",
    ] {
        let error = provider.media(address, 0).await.err().unwrap();
        assert!(
            matches!(error, Error::Invalid { .. } | Error::BadReply { .. }),
            "{address}: {error:?}"
        );
    }
    assert_eq!(server.seen().len(), 0);
}

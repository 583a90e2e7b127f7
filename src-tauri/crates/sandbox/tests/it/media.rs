//! The audio: whole, in parts, and as long as the metadata says.

use std::collections::{HashMap, HashSet};

use reqwest::Method;
use tapeshelf_sandbox::{Codec, SandboxOptions};

use crate::files::{Read, read};
use crate::support::{Bench, header, small, text};

#[tokio::test]
async fn files_want_both_headers_on_another_origin_than_the_api() {
    let bench = Bench::start(small()).await;
    let (_, url) = bench.first();
    assert!(url.starts_with(bench.sandbox.media_origin()));
    assert!(!bench.sandbox.api_base_url().starts_with(bench.sandbox.media_origin()));
    assert_eq!(bench.bare(Method::GET, &url).send().await.unwrap().status(), 401);
    let half = bench.bare(Method::GET, &url).header("X-Auth-ID", bench.sandbox.auth_id());
    assert_eq!(half.send().await.unwrap().status(), 401);
    assert_eq!(bench.get(&url).await.status(), 200);
    let other = url.replace(".mp3", ".ogg").replace(".wav", ".ogg");
    assert_eq!(bench.get(&other).await.status(), 404);
}

#[tokio::test]
async fn every_encoding_is_exactly_as_long_and_large_as_told() {
    let bench = Bench::start(SandboxOptions { recordings: 400, ..small() }).await;
    let mut tried = HashMap::new();
    for row in bench.sandbox.recordings() {
        let id = text(&row, "recording_id");
        let facts = bench.sandbox.facts(id).unwrap();
        // Two of each encoding, none longer than ten minutes, are proof enough.
        let count = tried.entry(facts.encoding).or_insert(0);
        if *count == 2 || facts.duration_ms > 600_000 {
            continue;
        }
        *count += 1;
        assert_eq!(text(&row, "recording_duration_ms"), format!("{}.00000", facts.duration_ms));
        assert_eq!(row["recording_url"], facts.media_url);
        let response = bench.get(&facts.media_url).await;
        assert_eq!(header(&response, "content-length").unwrap(), facts.size_bytes.to_string());
        let claimed = if facts.media_url.ends_with(".mp3") { "audio/mpeg" } else { "audio/wav" };
        assert_eq!(header(&response, "content-type").unwrap(), claimed);
        let file = response.bytes().await.unwrap();
        assert_eq!(file.len() as u64, facts.size_bytes);
        let codec = match facts.encoding.codec {
            Codec::Mp3Cbr32 | Codec::Mp3Cbr64 => "cbr",
            Codec::Mp3Vbr => "vbr",
            Codec::WavPcm => "pcm",
            Codec::WavUlaw => "ulaw",
        };
        let channels = if facts.encoding.stereo { 2 } else { 1 };
        assert_eq!(
            read(&file),
            Read { channels, duration_ms: facts.duration_ms, codec },
            "{}",
            facts.encoding
        );
    }
    assert_eq!(tried.len(), 10, "{tried:?}");
}

#[tokio::test]
async fn calls_sound_different_and_the_same_call_sounds_the_same() {
    let bench = Bench::start(small()).await;
    let mut files = HashSet::new();
    for id in bench.sandbox.recording_ids().iter().take(20) {
        let url = bench.sandbox.facts(id).unwrap().media_url;
        let file = bench.get(&url).await.bytes().await.unwrap();
        assert_eq!(file, bench.get(&url).await.bytes().await.unwrap());
        assert!(files.insert(file), "{id} sounds like another call");
    }
}

#[tokio::test]
async fn any_part_is_the_part_of_the_whole() {
    let bench = Bench::start(SandboxOptions { recordings: 300, ..small() }).await;
    let mut tried = HashSet::new();
    for id in bench.sandbox.recording_ids() {
        let facts = bench.sandbox.facts(&id).unwrap();
        if facts.duration_ms > 120_000 || !tried.insert(facts.encoding) {
            continue;
        }
        let whole = bench.get(&facts.media_url).await.bytes().await.unwrap();
        let size = whole.len();
        let part = async |range: String| {
            bench
                .request(Method::GET, &facts.media_url)
                .header("Range", range)
                .send()
                .await
                .unwrap()
        };
        for start in [0, 1, 40, 57, 58, 143, 144, 577, size / 3, size / 2 + 1, size - 1] {
            let response = part(format!("bytes={start}-")).await;
            assert_eq!(response.status(), 206);
            let expected = format!("bytes {start}-{}/{size}", size - 1);
            assert_eq!(header(&response, "content-range").unwrap(), expected);
            assert_eq!(
                response.bytes().await.unwrap(),
                whole[start..],
                "{} from {start}",
                facts.encoding
            );
        }
        let middle = part("bytes=1000-1999".into()).await;
        assert_eq!(header(&middle, "content-length").unwrap(), "1000");
        assert_eq!(middle.bytes().await.unwrap(), whole[1000..2000]);
        let tail = part("bytes=-300".into()).await;
        assert_eq!(tail.bytes().await.unwrap(), whole[size - 300..]);
        let beyond = part(format!("bytes={size}-")).await;
        assert_eq!(beyond.status(), 416);
        assert_eq!(header(&beyond, "content-range").unwrap(), format!("bytes */{size}"));
    }
    assert!(tried.len() >= 8, "{tried:?}");
}

#[tokio::test]
async fn a_range_of_a_changed_file_becomes_the_whole_file() {
    let bench = Bench::start(small()).await;
    let (_, url) = bench.first();
    let etag = header(&bench.get(&url).await, "etag").unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong validator");
    for (known, status) in [(etag.as_str(), 206), ("\"other\"", 200)] {
        let request =
            bench.request(Method::GET, &url).header("Range", "bytes=10-").header("If-Range", known);
        assert_eq!(request.send().await.unwrap().status(), status, "{known}");
    }
}

#[tokio::test]
async fn an_hour_is_served_in_full_and_from_its_middle() {
    let bench = Bench::start(SandboxOptions { recordings: 2000, ..small() }).await;
    let long: Vec<_> = bench
        .sandbox
        .recording_ids()
        .iter()
        .map(|id| bench.sandbox.facts(id).unwrap())
        .filter(|facts| facts.duration_ms > 3_600_000)
        .collect();
    let facts =
        long.iter().min_by_key(|facts| facts.size_bytes).expect("a call of more than an hour");
    let file = bench.get(&facts.media_url).await.bytes().await.unwrap();
    assert_eq!(read(&file).duration_ms, facts.duration_ms);
    let start = file.len() / 2;
    let rest =
        bench.request(Method::GET, &facts.media_url).header("Range", format!("bytes={start}-"));
    assert_eq!(rest.send().await.unwrap().bytes().await.unwrap(), file[start..]);
}

#[tokio::test]
async fn a_head_request_tells_the_size_without_the_bytes() {
    let bench = Bench::start(small()).await;
    let (id, url) = bench.first();
    let head = bench.request(Method::HEAD, &url).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let size = bench.sandbox.facts(&id).unwrap().size_bytes;
    assert_eq!(header(&head, "content-length").unwrap(), size.to_string());
}

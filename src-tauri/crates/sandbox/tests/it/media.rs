//! The audio: whole, in parts, and as long as the metadata says.

use std::collections::{HashMap, HashSet};

use reqwest::Method;
use serde_json::Value;
use tapeshelf_sandbox::{Codec, MediaLength, SandboxOptions, VbcRecordings};

use crate::files::{Read, read};
use crate::support::{Bench, extension, header, small, text};
use crate::vbc::Office;

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
        let claimed = if extension(&facts.media_url) == "mp3" { "audio/mpeg" } else { "audio/wav" };
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
    let facts =
        bench.sandbox.recording_ids().into_iter().map(|id| bench.sandbox.facts(&id).unwrap());
    for facts in facts.filter(|facts| facts.duration_ms < 120_000) {
        let url = facts.media_url;
        let file = bench.get(&url).await.bytes().await.unwrap();
        assert_eq!(file, bench.get(&url).await.bytes().await.unwrap());
        assert!(files.insert(file), "{url} sounds like another call");
    }
    assert!(files.len() > 10, "{}", files.len());
}

/// The first four keypad tones (ITU-T Q.23) in 16-bit samples at 8 kHz.
fn keys(samples: &[i16]) -> String {
    const LOW_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const HIGH_HZ: [f64; 3] = [1209.0, 1336.0, 1477.0];
    let mut digits = String::new();
    let mut was_tone = false;
    for window in samples.chunks_exact(320) {
        let energy: f64 = window.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        let power = |hz: f64| {
            let step = std::f64::consts::TAU * hz / 8000.0;
            let (re, im) = window.iter().zip(0_u32..).fold((0.0, 0.0), |(re, im), (sample, n)| {
                let (sin, cos) = (step * f64::from(n)).sin_cos();
                (re + f64::from(*sample) * cos, im + f64::from(*sample) * sin)
            });
            re * re + im * im
        };
        let strongest = |of: &[f64]| {
            let powers = of.iter().map(|hz| power(*hz)).enumerate();
            powers.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
        };
        let ((row, low), (column, high)) = (strongest(&LOW_HZ), strongest(&HIGH_HZ));
        // A tone is loud, and has nearly all of its energy in two lines.
        let is_tone = energy > 320.0 * 250_000.0 && (low + high) * 2.0 / 320.0 > 0.8 * energy;
        if is_tone && !was_tone && digits.len() < 4 {
            digits.push(["123", "456", "789", "*0#"][row].chars().nth(column).unwrap());
        }
        was_tone = is_tone;
    }
    digits
}

#[tokio::test]
async fn the_keypad_tones_at_the_start_tell_which_call_it_is() {
    let bench = Bench::start(SandboxOptions { recordings: 300, ..small() }).await;
    let mut heard = HashSet::new();
    for id in bench.sandbox.recording_ids() {
        let facts = bench.sandbox.facts(&id).unwrap();
        if facts.encoding.codec != Codec::WavPcm {
            continue;
        }
        let request =
            bench.request(Method::GET, &facts.media_url).header("Range", "bytes=44-70000");
        let bytes = request.send().await.unwrap().bytes().await.unwrap();
        let step = if facts.encoding.stereo { 4 } else { 2 };
        // In stereo the caller, who presses the keys, is on the left.
        let samples: Vec<i16> = bytes
            .chunks_exact(step)
            .map(|frame| i16::from_le_bytes([frame[0], frame[1]]))
            .take(16_000)
            .collect();
        assert_eq!(keys(&samples), facts.opening_digits, "{}", facts.encoding);
        heard.insert(facts.opening_digits);
    }
    assert!(heard.len() > 10, "{heard:?}");
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
    let duration_ms = |row: &Value| text(row, "recording_duration_ms").parse::<f64>().unwrap();
    let facts = bench
        .sandbox
        .recordings()
        .iter()
        .filter(|row| duration_ms(row) > 3_600_000.0)
        .map(|row| bench.sandbox.facts(text(row, "recording_id")).unwrap())
        .min_by_key(|facts| facts.size_bytes)
        .expect("a call of more than an hour");
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

#[tokio::test]
async fn files_of_a_fixed_size_are_as_long_as_told_and_each_is_another() {
    let media_length = MediaLength::Fixed { bytes: 120_000 };
    let bench = Bench::start(SandboxOptions { media_length, ..small() }).await;
    let mut files = HashSet::new();
    for row in bench.sandbox.recordings() {
        let facts = bench.sandbox.facts(text(&row, "recording_id")).unwrap();
        let file = bench.get(&facts.media_url).await.bytes().await.unwrap();
        assert!((120_000..121_500).contains(&file.len()), "{}", file.len());
        assert_eq!(file.len() as u64, facts.size_bytes);
        let told = text(&row, "recording_duration_ms").to_owned();
        assert_eq!(told, format!("{}.00000", read(&file).duration_ms));
        assert!(files.insert(file));
    }
    let office = Office::start(SandboxOptions { media_length, ..small() }).await;
    let rows = office.vbc().recordings(VbcRecordings::Company);
    for row in rows.iter().take(30) {
        let file = office.get(text(row, "download_url")).await.bytes().await.unwrap();
        assert!((120_000..121_500).contains(&file.len()), "{}", file.len());
        assert_eq!(row["file_size_in_bytes"], file.len());
        assert_eq!(row["duration"], read(&file).duration_ms);
        assert!(files.insert(file));
    }
    let large = MediaLength::Fixed { bytes: 1 << 30 };
    let bench = Bench::start(SandboxOptions { media_length: large, ..small() }).await;
    let (id, url) = bench.first();
    let size = bench.sandbox.facts(&id).unwrap().size_bytes;
    assert!(size >= 1 << 30);
    let last = bench.request(Method::GET, &url).header("Range", format!("bytes={}-", size - 9));
    assert_eq!(last.send().await.unwrap().bytes().await.unwrap().len(), 9);
}

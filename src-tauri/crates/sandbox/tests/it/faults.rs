//! Trouble on request.

use reqwest::Method;
use tapeshelf_sandbox::{Fault, NOT_READY_TRIES, Origin, RETRY_AFTER_S, SandboxOptions};

use crate::files::read;
use crate::support::{Bench, header, small};

async fn with(faults: &str) -> Bench {
    Bench::start(SandboxOptions { faults: faults.parse().unwrap(), ..small() }).await
}

#[tokio::test]
async fn html200_is_a_page_under_either_label() {
    let bench = with("html200").await;
    let mut labels = Vec::new();
    for id in bench.sandbox.recording_ids() {
        let response = bench.get(&bench.sandbox.facts(&id).unwrap().media_url).await;
        assert_eq!(response.status(), 200);
        labels.push(header(&response, "content-type").unwrap());
        assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    }
    assert!(labels.iter().any(|label| label.starts_with("text/html")));
    assert!(labels.iter().any(|label| label.starts_with("audio/")));
}

#[tokio::test]
async fn empty200_has_no_bytes() {
    let bench = with("empty200").await;
    let response = bench.get(&bench.first().1).await;
    assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(0)));
    assert_eq!(response.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn cut_breaks_the_connection_and_resuming_gets_through() {
    let bench = with("cut:0.5").await;
    let (id, url) = bench.first();
    let size = usize::try_from(bench.sandbox.facts(&id).unwrap().size_bytes).unwrap();
    let mut file = Vec::new();
    let mut broken = 0;
    while file.len() < size {
        let range = format!("bytes={}-", file.len());
        let mut response =
            bench.request(Method::GET, &url).header("Range", range).send().await.unwrap();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => file.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(_) => {
                    broken += 1;
                    break;
                }
            }
        }
        assert!(broken < 64, "luck cannot be that bad");
    }
    assert_eq!(file.len(), size);
    read(&file);

    bench.sandbox.break_media(&id, Fault::Cut);
    assert!(bench.get(&url).await.bytes().await.is_err());
}

#[tokio::test]
async fn rate429_says_when_to_come_back_on_both_origins() {
    let bench = with("rate429").await;
    for url in [bench.account_url("Recording/"), bench.first().1] {
        let response = bench.get(&url).await;
        assert_eq!(response.status(), 429);
        assert_eq!(header(&response, "retry-after").unwrap(), RETRY_AFTER_S.to_string());
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "RATE_LIMIT_EXCEEDED");
        assert_eq!(body["error"]["details"]["retryAfter"], RETRY_AFTER_S);
        assert!(body["requestId"].is_string());
    }
    let anonymous = bench.bare(Method::GET, &bench.account_url("Recording/")).send().await.unwrap();
    assert_eq!(anonymous.status(), 401, "only those who may come in are counted");
}

#[tokio::test]
async fn server5xx_is_told_in_json_or_html() {
    let bench = with("server5xx").await;
    let mut seen = std::collections::BTreeSet::new();
    for offset in 0..30 {
        let response = bench.get(&bench.account_url(&format!("Recording/?offset={offset}"))).await;
        let status = response.status().as_u16();
        let is_html = header(&response, "content-type").unwrap().starts_with("text/html");
        assert_eq!(is_html, status == 502);
        seen.insert(status);
    }
    assert_eq!(seen, [500, 502, 503].into());
}

#[tokio::test]
async fn a_failed_request_did_nothing() {
    let bench = with("server5xx").await;
    let (id, _) = bench.first();
    let url = bench.account_url(&format!("Recording/{id}/"));
    assert!(bench.request(Method::DELETE, &url).send().await.unwrap().status().is_server_error());
    assert_eq!(bench.sandbox.total(), 50);
}

#[tokio::test]
async fn not_ready_becomes_ready() {
    let bench = with("not_ready").await;
    let (_, url) = bench.first();
    let mut statuses = Vec::new();
    for _ in 0..=NOT_READY_TRIES {
        statuses.push(bench.get(&url).await.status().as_u16());
    }
    assert_eq!(statuses, [404, 404, 200, 200]);
}

#[tokio::test]
async fn redirect_foreign_leads_to_another_host_that_needs_no_credentials() {
    let bench = with("redirect_foreign").await;
    let (id, url) = bench.first();
    let response = bench.get(&url).await;
    assert_eq!(response.status(), 302);
    let target = header(&response, "location").unwrap();
    assert!(target.starts_with("http://localhost:"), "{target}");
    assert!(target.starts_with(bench.sandbox.foreign_origin()));
    let file = bench.bare(Method::GET, &target).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(file.len() as u64, bench.sandbox.facts(&id).unwrap().size_bytes);
    let leaks = |bench: &Bench| {
        let log = bench.sandbox.request_log();
        log.iter().filter(|entry| entry.origin == Origin::Foreign && entry.had_credentials).count()
    };
    assert_eq!(leaks(&bench), 0);
    bench.get(&target).await;
    assert_eq!(leaks(&bench), 1, "a leak is seen");
}

#[tokio::test]
async fn slow_trickles_and_still_delivers_every_byte() {
    let bench = Bench::start(small()).await;
    let id = bench
        .sandbox
        .recording_ids()
        .into_iter()
        .min_by_key(|id| bench.sandbox.facts(id).unwrap().size_bytes)
        .unwrap();
    let facts = bench.sandbox.facts(&id).unwrap();
    bench.sandbox.break_media(&id, Fault::Slow);
    let mut response = bench.get(&facts.media_url).await;
    let (mut pieces, mut size) = (0, 0);
    while let Some(chunk) = response.chunk().await.unwrap() {
        pieces += 1;
        size += chunk.len() as u64;
    }
    assert_eq!(size, facts.size_bytes);
    assert!(pieces > 2, "{pieces} pieces of {size} bytes");
}

#[tokio::test]
async fn one_recording_can_be_broken_for_a_while() {
    let bench = Bench::start(small()).await;
    let ids = bench.sandbox.recording_ids();
    let url = |id: &str| bench.sandbox.facts(id).unwrap().media_url;
    bench.sandbox.break_media_times(&ids[0], Fault::Server5xx, 1);
    assert!(bench.get(&url(&ids[0])).await.status().is_server_error());
    assert_eq!(bench.get(&url(&ids[0])).await.status(), 200);

    bench.sandbox.break_media(&ids[1], Fault::Empty200);
    assert_eq!(bench.get(&url(&ids[1])).await.content_length(), Some(0));
    assert_ne!(bench.get(&url(&ids[2])).await.content_length(), Some(0));
    bench.sandbox.mend_media(&ids[1]);
    assert_ne!(bench.get(&url(&ids[1])).await.content_length(), Some(0));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_slow_listener() {
    let bench = Bench::start(small()).await;
    let id = bench
        .sandbox
        .recording_ids()
        .into_iter()
        .max_by_key(|id| bench.sandbox.facts(id).unwrap().size_bytes)
        .unwrap();
    let facts = bench.sandbox.facts(&id).unwrap();
    bench.sandbox.break_media(&id, Fault::Slow);
    let mut response = bench.get(&facts.media_url).await;
    assert!(response.chunk().await.unwrap().is_some());
    bench.sandbox.stop().await;
    let mut rest = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        rest += chunk.len() as u64;
    }
    assert!(rest < facts.size_bytes, "the body ended early");
}

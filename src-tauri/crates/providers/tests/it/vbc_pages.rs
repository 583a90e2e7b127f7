//! Pages of VBC whose links, sizes and totals lie, and rows of every kind.

use serde_json::{Value, json};
use tapeshelf_providers::{Error, Page, PageRequest, Provider};

use domain::{ListFilters, RecordingList};

use crate::support::{Answer, Request, Server, pasted, quick, vbc_config};

fn number(request: &Request, name: &str) -> u64 {
    request.query(name).map_or(0, |text| text.parse().unwrap())
}

fn rows(from: u64, to: u64) -> Vec<Value> {
    (from..to).map(|id| json!({"id": id, "duration": 1000})).collect()
}

async fn walked(server: &Server) -> (Vec<String>, Page) {
    let provider = pasted(vbc_config(server), quick());
    let mut request = PageRequest { list: RecordingList::Company, ..PageRequest::default() };
    let mut ids: Vec<String> = Vec::new();
    loop {
        let page = provider.list(&request).await.unwrap();
        let before = ids.len();
        for recording in &page.recordings {
            let id = recording.id.as_str().to_owned();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        match page.next_offset {
            Some(next) if ids.len() > before => request.offset = next,
            _ => return (ids, page),
        }
        assert!(server.seen().len() < 200, "it ends");
    }
}

fn numbers(count: u64) -> Vec<String> {
    (0..count).map(|id| id.to_string()).collect()
}

/// A list of `count` rows, in pages of at most `largest`, the first of which is called `base`. What else the envelope
/// says is up to the test.
async fn list_of(
    count: u64,
    largest: u64,
    base: u64,
    envelope: impl Fn(u64, u64) -> Value + Send + Sync + 'static,
) -> Server {
    Server::start(move |request| {
        let size = number(request, "page_size").min(largest);
        let page = number(request, "page");
        let Some(index) = page.checked_sub(base) else { return Answer::new(400, "{}") };
        let from = (index * size).min(count);
        let mut body = envelope(page, size);
        body["_embedded"] = json!({"recordings": rows(from, (from + size).min(count))});
        Answer::json(&body)
    })
    .await
}

#[tokio::test]
async fn a_base_is_learned_without_links_and_in_spite_of_them() {
    for base in [0, 1] {
        // Nothing but a total.
        let server = list_of(57, 10, base, |_, _| json!({"total_items": 57})).await;
        assert_eq!(walked(&server).await.0, numbers(57), "base {base}, no links");
        // Links as in the vendor's sample, which begin at 0 whatever the service does.
        let server = list_of(57, 10, base, |_, size| {
            json!({"total_items": 57, "page_size": size, "_links": {"first": {"href": "x?page=0"}}})
        })
        .await;
        assert_eq!(walked(&server).await.0, numbers(57), "base {base}, sample links");
        // Nothing at all: only an empty page ends it.
        let server = list_of(57, 100, base, |_, _| json!({"page": 1})).await;
        assert_eq!(walked(&server).await.0, numbers(57), "base {base}, nothing");
    }
    // A service that takes page 0 for page 1.
    let server = Server::start(|request| {
        let index = number(request, "page").max(1) - 1;
        let (from, to) = (index * 10, (index * 10 + 10).min(35));
        Answer::json(&json!({"_embedded": {"recordings": rows(from.min(35), to)}, "page_size": 10, "total_items": 35}))
    })
    .await;
    assert_eq!(walked(&server).await.0, numbers(35));
}

#[tokio::test]
async fn a_cap_is_believed_from_what_came_and_not_from_what_is_said() {
    // It says 100 and sends 10.
    let server = list_of(95, 10, 1, |page, _| {
        json!({"page": page, "page_size": 100, "total_items": 95, "_links": {"first": {"href": "/?page=1"}}})
    })
    .await;
    let (ids, last) = walked(&server).await;
    assert_eq!((ids, last.total), (numbers(95), Some(95)));
}

/// T-31: totals that lie, links that loop, and pages that repeat.
#[tokio::test]
async fn lying_totals_and_looping_links_lose_nothing_and_end() {
    for total in [0, 5, 57, 5000] {
        let server = list_of(57, 10, 1, move |page, size| {
            json!({"page": page, "page_size": size, "total_items": total, "_links": {
                "first": {"href": "/?page=1"}, "next": {"href": "/?page=2"}}})
        })
        .await;
        assert_eq!(walked(&server).await.0, numbers(57), "total {total}");
    }
    let repeating = Server::start(|_| {
        Answer::json(
            &json!({"_embedded": {"recordings": rows(0, 10)}, "page_size": 10, "total_items": 500,
            "_links": {"first": {"href": "/?page=1"}, "next": {"href": "/?page=2"}}}),
        )
    })
    .await;
    assert_eq!(walked(&repeating).await.0, numbers(10));
    // A link to elsewhere is a sign of more and is not followed.
    let trap = Server::start(|_| Answer::new(200, "{}")).await;
    let href = trap.url("/?page=2");
    let server = list_of(25, 10, 1, move |_, size| {
        json!({"page_size": size, "total_items": 25, "_links": {"first": {"href": "/?page=1"}, "next": {"href": href}}})
    })
    .await;
    assert_eq!(walked(&server).await.0, numbers(25));
    assert_eq!(trap.seen().len(), 0);
}

#[tokio::test]
async fn times_are_written_the_other_way_when_they_are_refused() {
    let server = Server::start(|request| match request.query("start%3Agte") {
        Some(time) if time.ends_with('Z') => {
            Answer::json(&json!({"_embedded": {"recordings": rows(0, 1)}, "total_items": 1}))
        }
        _ => Answer::new(400, r#"{"title":"Invalid parameters"}"#),
    })
    .await;
    let provider = pasted(vbc_config(&server), quick());
    let filters = ListFilters {
        start_gte: Some("2026-05-07T04:15:35Z".parse().unwrap()),
        ..ListFilters::default()
    };
    let request = PageRequest { list: RecordingList::Company, filters, ..PageRequest::default() };
    for _ in 0..2 {
        assert_eq!(provider.list(&request).await.unwrap().received, 1);
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 3, "refused, taken, remembered");
    assert_eq!(seen[0].query("start%3Agte"), Some("2026-05-07T04%3A15%3A35%2B0000"));
    assert_eq!(seen[2].query("start%3Agte"), Some("2026-05-07T04%3A15%3A35Z"));
}

#[tokio::test]
async fn the_documents_sample_is_read() {
    let body = json!({"_embedded": {"recordings": [{
        "_links": {"self": {"href": "https://api.vonage.com/t/vbc.prod/call_recording/api/accounts/549825/company_call_recordings/193228"}},
        "call_direction": "INBOUND", "call_id": "c91150a6-8cc4-4e73-9fef-17fd925c6448",
        "caller_id": "17325550100", "cnam": "JOHN SMITH", "dnis": "17325550100",
        "download_url": "https://api.vonage.com/t/vbc.prod/call_recording/api/audio/recording/193228",
        "duration": 60000, "end": "2019-01-01T00:01:00+0000", "extensions": [999, "304"],
        "file_name": "730048.118264.95a7584b.1463122442148.mp3", "file_size_in_bytes": 100_000,
        "id": 193_228, "rule_ids": [1989, 2012, 449], "start": "2019-01-01T00:00:00+0000",
    }, {"note": "no id"}, 7]}, "page": 1, "page_size": 10, "total_items": 3, "total_pages": 1});
    let server = Server::start(move |_| Answer::json(&body)).await;
    let (_, page) = walked(&server).await;
    assert_eq!((page.received, page.unreadable.len()), (3, 2), "{page:?}");
    let recording = &page.recordings[0];
    assert_eq!(recording.id.as_str(), "193228");
    assert_eq!(recording.extensions, ["999", "304"]);
    assert_eq!(recording.rule_ids, ["1989", "2012", "449"]);
    assert_eq!(recording.direction.as_deref(), Some("inbound"));
    assert_eq!(recording.format.as_deref(), Some("mp3"));
    assert_eq!((recording.duration_ms, recording.size_bytes), (Some(60_000), Some(100_000)));
    assert_eq!(recording.started_at.unwrap().to_string(), "2019-01-01T00:00:00Z");
    assert!(recording.raw.contains("\"rule_ids\":[1989,2012,449]"));
}

#[tokio::test]
async fn a_length_in_seconds_is_told_by_its_ends() {
    let row = |duration: u64| json!({"id": duration, "duration": duration, "start": "2026-01-01T00:00:00+0000", "end": "2026-01-01T00:01:15+0000"});
    let body =
        json!({"_embedded": {"recordings": [row(75), row(75_000), row(74_300)]}, "total_items": 3});
    let server = Server::start(move |_| Answer::json(&body)).await;
    let lengths: Vec<_> =
        walked(&server).await.1.recordings.iter().map(|recording| recording.duration_ms).collect();
    assert_eq!(lengths, [Some(75_000), Some(75_000), Some(74_300)]);
}

#[tokio::test]
async fn what_is_no_page_is_a_bad_reply() {
    for body in ["[1", "7", "\"x\"", "{}", "{\"_embedded\":7}", "null", "<html></html>"] {
        let server = Server::start(move |_| Answer::new(200, body)).await;
        let provider = pasted(vbc_config(&server), quick());
        let request = PageRequest { list: RecordingList::Company, ..PageRequest::default() };
        let outcome = provider.list(&request).await;
        match body {
            // An envelope with nothing in it that could be a list is an empty page.
            "{\"_embedded\":7}" => assert_eq!(outcome.unwrap().received, 0),
            _ => assert!(matches!(outcome, Err(Error::BadReply { .. })), "{body}: {outcome:?}"),
        }
    }
}

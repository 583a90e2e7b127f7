//! Rows and pages of every shape that was ever seen.

use domain::Recording;
use serde_json::{Value, json};
use tapeshelf_providers::{Error, Page, PageRequest, Provider};

use crate::support::{Answer, Server, account, row};

async fn list(reply: Value) -> tapeshelf_providers::Result<Page> {
    let server = Server::start(move |_| Answer::json(&reply)).await;
    account(&server.base_url()).list(&PageRequest::default()).await
}

async fn one(row: Value) -> Recording {
    let mut page = list(json!({ "objects": [row] })).await.unwrap();
    assert!(page.unreadable.is_empty(), "{:?}", page.unreadable);
    page.recordings.remove(0)
}

#[tokio::test]
async fn lists_come_under_many_names() {
    let rows = json!([row("a"), row("b")]);
    for reply in [
        json!({ "objects": rows }),
        json!({ "recordings": rows }),
        json!({ "items": rows }),
        json!({ "data": rows }),
        json!({ "data": { "objects": rows } }),
        rows.clone(),
    ] {
        let page = list(reply.clone()).await.unwrap();
        let ids: Vec<&str> =
            page.recordings.iter().map(|recording| recording.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"], "{reply}");
    }
    assert_eq!(
        list(json!({ "objects": row("a") })).await.unwrap().received,
        1,
        "one object without a list"
    );
    assert_eq!(list(json!({ "objects": null })).await.unwrap().received, 0);
}

#[tokio::test]
async fn what_is_no_list_is_a_bad_reply_with_the_vendors_words() {
    for reply in [
        json!({}),
        json!("text"),
        json!(7),
        json!(null),
        json!({"objects": "none"}),
        json!({"data": 1}),
    ] {
        let error = list(reply.clone()).await.unwrap_err();
        assert!(matches!(error, Error::BadReply { .. }), "{reply}: {error:?}");
    }
    let error =
        list(json!({"status": "error", "error": {"message": "try later"}, "requestId": "r-9"}))
            .await
            .unwrap_err();
    let said = error.correlation().unwrap();
    assert_eq!(
        (said.message.as_deref(), said.id.as_deref(), said.status),
        (Some("try later"), Some("r-9"), Some(200))
    );
}

#[tokio::test]
async fn the_older_shape_with_other_names_is_read() {
    let recording = one(json!({
        "recording_id": "REC_1", "call_id": "c-1", "recording_type": "Conference", "url": "https://media.vobiz.ai/1",
        "download_path": "/x", "duration": 31, "created_at": "2025-11-06T13:49:10Z", "file_size": "12345", "format": "MP3",
    }))
    .await;
    assert_eq!(recording.call_uuid.unwrap().as_str(), "c-1");
    assert_eq!(recording.media_url.as_deref(), Some("https://media.vobiz.ai/1"));
    assert_eq!((recording.duration_ms, recording.size_bytes), (Some(31_000), Some(12_345)));
    assert_eq!(
        (recording.format.as_deref(), recording.kind.as_deref()),
        (Some("mp3"), Some("conference"))
    );
    assert_eq!(recording.added_at.unwrap().to_string(), "2025-11-06T13:49:10Z");
    assert!(recording.start_is_estimated);
}

#[tokio::test]
async fn media_is_found_under_each_of_its_names_and_empty_is_absent() {
    for name in ["recording_url", "record_url", "url", "file"] {
        let recording = one(json!({"recording_id": "a", name: " https://media.vobiz.ai/1 "})).await;
        assert_eq!(recording.media_url.as_deref(), Some("https://media.vobiz.ai/1"), "{name}");
    }
    let recording = one(json!({"recording_id": "a", "recording_url": "", "record_url": null, "url": {}, "file": "f"})).await;
    assert_eq!(recording.media_url.as_deref(), Some("f"));
    assert_eq!(one(json!({"recording_id": "a", "recording_url": "  "})).await.media_url, None);
}

#[tokio::test]
async fn numbers_are_numbers_however_they_are_written() {
    let written =
        [json!("7880.00000"), json!(7880), json!(7880.4), json!(" 7880 "), json!("7.88e3")];
    for value in written {
        let recording = one(json!({
            "recording_id": 77, "recording_duration_ms": value, "recording_start_ms": "1777696927178.00000",
            "rounded_recording_duration": "60", "recording_storage_duration": "6", "recording_storage_rate": "0.005",
            "monthly_recording_storage_amount": "1.25", "from_number": 919_876_543_210_u64,
        }))
        .await;
        assert_eq!(recording.id.as_str(), "77", "{value}");
        assert_eq!((recording.duration_ms, recording.billed_s), (Some(7880), Some(60)), "{value}");
        assert_eq!((recording.storage_days, recording.storage_rate), (Some(6), Some(0.005)));
        assert_eq!(recording.monthly_cost, Some(1.25));
        assert_eq!(recording.from.as_deref(), Some("919876543210"));
        assert!(!recording.start_is_estimated);
    }
}

#[tokio::test]
async fn nonsense_costs_its_field_and_nothing_else() {
    for value in [
        json!("soon"),
        json!(-5),
        json!("NaN"),
        json!("inf"),
        json!(1e300),
        json!([]),
        json!({}),
        json!(true),
        json!(""),
    ] {
        let recording = one(json!({
            "recording_id": "a", "recording_duration_ms": value, "recording_start_ms": value, "recording_end_ms": value,
            "add_time": value, "rounded_recording_duration": value, "recording_storage_duration": value,
            "file_size": value, "to_number": "1001",
        }))
        .await;
        assert_eq!(
            (recording.duration_ms, recording.started_at, recording.added_at),
            (None, None, None),
            "{value}"
        );
        assert_eq!(
            (recording.billed_s, recording.storage_days, recording.size_bytes),
            (None, None, None),
            "{value}"
        );
        assert_eq!(recording.to.as_deref(), Some("1001"), "{value}");
        assert!(!recording.start_is_estimated, "{value}");
    }
}

#[tokio::test]
async fn a_missing_length_follows_from_start_and_end() {
    let recording =
        one(json!({"recording_id": "a", "recording_start_ms": 1_000_000, "recording_end_ms": "1004500.0"})).await;
    assert_eq!(recording.duration_ms, Some(4500));
    let backwards =
        one(json!({"recording_id": "a", "recording_start_ms": 5000, "recording_end_ms": 4000}))
            .await;
    assert_eq!(backwards.duration_ms, None);
}

#[tokio::test]
async fn a_zero_start_is_an_unknown_start() {
    let recording = one(json!({
        "recording_id": "a", "recording_start_ms": "0.00000", "recording_duration_ms": "1000",
        "add_time": "2026-05-07T00:00:01Z",
    }))
    .await;
    assert_eq!(recording.started_at.unwrap().to_string(), "2026-05-07T00:00:00Z");
    assert!(recording.start_is_estimated);
}

#[tokio::test]
async fn a_bad_row_is_counted_and_named_and_the_others_are_kept() {
    let rows = json!([
        row("a"), null, 7, "x", [], {}, {"recording_id": ""}, {"recording_id": null}, {"recording_id": "x".repeat(9999)},
        row("b"),
    ]);
    let page =
        list(json!({"meta": {"next": null, "total_count": 10}, "objects": rows})).await.unwrap();
    assert_eq!((page.received, page.recordings.len(), page.unreadable.len()), (10, 2, 8));
    assert!(
        page.unreadable[0].contains("row 2") && page.unreadable[0].contains("null"),
        "{:?}",
        page.unreadable
    );
    assert!(page.unreadable[5].contains("no recording_id"), "{:?}", page.unreadable);
}

#[tokio::test]
async fn ids_come_through_as_they_are() {
    for id in ["../../x", "a/b", "%2e", " padded ", "😀", "a\u{0}b"] {
        assert_eq!(one(json!({ "recording_id": id })).await.id.as_str(), id);
    }
}

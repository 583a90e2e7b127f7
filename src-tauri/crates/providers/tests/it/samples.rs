//! The samples printed in the vendor's documents are read in full.

use domain::RecordingId;
use tapeshelf_providers::{Error, PageRequest, Provider};

use crate::support::{Answer, Server, account, sample};

async fn serving(name: &'static str) -> Server {
    Server::start(move |_| Answer::new(200, sample(name)).with("Content-Type", "application/json"))
        .await
}

#[tokio::test]
async fn the_list_page_is_read() {
    let server = serving("list_page").await;
    let page = account(&server.base_url()).list(&PageRequest::default()).await.unwrap();
    assert_eq!(
        (page.received, page.total, page.limit, page.next_offset.is_some()),
        (2, Some(721), Some(20), true)
    );
    assert_eq!(page.correlation.as_deref(), Some("319ab584-cfc4-452c-a0ea-2f2f2f506a20"));
    assert!(page.unreadable.is_empty(), "{:?}", page.unreadable);

    let trunk = &page.recordings[0];
    assert_eq!(trunk.id.as_str(), "aabbccdd-1234-5678-90ab-cdef12345678");
    assert_eq!(trunk.call_uuid.as_ref().unwrap().as_str(), "11223344-5566-7788-99aa-bbccddeeff00");
    assert_eq!(trunk.media_url.as_deref(), Some("https://recordings.vobiz.ai/example/abc123.mp3"));
    assert_eq!((trunk.format.as_deref(), trunk.kind.as_deref()), (Some("wav"), Some("trunk")));
    assert_eq!(trunk.added_at.unwrap().to_string(), "2026-05-07T04:15:35.79276Z");
    assert_eq!((trunk.duration_ms, trunk.billed_s), (Some(7880), Some(60)));
    assert_eq!(trunk.started_at.unwrap().to_string(), "2026-05-07T04:15:27.91276Z");
    assert!(trunk.start_is_estimated && trunk.ended_at.is_none());
    assert_eq!(
        (trunk.from.as_deref(), trunk.to.as_deref()),
        (Some("+919876543210"), Some("+918012345678"))
    );
    assert_eq!(
        (trunk.storage_days, trunk.storage_rate, trunk.monthly_cost),
        (Some(6), Some(0.005), Some(0.0))
    );
    assert_eq!((&trunk.conference_name, trunk.size_bytes), (&None, None));

    let call = &page.recordings[1];
    assert_eq!(call.conference_name, None, "an empty name is no name");
    assert_eq!(call.started_at.unwrap().as_millisecond(), 1_777_696_927_178);
    assert_eq!(call.ended_at.unwrap().as_millisecond(), 1_777_696_958_218);
    assert!(!call.start_is_estimated);
    assert_eq!(call.duration_ms, Some(31_040));
}

#[tokio::test]
async fn a_row_keeps_the_vendors_own_words() {
    let server = serving("list_page").await;
    let page = account(&server.base_url()).list(&PageRequest::default()).await.unwrap();
    let sample: serde_json::Value = serde_json::from_str(&sample("list_page")).unwrap();
    assert_eq!(
        page.recordings[0].raw,
        sample["objects"][0].to_string(),
        "compact, in the vendor's order"
    );
}

#[tokio::test]
async fn the_objects_of_the_object_page_are_read() {
    for name in ["object_conference", "object_call"] {
        let server = serving(name).await;
        let page = account(&server.base_url()).list(&PageRequest::default()).await.unwrap();
        assert_eq!(
            (page.recordings.len(), page.total, page.next_offset.is_some()),
            (1, Some(1), false),
            "{name}"
        );
        assert_eq!(page.recordings[0].to.as_deref(), Some("919624705678"), "{name}");
        assert_eq!(page.recordings[0].conference_name, None, "{name}");
    }
}

#[tokio::test]
async fn the_short_shape_of_the_openapi_block_is_read() {
    let server = serving("list_openapi_stub").await;
    let page = account(&server.base_url()).list(&PageRequest::default()).await.unwrap();
    let recording = &page.recordings[0];
    assert_eq!((recording.duration_ms, recording.format.as_deref()), (Some(120_000), Some("mp3")));
    assert_eq!(
        (recording.added_at, recording.started_at, recording.start_is_estimated),
        (None, None, false)
    );
    assert!(page.next_offset.is_some(), "it does not say that it is the last");
}

#[tokio::test]
async fn one_recording_is_read_flat_and_without_the_replys_own_id() {
    let id = RecordingId::new("d7801b2e-e76d-4dd8-be9c-9e015a7267b8");
    let server = serving("retrieve_flat").await;
    let recording = account(&server.base_url()).retrieve(&id).await.unwrap();
    assert_eq!(recording.duration_ms, Some(10_080));
    assert!(
        !recording.raw.contains("api_id") && recording.raw.contains("resource_uri"),
        "{}",
        recording.raw
    );
    let asked = &server.seen()[0];
    assert_eq!(
        asked.target,
        "/api/v1/Account/MA_CANARY01/Recording/d7801b2e-e76d-4dd8-be9c-9e015a7267b8/"
    );

    let listed = serving("object_call").await;
    let page = account(&listed.base_url()).list(&PageRequest::default()).await.unwrap();
    assert_eq!(recording, page.recordings[0], "both ways give the same recording");
}

#[tokio::test]
async fn one_recording_is_read_wrapped_too_and_must_be_the_one_asked_for() {
    let server = serving("object_call").await;
    let provider = account(&server.base_url());
    assert!(
        provider.retrieve(&RecordingId::new("d7801b2e-e76d-4dd8-be9c-9e015a7267b8")).await.is_ok()
    );
    let other = provider.retrieve(&RecordingId::new("other")).await;
    assert!(matches!(other, Err(Error::BadReply { .. })), "{other:?}");
}

#[tokio::test]
async fn the_openapi_example_is_read() {
    let server = serving("retrieve_openapi_example").await;
    let id = RecordingId::new("55667788-1234-5678-90ab-cdef12345678");
    let recording = account(&server.base_url()).retrieve(&id).await.unwrap();
    assert_eq!(recording.added_at.unwrap().to_string(), "2026-03-25T04:30:00Z");
    assert!(recording.start_is_estimated);
}

#[tokio::test]
async fn the_documents_404_is_not_found_with_its_words() {
    let server = Server::start(|_| Answer::new(404, sample("retrieve_404"))).await;
    let error = account(&server.base_url()).retrieve(&RecordingId::new("gone")).await.unwrap_err();
    let Error::NotFound(correlation) = error else { panic!("{error:?}") };
    assert_eq!(correlation.status, Some(404));
    assert_eq!(correlation.message.as_deref(), Some("Recording not found"));
    assert_eq!(correlation.id.as_deref(), Some("correlation-id-uuid"));
}

//! The token is in the headers for the vendor, and in no text of ours.

use domain::export::{ExportFilters, ExportPeriod, ExportRequest};
use domain::{RecordingId, Secret};
use serde_json::json;
use tapeshelf_providers::{PageRequest, Provider, Transport, VobizConfig};

use crate::support::{AUTH_ID, Answer, Server, TOKEN, account, audio_at, page, quick};

#[test]
fn no_type_shows_it() {
    let config = VobizConfig {
        auth_id: AUTH_ID.into(),
        auth_token: Secret::new(TOKEN.into()),
        base_url: "https://api.vobiz.ai/api/v1".parse().unwrap(),
        page_size: 100,
    };
    let transport = Transport::new(quick()).unwrap();
    let shown = format!("{config:?} {transport:?} {:?}", account("https://api.vobiz.ai/api/v1"));
    assert!(shown.contains("redacted") && !shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn no_error_repeats_it_though_the_vendor_does() {
    let export = ExportRequest {
        period: ExportPeriod::ExactAge(7),
        filters: ExportFilters::default(),
        recipients: vec!["admin@example.com".into()],
    };
    for status in [200, 302, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503] {
        for body in [
            format!("{{\"message\":\"token {TOKEN} is bad\",\"api_id\":\"{TOKEN}\"}}"),
            format!(
                "{{\"error\":{{\"message\":\"{TOKEN}\",\"details\":{{\"errors\":[{{\"field\":\"{TOKEN}\",\"message\":\"{TOKEN}\"}}]}}}}}}"
            ),
            format!("plain {TOKEN}"),
            format!("<html>{TOKEN}</html>"),
            format!("{{\"auth_id\":\"{TOKEN}\",\"objects\":\"{TOKEN}\""),
        ] {
            let server = Server::start(move |_| {
                Answer::new(status, body.clone())
                    .with("x-request-id", TOKEN)
                    .with("Location", &format!("http://{TOKEN}.test/{TOKEN}?{TOKEN}"))
                    .with("Retry-After", "0")
            })
            .await;
            let provider = account(&server.base_url());
            let id = RecordingId::new("a");
            let errors = [
                provider.check().await.err(),
                provider.list(&PageRequest::default()).await.err(),
                provider.retrieve(&id).await.err(),
                provider.delete(&id).await.err(),
                provider.media(&audio_at(&server.url(&format!("/m?token={TOKEN}")), 0)).await.err(),
                provider.request_export(&export).await.err(),
            ];
            let shown = format!(
                "{errors:?} {}",
                errors.iter().flatten().map(ToString::to_string).collect::<String>()
            );
            assert!(!shown.contains(TOKEN), "{status}: {shown}");
        }
    }
}

#[tokio::test]
async fn no_recording_carries_it_to_the_catalogue() {
    let rows = json!([
        {"recording_id": "a", "recording_url": format!("https://media.vobiz.ai/a.mp3?auth_token={TOKEN}")},
        {"recording_id": null, "note": TOKEN},
        {"recording_id": format!("rec-{TOKEN}")},
    ]);
    let server = Server::start(move |_| page(&rows)).await;
    let page = account(&server.base_url()).list(&PageRequest::default()).await.unwrap();
    assert_eq!(page.received, 3);
    assert!(!format!("{page:?}").contains(TOKEN), "{page:?}");
}

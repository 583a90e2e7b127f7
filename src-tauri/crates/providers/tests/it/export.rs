//! Export requests: the bodies of the document, and its three answers.

use domain::export::{AgeBound, ExportFilters, ExportPeriod, ExportRequest};
use jiff::civil::{DateTime, date};
use serde_json::Value;
use tapeshelf_providers::{Error, Provider};

use crate::support::{Answer, Server, account, me, sample};

fn dates(from: DateTime, to: DateTime) -> ExportRequest {
    ExportRequest {
        period: ExportPeriod::Dates { from: Some(from), to: Some(to) },
        filters: ExportFilters::default(),
        recipients: vec!["admin@example.com".into()],
    }
}

/// A request that breaks no rule.
pub(crate) fn by_age_of_seven() -> ExportRequest {
    by_age(ExportPeriod::ExactAge(7))
}

fn week() -> ExportRequest {
    dates(date(2025, 1, 23).at(0, 0, 0, 0), date(2025, 1, 30).at(23, 59, 59, 0))
}

fn by_age(period: ExportPeriod) -> ExportRequest {
    ExportRequest { period, ..week() }
}

/// The requests behind the document's five examples.
fn examples() -> Vec<(&'static str, ExportRequest)> {
    let mut conference =
        dates(date(2025, 1, 1).at(0, 0, 0, 0), date(2025, 1, 30).at(23, 59, 59, 0));
    conference.filters.conference_name = Some("TeamMeeting".into());
    conference.filters.recording_format = Some("mp3".into());
    conference.recipients.push("backup@example.com".into());
    let mut number = dates(date(2025, 1, 15).at(0, 0, 0, 0), date(2025, 1, 30).at(23, 59, 59, 0));
    number.filters.from_number = Some("+14155551234".into());
    let bound = |days| AgeBound { days, inclusive: true };
    vec![
        ("export_body_dates", week()),
        ("export_body_exact_age", by_age(ExportPeriod::ExactAge(7))),
        (
            "export_body_age_range",
            by_age(ExportPeriod::AgeRange { youngest: bound(7), oldest: bound(30) }),
        ),
        ("export_body_conference", conference),
        ("export_body_number", number),
    ]
}

#[tokio::test]
async fn the_documents_examples_are_sent_as_they_are_shown() {
    let server = Server::start(|_| Answer::new(202, sample("export_202"))).await;
    let provider = account(&server.base_url());
    for (position, (name, request)) in examples().into_iter().enumerate() {
        let accepted = provider.request_export(&request).await.unwrap();
        assert_eq!(accepted.correlation.as_deref(), Some("correlation-id-uuid"));
        assert_eq!(accepted.status.as_deref(), Some("success"));
        let sent = &server.seen()[position];
        assert_eq!(
            (sent.method.as_str(), sent.target.as_str()),
            ("POST", "/api/v1/Account/MA_CANARY01/export/recording/")
        );
        assert_eq!(sent.header("content-type"), Some("application/json"));
        assert_eq!(
            sent.body,
            provider.export_preview(&request).unwrap().body,
            "what is reviewed is what is sent"
        );
        let (sent, shown): (Value, Value) = (
            serde_json::from_str(&sent.body).unwrap(),
            serde_json::from_str(&sample(name)).unwrap(),
        );
        assert_eq!(sent, shown, "{name}");
        assert_eq!(sent.to_string(), shown.to_string(), "{name}: also in the order of the fields");
    }
    assert_eq!(
        provider.export_preview(&week()).unwrap().url,
        server.url("/api/v1/Account/MA_CANARY01/export/recording/")
    );
}

#[tokio::test]
async fn open_ends_and_exclusive_bounds_have_their_own_fields() {
    let server = Server::start(|_| Answer::new(202, "")).await;
    let provider = account(&server.base_url());
    let body = |request: &ExportRequest| {
        serde_json::from_str::<Value>(&provider.export_preview(request).unwrap().body).unwrap()
    };
    let bound = |days| AgeBound { days, inclusive: false };
    let ages = body(&by_age(ExportPeriod::AgeRange { youngest: bound(6), oldest: bound(31) }));
    assert_eq!(ages["recording_storage_duration__gt"], "6");
    assert_eq!(ages["recording_storage_duration__lt"], "31");
    let open = body(&by_age(ExportPeriod::Dates { from: None, to: None }));
    assert_eq!(open.as_object().unwrap().keys().collect::<Vec<_>>(), ["recipient"]);
    assert!(provider.request_export(&week()).await.is_ok(), "an empty 202 is a yes");
    let mut nobody = week();
    nobody.recipients.clear();
    assert!(matches!(provider.request_export(&nobody).await, Err(Error::Invalid { .. })));
    assert_eq!(server.seen().len(), 1, "a request without recipients is not sent");
}

#[tokio::test]
async fn the_documents_refusals_are_told_apart() {
    for (status, name) in [(403, "export_403"), (400, "export_400")] {
        let server = Server::start(move |_| Answer::new(status, sample(name))).await;
        let error = account(&server.base_url()).request_export(&week()).await.unwrap_err();
        match (status, &error) {
            (403, Error::Busy(said)) => {
                assert!(said.message.as_deref().unwrap().contains("already in process"));
            }
            (400, Error::Rejected(said)) => {
                let words = "From/To cannot be used with recording storage duration";
                assert_eq!(said.message.as_deref(), Some(words));
            }
            _ => panic!("{status}: {error:?}"),
        }
    }
    let inactive =
        r#"{"status":"error","error":{"code":"ACCOUNT_INACTIVE","message":"Account is inactive"}}"#;
    let server = Server::start(move |_| Answer::new(403, inactive)).await;
    let error = account(&server.base_url()).request_export(&week()).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied(_)), "{error:?}");
    let server = Server::start(|_| Answer::new(200, sample("export_400"))).await;
    let error = account(&server.base_url()).request_export(&week()).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(_)), "a failure with status 200: {error:?}");
}

#[tokio::test]
async fn an_export_is_never_sent_twice() {
    let failures: [fn() -> Answer; 4] = [
        || Answer::new(503, "").with("Retry-After", "0"),
        || Answer::new(429, "").with("Retry-After", "0"),
        || Answer::new(500, ""),
        Answer::hang_up,
    ];
    for failure in failures {
        let server = Server::start(move |_| failure()).await;
        let error = account(&server.base_url()).request_export(&week()).await.unwrap_err();
        assert_eq!(server.seen().len(), 1, "{error:?}");
    }
    let server = Server::start(|_| Answer::hang_up()).await;
    let error = account(&server.base_url()).request_export(&week()).await.unwrap_err();
    assert!(error.to_string().contains("may have taken the export"), "{error}");
}

#[tokio::test]
async fn a_401_is_checked_before_the_credentials_are_blamed() {
    let server = Server::start(|request| match request.path() {
        "/api/v1/auth/me" => me(),
        _ => Answer::new(401, ""),
    })
    .await;
    let error = account(&server.base_url()).request_export(&week()).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied(_)), "{error:?}");
    let methods: Vec<String> = server.seen().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "GET"]);
}

//! Credentials: how they are sent, checked, and cleared of a false suspicion.

use domain::RecordingId;
use serde_json::json;
use tapeshelf_providers::{Error, PageRequest, Provider};

use crate::support::{AUTH_ID, Answer, Server, TOKEN, account, me, page, row};

const INVALID: &str = r#"{"error":"unauthorized","message":"invalid credentials"}"#;

#[tokio::test]
async fn a_check_proves_the_account_and_the_right_to_read() {
    let server = Server::start(|request| match request.path() {
        "/api/v1/auth/me" => me(),
        "/api/v1/Account/MA_CANARY01/Recording/" => page(&json!([row("a")])),
        _ => Answer::new(404, "{}"),
    })
    .await;
    let facts = account(&server.base_url()).check().await.unwrap();
    assert_eq!(
        (facts.name.as_deref(), facts.company.as_deref()),
        (Some("Asha"), Some("Example Ltd"))
    );
    assert_eq!(
        (facts.time_zone.as_deref(), facts.currency.as_deref()),
        (Some("Asia/Kolkata"), Some("INR"))
    );
    assert_eq!(facts.recordings_total, Some(1));
    assert!(!format!("{facts:?}").contains(TOKEN));
    let seen = server.seen();
    assert_eq!(seen[1].query("limit"), Some("1"));
    let features = |name: &str| seen.iter().filter(|request| request.path().contains(name)).count();
    assert_eq!((features("/balance/"), features("/cdr")), (2, 2), "each in both letter cases");
    assert_eq!(seen.len(), 6);
    for request in seen {
        assert_eq!(request.header("x-auth-id"), Some(AUTH_ID));
        assert_eq!(request.header("x-auth-token"), Some(TOKEN));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert!(!request.target.contains(TOKEN));
    }
}

#[tokio::test]
async fn refused_credentials_are_said_to_be_refused() {
    let server = Server::start(|_| Answer::new(401, INVALID)).await;
    let error = account(&server.base_url()).check().await.unwrap_err();
    let Error::Unauthenticated(said) = error else { panic!("{error:?}") };
    assert_eq!(said.message.as_deref(), Some("invalid credentials"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_server_without_auth_me_is_asked_for_a_page_instead() {
    let server = Server::start(|request| match request.path() {
        "/api/v1/Account/MA_CANARY01/Recording/" => page(&json!([row("a"), row("b")])),
        _ => Answer::new(404, r#"{"detail":"Not Found"}"#),
    })
    .await;
    assert_eq!(account(&server.base_url()).check().await.unwrap().recordings_total, Some(2));
    for (status, body) in [(403, "{}"), (404, "<html>404 nginx</html>"), (405, "")] {
        let server = Server::start(move |request| match request.path() {
            "/api/v1/auth/me" => Answer::new(status, body),
            _ => page(&json!([row("a")])),
        })
        .await;
        let checked = account(&server.base_url()).check().await;
        assert_eq!(checked.unwrap().recordings_total, Some(1), "{status}: the page is the proof");
    }
    let refusing = Server::start(|request| match request.path() {
        "/api/v1/auth/me" => Answer::new(404, ""),
        _ => Answer::new(401, INVALID),
    })
    .await;
    let error = account(&refusing.base_url()).check().await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
}

#[tokio::test]
async fn the_token_must_belong_to_the_account() {
    let server =
        Server::start(|_| Answer::json(&json!({"auth_id": "MA_SOMEBODY", "auth_secret": TOKEN})))
            .await;
    let error = account(&server.base_url()).check().await.unwrap_err();
    let Error::Unauthenticated(said) = error else { panic!("{error:?}") };
    assert!(said.message.unwrap().contains("MA_SOMEBODY"));
}

#[tokio::test]
async fn an_account_that_may_not_read_recordings_is_told_so() {
    for status in [401, 403] {
        let server = Server::start(move |request| match request.path() {
            "/api/v1/auth/me" => me(),
            _ => Answer::new(status, INVALID),
        })
        .await;
        let error = account(&server.base_url()).check().await.unwrap_err();
        assert!(matches!(error, Error::PermissionDenied(_)), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_401_on_a_recording_does_not_condemn_the_credentials() {
    let server = Server::start(|request| match request.path() {
        "/api/v1/auth/me" => me(),
        _ => Answer::new(401, INVALID),
    })
    .await;
    let provider = account(&server.base_url());
    let errors = [
        provider.list(&PageRequest::default()).await.unwrap_err(),
        provider.retrieve(&RecordingId::new("a")).await.unwrap_err(),
        provider.delete(&RecordingId::new("a")).await.unwrap_err(),
    ];
    for error in errors {
        let Error::PermissionDenied(said) = error else { panic!("{error:?}") };
        assert!(said.message.as_deref().unwrap().contains("accepts the credentials"), "{said:?}");
    }
    assert_eq!(server.seen().len(), 6, "each is checked exactly once");
}

#[tokio::test]
async fn a_401_is_confirmed_by_a_second_one() {
    let server = Server::start(|_| Answer::new(401, INVALID)).await;
    let error = account(&server.base_url()).list(&PageRequest::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_401_that_cannot_be_confirmed_condemns_nobody() {
    let server = Server::start(|request| match request.path() {
        "/api/v1/auth/me" => Answer::new(500, ""),
        _ => Answer::new(401, ""),
    })
    .await;
    let error = account(&server.base_url()).list(&PageRequest::default()).await.unwrap_err();
    assert!(matches!(error, Error::VendorFailed(_)), "{error:?}");
}

#[tokio::test]
async fn a_check_is_one_try_because_a_person_waits() {
    let server = Server::start(|_| Answer::new(503, "")).await;
    let error = account(&server.base_url()).check().await.unwrap_err();
    assert!(matches!(error, Error::VendorFailed(_)), "{error:?}");
    assert_eq!(server.seen().len(), 1);
}

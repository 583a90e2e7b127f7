//! Trying again: what is, how often, and who decides how long to wait.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::RecordingId;
use serde_json::json;
use tapeshelf_providers::{Error, PageRequest, Provider, TransportOptions};

use crate::support::{Answer, Server, account, account_with, audio_at, page, quick, row};

type Expected = fn(&Error) -> bool;

/// Fails the first `times` requests in this way, then gives a page.
async fn recovering(times: u32, failure: impl Fn() -> Answer + Send + Sync + 'static) -> Server {
    let count = AtomicU32::new(0);
    Server::start(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) < times {
            failure()
        } else {
            page(&json!([row("a")]))
        }
    })
    .await
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let failures: [fn() -> Answer; 7] = [
        || Answer::new(500, ""),
        || Answer::new(502, "<html>bad gateway</html>"),
        || Answer::new(429, ""),
        || Answer::new(503, "").with("Retry-After", "0"),
        || Answer::new(408, ""),
        Answer::hang_up,
        || Answer::new(200, "{\"objects\": [").promising(Some(500)),
    ];
    for failure in failures {
        let server = recovering(3, failure).await;
        let listed = account(&server.base_url()).list(&PageRequest::default()).await;
        assert!(listed.is_ok(), "{:?} after {listed:?}", failure());
        assert_eq!(server.seen().len(), 4);
    }
}

#[tokio::test]
async fn four_tries_are_all_there_are() {
    let server = recovering(u32::MAX, || Answer::new(500, "")).await;
    let error = account(&server.base_url()).list(&PageRequest::default()).await.unwrap_err();
    assert!(matches!(error, Error::VendorFailed(_)), "{error:?}");
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn what_will_not_pass_is_asked_once() {
    let failures: [(u16, Expected); 6] = [
        (403, |error| matches!(error, Error::PermissionDenied(_))),
        (404, |error| matches!(error, Error::NotFound(_))),
        (410, |error| matches!(error, Error::NotFound(_))),
        (402, |error| matches!(error, Error::Rejected(_))),
        (409, |error| matches!(error, Error::Rejected(_))),
        (304, |error| matches!(error, Error::BadReply { .. })),
    ];
    for (status, expected) in failures {
        let server = recovering(u32::MAX, move || Answer::new(status, "{}")).await;
        let error = account(&server.base_url()).retrieve(&RecordingId::new("a")).await.unwrap_err();
        assert!(expected(&error), "{status}: {error:?}");
        assert_eq!(error.correlation().unwrap().status, Some(status));
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_longer_wait_than_anybody_waits_is_handed_to_the_caller() {
    let server = recovering(u32::MAX, || {
        Answer::new(
            429,
            r#"{"requestId":"r-1","error":{"code":"RATE_LIMIT_EXCEEDED","message":"slow down"}}"#,
        )
        .with("Retry-After", "86400")
    })
    .await;
    let error = account(&server.base_url()).list(&PageRequest::default()).await.unwrap_err();
    let Error::RateLimited { retry_after, correlation } = error else { panic!("{error:?}") };
    assert_eq!(retry_after, Some(Duration::from_hours(24)));
    assert_eq!(
        (correlation.message.as_deref(), correlation.id.as_deref()),
        (Some("slow down"), Some("r-1"))
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_date_and_the_body_can_name_the_wait_too() {
    let dated = recovering(u32::MAX, || {
        Answer::new(503, "")
            .with("Date", "Sun, 22 Nov 2026 12:00:00 GMT")
            .with("Retry-After", "Sun, 22 Nov 2026 12:10:00 GMT")
    })
    .await;
    let body = r#"{"status":"error","error":{"message":"slow","details":{"retryAfter":600}}}"#;
    let written = recovering(u32::MAX, move || Answer::new(429, body)).await;
    for server in [dated, written] {
        let error = account(&server.base_url()).list(&PageRequest::default()).await.unwrap_err();
        let Error::RateLimited { retry_after, .. } = error else { panic!("{error:?}") };
        assert_eq!(retry_after, Some(Duration::from_mins(10)));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn nonsense_in_retry_after_is_ignored() {
    for nonsense in ["", "soon", "-1", "1e9", "\u{7f}"] {
        let server =
            recovering(1, move || Answer::new(429, "").with("Retry-After", nonsense)).await;
        assert!(
            account(&server.base_url()).list(&PageRequest::default()).await.is_ok(),
            "{nonsense:?}"
        );
    }
}

#[tokio::test]
async fn a_dropped_request_is_not_sent_again() {
    let options = TransportOptions { first_backoff: Duration::from_mins(1), ..quick() };
    let server = Server::start(|request| match request.path() {
        "/still-usable" => Answer::new(404, ""),
        _ => Answer::new(500, ""),
    })
    .await;
    let provider = account_with(&server.base_url(), options);
    let request = PageRequest::default();
    {
        let listing = provider.list(&request);
        let first_request = async {
            while server.seen().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            ended = listing => panic!("it gave up: {ended:?}"),
            () = first_request => {}
        }
    }
    assert!(provider.media(&audio_at(&server.url("/still-usable"), 0)).await.is_err());
    let targets: Vec<String> =
        server.seen().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(
        targets.iter().filter(|path| path.ends_with("/Recording/")).count(),
        1,
        "{targets:?}"
    );
}

#[tokio::test]
async fn one_slow_down_holds_all_requests_of_the_account() {
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&arrivals);
    let server = Server::start(move |_| {
        let mut arrivals = noted.lock().unwrap();
        arrivals.push(Instant::now());
        if arrivals.len() == 1 {
            Answer::new(429, "").with("Retry-After", "1")
        } else {
            page(&json!([row("a")]))
        }
    })
    .await;
    // With one try the refusal comes back to us, so the account knows of it before the others are sent.
    let provider = account_with(&server.base_url(), TransportOptions { max_tries: 1, ..quick() });
    let request = PageRequest::default();
    let refused = provider.list(&request).await.unwrap_err();
    assert!(matches!(refused, Error::RateLimited { .. }), "{refused:?}");
    let id = RecordingId::new("a");
    let (listed, deleted) = tokio::join!(provider.list(&request), provider.delete(&id));
    assert!(listed.is_ok() && deleted.is_ok(), "{listed:?} {deleted:?}");
    let arrivals = arrivals.lock().unwrap();
    assert_eq!(arrivals.len(), 3);
    for later in &arrivals[1..] {
        let pause = later.duration_since(arrivals[0]);
        assert!(
            pause >= Duration::from_secs(1),
            "asked again after {pause:?} of the second it was told to wait"
        );
    }
}

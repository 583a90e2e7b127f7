//! Deletion: certain, careful when it is not, and never of more than one recording.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::RecordingId;
use tapeshelf_providers::{Deleted, Error, Provider};

use crate::support::{Answer, Server, account, row, sample};

fn id() -> RecordingId {
    RecordingId::new("rec-1")
}

fn methods(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|request| request.method).collect()
}

#[tokio::test]
async fn every_yes_and_a_404_are_the_end_of_it() {
    for status in [200, 202, 204] {
        let server = Server::start(move |request| match request.method.as_str() {
            "DELETE" => Answer::new(status, ""),
            _ => Answer::new(404, sample("retrieve_404")),
        })
        .await;
        assert_eq!(
            account(&server.base_url()).delete(&id()).await.unwrap(),
            Deleted::Now,
            "{status}"
        );
        let seen = server.seen();
        assert_eq!(
            (seen[0].method.as_str(), seen[0].target.as_str()),
            ("DELETE", "/api/v1/Account/MA_CANARY01/Recording/rec-1/")
        );
    }
    let server = Server::start(|_| Answer::new(404, sample("retrieve_404"))).await;
    assert_eq!(account(&server.base_url()).delete(&id()).await.unwrap(), Deleted::AlreadyGone);
}

#[tokio::test]
async fn a_yes_that_says_no_is_a_no() {
    let server =
        Server::start(|_| Answer::new(200, r#"{"status":"failure","message":"locked"}"#)).await;
    let error = account(&server.base_url()).delete(&id()).await.unwrap_err();
    let Error::Rejected(said) = error else { panic!("{error:?}") };
    assert_eq!((said.message.as_deref(), said.status), (Some("locked"), Some(200)));
    let server = Server::start(|_| Answer::new(200, r#"{"status":"success"}"#)).await;
    assert_eq!(account(&server.base_url()).delete(&id()).await.unwrap(), Deleted::Now);
}

#[tokio::test]
async fn a_404_page_of_a_gateway_proves_nothing() {
    let server = Server::start(|_| Answer::new(404, "<html>404 nginx</html>")).await;
    let error = account(&server.base_url()).delete(&id()).await.unwrap_err();
    assert!(matches!(error, Error::BadReply { .. }), "{error:?}");
}

#[tokio::test]
async fn after_an_unclear_answer_the_recording_is_looked_for_first() {
    let failures: [fn() -> Answer; 5] = [
        || Answer::new(200, ""),
        || Answer::new(500, ""),
        || Answer::new(502, "<html>"),
        Answer::hang_up,
        || Answer::new(200, "<html>sign in</html>"),
    ];
    for failure in failures {
        let server = Server::start(move |request| match request.method.as_str() {
            "DELETE" => failure(),
            _ => Answer::new(404, sample("retrieve_404")),
        })
        .await;
        assert_eq!(account(&server.base_url()).delete(&id()).await.unwrap(), Deleted::Now);
        assert_eq!(methods(&server), ["DELETE", "GET"]);
    }
}

#[tokio::test]
async fn it_is_sent_once_more_only_if_the_recording_is_still_there() {
    let deletions = AtomicU32::new(0);
    let server = Server::start(move |request| match request.method.as_str() {
        "DELETE" if deletions.fetch_add(1, Ordering::SeqCst) == 0 => Answer::new(500, ""),
        "DELETE" => Answer::new(204, ""),
        _ => Answer::json(&row("rec-1")),
    })
    .await;
    assert_eq!(account(&server.base_url()).delete(&id()).await.unwrap(), Deleted::Now);
    assert_eq!(methods(&server), ["DELETE", "GET", "DELETE"]);

    let stubborn = Server::start(move |request| match request.method.as_str() {
        "DELETE" => Answer::new(500, ""),
        _ => Answer::json(&row("rec-1")),
    })
    .await;
    let error = account(&stubborn.base_url()).delete(&id()).await.unwrap_err();
    assert!(matches!(error, Error::VendorFailed(_)), "{error:?}");
    assert_eq!(methods(&stubborn), ["DELETE", "GET", "DELETE"], "and then no more");
}

#[tokio::test]
async fn when_the_state_stays_unknown_nothing_more_is_sent() {
    let server = Server::start(|_| Answer::new(500, "")).await;
    let error = account(&server.base_url()).delete(&id()).await.unwrap_err();
    assert!(matches!(error, Error::VendorFailed(_)), "{error:?}");
    assert_eq!(methods(&server).iter().filter(|method| *method == "DELETE").count(), 1);
}

#[tokio::test]
async fn a_clear_no_is_not_asked_again() {
    for status in [400, 403, 409, 429] {
        let server =
            Server::start(move |_| Answer::new(status, "{}").with("Retry-After", "0")).await;
        assert!(account(&server.base_url()).delete(&id()).await.is_err());
        assert_eq!(methods(&server), ["DELETE"], "{status}");
    }
}

#[tokio::test]
async fn an_id_that_could_mean_something_else_is_never_deleted() {
    let server = Server::start(|_| Answer::new(204, "")).await;
    let provider = account(&server.base_url());
    let hostile = [
        "",
        ".",
        "..",
        "../../x",
        "a/b",
        "%2e%2e",
        "BulkDelete",
        "bulkdelete",
        "BulkDelete?add_time__gte=0",
        "x/../BulkDelete",
        "a\\b",
        "a;b",
        "a b",
        " ",
        "a\tb",
        "a\u{0}b",
        "a\nb",
        "a#b",
        "?",
    ];
    for id in hostile {
        let error = provider.delete(&RecordingId::new(id)).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{id:?}: {error:?}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn odd_but_harmless_ids_are_one_segment_when_they_are_read() {
    let server = Server::start(|_| Answer::new(404, sample("retrieve_404"))).await;
    let provider = account(&server.base_url());
    let odd = [
        ("../../x", "..%2F..%2Fx"),
        ("a/b", "a%2Fb"),
        ("%2e", "%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\tb", "a%09b"),
        ("\t..", "%09.."),
        ("é +", "%C3%A9%20%2B"),
        ("a\\..\\b", "a%5C..%5Cb"),
        ("...", "..."),
    ];
    for (position, (id, segment)) in odd.into_iter().enumerate() {
        let error = provider.retrieve(&RecordingId::new(id)).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{id:?}: {error:?}");
        let target = format!("/api/v1/Account/MA_CANARY01/Recording/{segment}/");
        assert_eq!(server.seen()[position].target, target);
    }
    for id in ["", ".", ".."] {
        assert!(
            matches!(provider.retrieve(&RecordingId::new(id)).await, Err(Error::Invalid { .. })),
            "{id:?}"
        );
    }
    assert_eq!(server.seen().len(), odd.len());
}

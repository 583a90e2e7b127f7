//! Redirects: the credentials reach the vendor's own addresses and nobody else's.
//!
//! In these tests the vendor is `127.0.0.1`; the same computer under the name `localhost` is a stranger, and so is
//! the vendor again once a stranger has sent us back.

use domain::RecordingId;
use futures_util::TryStreamExt;
use serde_json::json;
use tapeshelf_providers::{Error, PageRequest, Provider};

use crate::support::{
    AUTH_ID, Answer, Server, TOKEN, Tls, account, account_with, page, quick, row, tls_file,
};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// A server that serves everything, so that a followed redirect always succeeds there.
async fn open_house() -> Server {
    Server::start(|request| match request.path() {
        "/audio" => Answer::new(200, "RIFF"),
        _ => page(&json!([row("a")])),
    })
    .await
}

/// A server that sends every request to this address.
async fn sending_to(status: u16, target: String) -> Server {
    Server::start(move |_| Answer::redirect(status, &target)).await
}

fn assert_no_credentials(server: &Server, context: &str) {
    for request in server.seen() {
        let text = request.text();
        assert!(!text.contains(TOKEN) && !text.contains(AUTH_ID), "{context}: {text}");
    }
}

async fn play(provider: &dyn Provider, url: &str) -> tapeshelf_providers::Result<Vec<u8>> {
    let stream = provider.media(url, 0).await?;
    stream
        .bytes
        .try_fold(Vec::new(), |mut all, chunk| async move {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await
}

#[tokio::test]
async fn media_goes_to_a_stranger_without_the_credentials() {
    for status in STATUSES {
        let stranger = open_house().await;
        let vendor = sending_to(status, stranger.foreign_url("/audio")).await;
        let audio = play(&account(&vendor.base_url()), &vendor.url("/m/1.mp3")).await.unwrap();
        assert_eq!(audio, b"RIFF", "{status}");
        assert_eq!(
            vendor.seen()[0].header("x-auth-token"),
            Some(TOKEN),
            "{status}: the vendor knows us"
        );
        assert_eq!(stranger.seen().len(), 1);
        assert_no_credentials(&stranger, &status.to_string());
    }
}

#[tokio::test]
async fn media_given_at_a_stranger_gets_no_credentials_at_all() {
    let (vendor, stranger) = (open_house().await, open_house().await);
    play(&account(&vendor.base_url()), &stranger.foreign_url("/audio")).await.unwrap();
    assert_eq!(stranger.seen().len(), 1);
    assert_no_credentials(&stranger, "given");
}

#[tokio::test]
async fn another_port_of_a_sandbox_is_its_media_server() {
    for status in STATUSES {
        let media = open_house().await;
        let vendor = sending_to(status, media.url("/audio")).await;
        play(&account(&vendor.base_url()), &vendor.url("/m/1.mp3")).await.unwrap();
        assert_eq!(media.seen()[0].header("x-auth-token"), Some(TOKEN), "{status}");
    }
}

#[tokio::test]
async fn a_stranger_that_sends_us_back_does_not_get_us_known() {
    let vendor = open_house().await;
    let stranger = sending_to(302, vendor.url("/audio")).await;
    play(&account(&vendor.base_url()), &stranger.foreign_url("/m/1.mp3")).await.unwrap();
    assert_no_credentials(&stranger, "on the way");
    assert_no_credentials(&vendor, "back again");
    assert_eq!(vendor.seen().len(), 1);
}

#[tokio::test]
async fn the_api_is_followed_at_home_and_nowhere_else() {
    for status in STATUSES {
        let home = Server::start(move |request| match request.path() {
            "/moved" => page(&json!([row("a")])),
            _ => Answer::redirect(status, "/moved"),
        })
        .await;
        let page = account(&home.base_url()).list(&PageRequest::default()).await.unwrap();
        assert_eq!(page.received, 1, "{status}: relative, same host");

        let stranger = open_house().await;
        let leaving = sending_to(status, stranger.foreign_url("/api/v1/")).await;
        let provider = account(&leaving.base_url());
        let errors = [
            provider.list(&PageRequest::default()).await.unwrap_err(),
            provider.retrieve(&RecordingId::new("a")).await.unwrap_err(),
            provider.check().await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::BadReply { .. }), "{status}: {error:?}");
            assert!(error.to_string().contains("localhost"), "{error}");
        }
        assert_eq!(stranger.seen().len(), 0, "{status}: an answer from there would be no answer");
    }
}

#[tokio::test]
async fn a_request_that_changes_something_is_not_redirected_even_at_home() {
    for status in STATUSES {
        let home = Server::start(move |_| Answer::redirect(status, "/moved")).await;
        let error = account(&home.base_url()).delete(&RecordingId::new("a")).await.unwrap_err();
        assert!(matches!(error, Error::BadReply { .. }), "{status}: {error:?}");
        assert_eq!(home.seen().len(), 1);
    }
}

#[tokio::test]
async fn an_endless_trail_is_left_after_five_hops() {
    for status in STATUSES {
        let circle = Server::start(move |_| Answer::redirect(status, "/again")).await;
        let provider = account(&circle.base_url());
        let error = play(&provider, &circle.url("/m")).await.unwrap_err();
        assert!(matches!(error, Error::BadReply { .. }), "{status}: {error:?}");
        assert_eq!(circle.seen().len(), 6, "{status}: the first request and five redirects");
    }
    let five =
        Server::start(|request| match request.path().trim_start_matches("/hop").parse::<u32>() {
            Ok(5) => Answer::new(200, "RIFF"),
            Ok(hop) => Answer::redirect(302, &format!("/hop{}", hop + 1)),
            Err(_) => Answer::redirect(302, "/hop1"),
        })
        .await;
    assert_eq!(play(&account(&five.base_url()), &five.url("/m")).await.unwrap(), b"RIFF");
}

#[tokio::test]
async fn nothing_leads_from_https_down_to_http() {
    let options = || tapeshelf_providers::TransportOptions {
        extra_authorities_pem: tls_file("authority.pem"),
        ..quick()
    };
    for status in STATUSES {
        let plain = open_house().await;
        for target in [plain.url("/audio"), plain.foreign_url("/audio")] {
            let vendor =
                Server::start_with(Tls::Yes("good"), move |_| Answer::redirect(status, &target))
                    .await;
            let provider = account_with(&vendor.base_url(), options());
            let errors = [
                play(&provider, &vendor.url("/m")).await.unwrap_err(),
                provider.list(&PageRequest::default()).await.unwrap_err(),
            ];
            for error in errors {
                assert!(error.to_string().contains("from https to http"), "{status}: {error}");
            }
            assert_eq!(vendor.seen().len(), 2, "TLS works, so it is the redirect that was refused");
        }
        assert_eq!(plain.seen().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn redirects_without_a_usable_target_are_named() {
    for target in
        ["", "http://", "ftp://localhost/x", "http://user:pw@localhost/x", "http://example.test/x"]
    {
        let vendor = sending_to(302, target.to_owned()).await;
        let error = play(&account(&vendor.base_url()), &vendor.url("/m")).await.unwrap_err();
        assert!(matches!(error, Error::BadReply { .. }), "{target}: {error:?}");
        assert!(!error.to_string().contains("pw"), "{error}");
    }
    let silent = Server::start(|_| Answer::new(302, "")).await;
    let error = play(&account(&silent.base_url()), &silent.url("/m")).await.unwrap_err();
    assert!(error.to_string().contains("without a target"), "{error}");
}

//! T-23, redirects: the credentials reach the vendor's own addresses and nobody else's.
//!
//! In these tests the vendor is `127.0.0.1`; the same computer under the name `localhost` is a stranger, and so is
//! the vendor again once a stranger has sent us back.

use domain::RecordingId;
use futures_util::TryStreamExt;
use serde_json::json;
use tapeshelf_providers::{Error, PageRequest, Provider};

use crate::support::{
    AUTH_ID, Answer, Server, TOKEN, Tls, Which, audio_at, on_both_vendors, page, quick, row,
    tls_file,
};

on_both_vendors! {
    media_goes_to_a_stranger_without_the_credentials,
    media_given_at_a_stranger_gets_no_credentials_at_all,
    another_port_of_a_sandbox_is_its_media_server,
    a_stranger_that_sends_us_back_does_not_get_us_known,
    the_api_is_followed_at_home_and_nowhere_else,
    a_request_that_changes_something_is_not_redirected_even_at_home,
    an_endless_trail_is_left_after_five_hops,
    nothing_leads_from_https_down_to_http,
    redirects_without_a_usable_target_are_named,
}

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
    let stream = provider.media(&audio_at(url, 0)).await?;
    stream
        .bytes
        .try_fold(Vec::new(), |mut all, chunk| async move {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await
}

async fn media_goes_to_a_stranger_without_the_credentials(which: Which) {
    for status in STATUSES {
        let stranger = open_house().await;
        let vendor = sending_to(status, stranger.foreign_url("/audio")).await;
        let audio = play(which.account(&vendor).as_ref(), &vendor.url("/m/1.mp3")).await.unwrap();
        assert_eq!(audio, b"RIFF", "{status}");
        assert!(which.is_known_by(&vendor.seen()[0]), "{status}: the vendor knows us");
        assert_eq!(stranger.seen().len(), 1);
        assert_no_credentials(&stranger, &status.to_string());
    }
}

async fn media_given_at_a_stranger_gets_no_credentials_at_all(which: Which) {
    let (vendor, stranger) = (open_house().await, open_house().await);
    play(which.account(&vendor).as_ref(), &stranger.foreign_url("/audio")).await.unwrap();
    assert_eq!(stranger.seen().len(), 1);
    assert_no_credentials(&stranger, "given");
}

async fn another_port_of_a_sandbox_is_its_media_server(which: Which) {
    for status in STATUSES {
        let media = open_house().await;
        let vendor = sending_to(status, media.url("/audio")).await;
        play(which.account(&vendor).as_ref(), &vendor.url("/m/1.mp3")).await.unwrap();
        assert!(which.is_known_by(&media.seen()[0]), "{status}");
    }
}

async fn a_stranger_that_sends_us_back_does_not_get_us_known(which: Which) {
    let vendor = open_house().await;
    let stranger = sending_to(302, vendor.url("/audio")).await;
    play(which.account(&vendor).as_ref(), &stranger.foreign_url("/m/1.mp3")).await.unwrap();
    assert_no_credentials(&stranger, "on the way");
    assert_no_credentials(&vendor, "back again");
    assert_eq!(vendor.seen().len(), 1);
}

async fn the_api_is_followed_at_home_and_nowhere_else(which: Which) {
    for status in STATUSES {
        let home = Server::start(move |request| match request.path() {
            "/moved" => page(&json!([row("a")])),
            _ => Answer::redirect(status, "/moved"),
        })
        .await;
        let page = which.account(&home).list(&PageRequest::default()).await.unwrap();
        assert_eq!(page.received, 1, "{status}: relative, same host");

        let stranger = open_house().await;
        let leaving = sending_to(status, stranger.foreign_url("/api/v1/")).await;
        let provider = which.account(&leaving);
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

async fn a_request_that_changes_something_is_not_redirected_even_at_home(which: Which) {
    for status in STATUSES {
        let home = Server::start(move |_| Answer::redirect(status, "/moved")).await;
        let error = which.account(&home).delete(&RecordingId::new("a")).await.unwrap_err();
        assert!(matches!(error, Error::BadReply { .. }), "{status}: {error:?}");
        assert_eq!(home.seen().len(), 1);
    }
}

async fn an_endless_trail_is_left_after_five_hops(which: Which) {
    for status in STATUSES {
        let circle = Server::start(move |_| Answer::redirect(status, "/again")).await;
        let provider = which.account(&circle);
        let error = play(provider.as_ref(), &circle.url("/m")).await.unwrap_err();
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
    assert_eq!(play(which.account(&five).as_ref(), &five.url("/m")).await.unwrap(), b"RIFF");
}

async fn nothing_leads_from_https_down_to_http(which: Which) {
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
            let provider = which.account_with(&vendor, options());
            let errors = [
                play(provider.as_ref(), &vendor.url("/m")).await.unwrap_err(),
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

async fn redirects_without_a_usable_target_are_named(which: Which) {
    for target in
        ["", "http://", "ftp://localhost/x", "http://user:pw@localhost/x", "http://example.test/x"]
    {
        let vendor = sending_to(302, target.to_owned()).await;
        let error = play(which.account(&vendor).as_ref(), &vendor.url("/m")).await.unwrap_err();
        assert!(matches!(error, Error::BadReply { .. }), "{target}: {error:?}");
        assert!(!error.to_string().contains("pw"), "{error}");
    }
    let silent = Server::start(|_| Answer::new(302, "")).await;
    let error = play(which.account(&silent).as_ref(), &silent.url("/m")).await.unwrap_err();
    assert!(error.to_string().contains("without a target"), "{error}");
}

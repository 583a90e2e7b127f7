//! Trouble below HTTP: each kind has its own words, and none of them is a URL.

use std::time::Duration;

use serde_json::json;
use tapeshelf_providers::{Error, PageRequest, Provider, TransportOptions};
use tokio::net::TcpListener;

use crate::support::{Answer, Server, TOKEN, account, account_with, page, quick, row};

async fn list_error(base_url: &str, options: TransportOptions) -> Error {
    let error = account_with(base_url, options).list(&PageRequest::default()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("://") && !shown.contains("/api/v1") && !shown.contains(TOKEN),
        "{shown}"
    );
    error
}

fn words(error: &Error) -> String {
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = list_error(&format!("http://127.0.0.1:{port}/api/v1"), quick()).await;
    assert!(words(&error).contains("refused the connection"), "{error}");
}

#[tokio::test]
async fn silence() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let options =
        TransportOptions { read_timeout: Duration::from_millis(50), max_tries: 2, ..quick() };
    let error = list_error(&format!("http://127.0.0.1:{port}/api/v1"), options).await;
    assert!(words(&error).contains("did not reply within 0.05 s"), "{error}");
}

#[tokio::test]
async fn a_connection_broken_off() {
    let server = Server::start(|_| Answer::hang_up()).await;
    let error = list_error(&server.base_url(), quick()).await;
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    let server = Server::start(|_| Answer::new(200, "{\"objects\"").promising(Some(99))).await;
    let error = list_error(&server.base_url(), quick()).await;
    assert!(
        matches!(&error, Error::Interrupted { reason } if reason.contains("in the middle")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_reply_that_drips_or_never_ends() {
    let server = Server::start(|_| Answer::dripping()).await;
    let error = list_error(&server.base_url(), TransportOptions { max_tries: 1, ..quick() }).await;
    assert!(
        matches!(&error, Error::Interrupted { reason } if reason.contains("stalled")),
        "{error:?}"
    );
    let server = Server::start(|_| Answer::new(200, " ".repeat(5000)).promising(None)).await;
    let error =
        list_error(&server.base_url(), TransportOptions { json_limit_bytes: 4096, ..quick() })
            .await;
    assert!(
        matches!(&error, Error::BadReply { reason, .. } if reason.contains("4096")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_web_page_instead_of_data() {
    let html = "<!DOCTYPE html><title>Sign in to the hotel's network</title>";
    let server =
        Server::start(move |_| Answer::new(200, html).with("Content-Type", "text/html")).await;
    let error = list_error(&server.base_url(), quick()).await;
    assert!(
        matches!(&error, Error::BadReply { reason, .. } if reason.contains("web page")),
        "{error:?}"
    );
    let error = account(&server.base_url()).check().await.unwrap_err();
    assert!(matches!(error, Error::BadReply { .. }), "it does not pass for a sign-in: {error:?}");
    assert_eq!(server.seen().len(), 5, "four tries for the list, one for the check");
}

#[test]
fn a_proxy_of_the_system_is_not_asked_for_this_computer() {
    // The settings of a system are read from the environment, so the request is made in a process of its own.
    let name = "network::request_with_a_proxy_in_the_environment";
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--include-ignored"])
        .envs(PROXY_VARIABLES.map(|variable| (variable, "http://127.0.0.1:1")))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

const PROXY_VARIABLES: [&str; 3] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"];

/// The other half of the test above; by itself, without such variables, it shows nothing but that loopback works.
#[tokio::test]
async fn request_with_a_proxy_in_the_environment() {
    let server = Server::start(|_| page(&json!([row("a")]))).await;
    let listed = account(&server.base_url()).list(&PageRequest::default()).await;
    assert_eq!(listed.unwrap().received, 1);
}

#[tokio::test]
async fn options_that_cannot_be_used_are_named() {
    let user_agent = TransportOptions { user_agent: "a\nb".into(), ..quick() };
    assert!(matches!(tapeshelf_providers::Transport::new(user_agent), Err(Error::Invalid { .. })));
    let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
    let authorities = TransportOptions { extra_authorities_pem: pem, ..quick() };
    assert!(matches!(tapeshelf_providers::Transport::new(authorities), Err(Error::Invalid { .. })));
}

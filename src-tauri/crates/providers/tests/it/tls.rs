//! T-24: connections that cannot be trusted, or that are not secure enough, are refused, each in its own words. There is
//! no switch to trust them all the same.

use std::collections::BTreeSet;

use serde_json::json;
use tapeshelf_providers::{Error, Obstacle, PageRequest, Provider, TlsTrouble, TransportOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::{Server, TOKEN, Tls, account_with, page, quick, row, tls_file};

/// How a list fails at an address, in words and as a kind.
async fn refusal(base_url: &str, options: TransportOptions) -> (String, Obstacle) {
    let error = account_with(base_url, options).list(&PageRequest::default()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("://") && !shown.contains(TOKEN), "{shown}");
    let told = match &error {
        Error::Unreachable { reason, obstacle } => Some((reason.clone(), *obstacle)),
        _ => None,
    };
    assert!(told.is_some(), "{error:?}");
    told.unwrap()
}

fn trusting() -> TransportOptions {
    TransportOptions { extra_authorities_pem: tls_file("authority.pem"), ..quick() }
}

/// What a server does with the beginning of a handshake.
#[derive(Debug, Clone, Copy)]
enum Handshake {
    /// Answers in TLS 1.1, whatever was offered (RFC 4346, 7.4.1.3).
    Tls11,
    /// Refuses every version that was offered: alert 70, `protocol_version` (RFC 8446, 6.2).
    AlertProtocolVersion,
    /// Refuses for another reason: alert 40, `handshake_failure`.
    AlertHandshakeFailure,
    /// Hangs up once it has been greeted.
    CutBeforeAnswer,
    /// Hangs up in the middle of its answer.
    CutInAnswer,
    /// Resets the connection: it goes with bytes unread.
    Reset,
    /// Is no TLS at all.
    Http,
}

/// The record of a `ServerHello` of TLS 1.1 with `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn server_hello_of_tls_1_1() -> Vec<u8> {
    let mut record = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    record.extend([7; 32]);
    record.extend([0, 0, 0x2F, 0]);
    record
}

async fn shake(mut socket: TcpStream, how: Handshake) {
    if matches!(how, Handshake::Reset) {
        let _ = socket.read_u8().await;
        return;
    }
    // The whole greeting, so that hanging up is a clean end and no reset.
    let mut head = [0; 5];
    if socket.read_exact(&mut head).await.is_err() {
        return;
    }
    let mut greeting = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    if socket.read_exact(&mut greeting).await.is_err() {
        return;
    }
    let answer = match how {
        Handshake::Tls11 => server_hello_of_tls_1_1(),
        Handshake::AlertProtocolVersion => vec![0x15, 3, 1, 0, 2, 2, 70],
        Handshake::AlertHandshakeFailure => vec![0x15, 3, 3, 0, 2, 2, 40],
        Handshake::CutInAnswer => server_hello_of_tls_1_1()[..20].to_vec(),
        Handshake::Http => b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec(),
        Handshake::CutBeforeAnswer | Handshake::Reset => Vec::new(),
    };
    let _ = socket.write_all(&answer).await;
    let _ = socket.shutdown().await;
    // Until the client has left.
    let _ = socket.read(&mut head).await;
}

/// A server that gets no further than the handshake.
async fn shaking(how: Handshake) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            shake(socket, how).await;
        }
    });
    (format!("https://127.0.0.1:{port}/api/v1"), task)
}

/// What the window calls an obstacle of the handshake.
fn wire_name(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Clock => "clock",
        Obstacle::Tls(TlsTrouble::Authority) => "tlsAuthority",
        Obstacle::Tls(TlsTrouble::Name) => "tlsName",
        Obstacle::Tls(TlsTrouble::Outdated) => "tlsOutdated",
        Obstacle::Tls(TlsTrouble::Refused) => "tlsRefused",
        Obstacle::Tls(TlsTrouble::Cut) => "tlsCut",
        Obstacle::Tls(TlsTrouble::Plain) => "tlsPlain",
        _ => "none of the handshake",
    }
}

#[tokio::test]
async fn t24_each_trouble_has_its_own_words_and_nothing_is_said_to_such_a_server() {
    // The sentences as a person reads them, each of which the window's tests show.
    let shown: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../../../../tests/fixtures/tls-refusals.json"))
            .unwrap();
    let is_shown = |reason: &str, obstacle: &Obstacle| {
        shown.iter().any(|refusal| {
            let sentence = refusal["what"].as_str().unwrap().replace("api.vonage.com", "127.0.0.1");
            sentence.trim_end_matches('.').eq_ignore_ascii_case(reason)
                && refusal["obstacle"] == wire_name(*obstacle)
        })
    };
    let mut words = BTreeSet::new();
    for (certificate, options, word, kind) in [
        ("good", quick(), "does not trust", Obstacle::Tls(TlsTrouble::Authority)),
        ("expired", trusting(), "has expired", Obstacle::Clock),
        ("other-name", trusting(), "not for 127.0.0.1", Obstacle::Tls(TlsTrouble::Name)),
    ] {
        let server = Server::start_with(Tls::Yes(certificate), |_| page(&json!([row("a")]))).await;
        let (reason, obstacle) = refusal(&server.base_url(), options).await;
        assert!(reason.contains(word) && obstacle == kind, "{certificate}: {reason} {obstacle:?}");
        assert_eq!(server.seen().len(), 0, "{certificate}: nothing was said to it");
        assert!(is_shown(&reason, &obstacle), "{reason}");
        words.insert(reason);
    }
    let outdated = "a kind that is no longer secure";
    let cut = "while a secure one was being set up";
    for (how, word, trouble) in [
        (Handshake::Tls11, outdated, TlsTrouble::Outdated),
        (Handshake::AlertProtocolVersion, outdated, TlsTrouble::Outdated),
        (Handshake::AlertHandshakeFailure, "refused a secure connection", TlsTrouble::Refused),
        (Handshake::CutBeforeAnswer, cut, TlsTrouble::Cut),
        (Handshake::CutInAnswer, cut, TlsTrouble::Cut),
        (Handshake::Reset, cut, TlsTrouble::Cut),
        (Handshake::Http, "does not speak TLS", TlsTrouble::Plain),
    ] {
        let (base_url, serving) = shaking(how).await;
        let (reason, obstacle) = refusal(&base_url, trusting()).await;
        serving.abort();
        assert!(
            reason.contains(word) && obstacle == Obstacle::Tls(trouble),
            "{how:?}: {reason} {obstacle:?}"
        );
        assert!(is_shown(&reason, &obstacle), "{reason}");
        words.insert(reason);
    }
    assert_eq!(words.len(), shown.len());
    assert_eq!(words.len(), 7, "three certificates, and four ways to no connection: {words:?}");
}

#[tokio::test]
async fn t24_a_certificate_of_the_companys_own_authority_is_trusted_when_it_is_given() {
    let server = Server::start_with(Tls::Yes("good"), |_| page(&json!([row("a")]))).await;
    let listed = account_with(&server.base_url(), trusting()).list(&PageRequest::default()).await;
    assert_eq!(listed.unwrap().received, 1);
    assert!(
        matches!(
            account_with(&server.base_url(), quick()).list(&PageRequest::default()).await,
            Err(Error::Unreachable { obstacle: Obstacle::Tls(TlsTrouble::Authority), .. })
        ),
        "and not otherwise"
    );
}

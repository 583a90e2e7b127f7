//! Where a browser comes back after a sign-in: a listener on this computer alone, for one answer (RFC 8252, 7.3).

use std::future::IntoFuture as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::{Url, form_urlencoded};

use crate::error::{Error, Result};

/// What the browser shows in the end. No script and nothing from the request is in it.
const DONE: &str = "<!doctype html><meta charset=\"utf-8\"><title>Tapeshelf</title><p>You are signed in. You can close this page and go back to Tapeshelf.";
const FAILED: &str = "<!doctype html><meta charset=\"utf-8\"><title>Tapeshelf</title><p>The sign-in did not work. Go back to Tapeshelf to see why.";

/// How long the last page may take to reach the browser.
const PATIENCE: Duration = Duration::from_secs(1);

/// A listener at a registered callback address.
pub(super) struct Callback {
    listeners: Vec<TcpListener>,
    path: String,
}

#[derive(Clone)]
struct Waiting {
    path: String,
    tell: mpsc::Sender<Answer>,
    state: String,
}

type Answer = std::result::Result<String, String>;

impl Callback {
    /// Listens at `redirect_uri`, which must be `http` on `localhost` or a loopback address with a port.
    pub(super) async fn bind(redirect_uri: &str) -> Result<Self> {
        let invalid = |what: String| Error::invalid("redirectUri", what);
        let url = Url::parse(redirect_uri)
            .map_err(|error| invalid(format!("This is no web address: {error}.")))?;
        let is_loopback = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let Some(port) = url.port().filter(|_| url.scheme() == "http" && is_loopback) else {
            return Err(invalid(
                "The browser must come back to this computer: register a callback like http://localhost:8484/callback for the application, and enter it here.".into(),
            ));
        };
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            invalid(format!("Nothing can listen on port {port} of this computer: {error}."))
        })?;
        let mut listeners = vec![first];
        // A browser may take `localhost` for either. A computer without IPv6 has only the first.
        if let Ok(second) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            listeners.push(second);
        }
        Ok(Self { listeners, path: url.path().to_owned() })
    }

    /// Waits for the browser and returns the code it brings. What does not carry `state` is not for us.
    pub(super) async fn code(self, state: &str) -> Result<String> {
        let (tell, mut told) = mpsc::channel(1);
        let waiting = Waiting { path: self.path, tell, state: state.to_owned() };
        let app = Router::new().fallback(receive).with_state(waiting);
        let done = CancellationToken::new();
        let mut servers = JoinSet::new();
        for listener in self.listeners {
            let stop = done.clone().cancelled_owned();
            let server = axum::serve(listener, app.clone()).with_graceful_shutdown(stop);
            servers.spawn(server.into_future());
        }
        let answer = told.recv().await;
        done.cancel();
        // The page is on its way to the browser, which may also keep its connection open for ever.
        let _ = tokio::time::timeout(PATIENCE, servers.join_all()).await;
        match answer {
            Some(Ok(code)) => Ok(code),
            Some(Err(said)) => Err(Error::invalid(
                "redirectUri",
                format!("The sign-in in the browser did not work: {said}."),
            )),
            None => Err(Error::Internal { what: "the callback listener ended".into() }),
        }
    }
}

async fn receive(State(waiting): State<Waiting>, uri: Uri, RawQuery(query): RawQuery) -> Response {
    if uri.path() != waiting.path {
        return StatusCode::NOT_FOUND.into_response();
    }
    let query = query.unwrap_or_default();
    let value = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if value("state").as_deref() != Some(&waiting.state) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let answer = match value("code") {
        Some(code) if !code.is_empty() => Ok(code),
        _ => {
            let said = value("error_description").or_else(|| value("error"));
            let said = said.unwrap_or_else(|| "no code came back".into());
            Err(said.chars().filter(|c| !c.is_control()).take(200).collect())
        }
    };
    let page = if answer.is_ok() { DONE } else { FAILED };
    // A second answer finds nobody waiting.
    let _ = waiting.tell.try_send(answer);
    Html(page).into_response()
}

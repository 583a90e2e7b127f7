//! Sends requests: the connections, their timeouts, and the hop-by-hop walk along redirects.
//!
//! There are three kinds of connection. Replies of an API may be compressed; audio must come as it is, because servers
//! ignore `Range` when they compress and a resumed file would then hold the beginning twice; and what goes to places that
//! are no vendors is the affair of whoever sends it, down to how long it may take. Addresses on this computer never go
//! through a proxy, whatever the system's settings say.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::Secret;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use reqwest::{Certificate, Client, Method, Response, StatusCode, redirect};
use url::Url;

use super::redirect::{MAX_REDIRECTS, is_loopback, is_redirect, next_url, permit};
use super::{
    Audience, Dialect, Failure, Gate, Redactor, Reply, Tries, authorities, body, failure, gate,
    reply, retry,
};
use crate::error::{Error, Result};

/// No body of a place is longer on its way than this: 16 MB at 4 kB/s.
const UPLOAD_TIMEOUT: Duration = Duration::from_hours(1);

/// Limits of all traffic. The defaults are meant for people's machines; tests shorten the waits.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    /// How long a connection may take to stand, TLS included.
    pub connect_timeout: Duration,
    /// How long nothing at all may come, before the head of a reply and between two parts of its body.
    pub read_timeout: Duration,
    /// A body that brings less than [`TransportOptions::stall_min_bytes_per_s`] over this time of waiting is stalled.
    pub stall_window: Duration,
    /// See [`TransportOptions::stall_window`].
    pub stall_min_bytes_per_s: u64,
    /// The largest JSON reply that is read, in bytes, after decompression.
    pub json_limit_bytes: usize,
    /// How often an idempotent request is tried in all, at least once.
    pub max_tries: u32,
    /// The longest wait before the second try. Each wait is drawn from `0..d`, and `d` doubles.
    pub first_backoff: Duration,
    /// The longest `Retry-After` that is waited for here. A longer one is left to the caller, as
    /// [`Error::RateLimited`].
    pub max_retry_after: Duration,
    /// The same for an account with a quota a minute, where waiting for the next minute is nothing unusual.
    pub max_quota_wait: Duration,
    /// How the network is reached. Addresses on this computer are always reached directly.
    pub proxy: Proxy,
    /// `User-Agent` of every request.
    pub user_agent: String,
    /// Certificates (PEM, any number) of authorities to trust besides the system's: for companies whose proxy opens
    /// TLS. Empty for none. There is no switch to trust everybody.
    pub extra_authorities_pem: Vec<u8>,
}

/// How the network is reached.
#[derive(Debug, Clone, Default)]
pub enum Proxy {
    /// As the system is set up (environment, and the settings of Windows and macOS).
    #[default]
    System,
    /// Directly.
    None,
    /// Through this proxy: `http://host:port`, `https://…` or `socks5h://…`, also with `user:password@`, which is why
    /// it is a secret.
    Manual(Secret<String>),
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            stall_window: Duration::from_mins(1),
            stall_min_bytes_per_s: 1024,
            json_limit_bytes: 64 * 1024 * 1024,
            max_tries: 4,
            first_backoff: Duration::from_millis(500),
            max_retry_after: Duration::from_secs(30),
            max_quota_wait: Duration::from_secs(90),
            proxy: Proxy::System,
            user_agent: concat!("Tapeshelf/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_authorities_pem: Vec::new(),
        }
    }
}

/// The connections of the whole program. Cheap to clone; all clones share one pool.
#[derive(Clone)]
pub struct Transport {
    inner: Arc<Inner>,
}

struct Inner {
    api: Route,
    media: Route,
    places: Route,
    options: TransportOptions,
}

/// The same client twice, with and without the system's proxy.
struct Route {
    outside: Client,
    loopback: Client,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

/// Which kind of connection a request uses, and where its redirects may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// JSON. A redirect may only lead to origins that may see the credentials: an answer from elsewhere is no answer.
    Api,
    /// Audio. A redirect may lead to any https host, without the credentials.
    Media,
}

/// One request, without credentials.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) lane: Lane,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<String>,
    /// A reply of success that is not JSON is no reply: it is asked for again where a request may be repeated.
    pub(crate) expects_json: bool,
}

/// What proves who we are, and where it may be shown.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// Headers, each marked sensitive.
    pub(crate) headers: HeaderMap,
    /// Who may see them.
    pub(crate) audience: Audience,
    /// Takes them out of text that came from outside.
    pub(crate) redactor: Redactor,
    /// When requests may go.
    pub(crate) gate: Arc<Gate>,
    /// Reads the vendor's own kinds of failure.
    pub(crate) dialect: Dialect,
}

impl Transport {
    /// Builds the connections.
    ///
    /// # Errors
    /// `Invalid` when the options cannot be used (a user agent that is no header value, authorities that are no
    /// certificates) or TLS cannot be set up.
    pub fn new(options: TransportOptions) -> Result<Self> {
        let api = Route::new(&options, true)?;
        let media = Route::new(&options, false)?;
        // A large body may take longer to go than any reply to come; who sends one watches that it moves.
        let patient = TransportOptions { read_timeout: UPLOAD_TIMEOUT, ..options.clone() };
        let places = Route::new(&patient, false)?;
        Ok(Self { inner: Arc::new(Inner { api, media, places, options }) })
    }

    /// Sends one request to a place that is no vendor, as it is: nothing is added, repeated or followed. Its address may
    /// hold a signature, and no error shows it.
    ///
    /// # Errors
    /// `Unreachable` and `Interrupted`; a reply of any status is none.
    pub async fn ask_place(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Option<reqwest::Body>,
    ) -> crate::Result<Response> {
        let places = &self.inner.places;
        let client = if is_loopback(&url) { &places.loopback } else { &places.outside };
        let mut request = client.request(method, url.clone()).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let sent = request.send().await;
        Ok(sent.map_err(|error| failure::of_request(&error, &url, self.options()))?)
    }

    pub(crate) fn options(&self) -> &TransportOptions {
        &self.inner.options
    }

    /// Sends a call when its turn comes and follows its redirects. A reply with a status of failure is the error it
    /// means, except for those that `lets_through` names; a body of success has not been read.
    pub(crate) async fn send(
        &self,
        call: &Call,
        credentials: &Credentials,
        lets_through: Option<StatusCode>,
    ) -> Result<Response, Failure> {
        // Held until a failure has been read, so that nobody goes before it is known what the failure asks for.
        let turn = credentials.gate.turn().await;
        // The reasons name hosts, and the host of a redirect is text from outside.
        let walked = self.walk(call, credentials).await;
        let response = walked.map_err(|failure| failure.redacted(&credentials.redactor))?;
        let is_theirs = credentials.audience.admits(response.url());
        if Some(response.status()) == lets_through {
            return Ok(response);
        }
        let mut outcome = reply::successful(response, credentials, self.options()).await;
        if let Err(Failure { error, .. }) = &mut outcome
            && !is_theirs
            && let Error::Unauthenticated(said) = error
        {
            // A stranger was shown no credentials, so it refused none: a signed address has expired.
            *error = Error::PermissionDenied(std::mem::take(said));
        }
        match &outcome {
            Err(Failure { error: Error::RateLimited { retry_after, .. }, .. }) if is_theirs => {
                self.slow_down(&credentials.gate, *retry_after);
            }
            _ => turn.was_welcome(),
        }
        outcome
    }

    fn slow_down(&self, gate: &gate::Gate, asked: Option<Duration>) {
        let options = self.options();
        let longest =
            if gate.has_quota() { options.max_quota_wait } else { options.max_retry_after };
        gate.slow_down(asked.unwrap_or(options.first_backoff).min(longest));
    }

    async fn walk(&self, call: &Call, credentials: &Credentials) -> Result<Response, Failure> {
        let audience = &credentials.audience;
        let mut url = call.url.clone();
        // Once a trail has left the vendor it stays a stranger's, also where it leads back.
        let mut trusted = true;
        for _ in 0..=MAX_REDIRECTS {
            permit(&url, audience).map_err(|target| {
                Failure::refused(bad_redirect(format!("the vendor sent us to {target}")))
            })?;
            trusted &= audience.admits(&url);
            if !trusted && call.lane == Lane::Api {
                let host = url.host_str().unwrap_or_default();
                let reason =
                    format!("the API sent the request on to {host}, which is not the vendor's");
                return Err(Failure::refused(bad_redirect(reason)));
            }
            let response = self.hop(call, &url, trusted.then_some(credentials)).await?;
            if !is_redirect(response.status()) {
                return Ok(response);
            }
            if call.method != Method::GET {
                let reason = format!(
                    "the vendor redirected a {} request, which is not repeated elsewhere",
                    call.method
                );
                return Err(Failure::replied(bad_redirect(reason)));
            }
            url = next_url(&url, response.headers().get(LOCATION))
                .map_err(|reason| Failure::replied(bad_redirect(reason)))?;
        }
        let reason = format!("more than {MAX_REDIRECTS} redirects");
        Err(Failure::replied(bad_redirect(reason)))
    }

    /// Sends a call and reads the whole reply as an API reply: an error status is an error.
    pub(crate) async fn ask_once(
        &self,
        call: &Call,
        credentials: &Credentials,
    ) -> Result<Reply, Failure> {
        let host = call.url.host_str().unwrap_or_default().to_owned();
        let response = self.send(call, credentials, None).await?;
        let status = response.status();
        let bytes =
            body::read_whole(response, &host, self.inner.options.json_limit_bytes, self.options())
                .await?;
        Ok(Reply { status, bytes })
    }

    /// Like [`Transport::ask_once`], several times if the failure may pass. For idempotent requests only.
    pub(crate) async fn ask(
        &self,
        call: &Call,
        credentials: &Credentials,
        tries: Tries,
    ) -> Result<Reply, Failure> {
        let attempt = || async move {
            let reply = self.ask_once(call, credentials).await?;
            if call.expects_json {
                reply.must_be_json(&credentials.redactor)?;
            }
            Ok(reply)
        };
        retry::run(self.options(), tries, &credentials.gate, attempt).await
    }

    async fn hop(
        &self,
        call: &Call,
        url: &Url,
        credentials: Option<&Credentials>,
    ) -> Result<Response, Failure> {
        let route = match call.lane {
            Lane::Api => &self.inner.api,
            Lane::Media => &self.inner.media,
        };
        let client = if is_loopback(url) { &route.loopback } else { &route.outside };
        let mut headers = call.headers.clone();
        if let Some(credentials) = credentials {
            headers.extend(credentials.headers.clone());
        }
        let mut request = client.request(call.method.clone(), url.clone()).headers(headers);
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        request.send().await.map_err(|error| failure::of_request(&error, url, self.options()))
    }
}

impl Route {
    fn new(options: &TransportOptions, compressed: bool) -> Result<Self> {
        let user_agent = HeaderValue::from_str(&options.user_agent)
            .map_err(|_| Error::Invalid { reason: "the user agent is no header value".into() })?;
        let authorities = extra_authorities(&options.extra_authorities_pem)?;
        let build = |proxied: bool| {
            let mut builder = Client::builder()
                .redirect(redirect::Policy::none())
                .referer(false)
                // Whether to try again is decided in one place, `retry`.
                .retry(reqwest::retry::never())
                .connect_timeout(options.connect_timeout)
                .read_timeout(options.read_timeout)
                .user_agent(user_agent.clone());
            if !authorities.is_empty() {
                builder = builder.tls_certs_merge(authorities.iter().cloned());
            }
            if !compressed {
                builder = builder.no_gzip();
            }
            match &options.proxy {
                Proxy::System if proxied => {}
                Proxy::Manual(address) if proxied => {
                    // The error would quote the address, and with it a password.
                    let proxy = reqwest::Proxy::all(address.expose().trim()).map_err(|_| {
                        Error::Invalid { reason: "the proxy's address cannot be used".into() }
                    })?;
                    builder = builder.no_proxy().proxy(proxy);
                }
                _ => builder = builder.no_proxy(),
            }
            builder.build().map_err(|error| Error::Invalid {
                reason: format!("network access cannot be set up: {}", failure::root_cause(&error)),
            })
        };
        Ok(Self { outside: build(true)?, loopback: build(false)? })
    }
}

fn extra_authorities(pem: &[u8]) -> Result<Vec<Certificate>> {
    if pem.is_empty() {
        return Ok(Vec::new());
    }
    let unusable = |_| Error::Invalid { reason: "A certificate of the file is damaged.".into() };
    authorities::read(pem)?.iter().map(|der| Certificate::from_der(der).map_err(unusable)).collect()
}

fn bad_redirect(reason: String) -> Error {
    Error::BadReply { reason, correlation: crate::error::Correlation::default() }
}

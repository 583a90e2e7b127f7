//! One bucket: a signed request, its answer or what its refusal means, a few tries where trouble may pass.
//!
//! Signatures are made over the address (`rusty-s3`), every header we add is signed, and the payload is bound by its
//! checksum header. Redirects are not followed: a bucket that is elsewhere has another region, which is to be set.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::Secret;
use futures_util::{Stream, stream};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use providers::Transport;
use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Response};
use rusty_s3::Method;

use super::error::{Failed, PlaceError};
use super::place::Place;
use crate::Clock;
use crate::error::Error;
use crate::transfers::{Bandwidth, Caps};

/// How often a request is sent at most.
const TRIES: u32 = 3;
/// How long a signature is good for. A request is judged when it arrives, not when it ends.
const GOOD_FOR: Duration = Duration::from_mins(15);
/// A refusal longer than this is read no further.
const LONGEST_REFUSAL: usize = 64 * 1024;
/// What is handed to the connection at once.
const SENT_AT_ONCE: usize = 16 * 1024;

/// Speaks to one bucket.
pub(crate) struct Bucket {
    pub(super) place: Place,
    pub(super) address: rusty_s3::Bucket,
    pub(super) access_key_id: Secret<String>,
    pub(super) secret: Secret<String>,
    /// Of temporary credentials. It is part of each signature, as Amazon's query parameter `X-Amz-Security-Token`.
    pub(super) session_token: Option<Secret<String>>,
    /// What all that comes and goes is held to.
    pub(super) caps: Caps,
    pub(super) transport: Transport,
    pub(super) clock: Clock,
    /// How long nothing at all may move.
    pub(super) silence: Duration,
    /// How long is waited before a request is sent again. It doubles from then on.
    pub(super) again: Duration,
}

/// One request.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Of the object.
    pub(super) key: &'a str,
    /// Sorted by name.
    pub(super) query: Vec<(&'static str, String)>,
    /// Sorted by name, in lower case.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl<'a> Ask<'a> {
    pub(super) fn new(method: Method, key: &'a str) -> Self {
        Self { method, key, query: Vec::new(), headers: Vec::new(), body: Bytes::new() }
    }

    pub(super) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self.query.sort();
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self.headers.sort();
        self
    }

    pub(super) fn body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// What it wants to do, for the sentence of a refusal.
    fn doing(&self) -> &'static str {
        match self.method {
            Method::Head | Method::Get => "read from",
            Method::Put | Method::Post => "write to",
            Method::Delete => "delete from",
        }
    }
}

impl Bucket {
    /// The trouble with the place's name.
    pub(super) fn named(&self, trouble: PlaceError) -> Error {
        Error::Place { label: self.place.label.clone(), trouble }
    }

    /// Sends a request, again if trouble may pass. A reply of success has its body unread.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<Response, PlaceError> {
        let mut pause = self.again;
        let mut tries = 1;
        loop {
            match self.ask_once(ask).await {
                Err(error) if error.may_pass() && tries < TRIES => {
                    tracing::debug!(place = %self.place.id, %error, "asking a bucket again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    tries += 1;
                }
                Err(error) => return Err(self.said_in_full(ask, error).await),
                Ok(reply) => return Ok(reply),
            }
        }
    }

    /// A refusal of HEAD has no body, so credentials that have expired look like any bad request. A request for a byte of
    /// the same object is refused in words.
    async fn said_in_full(&self, ask: &Ask<'_>, error: PlaceError) -> PlaceError {
        let is_unsaid = matches!(error, PlaceError::Refused { .. } | PlaceError::Denied { .. });
        if self.session_token.is_none() || ask.method != Method::Head || !is_unsaid {
            return error;
        }
        let byte = Ask::new(Method::Get, ask.key).header("range", "bytes=0-0");
        match self.ask_once(&byte).await {
            Err(said @ (PlaceError::KeyExpired | PlaceError::WrongToken)) => said,
            _ => error,
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Response, PlaceError> {
        let sends = matches!(ask.method, Method::Put | Method::Post) && !ask.body.is_empty();
        // Signed only after it: a signature does not last. What goes in one piece need not wait for it.
        let is_long = sends && ask.body.len() > SENT_AT_ONCE;
        let _turn = if is_long { self.caps.up.turn().await } else { None };
        let now = (self.clock)();
        let url = rusty_s3::signing::sign(
            &now,
            ask.method,
            self.address.object_url(ask.key),
            self.access_key_id.expose(),
            self.secret.expose(),
            self.session_token.as_ref().map(|token| token.expose().as_str()),
            self.address.region(),
            GOOD_FOR.as_secs(),
            ask.query.iter().map(|(name, value)| (*name, value.as_str())),
            ask.headers.iter().map(|(name, value)| (*name, value.as_str())),
        );
        let mut headers = HeaderMap::new();
        for (name, value) in &ask.headers {
            let value = HeaderValue::from_str(value)
                .map_err(|_| PlaceError::Refused { what: format!("{name} is no header") })?;
            headers.insert(HeaderName::from_static(name), value);
        }
        if matches!(ask.method, Method::Put | Method::Post) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(ask.body.len()));
        }
        let moved = Arc::new(Moved::default());
        let cap = &self.caps.up;
        let body = sends.then(|| body_of(&ask.body, Arc::clone(cap), Arc::clone(&moved)));
        let method = match ask.method {
            Method::Head => reqwest::Method::HEAD,
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let sending = self.transport.ask_place(method, url, headers, body);
        let response = self.while_it_moves(sending, &moved).await??;
        if response.status().is_success() {
            return Ok(response);
        }
        let failed = self.read_refusal(response, now).await;
        Err(PlaceError::of(failed, ask.doing()))
    }

    /// Waits for a reply as long as something moves.
    async fn while_it_moves<T>(
        &self,
        work: impl Future<Output = T>,
        moved: &Moved,
    ) -> Result<T, PlaceError> {
        tokio::pin!(work);
        let mut seen = 0;
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(self.silence) => {
                    let now = moved.bytes.load(Ordering::Relaxed);
                    // Whoever waits for the cap is not kept waiting by the server.
                    if now == seen && !moved.pays.load(Ordering::Relaxed) {
                        return Err(self.silent());
                    }
                    seen = now;
                }
            }
        }
    }

    fn silent(&self) -> PlaceError {
        let reason = format!("nothing came from it for {} s", self.silence.as_secs_f32());
        PlaceError::Unreachable { reason }
    }

    /// The next piece of a body.
    pub(super) async fn next_chunk(
        &self,
        response: &mut Response,
    ) -> Result<Option<Bytes>, PlaceError> {
        match tokio::time::timeout(self.silence, response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            // The text of the error would hold the signed address.
            Ok(Err(_)) => Err(PlaceError::Unreachable {
                reason: "the connection broke in the middle of a reply".into(),
            }),
            Err(_elapsed) => Err(self.silent()),
        }
    }

    /// A short body as text; what comes after the limit is left.
    pub(super) async fn read_text(&self, mut response: Response) -> Result<String, PlaceError> {
        let mut bytes = Vec::new();
        while bytes.len() < LONGEST_REFUSAL
            && let Some(chunk) = self.next_chunk(&mut response).await?
        {
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn read_refusal(&self, response: Response, now: Timestamp) -> Failed {
        let text_of = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let region = text_of("x-amz-bucket-region");
        let theirs = text_of(DATE.as_str()).and_then(|text| read_date(&text));
        let apart = theirs.map_or(0, |theirs| now.duration_since(theirs).abs().as_secs() / 60);
        let status = response.status().as_u16();
        // What a refusal says is a help; without it the status speaks.
        let body = self.read_text(response).await.unwrap_or_default();
        refusal_in(
            &body,
            Failed {
                status,
                region,
                minutes_apart: u64::try_from(apart).unwrap_or_default(),
                ..Failed::default()
            },
        )
    }
}

/// Adds what the XML of a refusal says.
pub(super) fn refusal_in(body: &str, failed: Failed) -> Failed {
    Failed {
        code: element(body, "Code").unwrap_or_default(),
        message: element(body, "Message").unwrap_or_default().chars().take(300).collect(),
        region: failed.region.or_else(|| element(body, "Region")),
        ..failed
    }
}

/// The text of the first element of this name.
pub(super) fn element(xml: &str, name: &str) -> Option<String> {
    use quick_xml::events::Event;

    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) if start.local_name().as_ref() == name.as_bytes() => {
                let text = reader.read_text(start.name()).ok()?;
                let text = text.decode().ok()?;
                return quick_xml::escape::unescape(&text).ok().map(std::borrow::Cow::into_owned);
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// The `Date` of a reply (RFC 9110, 5.6.7), which is written as mail writes it, with `GMT` for the zone.
fn read_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// What has moved of a body.
#[derive(Debug, Default)]
struct Moved {
    bytes: AtomicU64,
    /// The next piece waits for the cap.
    pays: AtomicBool,
}

/// Pieces of the bytes, paid for one by one and counted as the connection takes them.
fn pieces(
    bytes: &Bytes,
    cap: Arc<Bandwidth>,
    moved: Arc<Moved>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    stream::unfold(bytes.clone(), move |mut rest| {
        let (cap, moved) = (Arc::clone(&cap), Arc::clone(&moved));
        async move {
            let piece = rest.split_to(rest.len().min(SENT_AT_ONCE));
            if piece.is_empty() {
                return None;
            }
            moved.pays.store(true, Ordering::Relaxed);
            cap.pay(piece.len()).await;
            moved.pays.store(false, Ordering::Relaxed);
            moved.bytes.fetch_add(piece.len() as u64, Ordering::Relaxed);
            Some((Ok(piece), rest))
        }
    })
}

fn body_of(bytes: &Bytes, cap: Arc<Bandwidth>, moved: Arc<Moved>) -> Body {
    Body::wrap_stream(pieces(bytes, cap, moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_out_of_its_xml() {
        let body = "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>a &amp; b</Message></Error>";
        let failed = refusal_in(body, Failed { status: 404, ..Failed::default() });
        assert_eq!((failed.code.as_str(), failed.message.as_str()), ("NoSuchBucket", "a & b"));
        assert_eq!(element("<html><body>no</body>", "Code"), None);
        assert_eq!(element("no xml", "Code"), None);
        assert_eq!(element("<Code>cut", "Code"), None);
    }

    #[test]
    fn the_servers_time_is_read() {
        let read = read_date("Sun, 22 Nov 2026 10:00:00 GMT").unwrap();
        assert_eq!(read.to_string(), "2026-11-22T10:00:00Z");
    }

    #[tokio::test]
    async fn each_piece_of_a_body_is_paid_for_before_it_goes_and_none_when_the_cap_is_lifted() {
        use futures_util::{FutureExt as _, StreamExt as _};

        let (cap, moved) = (Arc::new(Bandwidth::default()), Arc::new(Moved::default()));
        // A piece costs more than what may be saved up before.
        cap.set(Some(SENT_AT_ONCE as u64));
        let bytes = Bytes::from(vec![7; 10 * SENT_AT_ONCE + 1]);
        let mut pieces = Box::pin(pieces(&bytes, Arc::clone(&cap), Arc::clone(&moved)));
        let mut next = pieces.next();
        assert!((&mut next).now_or_never().is_none(), "it waits");
        assert!(moved.pays.load(Ordering::Relaxed), "and that is not the server's silence");
        assert_eq!(moved.bytes.load(Ordering::Relaxed), 0);
        cap.set(None);
        assert!(next.await.is_some());
        let rest = pieces.count().now_or_never().unwrap();
        assert_eq!(rest, 10, "nothing is waited for any more");
        assert_eq!(moved.bytes.load(Ordering::Relaxed), bytes.len() as u64);
    }

    #[tokio::test]
    async fn under_a_cap_one_body_goes_after_another() {
        use futures_util::FutureExt as _;

        let cap = Bandwidth::default();
        assert!(cap.turn().await.is_none(), "without one nobody waits");
        cap.set(Some(10_000));
        let first = cap.turn().await;
        assert!(cap.turn().now_or_never().is_none());
        drop(first);
        assert!(cap.turn().await.is_some());
    }
}

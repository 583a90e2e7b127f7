//! One bucket: a signed request, its answer or what its refusal means, a few tries where trouble may pass.
//!
//! Signatures are made over the address (`rusty-s3`), every header we add is signed, and the payload is bound by its
//! checksum header. Redirects are not followed: a bucket that is elsewhere has another region, which is to be set.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::Secret;
use futures_util::stream;
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

/// How often a request is sent at most.
const TRIES: u32 = 3;
/// How long a signature is good for. A request is judged when it arrives, not when it ends.
const GOOD_FOR: Duration = Duration::from_mins(15);
/// A refusal longer than this is read no further.
const LONGEST_REFUSAL: usize = 64 * 1024;
/// What is handed to the connection at once.
const SENT_AT_ONCE: usize = 64 * 1024;

/// Speaks to one bucket.
pub(crate) struct Bucket {
    pub(super) place: Place,
    pub(super) address: rusty_s3::Bucket,
    pub(super) access_key_id: Secret<String>,
    pub(super) secret: Secret<String>,
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
                outcome => return outcome,
            }
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Response, PlaceError> {
        let now = (self.clock)();
        let url = rusty_s3::signing::sign(
            &now,
            ask.method,
            self.address.object_url(ask.key),
            self.access_key_id.expose(),
            self.secret.expose(),
            None,
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
        let sends = matches!(ask.method, Method::Put | Method::Post);
        if sends {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(ask.body.len()));
        }
        let moved = Arc::new(AtomicU64::new(0));
        let body = (sends && !ask.body.is_empty()).then(|| body_of(&ask.body, Arc::clone(&moved)));
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
        moved: &AtomicU64,
    ) -> Result<T, PlaceError> {
        tokio::pin!(work);
        let mut seen = 0;
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(self.silence) => {
                    let now = moved.load(Ordering::Relaxed);
                    if now == seen {
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

/// Pieces of the bytes, counted as the connection takes them.
fn body_of(bytes: &Bytes, moved: Arc<AtomicU64>) -> Body {
    let mut rest = bytes.clone();
    let pieces = std::iter::from_fn(move || {
        let piece = rest.split_to(rest.len().min(SENT_AT_ONCE));
        if piece.is_empty() {
            return None;
        }
        moved.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Some(Ok::<_, std::convert::Infallible>(piece))
    });
    Body::wrap_stream(stream::iter(pieces))
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
}

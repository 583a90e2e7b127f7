//! Replies: which error a status means, and the vendor's own words in it.
//!
//! The vendors' documents show four error shapes, and gateways before them add HTML, XML and plain text. All are read
//! by one extractor.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::{Credentials, Failure, Redactor, TransportOptions, body, failure, retry};
use crate::error::{Correlation, Error, Obstacle};

/// How much of an error's body is read.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// A whole reply with a status of success.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON, without the account's secret should the vendor echo it.
    ///
    /// # Errors
    /// `BadReply` when it is not JSON. The reason quotes nothing of the body.
    pub(crate) fn json(&self, redactor: &Redactor) -> Result<Value, Error> {
        let text = String::from_utf8_lossy(&self.bytes);
        serde_json::from_str(&redactor.hide(&text)).map_err(|error| {
            let what = match kind_of(&self.bytes) {
                BodyKind::Empty => "an empty reply".to_owned(),
                BodyKind::Markup => {
                    "a web page instead of data; a proxy or a sign-in page may be in the way"
                        .to_owned()
                }
                BodyKind::Other => {
                    format!(
                        "a reply that is not JSON (line {}, column {})",
                        error.line(),
                        error.column()
                    )
                }
            };
            self.bad(what)
        })
    }

    /// Refuses a body that is not JSON, as something that may be better the next time: gateways and proxies put their
    /// pages in the way for a moment, and connections lose the end of a body.
    pub(crate) fn must_be_json(&self, redactor: &Redactor) -> Result<(), Failure> {
        match self.json(redactor) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure { error, reached: failure::Reached::Garbled }),
        }
    }

    /// A `BadReply` about this reply.
    pub(crate) fn bad(&self, reason: impl Into<String>) -> Error {
        Error::BadReply {
            reason: reason.into(),
            correlation: Correlation {
                status: Some(self.status.as_u16()),
                ..Correlation::default()
            },
        }
    }
}

/// A reply with a status of failure, as the shared rules read it.
pub(crate) struct FailedReply<'r> {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'r HeaderMap,
    /// The beginning of the body.
    pub(crate) bytes: &'r [u8],
    pub(crate) redactor: &'r Redactor,
}

/// A vendor's own reading of a failure; `None` leaves it to the shared rules.
pub(crate) type Dialect = fn(&FailedReply<'_>) -> Option<Error>;

/// Lets a reply with a status of success through; anything else becomes the error it means.
pub(crate) async fn successful(
    response: Response,
    credentials: &Credentials,
    options: &TransportOptions,
) -> Result<Response, Failure> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let headers = response.headers().clone();
    let bytes = body::read_beginning(response, ERROR_BODY_LIMIT, options).await;
    let redactor = &credentials.redactor;
    let failed = FailedReply { status, headers: &headers, bytes: &bytes, redactor };
    let error = (credentials.dialect)(&failed)
        .unwrap_or_else(|| error_of(status, &headers, &bytes, redactor));
    Err(Failure::replied(error))
}

/// The meaning of an error reply.
pub(crate) fn error_of(
    status: StatusCode,
    headers: &HeaderMap,
    bytes: &[u8],
    redactor: &Redactor,
) -> Error {
    let value = serde_json::from_slice::<Value>(bytes).ok();
    let mut correlation = correlation_of(value.as_ref(), redactor);
    correlation.status = Some(status.as_u16());
    if correlation.message.is_none() {
        correlation.message = match kind_of(bytes) {
            // Text of a gateway. JSON without a message, or broken off, says nothing a person could use.
            BodyKind::Other if value.is_none() && !bytes.trim_ascii_start().starts_with(b"{") => {
                redactor.message(&String::from_utf8_lossy(bytes))
            }
            _ => None,
        }
        .or_else(|| status.canonical_reason().map(str::to_owned));
    }
    if correlation.id.is_none() {
        correlation.id = ["x-request-id", "x-correlation-id"]
            .into_iter()
            .find_map(|name| redactor.message(headers.get(name)?.to_str().ok()?));
    }
    let retry_after = retry::retry_after(headers).or_else(|| retry_after_in(value.as_ref()));
    match status.as_u16() {
        // A page where the API would send JSON comes from something before the API, which knows no recordings.
        404 | 410 if kind_of(bytes) == BodyKind::Markup => Error::BadReply {
            reason: "a web page instead of data; is the API's address right?".into(),
            correlation,
        },
        404 | 410 => Error::NotFound(correlation),
        401 => Error::Unauthenticated(correlation),
        403 => Error::PermissionDenied(correlation),
        408 => Error::Interrupted { reason: "the vendor gave up waiting for the request".into() },
        429 => Error::RateLimited { retry_after, correlation },
        503 if retry_after.is_some() => Error::RateLimited { retry_after, correlation },
        _ if failure::is_proxy_refusal(status) => Error::Unreachable {
            reason: "the proxy asks for a user name and password".into(),
            obstacle: Obstacle::Proxy,
        },
        400..=499 => Error::Rejected(correlation),
        500..=599 => Error::VendorFailed(correlation),
        _ => Error::BadReply { reason: format!("the unexpected status {status}"), correlation },
    }
}

/// The vendor's message and correlation id in a JSON reply, whatever its shape.
pub(crate) fn correlation_of(value: Option<&Value>, redactor: &Redactor) -> Correlation {
    let Some(value) = value else { return Correlation::default() };
    let text = |pointer: &str| value.pointer(pointer).and_then(plain_text);
    let message = ["/error/message", "/message", "/error", "/detail", "/title", "/msg"]
        .into_iter()
        .find_map(text);
    let message = message.map(|message| match field_errors(value) {
        Some(fields) => format!("{message} ({fields})"),
        None => message,
    });
    let id = ["/api_id", "/requestId", "/request_id"].into_iter().find_map(text);
    let code = ["/error/code", "/fault/code", "/code", "/error"].into_iter().find_map(text);
    Correlation {
        status: None,
        message: message.and_then(|message| redactor.message(&message)),
        id: id.and_then(|id| redactor.message(&id)),
        // Prose under `error` is a message and no code.
        code: code.filter(|code| !code.contains(' ')).and_then(|code| redactor.message(&code)),
    }
}

/// A structured 422 names the fields it dislikes.
fn field_errors(value: &Value) -> Option<String> {
    let errors = value.pointer("/error/details/errors")?.as_array()?;
    let named: Vec<String> = errors
        .iter()
        .filter_map(|error| {
            let message = error.get("message").and_then(plain_text)?;
            Some(match error.get("field").and_then(plain_text) {
                Some(field) => format!("{field}: {message}"),
                None => message,
            })
        })
        .take(5)
        .collect();
    (!named.is_empty()).then(|| named.join("; "))
}

fn retry_after_in(value: Option<&Value>) -> Option<Duration> {
    let seconds = value?.pointer("/error/details/retryAfter")?;
    let seconds = seconds.as_f64().or_else(|| seconds.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    Empty,
    /// HTML or XML.
    Markup,
    Other,
}

fn kind_of(bytes: &[u8]) -> BodyKind {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        None => BodyKind::Empty,
        Some(b'<') => BodyKind::Markup,
        Some(_) => BodyKind::Other,
    }
}

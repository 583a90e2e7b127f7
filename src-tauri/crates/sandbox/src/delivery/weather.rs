//! Where faults meet requests: around every reply of an API, and before every file.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::delivery::course::Course;
use crate::delivery::json::{Damage, damaged};
use crate::delivery::line::Breaker;
use crate::delivery::pages::Asked;
use crate::delivery::vendor::{PAGE, Vendor};
use crate::delivery::{File, gzip, send, wrong_by};
use crate::faults::{Fault, RETRY_AFTER_S, RetryAfter, SLOW_HEAD, Struck, Target};
use crate::server::Shared;
use crate::vbc;

/// Replies of an API larger than this are not made.
const REPLY_MAX_BYTES: usize = 256 << 20;

/// Around every authenticated request to an API, and every request for a token.
pub(crate) async fn around(
    State((shared, vendor, target)): State<(Arc<Shared>, Vendor, Target)>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    mut request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    let mut struck = shared.weather.strike_request(target, &format!("{} {uri}", request.method()));
    if struck.is_spared() {
        return next.run(request).await;
    }
    if struck.by(Fault::Reset) {
        return reset(&breaker);
    }
    if let Some(refusal) =
        refusal(&shared, vendor, &mut struck, &breaker, &uri, request.headers()).await
    {
        return refusal;
    }
    let elsewhere = || format!("{}{uri}", shared.foreign_origin);
    if let Some(replaced) = replaced(&mut struck, "application/json", &uri, elsewhere) {
        return replaced;
    }
    let asked = Asked::of(&shared, vendor, &request);
    if let Some(asked) = asked {
        asked.before(&shared, &struck, &mut request);
    }
    let response = next.run(request).await;
    if struck.by(Fault::LostReply) {
        return reset(&breaker);
    }
    let (mut head, body) = response.into_parts();
    let Ok(mut bytes) = to_bytes(body, REPLY_MAX_BYTES).await else { return reset(&breaker) };
    if head.status == StatusCode::OK {
        if let (Some(asked), Ok(mut page)) = (asked, serde_json::from_slice::<Value>(&bytes)) {
            asked.after(&mut struck, &uri, &mut page);
            bytes = page.to_string().into();
        }
        head.headers.remove(header::CONTENT_LENGTH);
        match damaged(&bytes, &mut struck) {
            Some(Damage::Bytes(bad)) => bytes = bad.into(),
            Some(Damage::Huge(body)) => return Response::from_parts(head, body),
            None => {}
        }
    }
    if struck.by(Fault::Gzip) || struck.by(Fault::GzipUnlabelled) {
        bytes = gzip::pack(std::iter::once(bytes)).into();
        if struck.by(Fault::Gzip) {
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    if bytes.is_empty() {
        return Response::from_parts(head, Body::empty());
    }
    let length = bytes.len() as u64;
    let course = Course::of(&mut struck, length, &breaker);
    let sent =
        bytes.slice(..usize::try_from(course.bytes()).unwrap_or(usize::MAX).min(bytes.len()));
    let told = length.saturating_add_signed(wrong_by(Some(&struck)));
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(told));
    Response::from_parts(head, course.body(&shared, std::iter::once(sent)))
}

/// A file, or what is sent in its place. `signed_url` is where it lies on the foreign host.
pub(crate) async fn file(
    shared: &Shared,
    vendor: Vendor,
    file: File<'_>,
    signed_url: impl Fn() -> String,
    request: &FileRequest,
) -> Response {
    let FileRequest { uri, headers, breaker } = request;
    let mut struck = shared.weather.strike_media(file.recording_id);
    if let Some(refusal) = refusal(shared, vendor, &mut struck, breaker, uri, headers).await {
        return refusal;
    }
    if struck.by(Fault::NotReady) {
        return vendor.not_found(shared);
    }
    if let Some(replaced) = replaced(&mut struck, file.content_type, uri, signed_url) {
        return replaced;
    }
    send(shared, file, headers, Some((struck, breaker.clone())))
}

/// What of a request for a file matters.
#[derive(Debug)]
pub(crate) struct FileRequest {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) breaker: Breaker,
}

/// The refusals that every address can answer with.
async fn refusal(
    shared: &Shared,
    vendor: Vendor,
    struck: &mut Struck,
    breaker: &Breaker,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Response> {
    if struck.by(Fault::Slow) {
        tokio::time::sleep(SLOW_HEAD).await;
    }
    if struck.by(Fault::Stall) {
        // Dropped with the connection, when the client leaves.
        shared.stop.cancelled().await;
        return Some(reset(breaker));
    }
    let says = struck.find(|fault| match fault {
        Fault::Rate429 => Some(Some(HeaderValue::from(RETRY_AFTER_S))),
        Fault::Rate429With(says) => Some(retry_after(says)),
        _ => None,
    });
    if let Some(retry_after) = says {
        let mut response = vendor.too_many(shared);
        if let Some(value) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        return Some(response);
    }
    if struck.by(Fault::Server5xx) {
        return Some(vendor.server_error(shared, struck));
    }
    if struck.by(Fault::TokenExpiry) && vendor == Vendor::Vbc {
        return Some(vbc::expire(shared, headers));
    }
    struck.by(Fault::RedirectLoop).then(|| {
        let location = uri.path_and_query().map_or("/", |path| path.as_str());
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    })
}

/// What comes in place of the thing itself, with a status that looks like success or a redirect.
fn replaced(
    struck: &mut Struck,
    content_type: &'static str,
    uri: &Uri,
    elsewhere: impl Fn() -> String,
) -> Option<Response> {
    let status = struck.find(|fault| match fault {
        Fault::RedirectForeign => Some(StatusCode::FOUND),
        Fault::Redirect(status) => StatusCode::from_u16(status).ok(),
        _ => None,
    });
    if let Some(status) = status {
        return Some((status, [(header::LOCATION, elsewhere())]).into_response());
    }
    let label = [(header::CONTENT_TYPE, content_type)];
    if struck.by(Fault::Html200) {
        // Some gateways label their page honestly, some leave the label of what was asked for.
        return Some(if struck.dice.bool() {
            Html(PAGE).into_response()
        } else {
            (label, PAGE).into_response()
        });
    }
    if struck.by(Fault::Json200) {
        let error = json!({ "error": "temporarily unavailable", "path": uri.path() });
        return Some(if struck.dice.bool() {
            axum::Json(error).into_response()
        } else {
            (label, error.to_string()).into_response()
        });
    }
    struck.by(Fault::Empty200).then(|| (label, Body::from(Bytes::new())).into_response())
}

/// The value of `Retry-After`.
fn retry_after(says: RetryAfter) -> Option<HeaderValue> {
    match says {
        RetryAfter::Date => {
            let wait = SignedDuration::from_secs(RETRY_AFTER_S.into());
            let at = Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX);
            let date = Offset::UTC.to_datetime(at).strftime("%a, %d %b %Y %H:%M:%S GMT");
            HeaderValue::from_str(&date.to_string()).ok()
        }
        RetryAfter::Zero => Some(HeaderValue::from_static("0")),
        RetryAfter::Garbage => Some(HeaderValue::from_static("soon")),
        RetryAfter::Far => Some(HeaderValue::from_static("86400")),
        RetryAfter::Absent => None,
    }
}

/// No answer: the connection is reset.
fn reset(breaker: &Breaker) -> Response {
    breaker.trip();
    // Never sent; it only makes the server try.
    StatusCode::NO_CONTENT.into_response()
}

//! Sending a reply: whole or in part, with a validator, and with the trouble that was asked for. Both vendors use it.

mod course;
mod gzip;
mod json;
pub(crate) mod line;
mod pages;
mod range;
mod vendor;
pub(crate) mod weather;

pub(crate) use vendor::Vendor;

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::audio::Sound;
use crate::delivery::course::Course;
use crate::delivery::line::Breaker;
use crate::delivery::range::{Wanted, wanted};
use crate::faults::{BadRange, Fault, Struck};
use crate::server::Shared;

/// Files beyond this size are never sent in gzip: they are packed in memory.
const GZIP_MAX_BYTES: u64 = 64 << 20;

/// A file of audio.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    /// Whose audio: the validator follows from it.
    pub(crate) recording_id: &'a str,
    /// What it sounds like.
    pub(crate) sound: Sound,
    /// What the vendor says it is, right or wrong.
    pub(crate) content_type: &'static str,
}

impl File<'_> {
    /// A strong validator: other bytes have another.
    fn etag(&self, size: u64) -> String {
        let mut hasher = DefaultHasher::new();
        (self.recording_id, self.sound.seed, size).hash(&mut hasher);
        format!("\"{:016x}\"", hasher.finish())
    }
}

/// What is sent of a file, and what is said about it.
struct Part {
    status: StatusCode,
    start: u64,
    end: u64,
    /// First and last byte of `Content-Range`.
    label: Option<(u64, u64)>,
}

impl Part {
    /// As the headers ask; `None` when they ask for what is not there.
    fn asked(headers: &HeaderMap, etag: &str, size: u64) -> Option<Self> {
        let sent = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        // A range of a file that has changed since is no use: then the whole file follows. A weak validator never
        // matches (RFC 9110, 13.1.5).
        let is_same = sent(header::IF_RANGE).is_none_or(|known| known == etag);
        match wanted(sent(header::RANGE).filter(|_| is_same), size) {
            Wanted::Whole => {
                Some(Self { status: StatusCode::OK, start: 0, end: size, label: None })
            }
            Wanted::Part { first, last } => Some(Self {
                status: StatusCode::PARTIAL_CONTENT,
                start: first,
                end: last + 1,
                label: Some((first, last)),
            }),
            Wanted::Nothing => None,
        }
    }

    /// The same, done wrong. `None` is a refusal.
    fn spoilt(mut self, how: BadRange, size: u64) -> Option<Self> {
        let (first, last) = self.label?;
        match how {
            BadRange::WrongStart => {
                // Before the byte that was asked for, or behind it when it was the first.
                self.start = if first > 0 { first / 2 } else { (size - 1).min(1) };
                self.label = Some((self.start, last));
            }
            BadRange::Unlabelled => self.label = None,
            BadRange::Labelled200 => {
                (self.status, self.start, self.end) = (StatusCode::OK, 0, size);
            }
            BadRange::Refused => return None,
        }
        Some(self)
    }
}

/// The bytes asked for, streamed. `struck` is what happens to them, and to which connection.
pub(crate) fn send(
    shared: &Shared,
    mut file: File<'_>,
    headers: &HeaderMap,
    mut struck: Option<(Struck, Breaker)>,
) -> Response {
    let by = |struck: &Option<(Struck, Breaker)>, fault: Fault| {
        struck.as_ref().is_some_and(|(struck, _)| struck.by(fault))
    };
    if by(&struck, Fault::ChangedFile)
        && let Some((struck, _)) = &mut struck
    {
        file.sound.seed ^= struck.dice.u64(1..);
    }
    let size = file.sound.size_bytes(&shared.bank);
    let etag = file.etag(size);
    let asked = Part::asked(headers, &etag, size);
    let wrong = struck.as_ref().and_then(|(struck, _)| {
        struck.find(|fault| match fault {
            Fault::BadRange(how) => Some(how),
            _ => None,
        })
    });
    let part = match (asked, wrong) {
        (Some(part), Some(how)) if part.label.is_some() => part.spoilt(how, size),
        (part, _) => part,
    };
    let Some(part) = part else {
        let range = format!("bytes */{size}");
        return (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)])
            .into_response();
    };
    let length = part.end - part.start;
    let zipped = [(Fault::Gzip, true), (Fault::GzipUnlabelled, false)]
        .into_iter()
        .find(|(fault, _)| by(&struck, *fault) && size <= GZIP_MAX_BYTES);
    let mut response = if let Some((_, is_labelled)) = zipped {
        let packed = gzip::pack(file.sound.read(&shared.bank, part.start, part.end));
        let mut response = (part.status, Body::from(packed)).into_response();
        if is_labelled {
            let gzip = HeaderValue::from_static("gzip");
            response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
        }
        response
    } else {
        let course = match &mut struck {
            Some((struck, breaker)) => Course::of(struck, length, breaker),
            None => Course::calm(length),
        };
        let pieces = file.sound.read(&shared.bank, part.start, part.start + course.bytes());
        let mut response = (part.status, course.body(shared, pieces)).into_response();
        let told =
            length.saturating_add_signed(wrong_by(struck.as_ref().map(|(struck, _)| struck)));
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(told));
        response
    };
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    told.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        told.insert(header::ETAG, etag);
    }
    if let Some((first, last)) = part.label
        && let Ok(range) = HeaderValue::from_str(&format!("bytes {first}-{last}/{size}"))
    {
        told.insert(header::CONTENT_RANGE, range);
    }
    response
}

/// By how much `Content-Length` is wrong.
fn wrong_by(struck: Option<&Struck>) -> i64 {
    struck
        .and_then(|struck| {
            struck.find(|fault| match fault {
                Fault::WrongLength(by) => Some(i64::from(by)),
                _ => None,
            })
        })
        .unwrap_or(0)
}

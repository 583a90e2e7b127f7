//! The audio itself, on an origin of its own.
//!
//! The file extension of an address says what the vendor would claim, and the `Content-Type` follows it, so both are
//! wrong for WAV behind `.mp3`: only the bytes tell the truth.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::Value;
use url::Url;

use crate::audio::{Codec, Encoding, Take, opening_digits};
use crate::faults::{Fault, SLOW_CHUNK_BYTES, SLOW_HEAD, SLOW_PAUSE, Struck};
use crate::server::{RecordingFacts, Shared};
use crate::shelf::Row;
use crate::vobiz::range::{Wanted, wanted};
use crate::vobiz::{AUTH_ID, not_found, trouble};

/// Where they lie on the foreign host.
pub(super) const SIGNED_FOLDER: &str = "/bucket/recordings/";
/// Length of a planted row's audio when its `recording_duration_ms` does not say.
const PLANTED_MS: u32 = 10_000;
/// Longest audio for a planted row, whatever it claims: three hours.
const PLANTED_MAX_MS: u32 = 10_800_000;

/// Where the files lie, as in the vendor's samples (`https://media.vobiz.ai/api/v1/Account/…/Recording/….mp3`).
pub(super) fn folder() -> String {
    format!("/api/v1/Account/{AUTH_ID}/Recording/")
}

/// The address of a recording's audio. An id of any characters stays one segment of the path.
pub(crate) fn media_url(origin: &str, recording_id: &str, extension: &str) -> String {
    file_url(origin, &folder(), recording_id, extension)
}

fn file_url(origin: &str, folder: &str, recording_id: &str, extension: &str) -> String {
    let name = format!("{recording_id}.{extension}");
    let Ok(mut url) = Url::parse(&format!("{origin}{folder}")) else { return String::new() };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(&name);
    }
    url.into()
}

/// `GET` on the media origin.
pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    Path(file_name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((recording_id, extension, row)) = look_up(&shared, &file_name) else {
        return not_found(&shared);
    };
    let mut struck = shared.weather.strike_media(recording_id);
    if struck.by(Fault::Slow) {
        tokio::time::sleep(SLOW_HEAD).await;
    }
    if let Some(refusal) = trouble::refusal(&shared, &mut struck) {
        return refusal;
    }
    if struck.by(Fault::RedirectForeign) {
        let mut target = file_url(&shared.foreign_origin, SIGNED_FOLDER, recording_id, extension);
        target.push_str("?signature=made-up&expires=300");
        return (StatusCode::FOUND, [(header::LOCATION, target)]).into_response();
    }
    if struck.by(Fault::NotReady) {
        return not_found(&shared);
    }
    if struck.by(Fault::Html200) {
        // Some gateways label their page honestly, some leave the label of the file.
        return if struck.dice.bool() {
            Html(trouble::PAGE).into_response()
        } else {
            ([(header::CONTENT_TYPE, content_type(extension))], trouble::PAGE).into_response()
        };
    }
    if struck.by(Fault::Empty200) {
        return ([(header::CONTENT_TYPE, content_type(extension))], Body::empty()).into_response();
    }
    send(&shared, recording_id, extension, &row, &headers, Some(struck))
}

/// `GET` on the foreign host: the address is the permission.
pub(super) async fn serve_signed(
    State(shared): State<Arc<Shared>>,
    Path(file_name): Path<String>,
    headers: HeaderMap,
) -> Response {
    match look_up(&shared, &file_name) {
        Some((recording_id, extension, row)) => {
            send(&shared, recording_id, extension, &row, &headers, None)
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The row a file belongs to. A call's file has one name only; a planted row's may end either way.
fn look_up<'a>(shared: &Shared, file_name: &'a str) -> Option<(&'a str, &'a str, Row)> {
    let (recording_id, extension) = file_name.rsplit_once('.')?;
    let row = shared.shelf().find(recording_id)?.clone();
    let is_there = match &row {
        Row::Made(call) => extension == call.url_extension(),
        Row::Planted(_) => matches!(extension, "mp3" | "wav"),
    };
    is_there.then_some((recording_id, extension, row))
}

fn content_type(extension: &str) -> &'static str {
    if extension == "wav" { "audio/wav" } else { "audio/mpeg" }
}

/// What the audio of a row is made from.
struct Sound {
    seed: u64,
    encoding: Encoding,
    duration_ms: u32,
    speakers: usize,
}

impl Sound {
    fn of(recording_id: &str, row: &Row) -> Self {
        match row {
            Row::Made(call) => Self {
                seed: call.sound_seed(),
                encoding: call.encoding,
                duration_ms: call.duration_ms,
                speakers: call.speakers(),
            },
            Row::Planted(value) => {
                let mut hasher = DefaultHasher::new();
                recording_id.hash(&mut hasher);
                let is_wav = value.get("recording_format").and_then(Value::as_str) == Some("wav");
                let codec = if is_wav { Codec::WavPcm } else { Codec::Mp3Cbr64 };
                let encoding = Encoding { codec, stereo: false };
                let duration_ms = encoding.possible_ms(planted_ms(value).min(PLANTED_MAX_MS));
                Self { seed: hasher.finish(), encoding, duration_ms, speakers: 2 }
            }
        }
    }

    fn take(&self, shared: &Shared) -> Take {
        Take::new(&shared.bank, self.seed, self.encoding, self.duration_ms, self.speakers)
    }
}

/// The length a planted row claims, as a number or as text with or without a fraction.
fn planted_ms(value: &Value) -> u32 {
    let whole = match value.get("recording_duration_ms") {
        Some(Value::String(text)) => text.split('.').next().and_then(|whole| whole.parse().ok()),
        Some(Value::Number(number)) => number.as_u64(),
        _ => None,
    };
    whole.map_or(PLANTED_MS, |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX))
}

/// The truth about a row's audio.
pub(super) fn facts(shared: &Shared, recording_id: &str, row: &Row) -> RecordingFacts {
    let sound = Sound::of(recording_id, row);
    let extension = match row {
        Row::Made(call) => call.url_extension(),
        Row::Planted(_) => sound.encoding.format(),
    };
    RecordingFacts {
        encoding: sound.encoding,
        duration_ms: sound.duration_ms.into(),
        size_bytes: sound.take(shared).size_bytes(),
        opening_digits: opening_digits(sound.seed)
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect(),
        media_url: media_url(&shared.media_origin, recording_id, extension),
    }
}

/// The bytes asked for, streamed.
fn send(
    shared: &Arc<Shared>,
    recording_id: &str,
    extension: &str,
    row: &Row,
    headers: &HeaderMap,
    struck: Option<Struck>,
) -> Response {
    let take = Sound::of(recording_id, row).take(shared);
    let size = take.size_bytes();
    let mut hasher = DefaultHasher::new();
    (recording_id, size).hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());

    let sent = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // A range of a file that has changed since is no use: then the whole file follows.
    let is_same = sent(header::IF_RANGE).is_none_or(|known| known == etag);
    let (status, start, end) = match wanted(sent(header::RANGE).filter(|_| is_same), size) {
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last + 1),
        Wanted::Nothing => {
            let range = format!("bytes */{size}");
            return (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)])
                .into_response();
        }
    };
    let mut response = (status, body(shared, take, start, end, struck)).into_response();
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(extension)));
    told.insert(header::CONTENT_LENGTH, HeaderValue::from(end - start));
    told.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        told.insert(header::ETAG, etag);
    }
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = HeaderValue::from_str(&format!("bytes {start}-{}/{size}", end - 1))
    {
        told.insert(header::CONTENT_RANGE, range);
    }
    response
}

/// The body of `[start, end)`. It ends early, and with it the connection, when the fault says so or the sandbox stops.
fn body(shared: &Shared, take: Take, start: u64, end: u64, struck: Option<Struck>) -> Body {
    let is_slow = struck.as_ref().is_some_and(|struck| struck.by(Fault::Slow));
    let cut = struck
        .filter(|struck| struck.by(Fault::Cut) && end > start)
        .map(|mut struck| struck.dice.u64(start..end));
    let whole = stream::iter(take.read(start, cut.unwrap_or(end))).map(Ok);
    let whole = whole.chain(stream::iter(cut).then(async |_| {
        // What was made so far goes out first: a break at once would swallow even the head of the reply.
        tokio::task::yield_now().await;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut on purpose"))
    }));
    let until = Box::pin(shared.stop.clone().cancelled_owned());
    if is_slow {
        Body::from_stream(slowly(whole).take_until(until))
    } else {
        Body::from_stream(whole.take_until(until))
    }
}

/// The same bytes in small pieces with a pause after each.
fn slowly(
    chunks: impl Stream<Item = io::Result<Bytes>> + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    chunks
        .flat_map(|chunk| {
            let pieces = match chunk {
                Ok(chunk) => (0..chunk.len())
                    .step_by(SLOW_CHUNK_BYTES)
                    .map(|at| Ok(chunk.slice(at..chunk.len().min(at + SLOW_CHUNK_BYTES))))
                    .collect(),
                Err(error) => vec![Err(error)],
            };
            stream::iter(pieces)
        })
        .then(async |piece| {
            tokio::time::sleep(SLOW_PAUSE).await;
            piece
        })
}

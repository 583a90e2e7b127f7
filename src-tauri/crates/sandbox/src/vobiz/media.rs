//! The audio itself, on an origin of its own.
//!
//! The file extension of an address says what the vendor would claim, and the `Content-Type` follows it, so both are
//! wrong for WAV behind `.mp3`: only the bytes tell the truth.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use url::Url;

use crate::audio::{Codec, Encoding, Sound, SoundSource};
use crate::delivery::line::Breaker;
use crate::delivery::weather::{self, FileRequest};
use crate::delivery::{self, File, Vendor};
use crate::server::{RecordingFacts, Shared};
use crate::shelf::Row;
use crate::vobiz::{AUTH_ID, not_found};

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
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    Path(file_name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some((recording_id, extension, row)) = look_up(&shared, &file_name) else {
        return not_found(&shared);
    };
    let file = file(recording_id, extension, &row);
    let signed_url = || {
        let url = file_url(&shared.foreign_origin, SIGNED_FOLDER, recording_id, extension);
        format!("{url}?signature=made-up&expires=300")
    };
    let request = FileRequest { uri, headers, breaker };
    weather::file(&shared, Vendor::Vobiz, file, signed_url, &request).await
}

/// `GET` on the foreign host: the address is the permission.
pub(super) async fn serve_signed(
    State(shared): State<Arc<Shared>>,
    Path(file_name): Path<String>,
    headers: HeaderMap,
) -> Response {
    match look_up(&shared, &file_name) {
        Some((recording_id, extension, row)) => {
            delivery::send(&shared, file(recording_id, extension, &row), &headers, None)
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
fn sound(recording_id: &str, row: &Row) -> Sound {
    match row {
        Row::Made(call) => call.sound(),
        Row::Planted(value) => {
            let mut hasher = DefaultHasher::new();
            recording_id.hash(&mut hasher);
            let is_wav = value.get("recording_format").and_then(Value::as_str) == Some("wav");
            let codec = if is_wav { Codec::WavPcm } else { Codec::Mp3Cbr64 };
            let encoding = Encoding { codec, stereo: false };
            let duration_ms = encoding.possible_ms(planted_ms(value).min(PLANTED_MAX_MS));
            let source = SoundSource::Composed;
            Sound { seed: hasher.finish(), encoding, duration_ms, speakers: 2, source }
        }
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
    let sound = sound(recording_id, row);
    let extension = match row {
        Row::Made(call) => call.url_extension(),
        Row::Planted(_) => sound.encoding.format(),
    };
    let media_url = media_url(&shared.media_origin, recording_id, extension);
    RecordingFacts::new(shared, sound, media_url)
}

fn file<'a>(recording_id: &'a str, extension: &str, row: &Row) -> File<'a> {
    File { recording_id, sound: sound(recording_id, row), content_type: content_type(extension) }
}

//! VBC JSON, read leniently: the only place that knows its field names.
//!
//! The published description (Call Recording API 1.0.1) and what comes differ: `extensions` are described as texts and
//! shown as numbers, `_embedded` is left out when a page is empty and may hold one object instead of a list,
//! `total_pages` may be absent, offsets are written `+0000`, and a job's status is one word out of an unknown set (api
//! contract B6, C24, C25). One odd field costs that field, one odd row that row.

use std::time::Duration;

use domain::export_job::{ExportJob, ExportJobStatus};
use domain::time::read_time;
use domain::{CallUuid, Recording, RecordingId, RecordingList, UserId, VendorJobId, VendorUser};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::pages::HalPage;
use crate::json::{Row, kind, number, text, text_as_is, texts, whole};
use crate::provider::Transcript;

/// The longest id that is believed, in bytes. Real ones have 6.
const MAX_ID_BYTES: usize = 512;

/// Reads a page of recordings.
pub(super) fn recordings(body: &Value, list: &RecordingList) -> Result<HalPage<Recording>, String> {
    page(body, &["recordings", "call_recordings", "items", "data"], |row| recording(row, list))
}

/// Reads a page of users.
pub(super) fn users(body: &Value) -> Result<HalPage<VendorUser>, String> {
    page(body, &["data", "users", "items"], user)
}

/// Reads a page of jobs.
pub(super) fn jobs(body: &Value) -> Result<HalPage<ExportJob>, String> {
    page(body, &["jobs", "export_jobs", "items", "data"], job)
}

fn page<T>(
    body: &Value,
    names: &[&str],
    read: impl Fn(&Row) -> Result<T, String>,
) -> Result<HalPage<T>, String> {
    let objects = objects(body, names).ok_or("no list in the reply")?;
    let mut found = HalPage {
        rows: Vec::with_capacity(objects.len()),
        keys: Vec::with_capacity(objects.len()),
        received: u64::try_from(objects.len()).unwrap_or(u64::MAX),
        unreadable: Vec::new(),
        total_items: count(body, &["total_items", "total_count"]),
        total_pages: count(body, &["total_pages", "total_page"]),
        page_size: count(body, &["page_size"]).and_then(|size| u32::try_from(size).ok()),
        first_page: link(body, "first").as_deref().and_then(page_number),
        has_prev: link(body, "prev").is_some(),
        has_next: link(body, "next").is_some(),
    };
    for (position, object) in objects.iter().enumerate() {
        let outcome = match object {
            Value::Object(row) => {
                found.keys.extend(text_as_is(row, &["id"]));
                read(row)
            }
            other => Err(format!("{} instead of an object", kind(other))),
        };
        match outcome {
            Ok(row) => found.rows.push(row),
            Err(reason) => {
                found.unreadable.push(format!("row {} of the page: {reason}", position + 1));
            }
        }
    }
    Ok(found)
}

/// The objects of a page. An envelope without `_embedded` is an empty page; a reply that is no envelope is none.
fn objects<'v>(body: &'v Value, names: &[&str]) -> Option<&'v [Value]> {
    let fields = match body {
        Value::Array(objects) => return Some(objects),
        Value::Object(fields) => fields,
        _ => return None,
    };
    let embedded = fields.get("_embedded").and_then(Value::as_object);
    for place in [embedded, Some(fields)].into_iter().flatten() {
        for name in names {
            match place.get(*name) {
                Some(Value::Array(objects)) => return Some(objects),
                Some(object @ Value::Object(_)) => return Some(std::slice::from_ref(object)),
                _ => {}
            }
        }
    }
    let is_envelope = ["_embedded", "_links", "page", "page_size", "total_items", "total_pages"];
    is_envelope.iter().any(|name| fields.contains_key(*name)).then_some(&[])
}

fn count(body: &Value, names: &[&str]) -> Option<u64> {
    number(body.as_object()?, names).and_then(whole)
}

fn link(body: &Value, name: &str) -> Option<String> {
    let link = body.get("_links")?.get(name)?;
    let href = link.get("href").unwrap_or(link).as_str()?.trim();
    (!href.is_empty()).then(|| href.to_owned())
}

/// The `page` parameter of a link, absolute or not. The link itself is never followed.
fn page_number(href: &str) -> Option<u64> {
    let (_, query) = href.split_once('?')?;
    let pairs = url::form_urlencoded::parse(query.split('#').next()?.as_bytes());
    pairs.into_iter().find(|(key, _)| key == "page").and_then(|(_, value)| value.parse().ok())
}

/// Reads a recording of a list, or says why it is none.
pub(super) fn recording(row: &Row, list: &RecordingList) -> Result<Recording, String> {
    let number_text = text_as_is(row, &["id", "recording_id"]).ok_or("it has no id")?;
    if number_text.len() > MAX_ID_BYTES {
        return Err(format!("its id has {} bytes", number_text.len()));
    }
    let id = match list {
        RecordingList::OnDemand(user) => RecordingId::on_demand(user, &number_text),
        RecordingList::Company | RecordingList::All => RecordingId::new(number_text),
    };
    let instant = |name| text(row, &[name]).and_then(|text| read_time(&text)).map(|read| read.at);
    let (started_at, ended_at) = (instant("start"), instant("end"));
    let said = number(row, &["duration"]).and_then(whole);
    let span_ms = started_at.zip(ended_at).and_then(|(start, end)| between_ms(start, end));
    let duration_ms = said.map(|said| in_ms(said, span_ms)).or(span_ms);
    Ok(Recording {
        call_uuid: text(row, &["call_id"]).map(CallUuid::new),
        media_url: text(row, &["download_url"]),
        format: text(row, &["file_name"]).as_deref().and_then(extension),
        kind: Some(match list {
            RecordingList::OnDemand(_) => "on_demand".to_owned(),
            RecordingList::Company | RecordingList::All => "company".to_owned(),
        }),
        started_at,
        ended_at,
        duration_ms,
        from: text(row, &["caller_id"]),
        to: text(row, &["dnis"]),
        direction: text(row, &["call_direction"]).map(|text| text.to_lowercase()),
        caller_name: text(row, &["cnam"]),
        extensions: texts(row, "extensions"),
        size_bytes: number(row, &["file_size_in_bytes"]).and_then(whole),
        rule_ids: texts(row, "rule_ids"),
        file_name: text(row, &["file_name"]),
        raw: serde_json::to_string(row).unwrap_or_default(),
        ..Recording::new(id)
    })
}

/// The length in milliseconds. One tutorial of the vendor takes it for seconds, so where start and end agree with
/// seconds to the second, seconds they are (api contract C21).
fn in_ms(said: u64, span_ms: Option<u64>) -> u64 {
    match span_ms {
        Some(span)
            if span >= 2000
                && said < 86_400
                && said.saturating_mul(1000).abs_diff(span) <= 1000 =>
        {
            said.saturating_mul(1000)
        }
        _ => said,
    }
}

fn between_ms(start: Timestamp, end: Timestamp) -> Option<u64> {
    u64::try_from(end.duration_since(start).as_millis()).ok()
}

/// `mp3` of `7300….mp3`. The names hold dots, so only what can be a format counts.
fn extension(file_name: &str) -> Option<String> {
    let (_, extension) = file_name.rsplit_once('.')?;
    let is_short = (2..=4).contains(&extension.len());
    let is_plain = extension.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_short && is_plain).then(|| extension.to_lowercase())
}

/// Reads the reply to a question for one recording.
pub(super) fn single(
    body: &Value,
    id: &RecordingId,
    list: &RecordingList,
) -> Result<Recording, String> {
    let object = match objects(body, &["recording", "recordings", "data"]) {
        Some([object]) if body.get("id").is_none() => object,
        _ => body,
    };
    let row = object.as_object().ok_or("no recording in the reply")?;
    let found = recording(row, list)?;
    if found.id == *id { Ok(found) } else { Err("the reply is about another recording".to_owned()) }
}

/// The user in a recording's own link: `…/users/745249/call_recordings/193228`.
pub(super) fn owner(recording: &Recording) -> Option<UserId> {
    let raw: Value = serde_json::from_str(&recording.raw).ok()?;
    let href = link(&raw, "self")?;
    let path = Url::parse(&href).map_or(href, |url| url.path().to_owned());
    let mut parts = path.split('/').skip_while(|part| *part != "users");
    let user = UserId::new(parts.nth(1).filter(|user| !user.is_empty())?);
    (!user.is_myself()).then_some(user)
}

fn user(row: &Row) -> Result<VendorUser, String> {
    let id = text_as_is(row, &["id", "user_id"]).ok_or("it has no id")?;
    let names: Vec<String> =
        ["first_name", "last_name"].into_iter().filter_map(|name| text(row, &[name])).collect();
    let extensions = match row.get("extensions") {
        Some(Value::Array(extensions)) => extensions
            .iter()
            .filter_map(|extension| match extension {
                Value::Object(extension) => text(extension, &["extension_number", "extension"]),
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    Ok(VendorUser {
        id: UserId::new(id),
        login_name: text(row, &["login_name"]),
        name: (!names.is_empty()).then(|| names.join(" ")),
        email: text(row, &["email"]),
        extensions,
    })
}

/// Reads one job.
pub(super) fn job(row: &Row) -> Result<ExportJob, String> {
    let id = text_as_is(row, &["id", "job_id"]).ok_or("it has no id")?;
    let files_completed = number(row, &["files_completed"]).and_then(whole);
    let files_total = number(row, &["files_total"]).and_then(whole);
    let download_url = text(row, &["download_url"]);
    let word = text(row, &["status"]);
    let all_packed = files_total.is_some_and(|total| total > 0 && files_completed == Some(total))
        && download_url.is_some();
    Ok(ExportJob {
        id: VendorJobId::new(id),
        status: status(word, all_packed),
        files_completed,
        files_total,
        download_url,
        valid_until: text(row, &["valid_until"])
            .and_then(|text| read_time(&text))
            .map(|read| read.at),
    })
}

/// One word is documented, `complete`; the others are read by what they contain.
fn status(word: Option<String>, all_packed: bool) -> ExportJobStatus {
    let Some(word) = word else {
        return if all_packed { ExportJobStatus::Complete } else { ExportJobStatus::Running };
    };
    let lower = word.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if says(&["fail", "error", "cancel", "expire"]) {
        ExportJobStatus::Failed(word)
    } else if matches!(lower.as_str(), "complete" | "completed") || all_packed {
        ExportJobStatus::Complete
    } else if says(&["run", "progress", "process", "pend", "queue", "start", "new", "created"]) {
        ExportJobStatus::Running
    } else {
        ExportJobStatus::Other(word)
    }
}

/// The ids of jobs that were just created.
pub(super) fn job_ids(body: &Value) -> Result<Vec<VendorJobId>, String> {
    let row = body.as_object().ok_or("no jobs in the reply")?;
    let ids = ["job_ids", "job_id", "id"]
        .into_iter()
        .map(|name| texts(row, name))
        .find(|ids| !ids.is_empty())
        .ok_or("no job in the reply")?;
    Ok(ids.into_iter().map(VendorJobId::new).collect())
}

/// Reads a transcript. What Vonage sends is not documented: JSON with the words under one of a few names, or as parts in
/// order, or plain text.
pub(super) fn transcript(bytes: &[u8]) -> Option<Transcript> {
    let raw = String::from_utf8_lossy(bytes).trim().to_owned();
    let Ok(value) = serde_json::from_str::<Value>(&raw) else {
        let is_text = !raw.is_empty() && !raw.starts_with('<');
        return is_text.then(|| Transcript { text: raw.clone(), language: None, raw });
    };
    let words = spoken(&value)?;
    let language =
        value.as_object().and_then(|row| text(row, &["language", "language_code", "lang"]));
    Some(Transcript { text: words, language, raw: value.to_string() })
}

/// The words in a value: a text, parts in order with when they begin and who speaks, or an object that holds either.
/// A part is a line: `[0:12.500] 1: Of course.`
fn spoken(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Array(parts) => {
            let lines: Vec<String> = parts.iter().filter_map(spoken).collect();
            (!lines.is_empty()).then(|| lines.join("\n"))
        }
        Value::Object(row) => {
            let names = [
                "transcript",
                "transcription",
                "text",
                "content",
                "segments",
                "sentences",
                "results",
            ];
            let words = names.iter().find_map(|name| spoken(row.get(*name)?))?;
            let words = match text(row, &["speaker", "speaker_name", "channel"]) {
                Some(speaker) => format!("{speaker}: {words}"),
                None => words,
            };
            Some(match begins(row) {
                Some(at) => format!("{} {words}", stamp(at)),
                None => words,
            })
        }
        _ => None,
    }
}

/// When a part of a transcript begins, since the beginning of the recording.
fn begins(row: &Row) -> Option<Duration> {
    if let Some(ms) = row.get("start_ms").and_then(Value::as_u64) {
        return Some(Duration::from_millis(ms));
    }
    let seconds = ["start", "start_time"].iter().find_map(|name| row.get(*name)?.as_f64())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `[0:12.500]`, or with hours `[1:02:33.000]`.
fn stamp(at: Duration) -> String {
    let (seconds, ms) = (at.as_secs(), at.subsec_millis());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("[{minutes}:{seconds:02}.{ms:03}]")
    } else {
        format!("[{hours}:{minutes:02}:{seconds:02}.{ms:03}]")
    }
}

/// The number a page says it has.
pub(super) fn own_page_number(body: &Value) -> Option<u64> {
    count(body, &["page"])
}

/// The number in the link to the next page.
pub(super) fn next_page_number(body: &Value) -> Option<u64> {
    link(body, "next").as_deref().and_then(page_number)
}

//! Vobiz JSON, read leniently: the only place that knows its field names.
//!
//! Every field may be a string, a number, null or absent (api contract A4, C11), so rows are picked apart by hand
//! instead of being deserialised: one odd field costs that field, one odd row costs that row, and neither the page. An
//! empty string is no value. Besides the documented list three other shapes are read, which occur in the vendor's own
//! older pages and samples (C12).

use std::collections::BTreeSet;

use domain::time::read_time;
use domain::{AccountFacts, Balance, CallRecord, CallUuid, Recording, RecordingId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::json::{Row, kind, number, text, text_as_is, whole};
use crate::provider::{Page, PageRequest};

/// The longest id that is believed, in bytes. Real ones have 36.
const MAX_ID_BYTES: usize = 512;

/// Reads a page, or says why it is none. Rows of the accounts in `others` are named and left out.
pub(super) fn page(
    reply: &Value,
    request: &PageRequest,
    others: &BTreeSet<String>,
) -> Result<Page, String> {
    let rows = rows(reply).ok_or("no list of recordings in the reply")?;
    let mut recordings = Vec::with_capacity(rows.len());
    let mut unreadable = Vec::new();
    let mut elsewhere = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let other = row.as_object().and_then(owner).filter(|owner| others.contains(owner));
        match (recording(row), other) {
            (Ok(recording), Some(owner)) => elsewhere.push((owner, recording.id)),
            (Ok(recording), None) => recordings.push(recording),
            (Err(reason), _) => {
                unreadable.push(format!("row {} of the page: {reason}", position + 1));
            }
        }
    }
    let received = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let meta = reply.get("meta");
    let number = |names: &[&str]| {
        let found = meta.and_then(Value::as_object).and_then(|meta| number(meta, names));
        found.or_else(|| number(reply.as_object()?, names)).and_then(whole)
    };
    let total = number(&["total_count", "total"]);
    let more = match meta.and_then(|meta| meta.get("next")) {
        // Only whether there is a next page: the path in it has a wrong prefix and could hold anything.
        Some(next) => next.as_str().is_some_and(|next| !next.trim().is_empty()),
        None => total.is_none_or(|total| request.offset.saturating_add(received) < total),
    };
    let limit = number(&["limit"]).and_then(|limit| u32::try_from(limit).ok());
    let has_more = more && received > 0;
    // The last page is shorter than a page spans.
    let spans = if has_more { received } else { received.max(limit.map_or(1, u64::from)) };
    Ok(Page {
        recordings,
        received,
        elsewhere,
        unreadable,
        total,
        limit,
        next_offset: has_more.then(|| request.offset.saturating_add(received)),
        stride: spans.max(1),
        correlation: reply.as_object().and_then(|reply| text(reply, &["api_id"])),
    })
}

/// The account a row belongs to, by its own address or else by that of its audio: the list of a main account may hold those
/// of its sub-accounts (api contract C2).
fn owner(row: &Row) -> Option<String> {
    [&["resource_uri"][..], &["recording_url", "record_url", "url"]].into_iter().find_map(|names| {
        let address = text(row, names)?;
        let mut parts = address.split('/').skip_while(|part| !part.eq_ignore_ascii_case("account"));
        parts.nth(1).filter(|id| !id.is_empty()).map(str::to_owned)
    })
}

/// The same of a row as the vendor wrote it.
pub(super) fn owner_of(raw: &str) -> Option<String> {
    owner(serde_json::from_str::<Value>(raw).ok()?.as_object()?)
}

/// Reads the reply to a question for one recording: flat, or wrapped like a list.
pub(super) fn single(reply: &Value, id: &RecordingId) -> Result<Recording, String> {
    let wrapped = rows(reply).filter(|_| reply.get("recording_id").is_none());
    let Some(rows) = wrapped else { return same(recording(reply)?, id) };
    let mut found = rows.iter().filter_map(|row| recording(row).ok());
    found
        .find(|recording| same_id(recording, id))
        .map(|recording| asked_for(recording, id))
        .ok_or_else(|| "the reply is about another recording".to_owned())
}

/// Under the id that was asked for: the letters of a UUID may come back large or small, and it is no other recording for that.
fn asked_for(recording: Recording, id: &RecordingId) -> Recording {
    Recording { id: id.clone(), ..recording }
}

fn same(recording: Recording, id: &RecordingId) -> Result<Recording, String> {
    if same_id(&recording, id) {
        Ok(asked_for(recording, id))
    } else {
        Err("the reply is about another recording".to_owned())
    }
}

fn same_id(recording: &Recording, id: &RecordingId) -> bool {
    recording.id.as_str().eq_ignore_ascii_case(id.as_str())
}

/// The rows of a list in any of its known shapes.
fn rows(reply: &Value) -> Option<&[Value]> {
    match reply {
        Value::Array(rows) => Some(rows),
        Value::Object(fields) => {
            for name in ["objects", "recordings", "items"] {
                match fields.get(name) {
                    Some(Value::Array(rows)) => return Some(rows),
                    Some(Value::Null) => return Some(&[]),
                    Some(row @ Value::Object(_)) => return Some(std::slice::from_ref(row)),
                    _ => {}
                }
            }
            // `data` holds the rows, or an object that holds them under one of the names above.
            fields.get("data").and_then(rows)
        }
        _ => None,
    }
}

/// Reads one recording, or says why it is none.
fn recording(row: &Value) -> Result<Recording, String> {
    let Value::Object(row) = row else {
        return Err(format!("{} instead of a recording", kind(row)));
    };
    let id = text_as_is(row, &["recording_id", "id"]).ok_or("it has no recording_id")?;
    if id.len() > MAX_ID_BYTES {
        return Err(format!("its recording_id has {} bytes", id.len()));
    }
    let start = instant_ms(row, &["recording_start_ms"]);
    let ended_at = instant_ms(row, &["recording_end_ms"]);
    let added_at = text(row, &["add_time", "created_at"])
        .and_then(|text| read_time(&text))
        .map(|read| read.at);
    let duration_ms = duration_ms(row).or_else(|| between_ms(start?, ended_at?));
    let estimate = || {
        let length = SignedDuration::from_millis(i64::try_from(duration_ms?).ok()?);
        added_at?.checked_sub(length).ok()
    };
    let started_at = start.or_else(estimate);
    Ok(Recording {
        id: RecordingId::new(id),
        call_uuid: text(row, &["call_uuid", "call_id"]).map(CallUuid::new),
        media_url: text(row, &["recording_url", "record_url", "url", "file"]),
        format: text(row, &["recording_format", "file_format", "format"])
            .map(|text| text.to_lowercase()),
        kind: text(row, &["recording_type"]).map(|text| text.to_lowercase()),
        added_at,
        started_at,
        start_is_estimated: start.is_none() && started_at.is_some(),
        ended_at,
        duration_ms,
        billed_s: number(row, &["rounded_recording_duration"]).and_then(whole),
        from: text(row, &["from_number"]),
        to: text(row, &["to_number"]),
        direction: text(row, &["call_direction", "direction"]).map(|text| text.to_lowercase()),
        caller_name: text(row, &["caller_name"]),
        conference_name: text(row, &["conference_name"]),
        extensions: Vec::new(),
        storage_days: number(row, &["recording_storage_duration"])
            .and_then(whole)
            .and_then(|days| i64::try_from(days).ok()),
        storage_rate: number(row, &["recording_storage_rate"]),
        monthly_cost: number(row, &["monthly_recording_storage_amount"]),
        size_bytes: number(row, &["file_size", "recording_size"]).and_then(whole),
        rule_ids: Vec::new(),
        file_name: text(row, &["file_name"]),
        raw: raw(row),
    })
}

/// The row as the vendor wrote it. A flat reply carries the reply's own correlation id among the recording's fields;
/// it is new each time and no part of the recording.
fn raw(row: &Row) -> String {
    if row.contains_key("api_id") {
        let mut row = row.clone();
        row.shift_remove("api_id");
        return Value::Object(row).to_string();
    }
    serde_json::to_string(row).unwrap_or_default()
}

/// The length: `recording_duration_ms`, or the whole seconds of the older shapes.
fn duration_ms(row: &Row) -> Option<u64> {
    let ms = number(row, &["recording_duration_ms", "duration_ms"]);
    ms.or_else(|| number(row, &["duration", "recording_duration"]).map(|seconds| seconds * 1000.0))
        .and_then(whole)
}

fn between_ms(start: Timestamp, end: Timestamp) -> Option<u64> {
    u64::try_from(end.duration_since(start).as_millis()).ok()
}

/// Milliseconds since 1970, or a time written out. Zero is how an unknown time looks when it was forced into a number.
fn instant_ms(row: &Row, names: &[&str]) -> Option<Timestamp> {
    match number(row, names) {
        Some(ms) => {
            let ms = whole(ms).filter(|ms| *ms > 0)?;
            Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()
        }
        None => read_time(&text(row, names)?).map(|read| read.at),
    }
}

/// What `GET /auth/me` tells. The reply also holds `auth_secret`, the token itself: it is not looked at.
pub(super) struct Me {
    pub(super) auth_id: Option<String>,
    pub(super) facts: AccountFacts,
}

/// Picks the fields that are shown out of an account reply.
pub(super) fn me(reply: &Value) -> Me {
    let empty = Row::new();
    let top = reply.as_object().unwrap_or(&empty);
    let account = match top.get("data") {
        Some(Value::Object(data)) if !top.contains_key("auth_id") => data,
        _ => top,
    };
    let tier = account.get("pricing_tier").and_then(Value::as_object).unwrap_or(&empty);
    Me {
        auth_id: text(account, &["auth_id"]),
        facts: AccountFacts {
            name: text(account, &["name"]),
            company: text(account, &["company"]),
            time_zone: text(account, &["timezone"]),
            currency: text(tier, &["currency"]).or_else(|| text(account, &["currency"])),
            ..AccountFacts::default()
        },
    }
}

/// Reads the record of a call: plain, under `data`, or in a list there.
pub(super) fn call_record(reply: &Value, call: &CallUuid) -> Result<CallRecord, String> {
    let data = reply.get("data").unwrap_or(reply);
    let rows = match data {
        Value::Array(rows) => rows.as_slice(),
        row => std::slice::from_ref(row),
    };
    let is_it = |row: &&Row| {
        let uuid = text(row, &["uuid", "call_uuid"]);
        uuid.is_none_or(|uuid| uuid.eq_ignore_ascii_case(call.as_str()))
    };
    let mut rows = rows.iter().filter_map(Value::as_object).filter(|row| !row.is_empty());
    let row = rows.find(is_it).ok_or("the reply holds no record of this call")?;
    let instant = |names| text(row, names).and_then(|text| read_time(&text)).map(|read| read.at);
    let count = |names| number(row, names).and_then(whole);
    Ok(CallRecord {
        call_uuid: Some(call.clone()),
        direction: text(row, &["call_direction", "direction"]).map(|text| text.to_lowercase()),
        caller_name: text(row, &["caller_id_name", "caller_name"]),
        from: text(row, &["caller_id_number", "from_number"]),
        to: text(row, &["destination_number", "to_number"]),
        started_at: instant(&["start_time"]),
        answered_at: instant(&["answer_time"]),
        ended_at: instant(&["end_time"]),
        duration_s: count(&["duration"]),
        billed_s: count(&["billsec", "bill_duration"]),
        hangup_cause: text(row, &["hangup_cause_name", "hangup_cause"]),
        hangup_source: text(row, &["hangup_source"]),
        cost: number(row, &["total_cost", "cost"]),
        currency: text(row, &["currency"]),
        raw: serde_json::to_string(row).unwrap_or_default(),
    })
}

/// Reads a balance: of one wallet, or of the right one in a list.
pub(super) fn balance(reply: &Value, currency: &str) -> Result<Balance, String> {
    let data = reply.get("data").or_else(|| reply.get("balances")).unwrap_or(reply);
    let rows = match data {
        Value::Array(rows) => rows.as_slice(),
        row => std::slice::from_ref(row),
    };
    let mut wallets = rows.iter().filter_map(Value::as_object);
    wallets
        .find_map(|row| {
            let own = text(row, &["currency"]).unwrap_or_else(|| currency.to_owned());
            let available = number(row, &["available_balance", "balance"])?;
            own.eq_ignore_ascii_case(currency).then_some(Balance { available, currency: own })
        })
        .ok_or_else(|| format!("the reply holds no balance in {currency}"))
}

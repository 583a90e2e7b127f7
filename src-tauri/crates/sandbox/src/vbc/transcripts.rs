//! Transcripts, which accounts have to be licensed for.
//!
//! The vendor's newer snippets name the addresses and show no bodies: the fields are made up, and so are the words.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::server::Shared;
use crate::vbc::access::Caller;
use crate::vbc::calls::{Call, Collection};
use crate::vbc::filter::Filter;
use crate::vbc::object;
use crate::vbc::page::{List, Place};
use crate::vbc::recordings::answer;
use crate::vbc::refusals::{not_found, not_subscribed};
use crate::vbc::shelf::Wanted;

/// What is said, in turns.
const LINES: [&str; 6] = [
    "Made-up Calls, good morning.",
    "Hello, I am calling about my order.",
    "Of course. May I have the number?",
    "It is four, seven, one, one.",
    "Thank you. It leaves the harbour tomorrow.",
    "That is all I wanted to know. Goodbye.",
];

/// `GET …/company_call_recordings/transcriptions`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.company(&shared));
    answer(allowed.map(|()| page(&shared, query.as_deref())))
}

fn page(shared: &Shared, query: Option<&str>) -> Response {
    if !shared.options.vbc_transcripts {
        return not_subscribed();
    }
    let mut place = Place::start(&shared.options);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if let Err(invalid) = place.take(&shared.options, &name, &value) {
            return invalid.reply(shared);
        }
    }
    let everything = Filter::default();
    let wanted = Wanted::newest_first(shared, &everything);
    let (calls, _) = shared.vbc.shelf().page(Collection::Company, &wanted, 0, usize::MAX);
    let with: Vec<&Call> = calls.iter().filter(|call| has_one(call)).collect();
    let base = shared.vbc.service_base(shared);
    let rows = with
        .iter()
        .skip(place.offset())
        .take(place.size())
        .map(|call| {
            json!({
                "recording_id": call.id,
                "status": "complete",
                "language": "en-US",
                "download_url": format!("{base}/v1/api/transcription/{}", call.id),
            })
        })
        .collect();
    let url = format!("{}/transcriptions", object::list_url(shared, Collection::Company));
    let list = List { url, items: "transcriptions", query: &[] };
    Json(list.page(shared, place, rows, with.len())).into_response()
}

/// `GET …/transcription/{recording_id}`.
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    if !shared.options.vbc_transcripts {
        return not_subscribed();
    }
    let call = id.parse().ok().and_then(|id| shared.vbc.shelf().find(id).cloned());
    let call = call.filter(|call| Collection::of(call.id) == Collection::Company && has_one(call));
    let allowed = caller.company(&shared);
    answer(allowed.map(|()| match call {
        Some(call) => Json(told(&call)).into_response(),
        None => not_found(),
    }))
}

/// Most recordings have one; nobody transcribes what is over in seconds.
fn has_one(call: &Call) -> bool {
    call.duration_ms > 15_000 && call.quirk(6, 80)
}

fn told(call: &Call) -> Value {
    let step_ms = call.duration_ms / u32::try_from(LINES.len()).unwrap_or(u32::MAX);
    let segments: Vec<Value> = LINES
        .into_iter()
        .zip(0_u32..)
        .map(|(text, turn)| {
            json!({
                "speaker": turn % 2,
                "start_ms": turn * step_ms,
                "end_ms": (turn + 1) * step_ms,
                "text": text,
            })
        })
        .collect();
    json!({ "recording_id": call.id, "language": "en-US", "segments": segments })
}

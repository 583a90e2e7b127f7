//! Records of calls (`cdr`), after "A10" of the API contract: whoever has a recording's `call_uuid` finds its call here, some
//! minutes after it ended.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::calls::{Call, Party, numbers};
use crate::server::Shared;
use crate::shelf::{Filter, Row};
use crate::vobiz::Holder;
use crate::vobiz::account::CURRENCY;

/// How long after a call its record is there.
const LAG: Duration = Duration::from_mins(3);
/// Rows of a page when the request does not say, and at most.
const DEFAULT_ROWS: usize = 20;
const MOST_ROWS: usize = 100;
/// Price of a minute.
const RATE: f64 = 0.45;

/// `GET /Account/{auth_id}/cdr`: one row a recording, which is as good as one a call for whoever wants to know whether the
/// account may read them.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(holder): Extension<Holder>,
    RawQuery(query): RawQuery,
) -> Response {
    let (mut page, mut rows) = (1, DEFAULT_ROWS);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let number: Option<usize> = value.parse().ok().filter(|number| *number > 0);
        match (name.as_ref(), number) {
            ("page", Some(number)) => page = number,
            ("per_page", Some(number)) => rows = number.min(MOST_ROWS),
            _ => {}
        }
    }
    let is_listed = |row: &Row| holder.lists(row, &shared.options);
    let (calls, total) =
        shared.shelf().page_of(&Filter::default(), is_listed, (page - 1) * rows, rows);
    let data: Vec<Value> = calls.iter().filter_map(|row| record(&shared, row)).collect();
    let pages = total.div_ceil(rows);
    Json(json!({
        "account_id": holder.auth_id(),
        "count": data.len(),
        "data": data,
        "pagination": {
            "page": page, "per_page": rows, "total": total, "pages": pages,
            "has_next": page < pages, "has_prev": page > 1,
        },
        "success": true,
    }))
    .into_response()
}

/// `GET /Account/{auth_id}/cdr/{uuid}`.
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(holder): Extension<Holder>,
    Path(call_uuid): Path<String>,
) -> Response {
    let filter = Filter { call_uuid: Some(call_uuid), ..Filter::default() };
    let is_listed = |row: &Row| holder.lists(row, &shared.options);
    let (rows, _) = shared.shelf().page_of(&filter, is_listed, 0, 1);
    let Some(record) = rows.first().and_then(|row| record(&shared, row)) else {
        let body = json!({ "success": false, "message": "CDR not found" });
        return (StatusCode::NOT_FOUND, Json(body)).into_response();
    };
    Json(json!({ "data": record, "success": true })).into_response()
}

/// The record of a recorded call; none while it is too young, and none of a planted row.
fn record(shared: &Shared, row: &Row) -> Option<Value> {
    let Row::Made(call) = row else { return None };
    let length_ms = i64::from(call.duration_ms);
    let written_ms = call.start_ms + length_ms + i64::try_from(LAG.as_millis()).ok()?;
    if shared.now().as_millisecond() < written_ms {
        return None;
    }
    let instant = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
    // It rang before it was recorded.
    let rang_s = 4 + call.belongs_to.as_u128() % 20;
    let begun_ms = call.start_ms - i64::try_from(rang_s).ok()? * 1000;
    let billed_s = call.duration_ms.div_ceil(1000);
    let minutes = billed_s.div_ceil(60);
    let is_inbound = is_inbound(shared, call);
    let source = if call.belongs_to.as_u128().is_multiple_of(3) { "callee" } else { "caller" };
    Some(json!({
        "uuid": call.belongs_to.to_string(),
        "call_direction": if is_inbound { "inbound" } else { "outbound" },
        "caller_id_name": call.conference_name().unwrap_or_default(),
        "caller_id_number": call.from.to_string(),
        "destination_number": call.to.to_string(),
        "start_time": instant(begun_ms),
        "answer_time": instant(call.start_ms),
        "end_time": instant(call.start_ms + length_ms),
        "duration": i64::from(billed_s) + i64::try_from(rang_s).ok()?,
        "billsec": billed_s,
        "hangup_cause": "NORMAL_CLEARING",
        "hangup_cause_name": "Normal Clearing",
        "hangup_cause_code": 16,
        "hangup_source": source,
        "total_cost": f64::from(minutes) * RATE,
        "currency": CURRENCY,
    }))
}

/// Whether a customer called one of the company's own numbers.
fn is_inbound(shared: &Shared, call: &Call) -> bool {
    let is_own = |party: Party| match party {
        Party::Sip(_) => true,
        Party::Number { digits, .. } => numbers::is_own_line(digits, shared.options.seed),
        Party::Withheld => false,
    };
    !is_own(call.from)
}

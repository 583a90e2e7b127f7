//! List, retrieve, delete.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::options::{LargeLimit, SubAccount};
use crate::server::Shared;
use crate::shelf::{Filter, Row};
use crate::vobiz::{Holder, not_found, object, structured};

/// Rows of a page when the request does not say.
const DEFAULT_LIMIT: usize = 20;

/// `GET /Account/{auth_id}/Recording/`. Parameters the vendor does not document are ignored.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(holder): Extension<Holder>,
    RawQuery(query): RawQuery,
) -> Response {
    let mut limit = DEFAULT_LIMIT.min(shared.options.max_page_size as usize);
    let mut offset = 0;
    let mut filter = Filter::default();
    let mut dates = Dates::default();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "limit" => match value.parse() {
                Ok(wanted @ 1..) => limit = wanted,
                _ => return bad_number(&shared, "limit", &value),
            },
            "offset" => match value.parse() {
                Ok(wanted) => offset = wanted,
                Err(_) => return bad_number(&shared, "offset", &value),
            },
            "call_uuid" if !value.is_empty() => filter.call_uuid = Some(value.into_owned()),
            "recording_type" if !value.is_empty() => {
                filter.recording_type = Some(value.into_owned());
            }
            "add_time__gte" => dates.from = second_of(&value),
            "add_time__lte" => dates.to = second_of(&value),
            _ => {}
        }
    }
    if let Some(days) = shared.options.hidden_after_days {
        match dates.within(days, shared.now()) {
            Some(range) => filter.added_us = Some(range),
            None => return bad_number(&shared, "add_time", "a range of more than 30 days"),
        }
    }
    let largest = shared.options.max_page_size as usize;
    if limit > largest {
        match shared.options.large_limit {
            LargeLimit::Capped => limit = largest,
            LargeLimit::Rejected => return bad_number(&shared, "limit", &limit.to_string()),
        }
    }
    let is_listed = |row: &Row| holder.lists(row, &shared.options);
    let has_all = shared.options.sub_account == SubAccount::None;
    let (rows, total) = if has_all {
        shared.shelf().page(&filter, offset, limit)
    } else {
        shared.shelf().page_of(&filter, is_listed, offset, limit)
    };
    let objects: Vec<Value> = rows.iter().map(|row| object::value(&shared, row, None)).collect();
    let end = offset.saturating_add(objects.len());
    Json(json!({
        "api_id": shared.api_id(),
        "meta": {
            "limit": limit,
            "next": (end < total && !objects.is_empty()).then(|| link(holder, &filter, limit, end)),
            "offset": offset,
            "previous": (offset > 0).then(|| link(holder, &filter, limit, offset.saturating_sub(limit))),
            "total_count": total,
        },
        "objects": objects,
    }))
    .into_response()
}

/// The longest range of dates that may be asked for.
const MOST_DAYS: i64 = 30;
const DAY_S: i64 = 86_400;

/// What a request says of when calls were stored, in seconds since the epoch.
#[derive(Debug, Default)]
struct Dates {
    from: Option<i64>,
    to: Option<i64>,
}

impl Dates {
    /// In microseconds; the last days alone when nothing is said, and `None` for a range that is too long.
    fn within(&self, days: u32, now: Timestamp) -> Option<RangeInclusive<i64>> {
        let now_s = now.as_second();
        let to = self.to.unwrap_or(now_s);
        let from = match (self.from, self.to) {
            (Some(from), _) => from,
            (None, None) => now_s - i64::from(days) * DAY_S,
            (None, Some(to)) => to - MOST_DAYS * DAY_S,
        };
        (to - from <= MOST_DAYS * DAY_S).then_some(from * 1_000_000..=to * 1_000_000 + 999_999)
    }
}

/// `2026-05-07 04:15:35`, in UTC.
fn second_of(text: &str) -> Option<i64> {
    let civil = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
    Some(Offset::UTC.to_timestamp(civil).ok()?.as_second())
}

/// A neighbouring page: relative, and without the `/api` that a request needs.
fn link(holder: Holder, filter: &Filter, limit: usize, offset: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
    for (name, value) in
        [("call_uuid", &filter.call_uuid), ("recording_type", &filter.recording_type)]
    {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    format!("/v1/Account/{}/Recording/?{}", holder.auth_id(), query.finish())
}

fn bad_number(shared: &Shared, name: &str, value: &str) -> Response {
    let message = format!("{name} is out of range");
    let details = json!({ "field": name, "value": value });
    structured(shared, StatusCode::BAD_REQUEST, "VALIDATION_ERROR", &message, &details)
}

/// `GET /Account/{auth_id}/Recording/{recording_id}/`: a flat object.
pub(super) async fn retrieve(
    State(shared): State<Arc<Shared>>,
    Extension(holder): Extension<Holder>,
    Path(recording_id): Path<String>,
) -> Response {
    let row = shared.shelf().find(&recording_id).cloned();
    let row = row.filter(|row| holder.lists(row, &shared.options));
    match row {
        Some(row) => Json(object::value(&shared, &row, Some(&shared.api_id()))).into_response(),
        None => not_found(&shared),
    }
}

/// `DELETE /Account/{auth_id}/Recording/{recording_id}/`: 204, and 404 from then on.
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    Extension(holder): Extension<Holder>,
    Path(recording_id): Path<String>,
) -> Response {
    let is_listed =
        shared.shelf().find(&recording_id).is_some_and(|row| holder.lists(row, &shared.options));
    if !is_listed {
        return not_found(&shared);
    }
    let deleted = shared.shelf().delete(&recording_id);
    match deleted {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => not_found(&shared),
        Err(error) => {
            tracing::warn!(%error, "a deletion could not be remembered");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            structured(&shared, status, "INTERNAL_ERROR", "the deletion was not done", &Value::Null)
        }
    }
}

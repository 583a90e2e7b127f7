//! List, retrieve, delete.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::options::LargeLimit;
use crate::server::Shared;
use crate::shelf::Filter;
use crate::vobiz::{AUTH_ID, not_found, object, structured};

/// Rows of a page when the request does not say.
const DEFAULT_LIMIT: usize = 20;

/// `GET /Account/{auth_id}/Recording/`. Parameters the vendor does not document are ignored.
pub(super) async fn list(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let mut limit = DEFAULT_LIMIT.min(shared.options.max_page_size as usize);
    let mut offset = 0;
    let mut filter = Filter::default();
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
            _ => {}
        }
    }
    let largest = shared.options.max_page_size as usize;
    if limit > largest {
        match shared.options.large_limit {
            LargeLimit::Capped => limit = largest,
            LargeLimit::Rejected => return bad_number(&shared, "limit", &limit.to_string()),
        }
    }
    let (rows, total) = shared.shelf().page(&filter, offset, limit);
    let objects: Vec<Value> = rows.iter().map(|row| object::value(&shared, row, None)).collect();
    let end = offset.saturating_add(objects.len());
    Json(json!({
        "api_id": shared.api_id(),
        "meta": {
            "limit": limit,
            "next": (end < total && !objects.is_empty()).then(|| link(&filter, limit, end)),
            "offset": offset,
            "previous": (offset > 0).then(|| link(&filter, limit, offset.saturating_sub(limit))),
            "total_count": total,
        },
        "objects": objects,
    }))
    .into_response()
}

/// A neighbouring page: relative, and without the `/api` that a request needs.
fn link(filter: &Filter, limit: usize, offset: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
    for (name, value) in
        [("call_uuid", &filter.call_uuid), ("recording_type", &filter.recording_type)]
    {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    format!("/v1/Account/{AUTH_ID}/Recording/?{}", query.finish())
}

fn bad_number(shared: &Shared, name: &str, value: &str) -> Response {
    let message = format!("{name} is out of range");
    let details = json!({ "field": name, "value": value });
    structured(shared, StatusCode::BAD_REQUEST, "VALIDATION_ERROR", &message, &details)
}

/// `GET /Account/{auth_id}/Recording/{recording_id}/`: a flat object.
pub(super) async fn retrieve(
    State(shared): State<Arc<Shared>>,
    Path(recording_id): Path<String>,
) -> Response {
    let row = shared.shelf().find(&recording_id).cloned();
    match row {
        Some(row) => Json(object::value(&shared, &row, Some(&shared.api_id()))).into_response(),
        None => not_found(&shared),
    }
}

/// `DELETE /Account/{auth_id}/Recording/{recording_id}/`: 204, and 404 from then on.
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    Path(recording_id): Path<String>,
) -> Response {
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

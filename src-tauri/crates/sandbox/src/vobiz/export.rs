//! The export by e-mail, of which the vendor tells nothing but that it took the request on.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::server::Shared;
use crate::state_file::Export;
use crate::vobiz::{export_rules, structured};

/// The vendor's own words while an export is running.
const BUSY: &str =
    "An Export Historic Recording request is already in process. Please try again in sometime.";

/// `POST /Account/{auth_id}/export/recording/`. Nothing is mailed; the request is kept for tests to look at.
pub(super) async fn request(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let body: Value = match serde_json::from_slice(&body) {
        Ok(body) if is_json => body,
        _ => return failure(StatusCode::BAD_REQUEST, "The request body must be JSON"),
    };
    // The documents leave the zone of `from` and `to` open; the account's own is India's.
    let offset = Offset::from_seconds(19_800).unwrap_or(Offset::UTC);
    if let Err(message) = export_rules::check(&body, offset.to_datetime(shared.now())) {
        return failure(StatusCode::BAD_REQUEST, &message);
    }
    // Processing takes real time, also when the clock of the calls stands still.
    let now = Timestamp::now();
    let mut shelf = shared.shelf();
    let is_busy = shelf.exports().last().is_some_and(|last| {
        let age = now.duration_since(last.accepted_at);
        age >= SignedDuration::ZERO && age.unsigned_abs() < shared.options.export_processing
    });
    if is_busy {
        return failure(StatusCode::FORBIDDEN, BUSY);
    }
    let api_id = shared.api_id();
    let accepted = shelf.accept(Export { api_id: api_id.clone(), accepted_at: now, body });
    drop(shelf);
    match accepted {
        Ok(()) => (StatusCode::ACCEPTED, Json(json!({ "api_id": api_id, "status": "success" })))
            .into_response(),
        Err(error) => {
            tracing::warn!(%error, "an export could not be remembered");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            structured(&shared, status, "INTERNAL_ERROR", "the export was not queued", &Value::Null)
        }
    }
}

fn failure(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "status": "failure", "message": message }))).into_response()
}

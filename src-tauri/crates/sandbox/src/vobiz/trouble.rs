//! What replies look like when something goes wrong on purpose.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use crate::faults::{Fault, RETRY_AFTER_S, SLOW_HEAD, Struck};
use crate::server::Shared;
use crate::vobiz::structured;

/// Any page of any gateway.
pub(super) const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n\
    <body><h1>Sign in</h1><p>Your session has ended. Please sign in again.</p></body></html>\n";

/// Around every authenticated request to the API.
pub(super) async fn api_weather(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let mut struck = shared.weather.strike_api(&format!("{} {}", request.method(), request.uri()));
    if struck.by(Fault::Slow) {
        tokio::time::sleep(SLOW_HEAD).await;
    }
    match refusal(&shared, &mut struck) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

/// The refusals that every endpoint can answer with.
pub(super) fn refusal(shared: &Shared, struck: &mut Struck) -> Option<Response> {
    if struck.by(Fault::Rate429) {
        let details = json!({
            "limitType": "requests_per_second",
            "limit": 10,
            "current": 11,
            "retryAfter": RETRY_AFTER_S,
        });
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response =
            structured(shared, status, "RATE_LIMIT_EXCEEDED", "Too many requests", &details);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        return Some(response);
    }
    if !struck.by(Fault::Server5xx) {
        return None;
    }
    Some(match struck.dice.u32(..3) {
        0 => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            structured(shared, status, "INTERNAL_ERROR", "Something went wrong", &Value::Null)
        }
        1 => (StatusCode::BAD_GATEWAY, Html(PAGE)).into_response(),
        _ => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            structured(shared, status, "SERVICE_UNAVAILABLE", "Please try again", &Value::Null)
        }
    })
}
